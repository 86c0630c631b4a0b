#include "CDuckDB.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Every function once: what it returns, its name behind the prefix, parameters, arguments.
#define FUNCTIONS(F)                                                                              \
    F(const char *, library_version, (void), ())                                                  \
    F(duck_state, create_config, (duck_config * out), (out))                                      \
    F(duck_state, set_config, (duck_config c, const char *name, const char *option),              \
      (c, name, option))                                                                          \
    F(duck_state, open_ext, (const char *path, duck_database *out, duck_config c, char **error),  \
      (path, out, c, error))                                                                      \
    F(duck_state, connect, (duck_database d, duck_connection * out), (d, out))                    \
    F(duck_state, query, (duck_connection c, const char *sql, duck_result *out), (c, sql, out))   \
    F(duck_state, prepare, (duck_connection c, const char *sql, duck_statement *out),             \
      (c, sql, out))                                                                              \
    F(const char *, prepare_error, (duck_statement s), (s))                                       \
    F(duck_index, nparams, (duck_statement s), (s))                                               \
    F(duck_state, bind_int64, (duck_statement s, duck_index i, int64_t value), (s, i, value))     \
    F(duck_state, bind_double, (duck_statement s, duck_index i, double value), (s, i, value))     \
    F(duck_state, bind_varchar_length,                                                            \
      (duck_statement s, duck_index i, const char *text, duck_index length), (s, i, text, length)) \
    F(duck_state, bind_null, (duck_statement s, duck_index i), (s, i))                            \
    F(duck_state, execute_prepared, (duck_statement s, duck_result * out), (s, out))              \
    F(const char *, result_error, (duck_result * r), (r))                                         \
    F(duck_index, column_count, (duck_result * r), (r))                                           \
    F(duck_type, column_type, (duck_result * r, duck_index column), (r, column))                  \
    F(duck_chunk, create_data_chunk, (duck_logical_type * types, duck_index n), (types, n))       \
    F(duck_vector, data_chunk_get_vector, (duck_chunk c, duck_index column), (c, column))         \
    F(duck_index, data_chunk_get_size, (duck_chunk c), (c))                                       \
    F(duck_index, vector_size, (void), ())                                                        \
    F(void *, vector_get_data, (duck_vector v), (v))                                              \
    F(uint64_t *, vector_get_validity, (duck_vector v), (v))                                      \
    F(duck_logical_type, create_logical_type, (duck_type type), (type))                           \
    F(duck_state, appender_create,                                                                \
      (duck_connection c, const char *schema, const char *table, duck_appender *out),             \
      (c, schema, table, out))                                                                    \
    F(duck_state, append_data_chunk, (duck_appender a, duck_chunk c), (a, c))                     \
    F(duck_state, appender_close, (duck_appender a), (a))                                         \
    F(const char *, appender_error, (duck_appender a), (a))                                       \
    F(duck_state, appender_destroy, (duck_appender * a), (a))

// The same for functions that return nothing.
#define PROCEDURES(P)                                                                             \
    P(destroy_config, (duck_config * c), (c))                                                     \
    P(close, (duck_database * d), (d))                                                            \
    P(disconnect, (duck_connection * c), (c))                                                     \
    P(interrupt, (duck_connection c), (c))                                                        \
    P(free, (void *pointer), (pointer))                                                           \
    P(destroy_prepare, (duck_statement * s), (s))                                                 \
    P(destroy_result, (duck_result * r), (r))                                                     \
    P(destroy_data_chunk, (duck_chunk * c), (c))                                                  \
    P(data_chunk_reset, (duck_chunk c), (c))                                                      \
    P(data_chunk_set_size, (duck_chunk c, duck_index size), (c, size))                            \
    P(vector_ensure_validity_writable, (duck_vector v), (v))                                      \
    P(vector_assign_string_element_len,                                                           \
      (duck_vector v, duck_index row, const char *text, duck_index length),                       \
      (v, row, text, length))                                                                     \
    P(destroy_logical_type, (duck_logical_type * t), (t))

