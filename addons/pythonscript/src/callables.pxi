# Callables and signals, both ways: any Python callable becomes a Callable, and comes back as the very same callable.

cdef class PyCallable:
    """The engine's reference to a Python callable. A method of an engine object is held by function and weak object
    reference, like the engine's own Callables: a connection keeps no object alive."""

    cdef object function
    cdef object owner        # weak reference to the wrapper whose method it is, or None
    cdef uint64_t owner_id


cdef object owner_of(PyCallable held):
    """The living wrapper of this method; None if it is gone."""
    cdef PyObject *found = PyWeakref_GetObject(held.owner)
    if found == NULL or <object>found is None or (<Object>found).ptr == NULL:
        return None
    return <object>found


cdef object callable_function(PyCallable held):
    """The Python callable again, None if its object is gone."""
    if held.owner is None:
        return held.function
    owner = owner_of(held)
    return None if owner is None else PyMethod_New(held.function, owner)


cdef int py_to_callable(object value, void *out) except -1:
    """Construct the Callable of a Python callable."""
    cdef GDExtensionCallableCustomInfo2 info
    cdef const void *arguments[2]
    cdef void *ptr
    cdef PyCallable held
    if isinstance(value, Callable):
        copy_builtin(T_CALLABLE, gd.inside[<int>T_CALLABLE](&(<Boxed>value).variant), out)
        return 0
    if value is None:
        gd.construct[<int>T_CALLABLE](out, NULL)
        return 0
    if not callable(value):
        wrong_type(value, T_CALLABLE)
    held = PyCallable.__new__(PyCallable)
    if isinstance(value, ScriptMethod):
        ptr = alive((<ScriptMethod>value).owner)
        arguments[0] = &ptr
        arguments[1] = (<ScriptMethod>value).name.word
        callable_from_method(out, arguments)
        return 0
    if PyMethod_Check(value) and isinstance(<object>PyMethod_GET_SELF(value), Object):
        owner = <object>PyMethod_GET_SELF(value)
        ptr = alive(<Object>owner)
        held.function = <object>PyMethod_GET_FUNCTION(value)
        if isinstance(held.function, Method):
            arguments[0] = &ptr
            arguments[1] = name_of((<Method>held.function).name).word
            callable_from_method(out, arguments)
            return 0
        held.owner = PyWeakref_NewRef(owner, None)
        held.owner_id = (<Object>owner).instance_id
    else:
        held.function = value
    memset(&info, 0, sizeof(info))
    info.callable_userdata = <void *>held
    info.token = library
    info.object_id = held.owner_id
    info.call_func = <void *>callable_call
    info.is_valid_func = <void *>callable_is_valid
    info.free_func = <void *>callable_free
    info.hash_func = <void *>callable_hash
    info.equal_func = <void *>callable_equal
    info.to_string_func = <void *>callable_text
    Py_INCREF(held)
    callable_custom_create2(out, &info)
    return 0


cdef object callable_to_py(const void *data):
    """The Python form of a Callable: the original function if it came from Python."""
    cdef void *userdata = callable_custom_get_userdata(data, library)
    cdef Callable box
    if userdata != NULL:
        function = callable_function(<PyCallable>userdata)
        if function is not None:
            return function
    box = Callable.__new__(Callable)
    gd.to_variant[<int>T_CALLABLE](&box.variant, <void *>data)
    box.full = True
    track(box)
    return box


# Called by the engine, on any thread ----------------------------------------------------------------------------------

cdef void callable_call(void *userdata, const void **arguments, int64_t count, void *result,
                        GDExtensionCallError *error) noexcept nogil:
    error.error = CALL_OK
    if not interface_open:
        return
    callable_call_held(userdata, arguments, count, result, error)


cdef void callable_call_held(void *userdata, const void **arguments, int64_t count, void *result,
                             GDExtensionCallError *error) noexcept with gil:
    cdef PyCallable held = <PyCallable>userdata
    cdef PyObject *values[MOST_ARGUMENTS + 1]
    cdef PyObject *answer = NULL
    cdef int done = 0, start = 1
    function = held.function
    owner = None
    try:
        if held.owner is not None:
            owner = owner_of(held)
            if owner is None:
                error.error = CALL_NULL
                return
            values[0] = <PyObject *>owner
            start = 0
        if count > MOST_ARGUMENTS:
            raise TypeError(f"at most {MOST_ARGUMENTS} arguments can be passed to Python")
        while done < count:
            value = variant_to_py(arguments[done])
            Py_INCREF(value)
            done += 1
            values[done] = <PyObject *>value
        answer = PyObject_Vectorcall(<PyObject *>function, &values[start], count + 1 - start, NULL)
        if <object>answer is not None:
            store_variant(<object>answer, result)
    except BaseException as problem:
        report_error(function, problem)
    finally:
        Py_XDECREF(answer)
        while done > 0:
            Py_DECREF(<object>values[done])
            done -= 1
        if fading_count:
            drop_fading()


