# Variant <-> Python, and the engine's typed form (pointer calls) <-> Python. Containers are copied, never shared.
#
#   Godot                               Python
#   null, bool, int, float              None, bool, int, float
#   String, StringName, NodePath        str
#   vectors, colours, transforms, RID   godot.Vector3 ...
#   Object                              its one wrapper; a freed one arrives as None
#   Callable, Signal                    a Python callable (one from Python: the same object), godot.Signal
#   Array, Dictionary                   list, dict (also from tuple; a container used as key becomes a tuple)
#   PackedByteArray                     bytes (also from bytearray, memoryview)
#   PackedInt32/Int64/Float32/Float64   array.array of i, q, f, d
#   PackedStringArray and the like      godot.PackedStringArray..., a list; a plain list where the engine asks for one

import array as array_module

cdef object array_array = array_module.array
cdef tuple EMPTY = ()

cdef void *packed_size[64]    # builtin methods by type
cdef void *packed_resize[64]
cdef void *dictionary_keys
cdef void *dictionary_values
cdef Construct string_from_name
cdef Construct string_from_path
cdef Construct name_from_string
cdef Construct path_from_string
cdef Construct callable_from_method
cdef Construct signal_from_name

cdef dict PACKED_CODES = {"i": T_PACKED_INT32, "q": T_PACKED_INT64, "f": T_PACKED_FLOAT32, "d": T_PACKED_FLOAT64}


cdef inline int64_t builtin_size(int kind, const void *value) noexcept:
    cdef int64_t size = 0
    (<BuiltinCall>packed_size[kind])(<void *>value, NULL, &size, 0)
    return size


cdef inline void builtin_resize(int kind, void *value, int64_t size) noexcept:
    cdef const void *arguments[1]
    cdef int64_t answer = 0
    arguments[0] = &size
    (<BuiltinCall>packed_resize[kind])(value, arguments, &answer, 1)


cdef dict TYPE_NAMES = {T_VARIANT: "Variant", T_NIL: "null"}


cdef str type_name(int kind):
    return TYPE_NAMES.get(kind, f"Variant type {kind}")


class PackedStringArray(list):
    """A list that crosses to the engine as a PackedStringArray instead of an Array."""

    __slots__ = ()


class PackedVector2Array(list):
    """A list that crosses to the engine as a PackedVector2Array instead of an Array."""

    __slots__ = ()


class PackedVector3Array(list):
    """A list that crosses to the engine as a PackedVector3Array instead of an Array."""

    __slots__ = ()


class PackedVector4Array(list):
    """A list that crosses to the engine as a PackedVector4Array instead of an Array."""

    __slots__ = ()


class PackedColorArray(list):
    """A list that crosses to the engine as a PackedColorArray instead of an Array."""

    __slots__ = ()


cdef dict PACKED_LISTS = {
    PackedStringArray: T_PACKED_STRING, PackedVector2Array: T_PACKED_VECTOR2, PackedVector3Array: T_PACKED_VECTOR3,
    PackedVector4Array: T_PACKED_VECTOR4, PackedColorArray: T_PACKED_COLOR,
}


cdef inline int enter_recursion(const char *where) except -1:
    """Count a level of nesting; RecursionError if there are too many (a list in itself)."""
    return -1 if Py_EnterRecursiveCall(where) else 0


# From the engine ------------------------------------------------------------------------------------------------------

cdef object variant_to_py(const void *variant):
    """The Python value of a Variant; does not change the Variant."""
    cdef int kind = variant_get_type(variant)
    cdef void *engine_object
    if kind == T_NIL:
        return None
    if kind == T_OBJECT:
        engine_object = object_get_instance_from_id(variant_get_object_instance_id(variant))
        return wrap_object(engine_object)
    return typed_to_py(kind, gd.inside[kind](<void *>variant))


cdef object typed_to_py(int kind, const void *data):
    """The Python value of typed data in the engine's layout."""
    if kind == T_INT:
        return (<int64_t *>data)[0]
    if kind == T_FLOAT:
        return (<double *>data)[0]
    if kind == T_BOOL:
        return True if (<uint8_t *>data)[0] else False
    if kind == T_STRING:
        return string_to_py(data)
    if kind == T_STRING_NAME:
        return name_to_py(data)
    if kind == T_OBJECT:
        return wrap_object((<void **>data)[0])
    if kind == T_ARRAY:
        return array_to_py(data)
    if kind == T_DICTIONARY:
        return dictionary_to_py(data)
    if kind == T_VARIANT:
        return variant_to_py(data)
    if kind == T_NODE_PATH:
        return path_to_py(data)
    if kind == T_CALLABLE:
        return callable_to_py(data)
    if kind == T_SIGNAL:
        return signal_to_py(data)
    if kind == T_NIL:
        return None
    if value_class[kind] != NULL:
        return value_to_py(kind, data)
    return packed_to_py(kind, data)


