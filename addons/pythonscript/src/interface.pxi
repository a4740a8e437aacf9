# Declarations of `interface.h` and of the engine's header.

from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF, Py_XDECREF
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memchr, memcpy, memset

cdef extern from "interface.h" nogil:
    ctypedef struct Handover:
        void *get_proc_address
        void *library
    ctypedef union GdSlot:
        uint64_t words[8]
        double number
        int64_t integer
        uint8_t boolean
        void *pointer
        float floats[16]
        int32_t ints[16]
    ctypedef struct GdVariant:
        uint64_t words[3]

    ctypedef enum GDExtensionVariantType:
        T_NIL "GDEXTENSION_VARIANT_TYPE_NIL"
        T_BOOL "GDEXTENSION_VARIANT_TYPE_BOOL"
        T_INT "GDEXTENSION_VARIANT_TYPE_INT"
        T_FLOAT "GDEXTENSION_VARIANT_TYPE_FLOAT"
        T_STRING "GDEXTENSION_VARIANT_TYPE_STRING"
        T_VECTOR2 "GDEXTENSION_VARIANT_TYPE_VECTOR2"
        T_VECTOR2I "GDEXTENSION_VARIANT_TYPE_VECTOR2I"
        T_RECT2 "GDEXTENSION_VARIANT_TYPE_RECT2"
        T_RECT2I "GDEXTENSION_VARIANT_TYPE_RECT2I"
        T_VECTOR3 "GDEXTENSION_VARIANT_TYPE_VECTOR3"
        T_VECTOR3I "GDEXTENSION_VARIANT_TYPE_VECTOR3I"
        T_TRANSFORM2D "GDEXTENSION_VARIANT_TYPE_TRANSFORM2D"
        T_VECTOR4 "GDEXTENSION_VARIANT_TYPE_VECTOR4"
        T_VECTOR4I "GDEXTENSION_VARIANT_TYPE_VECTOR4I"
        T_PLANE "GDEXTENSION_VARIANT_TYPE_PLANE"
        T_QUATERNION "GDEXTENSION_VARIANT_TYPE_QUATERNION"
        T_AABB "GDEXTENSION_VARIANT_TYPE_AABB"
        T_BASIS "GDEXTENSION_VARIANT_TYPE_BASIS"
        T_TRANSFORM3D "GDEXTENSION_VARIANT_TYPE_TRANSFORM3D"
        T_PROJECTION "GDEXTENSION_VARIANT_TYPE_PROJECTION"
        T_COLOR "GDEXTENSION_VARIANT_TYPE_COLOR"
        T_STRING_NAME "GDEXTENSION_VARIANT_TYPE_STRING_NAME"
        T_NODE_PATH "GDEXTENSION_VARIANT_TYPE_NODE_PATH"
        T_RID "GDEXTENSION_VARIANT_TYPE_RID"
        T_OBJECT "GDEXTENSION_VARIANT_TYPE_OBJECT"
        T_CALLABLE "GDEXTENSION_VARIANT_TYPE_CALLABLE"
        T_SIGNAL "GDEXTENSION_VARIANT_TYPE_SIGNAL"
        T_DICTIONARY "GDEXTENSION_VARIANT_TYPE_DICTIONARY"
        T_ARRAY "GDEXTENSION_VARIANT_TYPE_ARRAY"
        T_PACKED_BYTE "GDEXTENSION_VARIANT_TYPE_PACKED_BYTE_ARRAY"
        T_PACKED_INT32 "GDEXTENSION_VARIANT_TYPE_PACKED_INT32_ARRAY"
        T_PACKED_INT64 "GDEXTENSION_VARIANT_TYPE_PACKED_INT64_ARRAY"
        T_PACKED_FLOAT32 "GDEXTENSION_VARIANT_TYPE_PACKED_FLOAT32_ARRAY"
        T_PACKED_FLOAT64 "GDEXTENSION_VARIANT_TYPE_PACKED_FLOAT64_ARRAY"
        T_PACKED_STRING "GDEXTENSION_VARIANT_TYPE_PACKED_STRING_ARRAY"
        T_PACKED_VECTOR2 "GDEXTENSION_VARIANT_TYPE_PACKED_VECTOR2_ARRAY"
        T_PACKED_VECTOR3 "GDEXTENSION_VARIANT_TYPE_PACKED_VECTOR3_ARRAY"
        T_PACKED_COLOR "GDEXTENSION_VARIANT_TYPE_PACKED_COLOR_ARRAY"
        T_PACKED_VECTOR4 "GDEXTENSION_VARIANT_TYPE_PACKED_VECTOR4_ARRAY"
        T_MAX "GDEXTENSION_VARIANT_TYPE_VARIANT_MAX"
        T_VARIANT "VARIANT_CODE"

    ctypedef struct GDExtensionCallError:
        int error
        int32_t argument
        int32_t expected
    int CALL_OK "GDEXTENSION_CALL_OK"
    int CALL_INVALID_METHOD "GDEXTENSION_CALL_ERROR_INVALID_METHOD"
    int CALL_INVALID_ARGUMENT "GDEXTENSION_CALL_ERROR_INVALID_ARGUMENT"
    int CALL_TOO_MANY "GDEXTENSION_CALL_ERROR_TOO_MANY_ARGUMENTS"
    int CALL_TOO_FEW "GDEXTENSION_CALL_ERROR_TOO_FEW_ARGUMENTS"
    int CALL_NULL "GDEXTENSION_CALL_ERROR_INSTANCE_IS_NULL"

    ctypedef void (*ToVariant)(void *, void *) noexcept nogil
    ctypedef void *(*InsideVariant)(void *) noexcept nogil
    ctypedef void (*Construct)(void *, const void **) noexcept nogil
    ctypedef void (*Destroy)(void *) noexcept nogil
    ctypedef void (*BuiltinCall)(void *, const void **, void *, int) noexcept nogil
    ctypedef void (*UtilityCall)(void *, const void **, int) noexcept nogil

    const char *gd_load(void *get_proc_address)
    void gd_enable_vectorcall(PyTypeObject *, Py_ssize_t, int)
    void gd_threads_start()
    void gd_threads_stop()
    void gd_direct_attributes(PyTypeObject *, PyTypeObject *, void *)
    void gd_plain_attributes(PyTypeObject *, int, int)

    # The functions themselves, by the engine's names.
    void gd_print_script_error "gd.print_script_error_with_message" (
        const char *, const char *, const char *, const char *, int32_t, uint8_t)
    void gd_print_error "gd.print_error_with_message" (
        const char *, const char *, const char *, const char *, int32_t, uint8_t)
    void variant_new_copy "gd.variant_new_copy" (void *, const void *)
    void variant_new_nil "gd.variant_new_nil" (void *)
    void variant_destroy "gd.variant_destroy" (void *)
    void variant_call "gd.variant_call" (void *, const void *, const void **, int64_t, void *, GDExtensionCallError *)
    void variant_call_static "gd.variant_call_static" (
        GDExtensionVariantType, const void *, const void **, int64_t, void *, GDExtensionCallError *)
    void variant_evaluate "gd.variant_evaluate" (int, const void *, const void *, void *, uint8_t *)
    void variant_set_named "gd.variant_set_named" (void *, const void *, const void *, uint8_t *)
    void variant_get_named "gd.variant_get_named" (const void *, const void *, void *, uint8_t *)
    int64_t variant_hash "gd.variant_hash" (const void *)
    uint8_t variant_hash_compare "gd.variant_hash_compare" (const void *, const void *)
    void variant_stringify "gd.variant_stringify" (const void *, void *)
    int variant_get_type "gd.variant_get_type" (const void *)
    uint8_t variant_has_method "gd.variant_has_method" (const void *, const void *)
    uint64_t variant_get_object_instance_id "gd.variant_get_object_instance_id" (const void *)
    uint8_t variant_can_convert_strict "gd.variant_can_convert_strict" (int, int)
    void variant_construct "gd.variant_construct" (int, void *, const void **, int32_t, GDExtensionCallError *)
    void variant_get_constant_value "gd.variant_get_constant_value" (int, const void *, void *)
    void *variant_get_ptr_builtin_method "gd.variant_get_ptr_builtin_method" (int, const void *, int64_t)
    void *variant_get_ptr_utility_function "gd.variant_get_ptr_utility_function" (const void *, int64_t)
    Construct variant_get_ptr_constructor "(Construct)gd.variant_get_ptr_constructor" (int, int32_t)
    void string_new_latin1 "gd.string_new_with_latin1_chars_and_len" (void *, const char *, int64_t)
    int64_t string_to_utf32 "gd.string_to_utf32_chars" (const void *, void *, int64_t)
    void *string_index "gd.string_operator_index" (void *, int64_t)
    const void *string_index_const "gd.string_operator_index_const" (const void *, int64_t)
    int64_t string_resize "gd.string_resize" (void *, int64_t)
    void string_name_new_utf8 "gd.string_name_new_with_utf8_chars_and_len" (void *, const char *, int64_t)
    void *packed_byte_index "gd.packed_byte_array_operator_index" (void *, int64_t)
    void *packed_float32_index "gd.packed_float32_array_operator_index" (void *, int64_t)
    void *packed_float64_index "gd.packed_float64_array_operator_index" (void *, int64_t)
    void *packed_int32_index "gd.packed_int32_array_operator_index" (void *, int64_t)
    void *packed_int64_index "gd.packed_int64_array_operator_index" (void *, int64_t)
    void *packed_string_index "gd.packed_string_array_operator_index" (void *, int64_t)
    void *packed_vector2_index "gd.packed_vector2_array_operator_index" (void *, int64_t)
    void *packed_vector3_index "gd.packed_vector3_array_operator_index" (void *, int64_t)
    void *packed_vector4_index "gd.packed_vector4_array_operator_index" (void *, int64_t)
    void *packed_color_index "gd.packed_color_array_operator_index" (void *, int64_t)
    const void *packed_byte_index_const "gd.packed_byte_array_operator_index_const" (const void *, int64_t)
    const void *packed_float32_index_const "gd.packed_float32_array_operator_index_const" (const void *, int64_t)
    const void *packed_float64_index_const "gd.packed_float64_array_operator_index_const" (const void *, int64_t)
    const void *packed_int32_index_const "gd.packed_int32_array_operator_index_const" (const void *, int64_t)
    const void *packed_int64_index_const "gd.packed_int64_array_operator_index_const" (const void *, int64_t)
    void *packed_string_index_const "gd.packed_string_array_operator_index_const" (const void *, int64_t)
    void *packed_vector2_index_const "gd.packed_vector2_array_operator_index_const" (const void *, int64_t)
    void *packed_vector3_index_const "gd.packed_vector3_array_operator_index_const" (const void *, int64_t)
    void *packed_vector4_index_const "gd.packed_vector4_array_operator_index_const" (const void *, int64_t)
    void *packed_color_index_const "gd.packed_color_array_operator_index_const" (const void *, int64_t)
    void *array_index "gd.array_operator_index" (void *, int64_t)
    void *array_index_const "gd.array_operator_index_const" (const void *, int64_t)
    void *dictionary_index "gd.dictionary_operator_index" (void *, const void *)
    void method_bind_call "gd.object_method_bind_call" (
        void *, void *, const void **, int64_t, void *, GDExtensionCallError *)
    void method_bind_ptrcall "gd.object_method_bind_ptrcall" (void *, void *, const void **, void *)
    void object_destroy "gd.object_destroy" (void *)
    void *global_get_singleton "gd.global_get_singleton" (const void *)
    void *object_get_instance_binding "gd.object_get_instance_binding" (void *, void *, const void *)
    void object_free_instance_binding "gd.object_free_instance_binding" (void *, void *)
    void object_set_instance "gd.object_set_instance" (void *, const void *, void *)
    uint8_t object_get_class_name "gd.object_get_class_name" (const void *, void *, void *)
    void *object_get_instance_from_id "gd.object_get_instance_from_id" (uint64_t)
    uint64_t object_get_instance_id "gd.object_get_instance_id" (const void *)
    void *ref_get_object "gd.ref_get_object" (const void *)
    void ref_set_object "gd.ref_set_object" (void *, void *)
    void *callable_custom_get_userdata "gd.callable_custom_get_userdata" (const void *, void *)
    void *classdb_construct_object2 "gd.classdb_construct_object2" (const void *)
    void *classdb_get_method_bind "gd.classdb_get_method_bind" (const void *, const void *, int64_t)
    void classdb_unregister "gd.classdb_unregister_extension_class" (void *, const void *)
    void classdb_register_constant "gd.classdb_register_extension_class_integer_constant" (
        void *, const void *, const void *, const void *, int64_t, uint8_t)

    # Arrays of functions, one per Variant type.
    ctypedef struct GdInterface:
        ToVariant *to_variant
        InsideVariant *inside
        Construct *construct
        Construct *copy
        Destroy *destroy
        void *editor_help_load_xml_from_utf8_chars_and_len
        void *register_main_loop_callbacks
    GdInterface gd

    ctypedef struct GDExtensionInstanceBindingCallbacks:
        void *(*create_callback)(void *, void *) noexcept
        void (*free_callback)(void *, void *, void *) noexcept
        uint8_t (*reference_callback)(void *, void *, uint8_t) noexcept

    ctypedef struct GDExtensionCallableCustomInfo2:
        void *callable_userdata
        void *token
        uint64_t object_id
        void *call_func
        void *is_valid_func
        void *free_func
        void *hash_func
        void *equal_func
        void *less_than_func
        void *to_string_func
        void *get_argument_count_func
    void callable_custom_create2 "gd.callable_custom_create2" (void *, GDExtensionCallableCustomInfo2 *)

    ctypedef struct GDExtensionPropertyInfo:
        GDExtensionVariantType type
        void *name
        void *class_name
        uint32_t hint
        void *hint_string
        uint32_t usage

    ctypedef struct GDExtensionClassCreationInfo4:
        uint8_t is_virtual
        uint8_t is_abstract
        uint8_t is_exposed
        uint8_t is_runtime
        const void *icon_path
        void *notification_func
        void *to_string_func
        void *reference_func
        void *unreference_func
        void *set_func
        void *get_func
        void *create_instance_func
        void *free_instance_func
        void *get_virtual_call_data_func
        void *call_virtual_with_data_func
        void *class_userdata
    void classdb_register_class "gd.classdb_register_extension_class5" (
        void *, const void *, const void *, const GDExtensionClassCreationInfo4 *)

    ctypedef struct GDExtensionClassMethodInfo:
        void *name
        void *method_userdata
        void *call_func
        void *ptrcall_func
        uint32_t method_flags
        uint8_t has_return_value
        GDExtensionPropertyInfo *return_value_info
        int return_value_metadata
        uint32_t argument_count
        GDExtensionPropertyInfo *arguments_info
        int *arguments_metadata
        uint32_t default_argument_count
        void **default_arguments
    void classdb_register_method "gd.classdb_register_extension_class_method" (
        void *, const void *, const GDExtensionClassMethodInfo *)
    void classdb_register_property "gd.classdb_register_extension_class_property" (
        void *, const void *, const GDExtensionPropertyInfo *, const void *, const void *)
    void classdb_register_signal "gd.classdb_register_extension_class_signal" (
        void *, const void *, const void *, const GDExtensionPropertyInfo *, int64_t)
    void editor_help_load_xml "gd.editor_help_load_xml_from_utf8_chars_and_len" (const char *, int64_t)

    ctypedef struct GDExtensionMainLoopCallbacks:
        void *startup_func
        void *shutdown_func
        void *frame_func
    void register_main_loop_callbacks "gd.register_main_loop_callbacks" (void *, GDExtensionMainLoopCallbacks *)