static struct {
#define FUNCTION_POINTER(type, name, parameters, arguments) type(*name) parameters;
#define PROCEDURE_POINTER(name, parameters, arguments) void(*name) parameters;
    FUNCTIONS(FUNCTION_POINTER)
    PROCEDURES(PROCEDURE_POINTER)
    duck_chunk (*fetch_chunk)(duck_result result);
    // NULL where the library has none.
    duck_state (*execute_prepared_streaming)(duck_statement statement, duck_result *out);
} duckdb;

_Static_assert(sizeof(duck_string) == 16, "duckdb_string_t has 16 bytes");
_Static_assert(sizeof(duck_result) == 48, "duckdb_result has 48 bytes");

#define FUNCTION(type, name, parameters, arguments) \
    type duck_##name parameters { return duckdb.name arguments; }
#define PROCEDURE(name, parameters, arguments) \
    void duck_##name parameters { duckdb.name arguments; }
FUNCTIONS(FUNCTION)
PROCEDURES(PROCEDURE)

duck_chunk duck_fetch_chunk(duck_result *result) { return duckdb.fetch_chunk(*result); }

duck_state duck_execute_streaming(duck_statement statement, duck_result *out) {
    if (duckdb.execute_prepared_streaming == NULL) return duckdb.execute_prepared(statement, out);
    return duckdb.execute_prepared_streaming(statement, out);
}

// The oldest release whose behaviour the tests cover.
enum { MAJOR_MIN = 1, MINOR_MIN = 4 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool is_loaded = false;

static bool find(void *library, const char *name, void *pointer, char *error, size_t error_size) {
    void *symbol = dlsym(library, name);
    if (symbol == NULL) {
        snprintf(error, error_size, "it has no function %s", name);
        return false;
    }
    memcpy(pointer, &symbol, sizeof symbol);
    return true;
}

static bool find_all(void *library, char *error, size_t error_size) {
#define FIND(name)                                                                      \
    if (!find(library, "duckdb_" #name, &duckdb.name, error, error_size)) return false;
#define FIND_FUNCTION(type, name, parameters, arguments) FIND(name)
#define FIND_PROCEDURE(name, parameters, arguments) FIND(name)
    FUNCTIONS(FIND_FUNCTION)
    PROCEDURES(FIND_PROCEDURE)
    FIND(fetch_chunk)
    // Called deprecated since 0.10, without another way to read rows while they are made.
    void *streaming = dlsym(library, "duckdb_execute_prepared_streaming");
    memcpy(&duckdb.execute_prepared_streaming, &streaming, sizeof streaming);
    return true;
}

static bool is_recent(char *error, size_t error_size) {
    const char *version = duckdb.library_version();
    int major = 0;
    int minor = 0;
    // A build between releases calls itself something else; it is taken at its word.
    if (sscanf(version, "v%d.%d", &major, &minor) != 2) return true;
    if (major > MAJOR_MIN || (major == MAJOR_MIN && minor >= MINOR_MIN)) return true;
    snprintf(
        error, error_size, "it is DuckDB %s, and %d.%d or later is needed", version, MAJOR_MIN,
        MINOR_MIN);
    return false;
}

bool perennial_duckdb_load(const char *path, char *error, size_t error_size) {
    pthread_mutex_lock(&mutex);
    if (!is_loaded) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) {
            const char *reason = dlerror();
            snprintf(error, error_size, "%s", reason == NULL ? "it can't be opened" : reason);
        } else if (find_all(library, error, error_size) && is_recent(error, error_size)) {
            is_loaded = true;
        } else {
            dlclose(library);
        }
    }
    bool result = is_loaded;
    pthread_mutex_unlock(&mutex);
    return result;
}

bool perennial_file_is_readable(const char *path) { return access(path, R_OK) == 0; }
