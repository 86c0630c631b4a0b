#include "CLightGBM.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

// Every function once: our name and LightGBM's behind their prefixes, parameters, arguments.
#define FUNCTIONS(F)                                                                              \
    F(dataset_create_from_mat, DatasetCreateFromMat,                                              \
      (const void *data, int type, int32_t rows, int32_t columns, int is_row_major,               \
       const char *parameters, lgbm_dataset reference, lgbm_dataset *out),                        \
      (data, type, rows, columns, is_row_major, parameters, reference, out))                      \
    F(dataset_set_field, DatasetSetField,                                                         \
      (lgbm_dataset d, const char *name, const void *values, int count, int type),                \
      (d, name, values, count, type))                                                             \
    F(dataset_free, DatasetFree, (lgbm_dataset d), (d))                                           \
    F(booster_create, BoosterCreate,                                                              \
      (lgbm_dataset train, const char *parameters, lgbm_booster *out), (train, parameters, out))  \
    F(booster_free, BoosterFree, (lgbm_booster b), (b))                                           \
    F(booster_add_valid_data, BoosterAddValidData, (lgbm_booster b, lgbm_dataset d), (b, d))      \
    F(booster_update_one_iter, BoosterUpdateOneIter, (lgbm_booster b, int *is_finished),          \
      (b, is_finished))                                                                           \
    F(booster_get_eval_counts, BoosterGetEvalCounts, (lgbm_booster b, int *out), (b, out))        \
    F(booster_get_eval, BoosterGetEval, (lgbm_booster b, int index, int *out_count, double *out), \
      (b, index, out_count, out))                                                                 \
    F(booster_get_current_iteration, BoosterGetCurrentIteration, (lgbm_booster b, int *out),      \
      (b, out))                                                                                   \
    F(booster_get_num_feature, BoosterGetNumFeature, (lgbm_booster b, int *out), (b, out))        \
    F(booster_predict_for_mat, BoosterPredictForMat,                                              \
      (lgbm_booster b, const void *data, int type, int32_t rows, int32_t columns,                 \
       int is_row_major, int kind, int start_iteration, int iterations, const char *parameters,   \
       int64_t *out_count, double *out),                                                          \
      (b, data, type, rows, columns, is_row_major, kind, start_iteration, iterations, parameters, \
       out_count, out))                                                                           \
    F(booster_save_model_to_string, BoosterSaveModelToString,                                     \
      (lgbm_booster b, int start_iteration, int iterations, int importance, int64_t size,         \
       int64_t *out_size, char *out),                                                             \
      (b, start_iteration, iterations, importance, size, out_size, out))                          \
    F(booster_load_model_from_string, BoosterLoadModelFromString,                                 \
      (const char *text, int *out_iterations, lgbm_booster *out), (text, out_iterations, out))

static struct {
#define FUNCTION_POINTER(name, theirs, parameters, arguments) int(*name) parameters;
    FUNCTIONS(FUNCTION_POINTER)
    const char *(*get_last_error)(void);
    int (*register_log_callback)(void (*)(const char *));
    int (*set_max_threads)(int);
} lightgbm;

static void drop(const char *message) { (void)message; }

// The library keeps the receiver of its messages for each thread apart, so each call names it.
#define FUNCTION(name, theirs, parameters, arguments) \
    int lgbm_##name parameters {                      \
        lightgbm.register_log_callback(drop);         \
        return lightgbm.name arguments;               \
    }
FUNCTIONS(FUNCTION)

const char *lgbm_get_last_error(void) { return lightgbm.get_last_error(); }

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
#define FIND(name, theirs)                                                                    \
    if (!find(library, "LGBM_" #theirs, &lightgbm.name, error, error_size)) return false;
#define FIND_FUNCTION(name, theirs, parameters, arguments) FIND(name, theirs)
    FUNCTIONS(FIND_FUNCTION)
    FIND(get_last_error, GetLastError)
    FIND(register_log_callback, RegisterLogCallback)
    FIND(set_max_threads, SetMaxThreads)
    return true;
}

bool perennial_lightgbm_load(const char *path, char *error, size_t error_size) {
    pthread_mutex_lock(&mutex);
    if (!is_loaded) {
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (library == NULL) {
            const char *reason = dlerror();
            snprintf(error, error_size, "%s", reason == NULL ? "it can't be opened" : reason);
        } else if (find_all(library, error, error_size)) {
            lightgbm.set_max_threads(1);
            is_loaded = true;
        } else {
            dlclose(library);
        }
    }
    bool result = is_loaded;
    pthread_mutex_unlock(&mutex);
    return result;
}
