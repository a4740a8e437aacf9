/* Stands in for Godot on Windows: loads the loader, gives it an interface that does nothing, and runs Python code.

   host.exe LIBRARY CODE: what the loader complains of and what the code prints goes to standard output. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

typedef void (*Function)(void);
typedef Function (*GetProcAddressFunction)(const char *);
typedef struct {
    int minimum_level;
    void *userdata;
    void (*initialize)(void *, int);
    void (*deinitialize)(void *, int);
} Initialization;

static void print_error(const char *description, const char *message, const char *function, const char *file, int line,
                        uint8_t notify) {
    (void)function, (void)file, (void)line, (void)notify;
    printf("ERROR %s: %s\n", description, message);
}

static void *nothing(void) { return NULL; }
static Function do_nothing(void) { return (Function)nothing; }

static Function proc(const char *name) {
    if (!strcmp(name, "print_error_with_message")) return (Function)print_error;
    if (strstr(name, "get_ptr_") || strstr(name, "type_constructor")) return (Function)do_nothing;
    return (Function)nothing;
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    HMODULE library = LoadLibraryA(arguments[1]);
    if (!library) return printf("ERROR %s cannot be loaded: %lu\n", arguments[1], GetLastError()), 3;
    uint8_t (*init)(GetProcAddressFunction, void *, Initialization *) = (void *)GetProcAddress(library, "pythonscript_init");
    if (!init) return printf("ERROR no entry point\n"), 4;
    Initialization levels = {0, NULL, NULL, NULL};
    if (!init(proc, library, &levels)) return printf("ERROR the entry point refuses\n"), 5;
    for (int level = 0; level <= 2; level++) levels.initialize(levels.userdata, level);
    fflush(stdout);
    HMODULE python = GetModuleHandleA("python311.dll");
    if (!python) return printf("ERROR python311.dll was not loaded\n"), 6;
    int (*ensure)(void) = (void *)GetProcAddress(python, "PyGILState_Ensure");
    void (*release)(int) = (void *)GetProcAddress(python, "PyGILState_Release");
    int (*run)(const char *, void *) = (void *)GetProcAddress(python, "PyRun_SimpleStringFlags");
    int state = ensure(), status = run(arguments[2], NULL);
    release(state);
    for (int level = 2; level >= 0; level--) levels.deinitialize(levels.userdata, level);
    printf("status %d\n", status);
    fflush(stdout);
    return status ? 7 : 0;
}
