/* Starts Python inside Godot and passes the engine's interface to the package `godot`.

   PYTHON_STARTERS lists the Python versions it was built for, like STARTER(3, 11) STARTER(3, 12); see start.c. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "gdextension_interface.h"
#include "home.h"
#include "platform.h"
#include "start.h"

/* As in src/interface.h. */
typedef struct {
    GDExtensionInterfaceGetProcAddress get_proc_address;
    GDExtensionClassLibraryPtr library;
} Handover;

#define TEXT_ROOM (2 * PATH_ROOM)
#ifdef _WIN32
#define EXPORTED_FUNCTION __declspec(dllexport)
#else
#define EXPORTED_FUNCTION __attribute__((visibility("default")))
#endif

static Handover handover;
static Home home;
static int running; /* the interpreter */
static int started; /* the package `godot` in it */
static int in_editor;

static void *(*proc(const char *name))(void) { return (void *(*)(void))(void *)handover.get_proc_address(name); }

/* Print one Godot error; the project still opens. */
static void complain(const char *format, ...) {
    char text[TEXT_ROOM * 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    GDExtensionInterfacePrintErrorWithMessage print =
        (GDExtensionInterfacePrintErrorWithMessage)(void *)proc("print_error_with_message");
    if (print) print("Python is not available", text, "pythonscript", "res://addons/pythonscript/loader/loader.c", 0, 1);
}

/* Only functions of the Python C API that are equal in all versions, by name: this library must load without libpython. */
typedef struct PyObject PyObject;
typedef struct PyThreadState PyThreadState;

typedef struct {
    const char *(*GetVersion)(void);
    PyObject *(*CapsuleNew)(void *, const char *, void (*)(PyObject *));
    int (*SysSet)(const char *, PyObject *);
    PyObject *(*AddModule)(const char *);
    PyObject *(*ModuleDict)(PyObject *);
    PyObject *(*RunString)(const char *, int, PyObject *, PyObject *);
    PyObject *(*DictGet)(PyObject *, const char *);
    int (*DictSet)(PyObject *, const char *, PyObject *);
    PyObject *(*DecodeName)(const char *);
    const char *(*AsText)(PyObject *);
    void (*ErrPrint)(void);
    PyThreadState *(*SaveThread)(void);
    void (*RestoreThread)(PyThreadState *);
    int (*Finalize)(void);
    void (*DecRef)(PyObject *);
} Api;

enum { FILE_INPUT = 257 }; /* Py_file_input */

static Api py;
static PyThreadState *main_thread;

static int load_api(void *library, const char *path) {
    const struct { void **slot; const char *name; } wanted[] = {
        {(void **)&py.GetVersion, "Py_GetVersion"}, {(void **)&py.CapsuleNew, "PyCapsule_New"},
        {(void **)&py.SysSet, "PySys_SetObject"}, {(void **)&py.AddModule, "PyImport_AddModule"},
        {(void **)&py.ModuleDict, "PyModule_GetDict"}, {(void **)&py.RunString, "PyRun_String"},
        {(void **)&py.DictGet, "PyDict_GetItemString"}, {(void **)&py.DictSet, "PyDict_SetItemString"},
        {(void **)&py.DecodeName, "PyUnicode_DecodeFSDefault"}, {(void **)&py.AsText, "PyUnicode_AsUTF8"},
        {(void **)&py.ErrPrint, "PyErr_Print"}, {(void **)&py.SaveThread, "PyEval_SaveThread"},
        {(void **)&py.RestoreThread, "PyEval_RestoreThread"}, {(void **)&py.Finalize, "Py_FinalizeEx"},
        {(void **)&py.DecRef, "Py_DecRef"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        *wanted[i].slot = platform_symbol(library, wanted[i].name);
        if (!*wanted[i].slot) {
            complain("%s has no %s: it is not a libpython this add-on can use.", path, wanted[i].name);
            return 0;
        }
    }
    return 1;
}

#define STARTER(major, minor) int start_##major##_##minor(const PythonStart *, char *, size_t);
PYTHON_STARTERS
#undef STARTER

static const struct { const char *version; PythonStarter start; } starters[] = {
#define STARTER(major, minor) {#major "." #minor, start_##major##_##minor},
    PYTHON_STARTERS
#undef STARTER
};

/* Return the function that starts a Python of this full version ("3.11.7 (main, ...)"); NULL for an unsupported one. */
static PythonStarter starter_for(const char *full) {
    char version[16] = "";
    const char *dot = strchr(full, '.');
    if (dot) snprintf(version, sizeof version, "%.*s", (int)(dot + 1 + strcspn(dot + 1, ".abrc+ ") - full), full);
    const char *listed = strstr(home.versions, version);
    char after = listed ? listed[strlen(version)] : 'x';
    if (!*version || (after && after != ' ')) return NULL;
    for (size_t i = 0; i < sizeof starters / sizeof *starters; i++)
        if (!strcmp(starters[i].version, version)) return starters[i].start;
    return NULL;
}

/* Write the answer of `<singleton>.<method>(argument)` if it is a text or a bool (as "true" or "false"), else "". */
static void ask(const char *singleton_name, const char *method, const char *argument, char *out, size_t room) {
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
    new_name(&name, singleton_name, 0);
    GDExtensionObjectPtr object = singleton(&name);
    destructor(GDEXTENSION_VARIANT_TYPE_STRING_NAME)(&name);
    if (!object) return;
    from(GDEXTENSION_VARIANT_TYPE_OBJECT)(self, &object);
    new_string(&string, argument);
    from(GDEXTENSION_VARIANT_TYPE_STRING)(key, &string);
    destructor(GDEXTENSION_VARIANT_TYPE_STRING)(&string);
    name = 0;
    new_name(&name, method, 0);
    GDExtensionCallError error = {GDEXTENSION_CALL_OK, 0, 0};
    GDExtensionConstVariantPtr arguments[1] = {key};
    call(self, &name, arguments, 1, answer, &error);
    if (error.error == GDEXTENSION_CALL_OK) {
        GDExtensionVariantType type = type_of(answer);
        if (type == GDEXTENSION_VARIANT_TYPE_STRING || type == GDEXTENSION_VARIANT_TYPE_BOOL) {
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

/* Put packages on the path, import `godot`, and leave an error text in `failure` instead of raising.

   A bundle's packages are on the path already. The project's own come first; an exported game has no such folder. */
static const char boot_source[] =
    "import sys\n"
    "failure = ''\n"
    "try:\n"
    "    import os\n"
    "    if not os.path.exists(sys.executable):\n"
    "        sys.executable = ''\n"
    "    folders = [os.path.realpath(folder) for folder in packages.splitlines()]\n"
    "    if project:\n"
    "        folders.insert(0, os.path.join(project, 'python'))\n"
    "    for folder in reversed(folders):\n"
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
    PyObject *result = py.RunString(source, FILE_INPUT, globals, globals);
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

/* Replace the libpython of python.cfg by the developer's choice; a bundle always uses its own. */
static void apply_overrides(void) {
    char setting[PATH_ROOM], chosen[PATH_ROOM] = "", variable[PATH_ROOM];
    ask("ProjectSettings", "get_setting", "python/library", setting, sizeof setting);
    if (setting[0]) ask("ProjectSettings", "globalize_path", setting, chosen, sizeof chosen);
    platform_variable("PYTHONSCRIPT_LIBPYTHON", variable, sizeof variable);
    const char *library = variable[0] ? variable : chosen;
    if (!library[0]) return;
    snprintf(home.libpython[0], PATH_ROOM, "%s", library);
    home.libpython_count = 1;
}

/* Load the first of the home's libraries that loads; NULL, with an error in the output, if none does. */
static void *load_libpython(const char **path) {
    char why[TEXT_ROOM] = "python.cfg names none";
    /* Loaded first, they are found by name when libpython or a module of it needs them. */
    for (size_t i = 0; i < home.preload_count; i++) platform_load(home.preload[i], why, sizeof why);
    for (size_t i = 0; i < home.libpython_count; i++) {
        void *library = platform_load(home.libpython[i], why, sizeof why);
        *path = home.libpython[i];
        if (library) return library;
    }
    if (strstr(why, "GLIBC_"))
        complain("this system's C library is older than the Python of the add-on needs: %s.", why);
    else if (home.stdlib_count)
        complain("cannot load libpython: %s. The folder %s is not complete.", why, home.folder);
    else
        complain("cannot load libpython: %s. Set up again (tools/run), or name another library of Python %s in the "
                 "project setting python/library or the variable PYTHONSCRIPT_LIBPYTHON.", why, home.versions);
    return NULL;
}

/* Start the interpreter with the home's settings; return 0, with an error in the output, if that fails. */
static int start_interpreter(void) {
    char why[TEXT_ROOM] = "";
    const char *path = "", *search[2 * MOST_LINES];
    PythonStart order = {NULL, home.executable, "", search, 0};
    order.library = load_libpython(&path);
    if (!order.library || !load_api(order.library, path)) return 0;
    PythonStarter start = starter_for(py.GetVersion());
    if (!start) {
        complain("%s is Python %.8s, but the add-on was built for Python %s: run tools/run to build it again.", path,
                 py.GetVersion(), home.versions);
        return 0;
    }
    if (home.stdlib_count) {
        order.home = home.folder;
        for (size_t i = 0; i < home.packages_count; i++) search[order.search_count++] = home.packages[i];
        for (size_t i = 0; i < home.stdlib_count; i++) search[order.search_count++] = home.stdlib[i];
    }
    if (start(&order, why, sizeof why)) return 1;
    complain("Python %s would not start: %s", home.versions, why);
    return 0;
}

static void start_python(void) {
    char answer[16], project[PATH_ROOM] = "", packages[MOST_LINES * PATH_ROOM] = "", why[TEXT_ROOM];
    ask("OS", "has_feature", "template", answer, sizeof answer);
    int exported = !strcmp(answer, "true");
    if (!home_find(&home, exported, why, sizeof why)) {
        complain("%s", why);
        return;
    }
    if (!home.stdlib_count) apply_overrides();
    if (!exported) ask("ProjectSettings", "globalize_path", "res://", project, sizeof project);
    if (!start_interpreter()) return;
    PyObject *capsule = py.CapsuleNew(&handover, "pythonscript.handover", NULL);
    py.SysSet("_godot_handover", capsule);
    py.DecRef(capsule);
    if (!home.stdlib_count)
        for (size_t i = 0, used = 0; i < home.packages_count; i++)
            used += (size_t)snprintf(packages + used, sizeof packages - used, "%s\n", home.packages[i]);
    set_global("packages", packages);
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

EXPORTED_FUNCTION GDExtensionBool pythonscript_init(GDExtensionInterfaceGetProcAddress get_proc_address,
                                                    GDExtensionClassLibraryPtr library,
                                                    GDExtensionInitialization *out) {
    handover.get_proc_address = get_proc_address;
    handover.library = library;
    out->minimum_initialization_level = GDEXTENSION_INITIALIZATION_SCENE;
    out->initialize = initialize;
    out->deinitialize = deinitialize;
    return 1;
}