cdef extern from "Python.h":
    ctypedef void *PyGILState_STATE_ "PyGILState_STATE"
    int PyGILState_Ensure() nogil
    void PyGILState_Release(int) nogil
    PyObject *PyObject_Vectorcall(PyObject *, PyObject **, size_t, PyObject *) except NULL
    PyObject *PyObject_VectorcallMethod(PyObject *, PyObject **, size_t, PyObject *) except NULL
    size_t PY_VECTORCALL_ARGUMENTS_OFFSET
    Py_ssize_t PyVectorcall_NARGS(size_t)
    object PyMethod_New(object, object)
    bint PyMethod_Check(object)
    PyObject *PyMethod_GET_SELF(object)
    PyObject *PyMethod_GET_FUNCTION(object)
    PyObject *PyWeakref_GetObject(object)
    object PyWeakref_NewRef(object, object)
    bint PyObject_TypeCheck(object, PyTypeObject *)
    PyObject *PyDict_GetItemWithError(object, object) except? NULL
    int PyUnicode_KIND(object)
    void *PyUnicode_DATA(object)
    Py_ssize_t PyUnicode_GET_LENGTH(object)
    object PyUnicode_FromKindAndData(int, const void *, Py_ssize_t)
    const char *PyUnicode_AsUTF8AndSize(object, Py_ssize_t *) except NULL
    long long PyLong_AsLongLongAndOverflow(object, int *) except? -1
    object PyLong_FromVoidPtr(void *)
    PyObject *_PyObject_GenericGetAttrWithDict(object, object, PyObject *, int) except? NULL
    int PyObject_GenericSetAttr(object, object, PyObject *) except -1
    PyObject *PyErr_Occurred()
    int Py_EnterRecursiveCall(const char *)
    void Py_LeaveRecursiveCall()

cdef extern from "interface.h":
    object gd_new(PyTypeObject *, object)
    object gd_alloc(PyTypeObject *)
    void gd_set_type_attribute(PyTypeObject *, object, object)
