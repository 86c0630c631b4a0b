// The part of LightGBM's C API that Perennial uses, resolved by name at run time.
//
// Written from the documentation of LightGBM's C API
// (https://lightgbm.readthedocs.io/en/v4.7.0/C-API.html). The library is opened with
// `perennial_lightgbm_load`; until that has succeeded no other function here may be called. Names
// are LightGBM's in lower case with `lgbm_` for `LGBM_`.
//
// Functions return 0, or −1 with the reason in `lgbm_get_last_error`, which is kept for each thread
// apart and valid until the thread's next call. What the library would log is dropped; a refusal it
// writes to standard error all the same.

#ifndef PERENNIAL_CLIGHTGBM_H
#define PERENNIAL_CLIGHTGBM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lgbm_dataset_s *lgbm_dataset;
typedef struct lgbm_booster_s *lgbm_booster;

// The values of `C_API_DTYPE_…` that are handed over.
enum { LGBM_FLOAT32 = 0, LGBM_FLOAT64 = 1 };

// The values of `C_API_PREDICT_…` that are asked for.
enum { LGBM_PREDICT_RAW_SCORE = 1, LGBM_PREDICT_CONTRIBUTIONS = 3 };

// Opens the library and finds its functions; once opened, later calls do nothing and succeed.
// All its work is kept to the calling thread: OpenMP's threads spin while they wait, which costs
// more than it brings wherever the cores have anything else to do.
// On failure `error` holds why, ended by a zero.
bool perennial_lightgbm_load(const char *path, char *error, size_t error_size);

const char *lgbm_get_last_error(void);

// `data` is column by column where `is_row_major` is 0; NaN is a missing value. `reference` is the
// data set whose bins are shared, NULL for none.
int lgbm_dataset_create_from_mat(
    const void *data, int type, int32_t rows, int32_t columns, int is_row_major,
    const char *parameters, lgbm_dataset reference, lgbm_dataset *out);
int lgbm_dataset_set_field(
    lgbm_dataset d, const char *name, const void *values, int count, int type);
int lgbm_dataset_free(lgbm_dataset d);

int lgbm_booster_create(lgbm_dataset train, const char *parameters, lgbm_booster *out);
int lgbm_booster_free(lgbm_booster b);
int lgbm_booster_add_valid_data(lgbm_booster b, lgbm_dataset d);
// `is_finished` becomes 1 where no further split was found.
int lgbm_booster_update_one_iter(lgbm_booster b, int *is_finished);
int lgbm_booster_get_eval_counts(lgbm_booster b, int *out);
// `index` is 0 for the training data, 1 for the first validation data.
int lgbm_booster_get_eval(lgbm_booster b, int index, int *out_count, double *out);
int lgbm_booster_get_current_iteration(lgbm_booster b, int *out);
int lgbm_booster_get_num_feature(lgbm_booster b, int *out);
// Contributions: a row has one for each feature and the expected score last.
int lgbm_booster_predict_for_mat(
    lgbm_booster b, const void *data, int type, int32_t rows, int32_t columns, int is_row_major,
    int kind, int start_iteration, int iterations, const char *parameters, int64_t *out_count,
    double *out);
// `out_size` counts the zero at the end; where it is above `size`, call again with as much.
int lgbm_booster_save_model_to_string(
    lgbm_booster b, int start_iteration, int iterations, int importance, int64_t size,
    int64_t *out_size, char *out);
int lgbm_booster_load_model_from_string(
    const char *text, int *out_iterations, lgbm_booster *out);

#endif
