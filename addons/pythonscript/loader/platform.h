/* The functions that differ between operating systems. Every path is UTF-8 with `/` between folders. */
#ifndef PYTHONSCRIPT_PLATFORM_H
#define PYTHONSCRIPT_PLATFORM_H

#include <stddef.h>
#include <stdio.h>

/* Bytes that a path may take, its end included. */
#define PATH_ROOM 4096

/* Load a shared library, its symbols visible to libraries that are loaded later. NULL on failure, with the reason in `why`. */
void *platform_load(const char *path, char *why, size_t room);

/* Return the address of a function of a loaded library, NULL if it has none of that name. */
void *platform_symbol(void *library, const char *name);

/* Write the absolute folder of this library, links resolved. Return 0 if it cannot be found out. */
int platform_library_folder(char *out, size_t room);

/* Write the absolute folder of the running program, links resolved. Return 0 if it cannot be found out. */
int platform_program_folder(char *out, size_t room);

/* Return whether there is a file or folder at a path. */
int platform_exists(const char *path);

/* Return whether a path is absolute. */
int platform_is_absolute(const char *path);

/* Open a file for reading; NULL if that fails. */
FILE *platform_open(const char *path);

/* Write the value of an environment variable; "" if it is not set. */
void platform_variable(const char *name, char *out, size_t room);

#endif
