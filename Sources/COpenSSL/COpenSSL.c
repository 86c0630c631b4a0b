#include "COpenSSL.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

// EVP_PKEY_RSA and RSA_PKCS1_PADDING, which OpenSSL promises to keep.
enum { KEY_OF_RSA = 6, PADDING_PKCS1 = 1 };

// Every function once: our name, OpenSSL's, what it returns, its parameters.
#define FUNCTIONS(F)                                                                              \
    F(read_key, d2i_AutoPrivateKey, void *, (void **key, const uint8_t **der, long count))        \
    F(key_kind, EVP_PKEY_get_base_id, int, (const void *key))                                     \
    F(free_key, EVP_PKEY_free, void, (void *key))                                                 \
    F(new_context, EVP_PKEY_CTX_new, void *, (void *key, void *engine))                           \
    F(free_context, EVP_PKEY_CTX_free, void, (void *context))                                     \
    F(begin_sign, EVP_PKEY_sign_init, int, (void *context))                                       \
    F(set_padding, EVP_PKEY_CTX_set_rsa_padding, int, (void *context, int padding))               \
    F(set_hash, EVP_PKEY_CTX_set_signature_md, int, (void *context, const void *hash))            \
    F(sha256, EVP_sha256, const void *, (void))                                                   \
    F(sign, EVP_PKEY_sign, int,                                                                   \
      (void *context, uint8_t *out, size_t *out_count, const uint8_t *in, size_t in_count))       \
    F(clear_errors, ERR_clear_error, void, (void))

static struct {
#define FUNCTION_POINTER(name, theirs, result, parameters) result(*name) parameters;
    FUNCTIONS(FUNCTION_POINTER)
} openssl;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool is_loaded = false;

static bool find(void *library, const char *name, void *pointer) {
    void *symbol = dlsym(library, name);
    if (symbol == NULL) return false;
    memcpy(pointer, &symbol, sizeof symbol);
    return true;
}

static bool find_all(void *library) {
#define FIND(name, theirs, result, parameters) \
    if (!find(library, #theirs, &openssl.name)) return false;
    FUNCTIONS(FIND)
    return true;
}

bool perennial_openssl_load(const char *path) {
    pthread_mutex_lock(&mutex);
    if (!is_loaded) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (library != NULL) {
            is_loaded = find_all(library);
            if (!is_loaded) dlclose(library);
        }
    }
    bool result = is_loaded;
    pthread_mutex_unlock(&mutex);
    return result;
}

void *perennial_openssl_rsa_key(const uint8_t *der, size_t count) {
    void *key = openssl.read_key(NULL, &der, (long)count);
    if (key == NULL) {
        openssl.clear_errors();
    } else if (openssl.key_kind(key) != KEY_OF_RSA) {
        openssl.free_key(key);
        key = NULL;
    }
    return key;
}

void perennial_openssl_free(void *key) { openssl.free_key(key); }

bool perennial_openssl_sign(
    void *key, const uint8_t digest[32], uint8_t *signature, size_t *count) {
    void *context = openssl.new_context(key, NULL);
    if (context == NULL) return false;
    bool is_signed = openssl.begin_sign(context) > 0
        && openssl.set_padding(context, PADDING_PKCS1) > 0
        && openssl.set_hash(context, openssl.sha256()) > 0
        && openssl.sign(context, signature, count, digest, 32) > 0;
    openssl.free_context(context);
    // What went wrong would stay with the thread, whose next task is another's.
    if (!is_signed) openssl.clear_errors();
    return is_signed;
}