cdef uint8_t callable_is_valid(void *userdata) noexcept nogil:
    """Called before every emission, so without the GIL: the data that it reads never change."""
    cdef uint64_t owner_id = (<PyCallable>userdata).owner_id
    return interface_open and (owner_id == 0 or object_get_instance_from_id(owner_id) != NULL)


cdef void callable_free(void *userdata) noexcept nogil:
    if interface_open:
        callable_free_held(userdata)


cdef void callable_free_held(void *userdata) noexcept with gil:
    Py_DECREF(<PyCallable>userdata)


cdef uint32_t callable_hash(void *userdata) noexcept nogil:
    if not interface_open:
        return 0
    return callable_hash_held(userdata)


cdef uint32_t callable_hash_held(void *userdata) noexcept with gil:
    cdef PyCallable held = <PyCallable>userdata
    try:
        return <uint32_t>(<uint64_t>(hash(held.function) & 0x7fffffff) ^ held.owner_id)
    except TypeError:
        return <uint32_t>(<uint64_t><void *>held.function >> 4)


cdef uint8_t callable_equal(void *left, void *right) noexcept nogil:
    if left == right:
        return 1
    if not interface_open:
        return 0
    return callable_equal_held(left, right)


cdef uint8_t callable_equal_held(void *left, void *right) noexcept with gil:
    cdef PyCallable a = <PyCallable>left
    cdef PyCallable b = <PyCallable>right
    try:
        return a.owner_id == b.owner_id and (a.function is b.function or bool(a.function == b.function))
    except Exception:
        return 0


cdef void callable_text(void *userdata, uint8_t *valid, void *out) noexcept nogil:
    valid[0] = 0
    if interface_open:
        callable_text_held(userdata, valid, out)


cdef void callable_text_held(void *userdata, uint8_t *valid, void *out) noexcept with gil:
    function = (<PyCallable>userdata).function
    try:
        string_from_py(str(getattr(function, "__qualname__", None) or repr(function)), out)
        valid[0] = 1
    except Exception:
        pass


# The engine's Callables and Signals in Python -------------------------------------------------------------------------

cdef class Boxed(Tracked):
    """A value of the engine that Python holds unconverted, in a Variant."""

    cdef GdVariant variant
    cdef bint full

    def __dealloc__(self):
        release_box(self)

    def __eq__(self, other):
        if not isinstance(other, Boxed):
            return NotImplemented
        return variant_hash_compare(&self.variant, &(<Boxed>other).variant) != 0

    def __hash__(self):
        return variant_hash(&self.variant)

    def __repr__(self):
        cdef uint64_t string[1]
        variant_stringify(&self.variant, string)
        text = string_to_py(string)
        gd.destroy[<int>T_STRING](string)
        return f"<{type(self).__name__} {text}>"


cdef void release_box(Boxed box) noexcept:
    if box.full:
        untrack(box)
        box.full = False
        if interface_open:
            variant_destroy(&box.variant)
        memset(&box.variant, 0, sizeof(GdVariant))


cdef class Callable(Boxed):
    """A Callable of the engine: call it like a function. `Callable(object, "method")` makes one."""

    def __cinit__(self, owner=None, method=None):
        cdef uint64_t words[2]
        cdef const void *arguments[2]
        cdef void *ptr
        if owner is None:
            return
        if method is None:
            py_to_callable(owner, words)
        else:
            ptr = alive(<Object?>owner)
            arguments[0] = &ptr
            arguments[1] = name_of(method).word
            callable_from_method(words, arguments)
        gd.to_variant[<int>T_CALLABLE](&self.variant, words)
        gd.destroy[<int>T_CALLABLE](words)
        self.full = True
        track(self)

    def __call__(self, *arguments):
        return call_builtin(self, name_of("call"), arguments)


cdef class TypedArray(Boxed):
    """An Array with a fixed element type, for passing to the engine. Made by `godot.typed_array`."""


def make_typed_array(int kind, str class_name, items):
    """An Array whose elements must be of a type; TypeError if an item is not."""
    cdef TypedArray box = TypedArray.__new__(TypedArray)
    cdef Arguments arguments = Arguments.of((list(items), kind, StringName(class_name), None))
    cdef GDExtensionCallError error
    error.error = 0
    variant_construct(T_ARRAY, &box.variant, arguments.pointers, arguments.count, &error)
    if error.error != CALL_OK:
        raise TypeError(f"the engine made no Array of {type_name(kind)}")
    box.full = True
    track(box)
    if builtin_size(T_ARRAY, gd.inside[<int>T_ARRAY](&box.variant)) != len(items):
        raise TypeError(f"not every item is of type {class_name or type_name(kind)}")
    return box


