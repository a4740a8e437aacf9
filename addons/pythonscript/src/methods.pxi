# The engine's methods, properties and functions as Python descriptors; resolved on first use, called by pointer.
#
# The GIL is kept during methods that the engine marks const (they read and return) and released during all others. So a
# thread that the engine waits for can run Python meanwhile. Servers may wait for their own thread in const methods too, and
# the engine marks OS.delay_msec const, so methods of servers and OS always release it.

cdef enum:
    F_CONST = 1
    F_VARARG = 2
    F_STATIC = 4

cdef object parse_default = None   # Python: default value as the API spells it -> (known, value), see godot/_api.py


cdef class Method:
    """One method of an engine class."""

    cdef void *vectorcall
    cdef void *bind
    cdef public object owner       # the Python class it belongs to, set once that exists
    cdef readonly str name
    cdef str class_name
    cdef int64_t hash
    cdef int flags
    cdef int count
    cdef int required
    cdef int return_kind
    cdef str return_class
    cdef bint returns_reference
    cdef bint keeps_lock           # the GIL is kept during the call
    cdef bint by_pointer           # all types are known, so that a pointer call is possible
    cdef bint by_pointer_defaults  # and all defaults are known too
    cdef bytes kinds
    cdef const unsigned char *kind
    cdef tuple class_names
    cdef list classes
    cdef readonly tuple argument_names
    cdef tuple default_texts
    cdef tuple defaults

    def __init__(self, owner, str class_name, tuple entry):
        (self.name, self.hash, self.flags, self.return_kind, self.return_class, self.kinds, self.class_names,
         self.argument_names, self.default_texts) = entry
        self.owner = owner
        self.class_name = class_name
        self.kind = self.kinds
        self.count = len(self.kinds)
        self.required = self.count - len(self.default_texts)
        self.vectorcall = <void *>method_vectorcall

    def __get__(self, instance, owner):
        if instance is None or self.flags & F_STATIC:
            return self
        return PyMethod_New(self, instance)

    @property
    def is_available(self):
        """Return whether the running engine has this method in the expected form."""
        return classdb_get_method_bind(name_of(self.class_name).word, name_of(self.name).word, self.hash) != NULL

    @property
    def __name__(self):
        return self.name

    @property
    def __qualname__(self):
        return f"{self.class_name}.{self.name}"

    @property
    def __doc__(self):
        return f"{self.class_name}.{self.name}({', '.join(self.argument_names)})"

    def __repr__(self):
        return f"<engine method {self.class_name}.{self.name}>"


cdef int resolve(Method method) except -1:
    """Look up the method in the engine and prepare its calls; AttributeError if the engine lacks it."""
    cdef void *bind = classdb_get_method_bind(name_of(method.class_name).word, name_of(method.name).word, method.hash)
    if bind == NULL:
        raise AttributeError(f"this engine has no method {method.class_name}.{method.name} of the expected form: "
                             "build the binding again with this engine")
    if method.class_names is not None:
        method.classes = [None if name is None else find_class(name) for name in method.class_names]
    if method.return_class is not None:
        method.returns_reference = find_class(method.return_class)._godot_class.refcounted
    method.keeps_lock = method.flags & F_CONST and method.class_name != "OS" and "Server" not in method.class_name
    method.by_pointer = not method.flags & F_VARARG and method.count <= 16 and method.return_kind != 255
    for kind in method.kinds:
        if kind == 255:
            method.by_pointer = False
    method.by_pointer_defaults = method.by_pointer
    values = []
    for text in method.default_texts:
        known, value = parse_default(text)
        values.append(value)
        if not known:
            method.by_pointer_defaults = False
    method.defaults = tuple(values)
    method.bind = bind
    return 0


cdef object method_vectorcall(object callee, PyObject **arguments, size_t flagged, PyObject *keywords):
    cdef Method method = <Method>callee
    cdef Py_ssize_t count = PyVectorcall_NARGS(flagged)
    cdef void *ptr = NULL
    if not method.flags & F_STATIC:
        if count < 1 or not PyObject_TypeCheck(<object>arguments[0], <PyTypeObject *>method.owner):
            raise TypeError(f"{method.class_name}.{method.name}() needs a {method.class_name} as its first argument")
        ptr = (<Object>arguments[0]).ptr
        if ptr == NULL:
            raise_freed(<Object>arguments[0])
        arguments += 1
        count -= 1
    if keywords != NULL:
        return invoke_keywords(method, ptr, arguments, count, <tuple>keywords)
    return invoke(method, ptr, arguments, count)


