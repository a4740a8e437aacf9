# The engine's small value types (vectors, colours, transforms...) as immutable Python values.
#
# Immutable, because every read is a copy: `node.position.x = 3` would change nothing, so it raises an error. Members,
# methods and constants are installed from the engine's API description at start.

cdef int value_bytes[64]        # size of each value type, 0 for other types
cdef bint value_is_whole[64]    # made of int32 components
cdef PyObject *value_class[64]

cdef enum:
    OP_LESS = 2
    OP_ADD = 6
    OP_SUBTRACT = 7
    OP_MULTIPLY = 8
    OP_DIVIDE = 9
    OP_NEGATE = 10
    OP_MODULE = 12


cdef class Value:
    """Base of the engine's value types: compares, hashes, adds and multiplies as in the engine."""

    cdef GdSlot data
    cdef int kind

    def __init__(self, *arguments):
        cdef int count = value_bytes[self.kind] // 4, i
        if len(arguments) == count:
            if all([type(item) is int or type(item) is float for item in arguments]):
                for i in range(count):
                    if value_is_whole[self.kind]:
                        self.data.ints[i] = <int>arguments[i]
                    else:
                        self.data.floats[i] = <float><double>arguments[i]
                return
        elif not arguments:
            gd.construct[self.kind](&self.data, NULL)
            return
        cdef object made = construct_builtin(self.kind, arguments)
        self.data = (<Value>made).data

    cdef tuple components(self):
        cdef int i
        if value_is_whole[self.kind]:
            return tuple([self.data.ints[i] for i in range(value_bytes[self.kind] // 4)])
        return tuple([<double>self.data.floats[i] for i in range(value_bytes[self.kind] // 4)])

    def __len__(self):
        return value_bytes[self.kind] // 4

    def __iter__(self):
        return iter(self.components())

    def __getitem__(self, index):
        return self.components()[index]

    def __repr__(self):
        texts = [str(item) if type(item) is int else f"{item:.7g}" for item in self.components()]
        return f"{type(self).__name__}({', '.join(texts)})"

    def __reduce__(self):
        return type(self), self.components()

    def __hash__(self):
        return hash((self.kind, self.components()))

    def __eq__(self, other):
        if not isinstance(other, Value) or (<Value>other).kind != self.kind:
            return NotImplemented
        return self.components() == (<Value>other).components()

    def __lt__(self, other):
        return evaluate(OP_LESS, self, other)

    def __gt__(self, other):
        return evaluate(OP_LESS, other, self)

    def __add__(self, other):
        cdef Value result
        cdef int i
        if isinstance(other, Value) and (<Value>other).kind == self.kind and not value_is_whole[self.kind]:
            if self.kind in (T_VECTOR2, T_VECTOR3, T_VECTOR4, T_COLOR):
                result = new_value(self.kind)
                for i in range(value_bytes[self.kind] // 4):
                    result.data.floats[i] = self.data.floats[i] + (<Value>other).data.floats[i]
                return result
        return evaluate(OP_ADD, self, other)

    def __sub__(self, other):
        cdef Value result
        cdef int i
        if isinstance(other, Value) and (<Value>other).kind == self.kind and not value_is_whole[self.kind]:
            if self.kind in (T_VECTOR2, T_VECTOR3, T_VECTOR4, T_COLOR):
                result = new_value(self.kind)
                for i in range(value_bytes[self.kind] // 4):
                    result.data.floats[i] = self.data.floats[i] - (<Value>other).data.floats[i]
                return result
        return evaluate(OP_SUBTRACT, self, other)

    def __mul__(self, other):
        return evaluate(OP_MULTIPLY, self, other)

    def __rmul__(self, other):
        return evaluate(OP_MULTIPLY, other, self)

    def __truediv__(self, other):
        return evaluate(OP_DIVIDE, self, other)

    def __mod__(self, other):
        return evaluate(OP_MODULE, self, other)

    def __neg__(self):
        return evaluate(OP_NEGATE, self, None)

    def replace(self, **members):
        """A copy with some members changed: `position.replace(y=0.0)`."""
        cdef GdVariant variant
        cdef GdVariant item
        cdef uint8_t valid = 0
        cdef Name name
        py_to_variant(self, &variant)
        try:
            for key, value in members.items():
                name = name_of(key)
                py_to_variant(value, &item)
                variant_set_named(&variant, name.word, &item, &valid)
                variant_destroy(&item)
                if not valid:
                    raise TypeError(f"{type(self).__name__} has no member {key} that {value!r} could be put into")
            return variant_to_py(&variant)
        finally:
            variant_destroy(&variant)


cdef class Vector2(Value):
    def __cinit__(self): self.kind = T_VECTOR2

cdef class Vector2i(Value):
    def __cinit__(self): self.kind = T_VECTOR2I

cdef class Rect2(Value):
    def __cinit__(self): self.kind = T_RECT2

cdef class Rect2i(Value):
    def __cinit__(self): self.kind = T_RECT2I

cdef class Vector3(Value):
    def __cinit__(self): self.kind = T_VECTOR3

cdef class Vector3i(Value):
    def __cinit__(self): self.kind = T_VECTOR3I

cdef class Transform2D(Value):
    def __cinit__(self): self.kind = T_TRANSFORM2D

cdef class Vector4(Value):
    def __cinit__(self): self.kind = T_VECTOR4

cdef class Vector4i(Value):
    def __cinit__(self): self.kind = T_VECTOR4I

cdef class Plane(Value):
    def __cinit__(self): self.kind = T_PLANE

cdef class Quaternion(Value):
    def __cinit__(self): self.kind = T_QUATERNION

cdef class AABB(Value):
    def __cinit__(self): self.kind = T_AABB

cdef class Basis(Value):
    def __cinit__(self): self.kind = T_BASIS

cdef class Transform3D(Value):
    def __cinit__(self): self.kind = T_TRANSFORM3D

cdef class Projection(Value):
    def __cinit__(self): self.kind = T_PROJECTION

cdef class Color(Value):
    def __cinit__(self): self.kind = T_COLOR

cdef class RID(Value):
    """The engine's handle of a server resource: opaque, comparable, hashable."""

    def __cinit__(self): self.kind = T_RID

    def __repr__(self):
        return f"RID({self.data.integer})"


cdef tuple VALUE_CLASSES = (
    (T_VECTOR2, Vector2, 8, 0), (T_VECTOR2I, Vector2i, 8, 1), (T_RECT2, Rect2, 16, 0), (T_RECT2I, Rect2i, 16, 1),
    (T_VECTOR3, Vector3, 12, 0), (T_VECTOR3I, Vector3i, 12, 1), (T_TRANSFORM2D, Transform2D, 24, 0),
    (T_VECTOR4, Vector4, 16, 0), (T_VECTOR4I, Vector4i, 16, 1), (T_PLANE, Plane, 16, 0),
    (T_QUATERNION, Quaternion, 16, 0), (T_AABB, AABB, 24, 0), (T_BASIS, Basis, 36, 0),
    (T_TRANSFORM3D, Transform3D, 48, 0), (T_PROJECTION, Projection, 64, 0), (T_COLOR, Color, 16, 0), (T_RID, RID, 8, 1),
)

for _kind, _class, _size, _whole in VALUE_CLASSES:
    value_class[<int>_kind] = <PyObject *>_class
    value_bytes[<int>_kind] = _size
    value_is_whole[<int>_kind] = _whole


cdef inline Value new_value(int kind):
    return <Value>gd_new(<PyTypeObject *>value_class[kind], EMPTY)


cdef inline object value_to_py(int kind, const void *data):
    cdef Value value = new_value(kind)
    memcpy(&value.data, data, value_bytes[kind])
    return value


cdef int refuse_change(instance) except -1:
    raise AttributeError(
        f"{type(instance).__name__} values cannot be changed in place: make a new one, "
        "for example with .replace(...), and assign it as a whole"
    )


cdef class Component:
    """A member of a value type at a known offset inside it; readable, not writable."""

    cdef int offset
    cdef int kind  # Variant type; int and float mean their 32-bit forms

    def __get__(self, instance, owner):
        if instance is None:
            return self
        cdef char *data = <char *>&(<Value?>instance).data + self.offset
        if self.kind == T_FLOAT:
            return <double>(<float *>data)[0]
        if self.kind == T_INT:
            return (<int32_t *>data)[0]
        return value_to_py(self.kind, data)

    def __set__(self, instance, value):
        refuse_change(instance)


cdef class Member:
    """A member that the engine computes, like Color.h or Rect2.end."""

    cdef Name name

    def __get__(self, instance, owner):
        if instance is None:
            return self
        cdef GdVariant variant
        cdef GdVariant result
        cdef uint8_t valid = 0
        py_to_variant(instance, &variant)
        variant_get_named(&variant, self.name.word, &result, &valid)
        variant_destroy(&variant)
        try:
            return variant_to_py(&result)
        finally:
            variant_destroy(&result)

    def __set__(self, instance, value):
        refuse_change(instance)


cdef class BuiltinMethod:
    """A method of a builtin type (value, Callable, Signal...), called by name through the engine."""

    cdef Name name
    cdef int kind
    cdef bint static

    def __get__(self, instance, owner):
        if instance is None or self.static:
            return self
        return PyMethod_New(self, instance)

    def __call__(self, *arguments):
        if self.static:
            return call_builtin_static(self.kind, self.name, arguments)
        return call_builtin(arguments[0], self.name, arguments[1:])

    def __repr__(self):
        return f"<builtin method {self.name.text}>"
