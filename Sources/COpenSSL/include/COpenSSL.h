// The part of OpenSSL's libcrypto that Perennial uses, resolved by name at run time.
//
// Written from the manual pages of OpenSSL 3 (https://docs.openssl.org/3.0/man3/). The library is opened with
// `perennial_openssl_load`; until that has succeeded no other function here may be called.

#ifndef PERENNIAL_COPENSSL_H
#define PERENNIAL_COPENSSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Opens the library and finds its functions; once opened, later calls do nothing and succeed.
bool perennial_openssl_load(const char *path);

// Reads a private key of RSA (DER, PKCS#1 or PKCS#8); NULL where it can't. To be freed by `perennial_openssl_free`.
void *perennial_openssl_rsa_key(const uint8_t *der, size_t count);

void perennial_openssl_free(void *key);

// Signs a SHA-256 by RSASSA-PKCS1-v1_5 (RFC 8017 §8.2). Safe to call from several threads with one key.
//
// `*count` is the room in `signature` before and the signature's length after. False where it can't be signed.
bool perennial_openssl_sign(void *key, const uint8_t digest[32], uint8_t *signature, size_t *count);

#endif