cdef object invoke_keywords(Method method, void *ptr, PyObject **arguments, Py_ssize_t count, tuple keywords):
    cdef PyObject *pointers[MOST_ARGUMENTS]
    cdef Py_ssize_t i
    if method.bind == NULL:
        resolve(method)
    values = [<object>arguments[i] for i in range(count)]
    given = {}
    for i in range(len(keywords)):
        given[keywords[i]] = <object>arguments[count + i]
    for name in method.argument_names[count:]:
        if name in given:
            values.append(given.pop(name))
        elif not given:
            break
        elif len(values) < method.required:
            raise TypeError(f"{method.class_name}.{method.name}() lacks its argument {name}")
        else:
            values.append(method.defaults[len(values) - method.required])
    if given:
        raise TypeError(f"{method.class_name}.{method.name}() has no argument {', '.join(given)}, or it is given twice")
    for i in range(len(values)):
        pointers[i] = <PyObject *>values[i]
    return invoke(method, ptr, pointers, len(values))


cdef object invoke(Method method, void *ptr, PyObject **arguments, Py_ssize_t count):
    """Call the method on a living object (NULL for a static method) with `count` positional arguments."""
    cdef GdSlot result
    cdef object answer
    if method.bind == NULL:
        resolve(method)
    if count == method.count:
        if not method.by_pointer:
            return invoke_variants(method, ptr, arguments, count)
    elif method.required <= count < method.count:
        if not method.by_pointer_defaults:
            return invoke_variants(method, ptr, arguments, count)
    elif method.flags & F_VARARG:
        return invoke_variants(method, ptr, arguments, count)
    else:
        raise TypeError(f"{method.class_name}.{method.name}() takes {count_text(method)}, got {count}")
    if method.count:
        return invoke_pointer(method, ptr, arguments, count)
    prepare_result(method.return_kind, &result)
    if method.keeps_lock:
        method_bind_ptrcall(method.bind, ptr, NULL, &result)
    else:
        with nogil:
            method_bind_ptrcall(method.bind, ptr, NULL, &result)
    return take_result(method, &result)


cdef str count_text(Method method):
    if method.required == method.count:
        return f"{method.count} argument{'' if method.count == 1 else 's'}"
    return f"{method.required} to {method.count} arguments"


cdef inline void prepare_result(int kind, GdSlot *result) noexcept:
    """Construct an empty value in `result`: the engine assigns its result to an existing value."""
    if kind == T_VARIANT:
        variant_new_nil(result)
    elif kind == T_OBJECT or kind <= T_FLOAT:
        result.integer = 0
    else:
        gd.construct[kind](result, NULL)


cdef inline object take_result(Method method, GdSlot *result):
    """The Python value of a result; destroys the engine's value."""
    cdef int kind = method.return_kind
    if fading_count:
        drop_fading()
    if kind == T_NIL:
        return None
    if kind == T_INT:
        return result.integer
    if kind == T_BOOL:
        return True if result.boolean else False
    if kind == T_OBJECT:
        return wrap_reference(result.pointer) if method.returns_reference else wrap_object(result.pointer)
    try:
        return typed_to_py(kind, result)
    finally:
        if gd.destroy[kind] != NULL:
            gd.destroy[kind](result)


cdef object invoke_pointer(Method method, void *ptr, PyObject **arguments, Py_ssize_t count):
    cdef GdSlot slots[16]
    cdef const void *pointers[16]
    cdef PyObject *held[16]
    cdef GdSlot result
    cdef int done = 0, kind
    cdef object value
    cdef Name name
    try:
        while done < method.count:
            value = <object>arguments[done] if done < count else method.defaults[done - method.required]
            kind = method.kind[done]
            held[done] = NULL
            pointers[done] = &slots[done]
            if (kind == T_STRING_NAME or kind == T_NODE_PATH) and isinstance(value, str):
                name = name_of(exact(value)) if kind == T_STRING_NAME else path_of(exact(value))
                Py_INCREF(name)
                held[done] = <PyObject *>name
                pointers[done] = name.word
            else:
                if kind == T_OBJECT and method.classes is not None and value is not None:
                    check_class(method.classes[done], value)
                py_to_typed(kind, value, &slots[done])
            done += 1
        prepare_result(method.return_kind, &result)
        if method.keeps_lock:
            method_bind_ptrcall(method.bind, ptr, pointers, &result)
        else:
            with nogil:
                method_bind_ptrcall(method.bind, ptr, pointers, &result)
    except (TypeError, ValueError, OverflowError) as problem:
        if done < method.count:
            where = f"{method.class_name}.{method.name}(), argument {done + 1} ({method.argument_names[done]})"
            raise type(problem)(f"{where}: {problem}") from None
        raise
    finally:
        while done > 0:
            done -= 1
            kind = method.kind[done]
            if held[done] != NULL:
                Py_DECREF(<object>held[done])
            elif gd.destroy[kind] != NULL:
                gd.destroy[kind](&slots[done])
    return take_result(method, &result)


cdef inline int check_class(object wanted, object value) except -1:
    if wanted is not None and not PyObject_TypeCheck(value, <PyTypeObject *>wanted):
        raise TypeError(f"expected {wanted.__name__}, got {type(value).__name__}: {value!r:.80}")
    return 0


