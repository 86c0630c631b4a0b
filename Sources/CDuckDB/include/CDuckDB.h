// The part of DuckDB's C API that Perennial uses, resolved by name at run time.
//
// Written from the documentation of DuckDB's C API (https://duckdb.org/docs/stable/clients/c/api).
// The library is opened with `perennial_duckdb_load`; until that has succeeded no other function
// here may be called. Names are DuckDB's with `duck_` for `duckdb_`: were they the same, the
// library's own calls among its functions would come back here.

#ifndef PERENNIAL_CDUCKDB_H
#define PERENNIAL_CDUCKDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t duck_index;

typedef enum { DUCK_SUCCESS = 0, DUCK_ERROR = 1 } duck_state;

// The values of `duckdb_type` that are read or written.
typedef enum {
    DUCK_TYPE_INVALID = 0,
    DUCK_TYPE_BOOLEAN = 1,
    DUCK_TYPE_TINYINT = 2,
    DUCK_TYPE_SMALLINT = 3,
    DUCK_TYPE_INTEGER = 4,
    DUCK_TYPE_BIGINT = 5,
    DUCK_TYPE_UTINYINT = 6,
    DUCK_TYPE_USMALLINT = 7,
    DUCK_TYPE_UINTEGER = 8,
    DUCK_TYPE_UBIGINT = 9,
    DUCK_TYPE_FLOAT = 10,
    DUCK_TYPE_DOUBLE = 11,
    DUCK_TYPE_HUGEINT = 16,
    DUCK_TYPE_VARCHAR = 17,
} duck_type;

typedef struct duck_database_s *duck_database;
typedef struct duck_connection_s *duck_connection;
typedef struct duck_config_s *duck_config;
typedef struct duck_statement_s *duck_statement;
typedef struct duck_appender_s *duck_appender;
typedef struct duck_chunk_s *duck_chunk;
typedef struct duck_vector_s *duck_vector;
typedef struct duck_logical_type_s *duck_logical_type;

// `duckdb_result`: only its size matters here, and that it starts zeroed.
typedef struct {
    uint64_t deprecated_counts[3];
    void *deprecated_columns;
    char *deprecated_error;
    void *internal;
} duck_result;

// `duckdb_hugeint`.
typedef struct {
    uint64_t lower;
    int64_t upper;
} duck_hugeint;

// `duckdb_string_t`, 16 bytes: a text of up to 12 bytes stands behind its length, a longer one
// elsewhere.
typedef struct {
    uint32_t length;
    char prefix[4];
    char *elsewhere;
} duck_string;

// Opens the library and finds every function.
//
// The first success counts for the life of the process: later calls return true at once. Safe to
// call from several threads. On failure `error` holds a sentence, cut to `error_size`.
bool perennial_duckdb_load(const char *path, char *error, size_t error_size);

// Whether there is a file that this process may read.
bool perennial_file_is_readable(const char *path);

const char *duck_library_version(void);

duck_state duck_create_config(duck_config *out);
duck_state duck_set_config(duck_config config, const char *name, const char *option);
void duck_destroy_config(duck_config *config);
duck_state duck_open_ext(const char *path, duck_database *out, duck_config config, char **error);
void duck_close(duck_database *database);
duck_state duck_connect(duck_database database, duck_connection *out);
void duck_disconnect(duck_connection *connection);
void duck_interrupt(duck_connection connection);
void duck_free(void *pointer);

duck_state duck_query(duck_connection connection, const char *sql, duck_result *out);
duck_state duck_prepare(duck_connection connection, const char *sql, duck_statement *out);
const char *duck_prepare_error(duck_statement statement);
void duck_destroy_prepare(duck_statement *statement);
duck_index duck_nparams(duck_statement statement);
duck_state duck_bind_int64(duck_statement statement, duck_index index, int64_t value);
duck_state duck_bind_double(duck_statement statement, duck_index index, double value);
duck_state duck_bind_varchar_length(
    duck_statement statement, duck_index index, const char *text, duck_index length);
duck_state duck_bind_null(duck_statement statement, duck_index index);
duck_state duck_execute_prepared(duck_statement statement, duck_result *out);
// As above, where the library can: rows are made as they are fetched, and an error may come as late as that.
// Nothing else runs on the connection meanwhile.
duck_state duck_execute_streaming(duck_statement statement, duck_result *out);

const char *duck_result_error(duck_result *result);
void duck_destroy_result(duck_result *result);
duck_index duck_column_count(duck_result *result);
duck_type duck_column_type(duck_result *result, duck_index column);
// `duckdb_fetch_chunk`, which takes the result by value; NULL at the end or after an error.
duck_chunk duck_fetch_chunk(duck_result *result);

duck_chunk duck_create_data_chunk(duck_logical_type *types, duck_index count);
void duck_destroy_data_chunk(duck_chunk *chunk);
void duck_data_chunk_reset(duck_chunk chunk);
duck_vector duck_data_chunk_get_vector(duck_chunk chunk, duck_index column);
duck_index duck_data_chunk_get_size(duck_chunk chunk);
void duck_data_chunk_set_size(duck_chunk chunk, duck_index size);
duck_index duck_vector_size(void);
void *duck_vector_get_data(duck_vector vector);
uint64_t *duck_vector_get_validity(duck_vector vector);
void duck_vector_ensure_validity_writable(duck_vector vector);
void duck_vector_assign_string_element_len(
    duck_vector vector, duck_index row, const char *text, duck_index length);
duck_logical_type duck_create_logical_type(duck_type type);
void duck_destroy_logical_type(duck_logical_type *type);

duck_state duck_appender_create(
    duck_connection connection, const char *schema, const char *table, duck_appender *out);
duck_state duck_append_data_chunk(duck_appender appender, duck_chunk chunk);
duck_state duck_appender_close(duck_appender appender);
const char *duck_appender_error(duck_appender appender);
duck_state duck_appender_destroy(duck_appender *appender);

#endif