cdef list array_to_py(const void *data):
    cdef int64_t size = builtin_size(T_ARRAY, data), i
    cdef list result = []
    enter_recursion(b" while converting an Array")
    try:
        for i in range(size):
            result.append(variant_to_py(array_index_const(data, i)))
    finally:
        Py_LeaveRecursiveCall()
    return result


cdef object as_key(object key):
    """A hashable key for a dict: lists become tuples, dicts tuples of pairs."""
    if isinstance(key, (list, array_array)):
        return tuple([as_key(item) for item in key])
    if isinstance(key, dict):
        return tuple([(as_key(name), as_key(item)) for name, item in key.items()])
    return key


cdef dict dictionary_to_py(const void *data):
    cdef uint64_t keys[1]
    cdef uint64_t values[1]
    cdef int64_t i
    cdef dict result = {}
    enter_recursion(b" while converting a Dictionary")
    gd.construct[<int>T_ARRAY](keys, NULL)
    gd.construct[<int>T_ARRAY](values, NULL)
    (<BuiltinCall>dictionary_keys)(<void *>data, NULL, keys, 0)
    (<BuiltinCall>dictionary_values)(<void *>data, NULL, values, 0)
    try:
        for i in range(builtin_size(T_ARRAY, keys)):
            key = as_key(variant_to_py(array_index_const(keys, i)))
            result[key] = variant_to_py(array_index_const(values, i))
    finally:
        Py_LeaveRecursiveCall()
        gd.destroy[<int>T_ARRAY](keys)
        gd.destroy[<int>T_ARRAY](values)
    return result


cdef object packed_to_py(int kind, const void *data):
    cdef int64_t size = builtin_size(kind, data), i
    if kind == T_PACKED_BYTE:
        return (<const char *>packed_byte_index_const(data, 0))[:size] if size else b""
    if kind == T_PACKED_INT32:
        return array_array("i", (<const char *>packed_int32_index_const(data, 0))[:size * 4] if size else b"")
    if kind == T_PACKED_INT64:
        return array_array("q", (<const char *>packed_int64_index_const(data, 0))[:size * 8] if size else b"")
    if kind == T_PACKED_FLOAT32:
        return array_array("f", (<const char *>packed_float32_index_const(data, 0))[:size * 4] if size else b"")
    if kind == T_PACKED_FLOAT64:
        return array_array("d", (<const char *>packed_float64_index_const(data, 0))[:size * 8] if size else b"")
    if kind == T_PACKED_STRING:
        return PackedStringArray([string_to_py(packed_string_index_const(data, i)) for i in range(size)])
    if kind == T_PACKED_VECTOR2:
        return PackedVector2Array([value_to_py(T_VECTOR2, packed_vector2_index_const(data, i)) for i in range(size)])
    if kind == T_PACKED_VECTOR3:
        return PackedVector3Array([value_to_py(T_VECTOR3, packed_vector3_index_const(data, i)) for i in range(size)])
    if kind == T_PACKED_VECTOR4:
        return PackedVector4Array([value_to_py(T_VECTOR4, packed_vector4_index_const(data, i)) for i in range(size)])
    if kind == T_PACKED_COLOR:
        return PackedColorArray([value_to_py(T_COLOR, packed_color_index_const(data, i)) for i in range(size)])
    raise TypeError(f"a value of Variant type {kind} cannot be converted to Python")


# To the engine --------------------------------------------------------------------------------------------------------

