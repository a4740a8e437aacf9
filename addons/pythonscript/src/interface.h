/* The engine's interface functions, looked up by name once, and the C helpers that Cython cannot express. */
#ifndef PYTHONSCRIPT_INTERFACE_H
#define PYTHONSCRIPT_INTERFACE_H

#include <Python.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "gdextension_interface.h"

/* The data that the loader passes to the extension module through a capsule. */
typedef struct {
    GDExtensionInterfaceGetProcAddress get_proc_address;
    GDExtensionClassLibraryPtr library;
} Handover;

/* Room for any builtin value in its pointer-call form (the biggest is a Projection: 64 bytes). */
typedef union {
    uint64_t words[8];
    double number;
    int64_t integer;
    uint8_t boolean;
    void *pointer;
    float floats[16];
    int32_t ints[16];
} GdSlot;

typedef struct {
    uint64_t words[3];
} GdVariant;

/* The engine's function types, with plain pointers. */
typedef void (*ToVariant)(void *, void *);
typedef void *(*InsideVariant)(void *);
typedef void (*Construct)(void *, const void **);
typedef void (*Destroy)(void *);
typedef void (*BuiltinCall)(void *, const void **, void *, int);
typedef void (*UtilityCall)(void *, const void **, int);

/* The binding's code for "any Variant", in addition to the engine's type codes. */
#define VARIANT_CODE 64

