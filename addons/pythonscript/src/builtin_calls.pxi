# Calls that go through Variants: constructors, methods and operators of builtin types.


cdef object raise_call_error(str what, GDExtensionCallError *error, tuple arguments):
    """Turn the engine's refusal of a call into the matching Python exception."""
    cdef str where = ""
    if error.error == CALL_INVALID_ARGUMENT:
        if 0 <= error.argument < len(arguments):
            where = f", got {type(arguments[error.argument]).__name__}"
        raise TypeError(f"{what}: argument {error.argument + 1} must be {type_name(error.expected)}{where}")
    if error.error == CALL_TOO_MANY:
        raise TypeError(f"{what} takes at most {error.expected} arguments, got {len(arguments)}")
    if error.error == CALL_TOO_FEW:
        raise TypeError(f"{what} needs at least {error.expected} arguments, got {len(arguments)}")
    if error.error == CALL_INVALID_METHOD:
        raise AttributeError(f"{what}: there is no such method")
    if error.error == CALL_NULL:
        raise FreedObjectError(f"{what}: the object has been freed")
    raise RuntimeError(f"{what}: the engine refused the call")


cdef enum:
    MOST_ARGUMENTS = 32


cdef class Arguments:
    """Python arguments as an array of Variants, destroyed with this object."""

    cdef GdVariant variants[MOST_ARGUMENTS]
    cdef const void *pointers[MOST_ARGUMENTS]
    cdef int count

    @staticmethod
    cdef Arguments of(tuple values):
        cdef Arguments result = Arguments.__new__(Arguments)
        if len(values) > MOST_ARGUMENTS:
            raise TypeError(f"at most {MOST_ARGUMENTS} arguments can be passed to the engine")
        for value in values:
            py_to_variant(value, &result.variants[result.count])
            result.pointers[result.count] = &result.variants[result.count]
            result.count += 1
        return result

    def __dealloc__(self):
        cdef int i
        for i in range(self.count):
            variant_destroy(&self.variants[i])


cdef object construct_builtin(int kind, tuple values):
    cdef Arguments arguments = Arguments.of(values)
    cdef GdVariant result
    cdef GDExtensionCallError error
    error.error = 0
    variant_construct(kind, &result, arguments.pointers, arguments.count, &error)
    if error.error != CALL_OK:
        raise TypeError(f"{type_name(kind)} cannot be made from {values!r:.120}")
    try:
        return variant_to_py(&result)
    finally:
        variant_destroy(&result)


cdef object call_builtin(object target, Name name, tuple values):
    """Call a method on any value through its Variant."""
    cdef GdVariant variants[MOST_ARGUMENTS]
    cdef const void *pointers[MOST_ARGUMENTS]
    cdef GdVariant variant
    cdef GdVariant result
    cdef GDExtensionCallError error
    cdef int done = 0, i
    if len(values) > MOST_ARGUMENTS:
        raise TypeError(f"at most {MOST_ARGUMENTS} arguments can be passed to the engine")
    error.error = 0
    py_to_variant(target, &variant)
    try:
        for value in values:
            py_to_variant(value, &variants[done])
            pointers[done] = &variants[done]
            done += 1
        with nogil:
            variant_call(&variant, name.word, pointers, done, &result, &error)
    finally:
        for i in range(done):
            variant_destroy(&variants[i])
        variant_destroy(&variant)
    if fading_count:
        drop_fading()
    if error.error != CALL_OK:
        raise_call_error(f"{type(target).__name__}.{name.text}()", &error, values)
    try:
        return variant_to_py(&result)
    finally:
        variant_destroy(&result)


cdef object call_builtin_static(int kind, Name name, tuple values):
    cdef Arguments arguments = Arguments.of(values)
    cdef GdVariant result
    cdef GDExtensionCallError error
    error.error = 0
    variant_call_static(<GDExtensionVariantType>kind, name.word, arguments.pointers, arguments.count, &result, &error)
    if error.error != CALL_OK:
        raise_call_error(f"{type_name(kind)}.{name.text}()", &error, values)
    try:
        return variant_to_py(&result)
    finally:
        variant_destroy(&result)


cdef object evaluate(int operator, object left, object right):
    """`left operator right` as the engine computes it; NotImplemented if it has no such operator."""
    cdef GdVariant a
    cdef GdVariant b
    cdef GdVariant result
    cdef uint8_t valid = 0
    try:
        py_to_variant(left, &a)
    except TypeError:
        return NotImplemented
    try:
        py_to_variant(right, &b)
    except TypeError:
        variant_destroy(&a)
        return NotImplemented
    variant_evaluate(operator, &a, &b, &result, &valid)
    variant_destroy(&a)
    variant_destroy(&b)
    try:
        return variant_to_py(&result) if valid else NotImplemented
    finally:
        variant_destroy(&result)
