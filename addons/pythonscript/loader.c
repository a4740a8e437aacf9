/* Finds and starts the shared libpython inside Godot and hands the engine's interface to the package `godot`. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gdextension_interface.h"

typedef struct {
    GDExtensionInterfaceGetProcAddress get_proc_address;
    GDExtensionClassLibraryPtr library;
    const char *root;
} Handover;

#define TEXT_ROOM 4096

static Handover handover;
static char root[PATH_MAX];       /* the add-on's folder, absolute */
static char project[PATH_MAX];    /* res://, absolute */
static char libpython[PATH_MAX];  /* the shared library to load */
static char executable[PATH_MAX]; /* the Python that the add-on was set up with */
static char wanted[32];           /* its version, like 3.11 */
static int running; /* the interpreter */
static int started; /* and our package in it */
static int in_editor;

static void *(*proc(const char *name))(void) { return (void *(*)(void))(void *)handover.get_proc_address(name); }

/* One Godot error; the project opens all the same. */
static void complain(const char *format, ...) {
    char text[TEXT_ROOM * 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    GDExtensionInterfacePrintErrorWithMessage print =
        (GDExtensionInterfacePrintErrorWithMessage)(void *)proc("print_error_with_message");
    if (print) print("Python is not available", text, "pythonscript", "res://addons/pythonscript/loader.c", 0, 1);
}

/* The Python C API, by name: this library must load on a machine where libpython is missing. */
typedef struct {
    const char *(*GetVersion)(void);
    void (*InitIsolated)(PyConfig *);
    PyStatus (*SetBytes)(PyConfig *, wchar_t **, const char *);
    PyStatus (*Initialize)(const PyConfig *);
    void (*Clear)(PyConfig *);
    int (*IsException)(PyStatus);
    PyObject *(*CapsuleNew)(void *, const char *, PyCapsule_Destructor);
    int (*SysSet)(const char *, PyObject *);
    PyObject *(*AddModule)(const char *);
    PyObject *(*ModuleDict)(PyObject *);
    PyObject *(*RunString)(const char *, int, PyObject *, PyObject *);
    PyObject *(*DictGet)(PyObject *, const char *);
    int (*DictSet)(PyObject *, const char *, PyObject *);
    PyObject *(*FromString)(const char *);
    PyObject *(*DecodeName)(const char *);
    const char *(*AsText)(PyObject *);
    void (*ErrPrint)(void);
    PyThreadState *(*SaveThread)(void);
    void (*RestoreThread)(PyThreadState *);
    int (*Finalize)(void);
    void (*DecRef)(PyObject *);
} Api;

static Api py;
static PyThreadState *main_thread;

static int load_api(void *library) {
    struct { void **slot; const char *name; } wanted_names[] = {
        {(void **)&py.GetVersion, "Py_GetVersion"}, {(void **)&py.InitIsolated, "PyConfig_InitIsolatedConfig"},
        {(void **)&py.SetBytes, "PyConfig_SetBytesString"}, {(void **)&py.Initialize, "Py_InitializeFromConfig"},
        {(void **)&py.Clear, "PyConfig_Clear"}, {(void **)&py.IsException, "PyStatus_Exception"},
        {(void **)&py.CapsuleNew, "PyCapsule_New"}, {(void **)&py.SysSet, "PySys_SetObject"},
        {(void **)&py.AddModule, "PyImport_AddModule"}, {(void **)&py.ModuleDict, "PyModule_GetDict"},
        {(void **)&py.RunString, "PyRun_String"}, {(void **)&py.DictGet, "PyDict_GetItemString"},
        {(void **)&py.DictSet, "PyDict_SetItemString"}, {(void **)&py.DecodeName, "PyUnicode_DecodeFSDefault"},
        {(void **)&py.FromString, "PyUnicode_FromString"}, {(void **)&py.AsText, "PyUnicode_AsUTF8"},
        {(void **)&py.ErrPrint, "PyErr_Print"}, {(void **)&py.SaveThread, "PyEval_SaveThread"},
        {(void **)&py.RestoreThread, "PyEval_RestoreThread"}, {(void **)&py.Finalize, "Py_FinalizeEx"},
        {(void **)&py.DecRef, "Py_DecRef"},
    };
    for (size_t i = 0; i < sizeof wanted_names / sizeof *wanted_names; i++) {
        *wanted_names[i].slot = dlsym(library, wanted_names[i].name);
        if (!*wanted_names[i].slot) {
            complain("%s has no %s: it is not a libpython this add-on can use.", libpython, wanted_names[i].name);
            return 0;
        }
    }
    return 1;
}

/* Text answer of `ProjectSettings.<method>(argument)`, empty if there is none. */
static void ask_settings(const char *method, const char *argument, char *out, size_t room) {
    uint64_t name = 0, string = 0, self[3], key[3], answer[3], answer_text = 0;
    GDExtensionInterfaceStringNameNewWithLatin1Chars new_name =
        (GDExtensionInterfaceStringNameNewWithLatin1Chars)(void *)proc("string_name_new_with_latin1_chars");
    GDExtensionInterfaceStringNewWithUtf8Chars new_string =
        (GDExtensionInterfaceStringNewWithUtf8Chars)(void *)proc("string_new_with_utf8_chars");
    GDExtensionInterfaceGlobalGetSingleton singleton =
        (GDExtensionInterfaceGlobalGetSingleton)(void *)proc("global_get_singleton");
    GDExtensionInterfaceGetVariantFromTypeConstructor from =
        (GDExtensionInterfaceGetVariantFromTypeConstructor)(void *)proc("get_variant_from_type_constructor");
    GDExtensionInterfaceVariantGetPtrDestructor destructor =
        (GDExtensionInterfaceVariantGetPtrDestructor)(void *)proc("variant_get_ptr_destructor");
    GDExtensionInterfaceVariantCall call = (GDExtensionInterfaceVariantCall)(void *)proc("variant_call");
    GDExtensionInterfaceVariantDestroy destroy = (GDExtensionInterfaceVariantDestroy)(void *)proc("variant_destroy");
    GDExtensionInterfaceVariantGetType type_of = (GDExtensionInterfaceVariantGetType)(void *)proc("variant_get_type");
    GDExtensionInterfaceVariantStringify text_of = (GDExtensionInterfaceVariantStringify)(void *)proc("variant_stringify");
    GDExtensionInterfaceStringToUtf8Chars to_utf8 =
        (GDExtensionInterfaceStringToUtf8Chars)(void *)proc("string_to_utf8_chars");
    out[0] = 0;
    new_name(&name, "ProjectSettings", 0);
    GDExtensionObjectPtr settings = singleton(&name);
    destructor(GDEXTENSION_VARIANT_TYPE_STRING_NAME)(&name);
    if (!settings) return;
    from(GDEXTENSION_VARIANT_TYPE_OBJECT)(self, &settings);
    new_string(&string, argument);
    from(GDEXTENSION_VARIANT_TYPE_STRING)(key, &string);
    destructor(GDEXTENSION_VARIANT_TYPE_STRING)(&string);
    name = 0;
    new_name(&name, method, 0);
    GDExtensionCallError error = {GDEXTENSION_CALL_OK, 0, 0};
    GDExtensionConstVariantPtr arguments[1] = {key};
    call(self, &name, arguments, 1, answer, &error);
    if (error.error == GDEXTENSION_CALL_OK) {
        if (type_of(answer) == GDEXTENSION_VARIANT_TYPE_STRING) {
            text_of(answer, &answer_text);
            int64_t length = to_utf8(&answer_text, out, (GDExtensionInt)room - 1);
            out[length < (int64_t)room ? length : (int64_t)room - 1] = 0;
            destructor(GDEXTENSION_VARIANT_TYPE_STRING)(&answer_text);
        }
        destroy(answer);
    }
    destructor(GDEXTENSION_VARIANT_TYPE_STRING_NAME)(&name);
    destroy(key);
    destroy(self);
}

/* Reads `bin/python.cfg`, lines of `key = value` written by build.py. A relative path counts from the add-on. */
static int read_config(void) {
    char path[PATH_MAX + 32], line[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/bin/python.cfg", root);
    FILE *file = fopen(path, "r");
    if (!file) {
        complain("%s is missing: run tools/run or addons/pythonscript/build.py to set the add-on up.", path);
        return 0;
    }
    while (fgets(line, sizeof line, file)) {
        char *equals = strstr(line, " = ");
        if (!equals) continue;
        *equals = 0;
        char *value = equals + 3;
        value[strcspn(value, "\r\n")] = 0;
        char *target = NULL;
        size_t room = PATH_MAX;
        if (!strcmp(line, "libpython")) target = libpython;
        else if (!strcmp(line, "executable")) target = executable;
        else if (!strcmp(line, "version")) target = wanted, room = sizeof wanted;
        if (!target) continue;
        if (target != wanted && value[0] != '/') snprintf(target, room, "%s/%s", root, value);
        else snprintf(target, room, "%s", value);
    }
    fclose(file);
    return 1;
}

/* Puts our packages on the path, imports them, and leaves an error text in `failure` instead of raising. */
static const char boot_source[] =
    "import sys\n"
    "failure = ''\n"
    "try:\n"
    "    import os\n"
    "    if not os.path.isdir(os.path.join(own, 'godot')):\n"
    "        own = os.path.join(project, 'python')\n"
    "    for folder in (own, os.path.join(project, 'python')):\n"
    "        if os.path.isdir(folder) and folder not in sys.path:\n"
    "            sys.path.insert(0, folder)\n"
    "    import godot._boot\n"
    "    godot._boot.start(project)\n"
    "except BaseException as problem:\n"
    "    import traceback\n"
    "    failure = ''.join(traceback.format_exception_only(type(problem), problem)).strip()\n"
    "    failure += '\\n' + traceback.format_exc().strip()\n"
    "    if isinstance(problem, ImportError) and str(problem.name or '').split('.')[0] == 'godot':\n"
    "        failure = 'the package `godot` cannot be loaded (run tools/run or build.py again): ' + failure\n";

static const char stop_source[] =
    "failure = ''\n"
    "try:\n"
    "    import sys\n"
    "    if 'godot._boot' in sys.modules:\n"
    "        sys.modules['godot._boot'].stop()\n"
    "except BaseException:\n"
    "    import traceback\n"
    "    failure = traceback.format_exc().strip()\n";

static int run_guarded(const char *source, const char *what) {
    PyObject *globals = py.ModuleDict(py.AddModule("__main__"));
    PyObject *result = py.RunString(source, Py_file_input, globals, globals);
    if (!result) {
        py.ErrPrint();
        complain("%s failed before it could say why.", what);
        return 0;
    }
    py.DecRef(result);
    PyObject *failure = py.DictGet(globals, "failure");
    const char *text = failure ? py.AsText(failure) : "";
    if (text && *text) {
        complain("%s failed: %s", what, text);
        return 0;
    }
    return 1;
}

static void set_global(const char *name, const char *path) {
    PyObject *text = py.DecodeName(path);
    py.DictSet(py.ModuleDict(py.AddModule("__main__")), name, text);
    py.DecRef(text);
}

static void start_python(void) {
    if (!read_config()) return;
    char setting[PATH_MAX];
    ask_settings("get_setting", "python/library", setting, sizeof setting);
    if (setting[0]) ask_settings("globalize_path", setting, libpython, sizeof libpython);
    const char *environment = getenv("PYTHONSCRIPT_LIBPYTHON");
    if (environment && *environment) snprintf(libpython, sizeof libpython, "%s", environment);
    ask_settings("globalize_path", "res://", project, sizeof project);

    void *library = dlopen(libpython, RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
        complain("cannot load libpython: %s. Set up again (tools/run), or name another library of Python %s in the "
                 "project setting python/library or the variable PYTHONSCRIPT_LIBPYTHON.", dlerror(), wanted);
        return;
    }
    if (!load_api(library)) return;
    const char *version = py.GetVersion();
    size_t length = strlen(wanted);
    if (strncmp(version, wanted, length) || version[length] != '.') {
        complain("%s is Python %.8s, but the add-on was built for Python %s: run tools/run to build it again.",
                 libpython, version, wanted);
        return;
    }
    PyConfig config;
    py.InitIsolated(&config);
    config.install_signal_handlers = 0;
    PyStatus status = py.SetBytes(&config, &config.program_name, executable);
    if (!py.IsException(status)) status = py.Initialize(&config);
    py.Clear(&config);
    if (py.IsException(status)) {
        complain("Python %s would not start: %s", wanted, status.err_msg ? status.err_msg : "no reason given");
        return;
    }
    PyObject *capsule = py.CapsuleNew(&handover, "pythonscript.handover", NULL);
    py.SysSet("_godot_handover", capsule);
    py.DecRef(capsule);
    char own[PATH_MAX + 32];
    snprintf(own, sizeof own, "%s/../../python", root);
    char *real = realpath(own, NULL);
    set_global("own", real ? real : own);
    free(real);
    set_global("project", project);
    started = run_guarded(boot_source, "starting the Python side");
    main_thread = py.SaveThread();
    running = 1;
}

static void initialize(void *userdata, GDExtensionInitializationLevel level) {
    (void)userdata;
    if (level == GDEXTENSION_INITIALIZATION_SCENE) start_python();
    if (level == GDEXTENSION_INITIALIZATION_EDITOR && started && !in_editor) {
        in_editor = 1;
        py.RestoreThread(main_thread);
        run_guarded("failure = ''\nimport godot._boot\ngodot._boot.enter_editor()\n", "loading documentation");
        main_thread = py.SaveThread();
    }
}

static void deinitialize(void *userdata, GDExtensionInitializationLevel level) {
    (void)userdata;
    if (level != GDEXTENSION_INITIALIZATION_SCENE || !running) return;
    running = 0;
    py.RestoreThread(main_thread);
    run_guarded(stop_source, "stopping Python");
    py.Finalize();
}

__attribute__((visibility("default"))) GDExtensionBool pythonscript_init(
    GDExtensionInterfaceGetProcAddress get_proc_address, GDExtensionClassLibraryPtr library,
    GDExtensionInitialization *out) {
    handover.get_proc_address = get_proc_address;
    handover.library = library;
    Dl_info where;
    char file[PATH_MAX];
    if (dladdr((void *)&pythonscript_init, &where) && realpath(where.dli_fname, file)) {
        for (int i = 0; i < 2; i++) { /* .../pythonscript/bin/library -> .../pythonscript */
            char *slash = strrchr(file, '/');
            if (slash) *slash = 0;
        }
        snprintf(root, sizeof root, "%s", file);
    }
    handover.root = root;
    out->minimum_initialization_level = GDEXTENSION_INITIALIZATION_SCENE;
    out->initialize = initialize;
    out->deinitialize = deinitialize;
    return 1;
}