cdef int natural_kind(object value) except -1:
    """The Variant type that a Python value becomes by default; TypeError if there is none."""
    if value is None: return T_NIL
    cdef type kind = type(value)
    if kind is bool: return T_BOOL
    if kind is int: return T_INT
    if kind is float: return T_FLOAT
    if kind is str: return T_STRING
    if isinstance(value, Object): return T_OBJECT
    if isinstance(value, Value): return (<Value>value).kind
    if kind is list or kind is tuple: return T_ARRAY
    if kind is dict: return T_DICTIONARY
    if kind is bytes: return T_PACKED_BYTE
    if isinstance(value, Signal): return T_SIGNAL
    if isinstance(value, Boxed): return T_VARIANT
    if isinstance(value, str):
        if isinstance(value, StringName): return T_STRING_NAME
        return T_NODE_PATH if isinstance(value, NodePath) else T_STRING
    if isinstance(value, bool): return T_BOOL
    if isinstance(value, int): return T_INT
    if isinstance(value, float): return T_FLOAT
    if isinstance(value, (list, tuple)):
        found = PACKED_LISTS.get(kind)
        return found if found is not None else T_ARRAY
    if isinstance(value, dict): return T_DICTIONARY
    if isinstance(value, (bytes, bytearray, memoryview)): return T_PACKED_BYTE
    if isinstance(value, array_array):
        found = PACKED_CODES.get(value.typecode)
        return found if found is not None else T_ARRAY
    if callable(value): return T_CALLABLE
    if hasattr(value, "__index__"): return T_INT
    if hasattr(value, "__float__"): return T_FLOAT
    raise TypeError(f"a {kind.__name__} cannot be passed to Godot: {value!r:.80}")


cdef int py_to_variant(object value, void *out) except -1:
    """Construct at `out` the Variant of a Python value; on failure nothing is constructed."""
    cdef GdSlot slot
    cdef int kind = natural_kind(value)
    if kind == T_NIL:
        variant_new_nil(out)
        return 0
    if kind == T_VARIANT:
        variant_new_copy(out, &(<Boxed>value).variant)
        return 0
    py_to_typed(kind, value, &slot)
    gd.to_variant[kind](out, &slot)
    if gd.destroy[kind] != NULL:
        gd.destroy[kind](&slot)
    return 0


cdef int wrong_type(object value, int kind) except -1:
    raise TypeError(f"expected {type_name(kind)}, got {type(value).__name__}: {value!r:.80}")


cdef int64_t to_int64(object value) except? -1:
    cdef int overflow = 0
    cdef int64_t number
    if type(value) is float:
        if value != value or value - value != 0.0:
            raise ValueError(f"{value} is no whole number")
        value = int(value)
    elif not isinstance(value, int):
        value = value.__index__() if hasattr(value, "__index__") else wrong_type(value, T_INT)
    number = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow:
        raise OverflowError(f"{value} does not fit into the engine's 64-bit int")
    return number


cdef int py_to_typed(int kind, object value, void *out) except -1:
    """Construct at `out` a value of the engine's type `kind`; the caller destroys it. On failure nothing is constructed."""
    cdef Value other
    if kind == T_INT:
        (<int64_t *>out)[0] = to_int64(value)
    elif kind == T_FLOAT:
        if type(value) is not float and isinstance(value, str):
            wrong_type(value, kind)
        (<double *>out)[0] = value
    elif kind == T_BOOL:
        if not isinstance(value, (bool, int, float)):
            wrong_type(value, kind)
        (<uint8_t *>out)[0] = 1 if value else 0
    elif kind == T_STRING:
        if not isinstance(value, str):
            wrong_type(value, kind)
        string_from_py(exact(value), out)
    elif kind == T_STRING_NAME or kind == T_NODE_PATH:
        if not isinstance(value, str):
            wrong_type(value, kind)
        if kind == T_STRING_NAME:
            copy_builtin(kind, name_of(exact(value)).word, out)
        else:
            copy_builtin(kind, path_of(exact(value)).word, out)
    elif kind == T_OBJECT:
        if value is None:
            (<void **>out)[0] = NULL
        elif isinstance(value, Object):
            (<void **>out)[0] = alive(<Object>value)
        else:
            wrong_type(value, kind)
    elif kind == T_VARIANT:
        py_to_variant(value, out)
    elif kind == T_ARRAY:
        py_to_array(value, out)
    elif kind == T_DICTIONARY:
        py_to_dictionary(value, out)
    elif kind == T_CALLABLE:
        py_to_callable(value, out)
    elif kind == T_SIGNAL:
        py_to_signal(value, out)
    elif kind == T_NIL:
        pass
    elif value_class[kind] != NULL:
        if not isinstance(value, Value) or (<Value>value).kind != kind:
            value = convert_value(kind, value)
        other = <Value>value
        memcpy(out, &other.data, value_bytes[kind])
    elif kind >= T_PACKED_BYTE and kind < T_MAX:
        py_to_packed(kind, value, out)
    else:
        raise TypeError(f"arguments of Variant type {kind} are not supported")
    return 0


cdef inline void copy_builtin(int kind, const void *source, void *out) noexcept:
    cdef const void *arguments[1]
    arguments[0] = source
    gd.copy[kind](out, arguments)


