# Stores Python values in the engine's places for results.

cdef int store_variant(object value, void *out) except -1:
    """Put a Python value into a Variant that the engine has prepared as null."""
    cdef GdVariant variant
    py_to_variant(value, &variant)
    variant_destroy(out)
    memcpy(out, &variant, sizeof(GdVariant))
    return 0


cdef int store_typed(int kind, object value, void *variant) except -1:
    """Put a Python value into a null Variant of the engine, converted to the method's return type."""
    cdef GdSlot slot
    py_to_typed(kind, value, &slot)
    variant_destroy(variant)
    gd.to_variant[kind](variant, &slot)
    if gd.destroy[kind] != NULL:
        gd.destroy[kind](&slot)
    return 0


cdef void store_default(int kind, void *variant) noexcept:
    """After an exception: store an empty value of the method's return type, so that the caller gets no null."""
    cdef GDExtensionCallError error
    if kind != T_NIL and kind != T_OBJECT and kind != T_VARIANT:
        variant_destroy(variant)
        variant_construct(kind, variant, NULL, 0, &error)


cdef int assign_typed(int kind, object value, void *target) except -1:
    """Assign a Python value to a typed place of the engine that already holds a value."""
    cdef GdSlot slot
    cdef Object wrapper
    if kind == T_NIL:
        return 0
    if kind == T_OBJECT:
        if value is None:
            return 0
        wrapper = <Object?>value
        if wrapper.flags & REFCOUNTED:
            ref_set_object(target, alive(wrapper))
        else:
            (<void **>target)[0] = alive(wrapper)
        return 0
    if value is None and kind != T_VARIANT:
        return 0  # the engine's default stays
    py_to_typed(kind, value, &slot)
    if kind == T_VARIANT:
        variant_destroy(target)
        memcpy(target, &slot, sizeof(GdVariant))
    elif kind == T_BOOL:
        (<uint8_t *>target)[0] = slot.boolean
    elif kind == T_INT or kind == T_FLOAT:
        (<int64_t *>target)[0] = slot.integer
    elif value_class[kind] != NULL:
        memcpy(target, &slot, value_bytes[kind])
    else:
        if gd.destroy[kind] != NULL:
            gd.destroy[kind](target)
        memcpy(target, &slot, 16 if kind >= T_PACKED_BYTE or kind == T_CALLABLE or kind == T_SIGNAL else 8)
    return 0