/* X(type of the function in the engine's header, name for get_proc_address, whether it is required) */
#define GD_FUNCTIONS(X) \
    X(GDExtensionInterfacePrintError, print_error, 1) \
    X(GDExtensionInterfacePrintErrorWithMessage, print_error_with_message, 1) \
    X(GDExtensionInterfacePrintWarning, print_warning, 1) \
    X(GDExtensionInterfacePrintScriptErrorWithMessage, print_script_error_with_message, 1) \
    X(GDExtensionInterfaceVariantNewCopy, variant_new_copy, 1) \
    X(GDExtensionInterfaceVariantNewNil, variant_new_nil, 1) \
    X(GDExtensionInterfaceVariantDestroy, variant_destroy, 1) \
    X(GDExtensionInterfaceVariantCall, variant_call, 1) \
    X(GDExtensionInterfaceVariantCallStatic, variant_call_static, 1) \
    X(GDExtensionInterfaceVariantEvaluate, variant_evaluate, 1) \
    X(GDExtensionInterfaceVariantSetNamed, variant_set_named, 1) \
    X(GDExtensionInterfaceVariantGetNamed, variant_get_named, 1) \
    X(GDExtensionInterfaceVariantHash, variant_hash, 1) \
    X(GDExtensionInterfaceVariantHashCompare, variant_hash_compare, 1) \
    X(GDExtensionInterfaceVariantStringify, variant_stringify, 1) \
    X(GDExtensionInterfaceVariantGetType, variant_get_type, 1) \
    X(GDExtensionInterfaceVariantHasMethod, variant_has_method, 1) \
    X(GDExtensionInterfaceVariantGetObjectInstanceId, variant_get_object_instance_id, 1) \
    X(GDExtensionInterfaceVariantCanConvertStrict, variant_can_convert_strict, 1) \
    X(GDExtensionInterfaceGetVariantFromTypeConstructor, get_variant_from_type_constructor, 1) \
    X(GDExtensionInterfaceGetVariantGetInternalPtrFunc, variant_get_ptr_internal_getter, 1) \
    X(GDExtensionInterfaceVariantGetPtrBuiltinMethod, variant_get_ptr_builtin_method, 1) \
    X(GDExtensionInterfaceVariantGetPtrConstructor, variant_get_ptr_constructor, 1) \
    X(GDExtensionInterfaceVariantGetPtrDestructor, variant_get_ptr_destructor, 1) \
    X(GDExtensionInterfaceVariantConstruct, variant_construct, 1) \
    X(GDExtensionInterfaceVariantGetConstantValue, variant_get_constant_value, 1) \
    X(GDExtensionInterfaceVariantGetPtrUtilityFunction, variant_get_ptr_utility_function, 1) \
    X(GDExtensionInterfaceStringNewWithLatin1CharsAndLen, string_new_with_latin1_chars_and_len, 1) \
    X(GDExtensionInterfaceStringToUtf32Chars, string_to_utf32_chars, 1) \
    X(GDExtensionInterfaceStringOperatorIndex, string_operator_index, 1) \
    X(GDExtensionInterfaceStringOperatorIndexConst, string_operator_index_const, 1) \
    X(GDExtensionInterfaceStringResize, string_resize, 1) \
    X(GDExtensionInterfaceStringNameNewWithUtf8CharsAndLen, string_name_new_with_utf8_chars_and_len, 1) \
    X(GDExtensionInterfacePackedByteArrayOperatorIndex, packed_byte_array_operator_index, 1) \
    X(GDExtensionInterfacePackedByteArrayOperatorIndexConst, packed_byte_array_operator_index_const, 1) \
    X(GDExtensionInterfacePackedFloat32ArrayOperatorIndex, packed_float32_array_operator_index, 1) \
    X(GDExtensionInterfacePackedFloat64ArrayOperatorIndex, packed_float64_array_operator_index, 1) \
    X(GDExtensionInterfacePackedInt32ArrayOperatorIndex, packed_int32_array_operator_index, 1) \
    X(GDExtensionInterfacePackedInt64ArrayOperatorIndex, packed_int64_array_operator_index, 1) \
    X(GDExtensionInterfacePackedFloat32ArrayOperatorIndexConst, packed_float32_array_operator_index_const, 1) \
    X(GDExtensionInterfacePackedFloat64ArrayOperatorIndexConst, packed_float64_array_operator_index_const, 1) \
    X(GDExtensionInterfacePackedInt32ArrayOperatorIndexConst, packed_int32_array_operator_index_const, 1) \
    X(GDExtensionInterfacePackedInt64ArrayOperatorIndexConst, packed_int64_array_operator_index_const, 1) \
    X(GDExtensionInterfacePackedStringArrayOperatorIndex, packed_string_array_operator_index, 1) \
    X(GDExtensionInterfacePackedStringArrayOperatorIndexConst, packed_string_array_operator_index_const, 1) \
    X(GDExtensionInterfacePackedVector2ArrayOperatorIndex, packed_vector2_array_operator_index, 1) \
    X(GDExtensionInterfacePackedVector2ArrayOperatorIndexConst, packed_vector2_array_operator_index_const, 1) \
    X(GDExtensionInterfacePackedVector3ArrayOperatorIndex, packed_vector3_array_operator_index, 1) \
    X(GDExtensionInterfacePackedVector3ArrayOperatorIndexConst, packed_vector3_array_operator_index_const, 1) \
    X(GDExtensionInterfacePackedVector4ArrayOperatorIndex, packed_vector4_array_operator_index, 1) \
    X(GDExtensionInterfacePackedVector4ArrayOperatorIndexConst, packed_vector4_array_operator_index_const, 1) \
    X(GDExtensionInterfacePackedColorArrayOperatorIndex, packed_color_array_operator_index, 1) \
    X(GDExtensionInterfacePackedColorArrayOperatorIndexConst, packed_color_array_operator_index_const, 1) \
    X(GDExtensionInterfaceArrayOperatorIndex, array_operator_index, 1) \
    X(GDExtensionInterfaceArrayOperatorIndexConst, array_operator_index_const, 1) \
    X(GDExtensionInterfaceDictionaryOperatorIndex, dictionary_operator_index, 1) \
    X(GDExtensionInterfaceObjectMethodBindCall, object_method_bind_call, 1) \
    X(GDExtensionInterfaceObjectMethodBindPtrcall, object_method_bind_ptrcall, 1) \
    X(GDExtensionInterfaceObjectDestroy, object_destroy, 1) \
    X(GDExtensionInterfaceGlobalGetSingleton, global_get_singleton, 1) \
    X(GDExtensionInterfaceObjectGetInstanceBinding, object_get_instance_binding, 1) \
    X(GDExtensionInterfaceObjectFreeInstanceBinding, object_free_instance_binding, 1) \
    X(GDExtensionInterfaceObjectSetInstance, object_set_instance, 1) \
    X(GDExtensionInterfaceObjectGetClassName, object_get_class_name, 1) \
    X(GDExtensionInterfaceObjectGetInstanceFromId, object_get_instance_from_id, 1) \
    X(GDExtensionInterfaceObjectGetInstanceId, object_get_instance_id, 1) \
    X(GDExtensionInterfaceRefGetObject, ref_get_object, 1) \
    X(GDExtensionInterfaceRefSetObject, ref_set_object, 1) \
    X(GDExtensionInterfaceCallableCustomCreate2, callable_custom_create2, 1) \
    X(GDExtensionInterfaceCallableCustomGetUserData, callable_custom_get_userdata, 1) \
    X(GDExtensionInterfaceClassdbConstructObject2, classdb_construct_object2, 1) \
    X(GDExtensionInterfaceClassdbGetMethodBind, classdb_get_method_bind, 1) \
    X(GDExtensionInterfaceClassdbRegisterExtensionClass5, classdb_register_extension_class5, 1) \
    X(GDExtensionInterfaceClassdbRegisterExtensionClassMethod, classdb_register_extension_class_method, 1) \
    X(GDExtensionInterfaceClassdbRegisterExtensionClassIntegerConstant, \
      classdb_register_extension_class_integer_constant, 1) \
    X(GDExtensionInterfaceClassdbRegisterExtensionClassProperty, classdb_register_extension_class_property, 1) \
    X(GDExtensionInterfaceClassdbRegisterExtensionClassSignal, classdb_register_extension_class_signal, 1) \
    X(GDExtensionInterfaceClassdbUnregisterExtensionClass, classdb_unregister_extension_class, 1) \
    X(GDExtensionInterfaceEditorAddPlugin, editor_add_plugin, 0) \
    X(GDExtensionInterfaceEditorRemovePlugin, editor_remove_plugin, 0) \
    X(GDExtensionsInterfaceEditorHelpLoadXmlFromUtf8CharsAndLen, editor_help_load_xml_from_utf8_chars_and_len, 0) \
    X(GDExtensionInterfaceRegisterMainLoopCallbacks, register_main_loop_callbacks, 0)