cdef object convert_value(int kind, object value):
    """Another value type that the engine accepts for this one (Vector2i for Vector2), or a tuple of numbers."""
    cdef int given
    if isinstance(value, Value):
        given = (<Value>value).kind
        if variant_can_convert_strict(given, kind):
            return construct_builtin(kind, (value,))
    elif isinstance(value, tuple) and kind != T_RID:
        return (<object>value_class[kind])(*value)
    wrong_type(value, kind)


cdef int py_to_array(object value, void *out) except -1:
    cdef int64_t i = 0, size
    cdef void *slot
    if isinstance(value, (str, bytes, dict)):
        wrong_type(value, T_ARRAY)
    if not isinstance(value, (list, tuple)):
        try:
            value = list(value)
        except TypeError:
            wrong_type(value, T_ARRAY)
    enter_recursion(b" while converting a list")
    gd.construct[<int>T_ARRAY](out, NULL)
    try:
        size = len(value)
        builtin_resize(T_ARRAY, out, size)
        for item in value:
            if i >= size:
                break
            py_to_variant(item, array_index(out, i))
            i += 1
    except BaseException:
        gd.destroy[<int>T_ARRAY](out)
        raise
    finally:
        Py_LeaveRecursiveCall()
    return 0


cdef int py_to_dictionary(object value, void *out) except -1:
    cdef GdVariant key
    cdef GdVariant item
    cdef void *slot
    if not isinstance(value, dict):
        try:
            value = dict(value)
        except (TypeError, ValueError):
            wrong_type(value, T_DICTIONARY)
    enter_recursion(b" while converting a dict")
    gd.construct[<int>T_DICTIONARY](out, NULL)
    try:
        for name, content in value.items():
            py_to_variant(name, &key)
            try:
                py_to_variant(content, &item)
            except BaseException:
                variant_destroy(&key)
                raise
            slot = dictionary_index(out, &key)
            variant_destroy(slot)
            memcpy(slot, &item, sizeof(GdVariant))  # the Variant moves into its place
            variant_destroy(&key)
    except BaseException:
        gd.destroy[<int>T_DICTIONARY](out)
        raise
    finally:
        Py_LeaveRecursiveCall()
    return 0


cdef int py_to_packed(int kind, object value, void *out) except -1:
    cdef const uint8_t[::1] view
    cdef int64_t size, i = 0
    cdef void *target
    gd.construct[kind](out, NULL)
    try:
        if kind == T_PACKED_BYTE:
            if isinstance(value, (bytes, bytearray, memoryview)):
                view = memoryview(value).cast("B")
            else:
                view = bytes(value if not isinstance(value, (int, str)) else wrong_type(value, kind))
            builtin_resize(kind, out, view.shape[0])
            if view.shape[0]:
                memcpy(packed_byte_index(out, 0), &view[0], view.shape[0])
            return 0
        if isinstance(value, (str, bytes, dict)):
            wrong_type(value, kind)
        if kind <= T_PACKED_FLOAT64:
            code = ("i", "q", "f", "d")[kind - T_PACKED_INT32]
            numbers = value if isinstance(value, array_array) and value.typecode == code else array_array(code, value)
            size = len(numbers)
            builtin_resize(kind, out, size)
            if size:
                if kind == T_PACKED_INT32: target = packed_int32_index(out, 0)
                elif kind == T_PACKED_INT64: target = packed_int64_index(out, 0)
                elif kind == T_PACKED_FLOAT32: target = packed_float32_index(out, 0)
                else: target = packed_float64_index(out, 0)
                view = memoryview(numbers).cast("B")
                memcpy(target, &view[0], view.shape[0])
            return 0
        items = list(value)
        builtin_resize(kind, out, len(items))
        for item in items:
            if kind == T_PACKED_STRING:
                if not isinstance(item, str):
                    wrong_type(item, T_STRING)
                target = packed_string_index(out, i)
                gd.destroy[<int>T_STRING](target)
                string_from_py(exact(item), target)
            elif kind == T_PACKED_VECTOR2: py_to_typed(T_VECTOR2, item, packed_vector2_index(out, i))
            elif kind == T_PACKED_VECTOR3: py_to_typed(T_VECTOR3, item, packed_vector3_index(out, i))
            elif kind == T_PACKED_VECTOR4: py_to_typed(T_VECTOR4, item, packed_vector4_index(out, i))
            else: py_to_typed(T_COLOR, item, packed_color_index(out, i))
            i += 1
    except BaseException:
        gd.destroy[kind](out)
        raise
    return 0
