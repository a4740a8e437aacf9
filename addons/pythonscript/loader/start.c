/* Starts the interpreter without any influence of the user's environment; compiled once for each Python version.

   PYTHON_STARTER is the function's name, like start_3_11. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdio.h>

#include "platform.h"
#include "start.h"

/* The functions that are needed, by name: libpython is loaded, not linked. */
typedef struct {
    void (*PreInitIsolated)(PyPreConfig *);
    PyStatus (*PreInitialize)(const PyPreConfig *);
    void (*InitIsolated)(PyConfig *);
    PyStatus (*SetBytes)(PyConfig *, wchar_t **, const char *);
    PyStatus (*Append)(PyWideStringList *, const wchar_t *);
    wchar_t *(*Decode)(const char *, size_t *);
    void (*Free)(void *);
    PyStatus (*Initialize)(const PyConfig *);
    void (*Clear)(PyConfig *);
    int (*IsException)(PyStatus);
} Functions;

static int find_functions(Functions *found, void *library, char *why, size_t room) {
    const struct { void **slot; const char *name; } wanted[] = {
        {(void **)&found->PreInitIsolated, "PyPreConfig_InitIsolatedConfig"},
        {(void **)&found->PreInitialize, "Py_PreInitialize"},
        {(void **)&found->InitIsolated, "PyConfig_InitIsolatedConfig"},
        {(void **)&found->SetBytes, "PyConfig_SetBytesString"},
        {(void **)&found->Append, "PyWideStringList_Append"}, {(void **)&found->Decode, "Py_DecodeLocale"},
        {(void **)&found->Free, "PyMem_RawFree"}, {(void **)&found->Initialize, "Py_InitializeFromConfig"},
        {(void **)&found->Clear, "PyConfig_Clear"}, {(void **)&found->IsException, "PyStatus_Exception"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        *wanted[i].slot = platform_symbol(library, wanted[i].name);
        if (!*wanted[i].slot) {
            snprintf(why, room, "it has no %s", wanted[i].name);
            return 0;
        }
    }
    return 1;
}

/* Make Python use only the bundle: it searches no other folder and reads no `site` and no .pth file. */
static PyStatus confine(const Functions *py, PyConfig *config, const PythonStart *order) {
    wchar_t **const places[] = {&config->home, &config->prefix, &config->exec_prefix, &config->base_prefix,
                                &config->base_exec_prefix};
    PyStatus status = {0};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        status = py->SetBytes(config, places[i], order->home);
        if (py->IsException(status)) return status;
    }
    /* A program that does not exist: otherwise Python searches for one on the PATH. */
    char program[PATH_ROOM];
    snprintf(program, sizeof program, "%s/python", order->home);
    status = py->SetBytes(config, &config->program_name, program);
    config->site_import = 0;
    config->write_bytecode = 0;
    config->module_search_paths_set = 1;
    for (size_t i = 0; i < order->search_count && !py->IsException(status); i++) {
        wchar_t *folder = py->Decode(order->search[i], NULL);
        if (!folder) continue;
        status = py->Append(&config->module_search_paths, folder);
        py->Free(folder);
    }
    return status;
}

int PYTHON_STARTER(const PythonStart *order, char *why, size_t room) {
    Functions py;
    PyPreConfig before;
    PyConfig config;
    if (!find_functions(&py, order->library, why, room)) return 0;
    py.PreInitIsolated(&before);
    before.utf8_mode = 1; /* paths and files are UTF-8 on every machine, as they are for the engine */
    PyStatus status = py.PreInitialize(&before);
    if (!py.IsException(status)) {
        py.InitIsolated(&config);
        config.install_signal_handlers = 0;
        if (order->program[0]) status = py.SetBytes(&config, &config.program_name, order->program);
        if (!py.IsException(status) && order->home[0]) status = confine(&py, &config, order);
        if (!py.IsException(status)) status = py.Initialize(&config);
        py.Clear(&config);
    }
    if (!py.IsException(status)) return 1;
    snprintf(why, room, "%s", status.err_msg ? status.err_msg : "no reason given");
    return 0;
}