typedef struct {
#define GD_MEMBER(type, name, needed) type name;
    GD_FUNCTIONS(GD_MEMBER)
#undef GD_MEMBER
    /* Per Variant type: value -> Variant, address of the value inside a Variant, and life cycle. */
    ToVariant to_variant[GDEXTENSION_VARIANT_TYPE_VARIANT_MAX];
    InsideVariant inside[GDEXTENSION_VARIANT_TYPE_VARIANT_MAX];
    Construct construct[GDEXTENSION_VARIANT_TYPE_VARIANT_MAX];
    Construct copy[GDEXTENSION_VARIANT_TYPE_VARIANT_MAX];
    Destroy destroy[VARIANT_CODE + 1]; /* NULL for types without a destructor */
} GdInterface;

static GdInterface gd;

/* Fills `gd`; returns NULL, or the name of the first function that this engine lacks. */
static const char *gd_load(GDExtensionInterfaceGetProcAddress get) {
#define GD_LOAD(type, name, needed) \
    gd.name = (type)(void *)get(#name); \
    if (needed && !gd.name) return #name;
    GD_FUNCTIONS(GD_LOAD)
#undef GD_LOAD
    for (int i = 1; i < GDEXTENSION_VARIANT_TYPE_VARIANT_MAX; i++) {
        GDExtensionVariantType type = (GDExtensionVariantType)i;
        gd.to_variant[i] = (ToVariant)gd.get_variant_from_type_constructor(type);
        gd.inside[i] = (InsideVariant)gd.variant_get_ptr_internal_getter(type);
        gd.destroy[i] = (Destroy)gd.variant_get_ptr_destructor(type);
        if (type != GDEXTENSION_VARIANT_TYPE_OBJECT) {
            gd.construct[i] = (Construct)gd.variant_get_ptr_constructor(type, 0);
            gd.copy[i] = (Construct)gd.variant_get_ptr_constructor(type, 1);
        }
    }
    gd.destroy[VARIANT_CODE] = (Destroy)gd.variant_destroy;
    return NULL;
}

/* Make a Cython extension type callable by vectorcall, and (if asked) by the interpreter's method fast path. */
static inline void gd_enable_vectorcall(PyTypeObject *type, Py_ssize_t offset, int is_method) {
    type->tp_vectorcall_offset = offset;
    type->tp_call = PyVectorcall_Call;
    type->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
    if (is_method) type->tp_flags |= Py_TPFLAGS_METHOD_DESCRIPTOR;
    PyType_Modified(type);
}

/* A Python class derived from a Cython class with __getattr__ would find every attribute by slow Python look-ups.
 * Engine classes use the C function of the Cython class directly. Exposed classes, whose members are Python's,
 * use Python's plain access, which the interpreter specialises. */
static inline void gd_direct_attributes(PyTypeObject *type, PyTypeObject *base, void *getter) {
    type->tp_getattro = (getattrofunc)getter;
    type->tp_setattro = base->tp_setattro;
    PyType_Modified(type);
}

static inline void gd_plain_attributes(PyTypeObject *type, int reading, int writing) {
    if (reading) type->tp_getattro = PyObject_GenericGetAttr;
    if (writing) type->tp_setattro = PyObject_GenericSetAttr;
    PyType_Modified(type);
}

/* Threads of the engine. Python would create and delete a thread state at every callback, which costs more than the
 * callback. So the first callback on a thread keeps its state until the thread ends. */
static __thread int gd_thread_known;
static pthread_key_t gd_thread_key;
static int gd_threads_open; /* the interpreter exists */

static void gd_thread_end(void *state) {
    if (!gd_threads_open) return; /* the interpreter's end has deleted the state */
    PyEval_RestoreThread((PyThreadState *)state);
    PyThreadState_Clear((PyThreadState *)state);
    PyThreadState_DeleteCurrent();
}

static void gd_threads_start(void) {
    if (!gd_threads_open) gd_threads_open = pthread_key_create(&gd_thread_key, gd_thread_end) == 0;
}

static void gd_threads_stop(void) {
    if (gd_threads_open) pthread_key_delete(gd_thread_key);
    gd_threads_open = 0;
}

static void gd_thread_meet(void) {
    gd_thread_known = 1;
    if (!gd_threads_open || PyGILState_GetThisThreadState()) return; /* a thread that Python made */
    PyGILState_Ensure();
    pthread_setspecific(gd_thread_key, PyEval_SaveThread());
}

static inline PyGILState_STATE gd_gil_ensure(void) {
    if (!gd_thread_known) gd_thread_meet();
    return PyGILState_Ensure();
}

/* Replaces the function with which Cython takes the lock. */
#define PyGILState_Ensure gd_gil_ensure

static inline void gd_set_type_attribute(PyTypeObject *type, PyObject *name, PyObject *value) {
    PyDict_SetItem(type->tp_dict, name, value);
    PyType_Modified(type);
}

/* An instance without any initialisation: for types whose C part may start as zeroes. */
static inline PyObject *gd_alloc(PyTypeObject *type) { return type->tp_alloc(type, 0); }

static inline PyObject *gd_new(PyTypeObject *type, PyObject *empty) { return type->tp_new(type, empty, NULL); }

#endif