cdef class Signal:
    """A signal of one object."""

    cdef readonly Object owner
    cdef readonly str name

    def __init__(self, owner, str name):
        self.owner = owner
        self.name = name

    def connect(self, function, int64_t flags=0):
        """Call the callable with the signal's arguments at each emission; `flags` as godot.Object.CONNECT_*.

        ValueError if it is connected already, or there is no such signal.
        """
        cdef void *ptr = alive(self.owner)
        cdef uint64_t target[2]
        cdef const void *arguments[3]
        cdef int64_t answer = 0
        cdef Name name = name_of(self.name)
        if not ask_name(bind_has_signal, ptr, name):
            raise ValueError(f"{self.owner!r} has no signal {self.name}")
        py_to_callable(function, target)
        try:
            if not flags & 8 and self.asked(bind_is_connected, target):
                raise ValueError(f"{function!r} is already connected to the signal {self.name} of {self.owner!r}")
            arguments[0] = name.word
            arguments[1] = target
            arguments[2] = &flags
            with nogil:
                method_bind_ptrcall(bind_connect, ptr, arguments, &answer)
        finally:
            gd.destroy[<int>T_CALLABLE](target)
        if answer:
            raise ValueError(f"the engine refused to connect {function!r} to {self!r} (error {answer})")

    cdef bint asked(self, void *bind, const void *target) except -1:
        cdef const void *arguments[2]
        cdef uint8_t answer = 0
        cdef Name name = name_of(self.name)
        arguments[0] = name.word
        arguments[1] = target
        method_bind_ptrcall(bind, alive(self.owner), arguments, &answer)
        return answer != 0

    def disconnect(self, function):
        """Undo `connect`; ValueError if the callable is not connected."""
        cdef uint64_t target[2]
        py_to_callable(function, target)
        try:
            if not self.asked(bind_is_connected, target):
                raise ValueError(f"{function!r} is not connected to the signal {self.name} of {self.owner!r}")
            self.asked(bind_disconnect, target)
        finally:
            gd.destroy[<int>T_CALLABLE](target)

    def is_connected(self, function):
        """Return whether the callable is connected to this signal."""
        cdef uint64_t target[2]
        py_to_callable(function, target)
        try:
            return self.asked(bind_is_connected, target)
        finally:
            gd.destroy[<int>T_CALLABLE](target)

    def emit(self, *values):
        """Emit the signal; all connected callables have run before this returns."""
        cdef GdVariant variants[MOST_ARGUMENTS + 1]
        cdef const void *pointers[MOST_ARGUMENTS + 1]
        cdef GdVariant result
        cdef GDExtensionCallError error
        cdef void *ptr = alive(self.owner)
        cdef int done = 1, i
        if len(values) > MOST_ARGUMENTS:
            raise TypeError(f"at most {MOST_ARGUMENTS} arguments can be passed to the engine")
        error.error = 0
        gd.to_variant[<int>T_STRING_NAME](&variants[0], name_of(self.name).word)
        pointers[0] = &variants[0]
        try:
            for value in values:
                py_to_variant(value, &variants[done])
                pointers[done] = &variants[done]
                done += 1
            with nogil:
                method_bind_call(bind_emit_signal, ptr, pointers, done, &result, &error)
        finally:
            for i in range(done):
                variant_destroy(&variants[i])
        variant_destroy(&result)
        if fading_count:
            drop_fading()
        if error.error != CALL_OK:
            raise_call_error(f"emitting {self.name}", &error, values)

    def __eq__(self, other):
        if not isinstance(other, Signal):
            return NotImplemented
        return self.owner is (<Signal>other).owner and self.name == (<Signal>other).name

    def __hash__(self):
        return hash((id(self.owner), self.name))

    def __repr__(self):
        return f"<Signal {self.name} of {self.owner!r}>"


cdef int py_to_signal(object value, void *out) except -1:
    cdef const void *arguments[2]
    cdef void *ptr
    if not isinstance(value, Signal):
        wrong_type(value, T_SIGNAL)
    ptr = alive((<Signal>value).owner)
    arguments[0] = &ptr
    arguments[1] = name_of((<Signal>value).name).word
    signal_from_name(out, arguments)
    return 0


cdef object signal_to_py(const void *data):
    cdef GdVariant variant
    cdef GdVariant part
    cdef GDExtensionCallError error
    error.error = 0
    gd.to_variant[<int>T_SIGNAL](&variant, <void *>data)
    variant_call(&variant, name_of("get_object").word, NULL, 0, &part, &error)
    owner = variant_to_py(&part)
    variant_destroy(&part)
    variant_call(&variant, name_of("get_name").word, NULL, 0, &part, &error)
    name = variant_to_py(&part)
    variant_destroy(&part)
    variant_destroy(&variant)
    return None if owner is None else Signal(owner, name)
