/* Windows: wide paths, which its functions need for characters beyond one code page. */
#include "platform.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <string.h>
#include <wchar.h>

/* Convert a path to the system's form, with `\` between folders; return 0 if it does not fit. */
static int to_wide(const char *path, wchar_t *out, int room) {
    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, out, room)) return 0;
    for (wchar_t *at = out; *at; at++)
        if (*at == L'/') *at = L'\\';
    return 1;
}

/* Convert a path from the system's form, without the prefix of long paths; return 0 if it does not fit. */
static int from_wide(const wchar_t *path, char *out, size_t room) {
    if (!wcsncmp(path, L"\\\\?\\", 4) && wcsncmp(path, L"\\\\?\\UNC\\", 8)) path += 4;
    if (!WideCharToMultiByte(CP_UTF8, 0, path, -1, out, (int)room, NULL, NULL)) return 0;
    for (char *at = out; *at; at++)
        if (*at == '\\') *at = '/';
    return 1;
}

void *platform_load(const char *path, char *why, size_t room) {
    wchar_t wide[PATH_ROOM];
    HMODULE library = NULL;
    DWORD error = ERROR_FILENAME_EXCED_RANGE;
    if (to_wide(path, wide, PATH_ROOM)) {
        /* A library's own libraries are looked for beside it. That is defined for absolute paths only. */
        library = LoadLibraryExW(wide, NULL, platform_is_absolute(path) ? LOAD_WITH_ALTERED_SEARCH_PATH : 0);
        error = GetLastError();
    }
    if (!library) {
        wchar_t text[512] = L"";
        char reason[1024] = "";
        FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0, text, 512, NULL);
        WideCharToMultiByte(CP_UTF8, 0, text, -1, reason, sizeof reason, NULL, NULL);
        reason[strcspn(reason, "\r\n")] = 0;
        snprintf(why, room, "%s: error %lu %s", path, (unsigned long)error, reason);
    }
    return (void *)library;
}

void *platform_symbol(void *library, const char *name) {
    return (void *)(INT_PTR)GetProcAddress((HMODULE)library, name);
}

/* Write the folder of a loaded module, NULL for the program's. */
static int module_folder(HMODULE module, char *out, size_t room) {
    wchar_t wide[PATH_ROOM];
    DWORD length = GetModuleFileNameW(module, wide, PATH_ROOM);
    if (!length || length >= PATH_ROOM || !from_wide(wide, out, room)) return 0;
    char *slash = strrchr(out, '/');
    if (slash) *slash = 0;
    return 1;
}

int platform_library_folder(char *out, size_t room) {
    HMODULE module = NULL;
    DWORD flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    if (!GetModuleHandleExW(flags, (LPCWSTR)(INT_PTR)&platform_library_folder, &module)) return 0;
    return module_folder(module, out, room);
}

int platform_program_folder(char *out, size_t room) { return module_folder(NULL, out, room); }

int platform_exists(const char *path) {
    wchar_t wide[PATH_ROOM];
    return to_wide(path, wide, PATH_ROOM) && GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES;
}

int platform_is_absolute(const char *path) {
    return (path[0] == '/' && path[1] == '/') || (path[0] && path[1] == ':' && (path[2] == '/' || path[2] == '\\'));
}

FILE *platform_open(const char *path) {
    wchar_t wide[PATH_ROOM];
    return to_wide(path, wide, PATH_ROOM) ? _wfopen(wide, L"r") : NULL;
}

void platform_variable(const char *name, char *out, size_t room) {
    wchar_t wide_name[128], value[PATH_ROOM];
    DWORD length = 0;
    out[0] = 0;
    if (to_wide(name, wide_name, 128)) length = GetEnvironmentVariableW(wide_name, value, PATH_ROOM);
    if (!length || length >= PATH_ROOM || !from_wide(value, out, room)) out[0] = 0;
}