cdef object invoke_variants(Method method, void *ptr, PyObject **arguments, Py_ssize_t count):
    """The general call: for methods with any number of arguments, and defaults that only the engine can make."""
    cdef GdVariant variants[MOST_ARGUMENTS]
    cdef const void *pointers[MOST_ARGUMENTS]
    cdef GdVariant result
    cdef GDExtensionCallError error
    cdef int done = 0, i
    if count > MOST_ARGUMENTS:
        raise TypeError(f"at most {MOST_ARGUMENTS} arguments can be passed to the engine")
    error.error = 0
    try:
        while done < count:
            py_to_variant(<object>arguments[done], &variants[done])
            pointers[done] = &variants[done]
            done += 1
        with nogil:
            method_bind_call(method.bind, ptr, pointers, count, &result, &error)
    finally:
        for i in range(done):
            variant_destroy(&variants[i])
    if fading_count:
        drop_fading()
    if error.error != CALL_OK:
        raise_call_error(f"{method.class_name}.{method.name}()", &error,
                         tuple([<object>arguments[i] for i in range(count)]))
    try:
        return variant_to_py(&result)
    finally:
        variant_destroy(&result)


cdef class Property:
    """One property of an engine class, read and written through its getter and setter."""

    cdef Method getter
    cdef Method setter
    cdef object index   # None, or the first argument of both
    cdef readonly str name

    def __init__(self, str name, getter, setter, index):
        self.name = name
        self.getter = getter
        self.setter = setter
        self.index = index

    def __get__(self, instance, owner):
        cdef PyObject *arguments[1]
        if instance is None:
            return self
        if self.getter is None:
            return script_member(<Object?>instance, self.name)
        if self.index is None:
            return invoke(self.getter, alive(<Object?>instance), NULL, 0)
        arguments[0] = <PyObject *>self.index
        return invoke(self.getter, alive(<Object?>instance), arguments, 1)

    def __set__(self, instance, value):
        cdef PyObject *arguments[2]
        if self.setter is None:
            if not set_script_member(<Object?>instance, self.name, value):
                raise AttributeError(f"{type(instance).__name__}.{self.name} cannot be written")
            return
        if self.index is None:
            arguments[0] = <PyObject *>value
            invoke(self.setter, alive(<Object?>instance), arguments, 1)
            return
        arguments[0] = <PyObject *>self.index
        arguments[1] = <PyObject *>value
        invoke(self.setter, alive(<Object?>instance), arguments, 2)

    def __repr__(self):
        return f"<engine property {self.name}>"


cdef class SignalMember:
    """A signal of an engine class or exposed class: reading it gives the signal of that object."""

    cdef readonly str name

    def __init__(self, str name):
        self.name = name

    def __get__(self, instance, owner):
        if instance is None:
            return self
        return Signal(instance, self.name)

    def __set__(self, instance, value):
        raise AttributeError(f"{self.name} is a signal: connect to it or emit it")


cdef class VirtualMethod:
    """A virtual method of the engine that does nothing, so that super() calls work."""

    cdef readonly str name
    cdef int return_kind
    cdef bytes kinds

    def __init__(self, str name, int return_kind=0, bytes kinds=b""):
        self.name = name
        self.return_kind = return_kind
        self.kinds = kinds

    def __get__(self, instance, owner):
        return self if instance is None else PyMethod_New(self, instance)

    def __call__(self, *arguments):
        return None


cdef class Utility:
    """A global function of the engine (print, lerp, randf...)."""

    cdef void *function
    cdef readonly str name
    cdef int64_t hash
    cdef bint vararg
    cdef int return_kind
    cdef bytes kinds
    cdef tuple argument_names

    def __init__(self, str name, tuple entry):
        self.name = name
        self.hash, self.vararg, self.return_kind, _, self.kinds, _, self.argument_names, _ = entry

    def __call__(self, *arguments):
        cdef GdSlot slots[MOST_ARGUMENTS]
        cdef const void *pointers[MOST_ARGUMENTS]
        cdef GdSlot result
        cdef int done = 0, count = len(arguments), kind
        if self.function == NULL:
            self.function = variant_get_ptr_utility_function(name_of(self.name).word, self.hash)
            if self.function == NULL:
                raise AttributeError(f"this engine has no function {self.name} of the expected form")
        if count > MOST_ARGUMENTS or (count != len(self.kinds) and not self.vararg):
            raise TypeError(f"{self.name}() takes {len(self.kinds)} arguments, got {count}")
        try:
            while done < count:
                py_to_typed(T_VARIANT if self.vararg else self.kinds[done], arguments[done], &slots[done])
                pointers[done] = &slots[done]
                done += 1
            prepare_result(self.return_kind, &result)
            with nogil:
                (<UtilityCall>self.function)(&result, pointers, count)
        finally:
            while done > 0:
                done -= 1
                kind = T_VARIANT if self.vararg else self.kinds[done]
                if gd.destroy[kind] != NULL:
                    gd.destroy[kind](&slots[done])
        try:
            return typed_to_py(self.return_kind, &result)
        finally:
            if gd.destroy[self.return_kind] != NULL:
                gd.destroy[self.return_kind](&result)
