// What glibc can do where a program is started that Swift's Glibc module doesn't show (it is made without _GNU_SOURCE).

#ifndef PERENNIAL_CSPAWN_H
#define PERENNIAL_CSPAWN_H

#include <spawn.h>

// Closes every descriptor from this one on in the program (glibc 2.34 or newer).
int perennial_spawn_close_from(posix_spawn_file_actions_t *actions, int descriptor);

// Has the program begin in a folder (glibc 2.29 or newer).
int perennial_spawn_change_folder(posix_spawn_file_actions_t *actions, const char *path);

// A pipe whose ends no program inherits.
int perennial_pipe(int ends[2]);

#endif
