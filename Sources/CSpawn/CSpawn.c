#define _GNU_SOURCE

#include "CSpawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

int perennial_spawn_close_from(posix_spawn_file_actions_t *actions, int descriptor) {
  return posix_spawn_file_actions_addclosefrom_np(actions, descriptor);
}

int perennial_spawn_change_folder(posix_spawn_file_actions_t *actions, const char *path) {
  return posix_spawn_file_actions_addchdir_np(actions, path);
}

int perennial_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
