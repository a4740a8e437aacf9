/* Linux, macOS and other systems with dlopen. */
#define _GNU_SOURCE
#include "platform.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

/* Remove the last part of a path. */
static void to_folder(char *path) {
    char *slash = strrchr(path, '/');
    if (slash) *slash = 0;
}

void *platform_load(const char *path, char *why, size_t room) {
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!library) snprintf(why, room, "%s", dlerror());
    return library;
}

void *platform_symbol(void *library, const char *name) { return dlsym(library, name); }

/* Write the folder of a file, links resolved; return 0 if there is none. */
static int resolved_folder(const char *file, char *out, size_t room) {
    char *real = realpath(file, NULL);
    if (!real) return 0;
    to_folder(real);
    int written = snprintf(out, room, "%s", real);
    free(real);
    return written >= 0 && (size_t)written < room;
}

int platform_library_folder(char *out, size_t room) {
    Dl_info where;
    if (!dladdr((void *)&platform_library_folder, &where) || !where.dli_fname) return 0;
    return resolved_folder(where.dli_fname, out, room);
}

int platform_program_folder(char *out, size_t room) {
#ifdef __APPLE__
    char program[PATH_ROOM];
    uint32_t size = sizeof program;
    return !_NSGetExecutablePath(program, &size) && resolved_folder(program, out, room);
#else
    return resolved_folder("/proc/self/exe", out, room);
#endif
}

int platform_exists(const char *path) { return access(path, F_OK) == 0; }

int platform_is_absolute(const char *path) { return path[0] == '/'; }

FILE *platform_open(const char *path) { return fopen(path, "r"); }

void platform_variable(const char *name, char *out, size_t room) {
    const char *value = getenv(name);
    snprintf(out, room, "%s", value ? value : "");
}
