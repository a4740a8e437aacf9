# Engine objects in Python: one wrapper per object while it lives, with the right lifetimes.
#
# The engine keeps the wrapper's address as its "instance binding" and calls back when the object dies. The wrapper then
# records that it is dead, so calls need no check by the engine. Ownership:
#   - an object that is not RefCounted keeps its wrapper (STRONG) until it is freed;
#   - a wrapper of a RefCounted owns one reference (OWNER) and releases it when Python drops the wrapper;
#   - an exposed RefCounted has Python state, so while another holder than the wrapper has a reference, the object keeps
#     the wrapper too (STRONG). When the last of them releases it, the wrapper is added to the list `fading`. It cannot be
#     dropped at once, because the engine still uses the object on its stack.

class FreedObjectError(ReferenceError):
    """Raised by any use of an engine object that has been freed."""


cdef enum:
    OWNER = 1
    STRONG = 2
    REFCOUNTED = 4
    EXPOSED = 8

cdef bint interface_open = False
cdef void *library = NULL


cdef class Tracked:
    """Base of everything that holds a value of the engine. A list of all instances allows releasing them at the end."""

    cdef PyObject *before
    cdef PyObject *after


cdef PyObject *first_tracked = NULL


cdef inline void track(Tracked item) noexcept:
    global first_tracked
    item.before = NULL
    item.after = first_tracked
    if first_tracked != NULL:
        (<Tracked>first_tracked).before = <PyObject *>item
    first_tracked = <PyObject *>item


cdef inline void untrack(Tracked item) noexcept:
    global first_tracked
    if item.before != NULL:
        (<Tracked>item.before).after = item.after
    elif first_tracked == <PyObject *>item:
        first_tracked = item.after
    if item.after != NULL:
        (<Tracked>item.after).before = item.before
    item.before = NULL
    item.after = NULL


cdef class ClassInfo:
    """The data for constructing instances of a Python class that represents an engine class."""

    cdef readonly str name          # the class's name in the engine
    cdef readonly bint refcounted
    cdef readonly bint instantiable
    cdef Name native                # the engine's own class to construct
    cdef object owner               # the Python class (a cycle, meant to live as long as the process)
    cdef ClassRecord record         # of an exposed class, else None

    def __init__(self, str name, str native, bint refcounted, bint instantiable, owner):
        self.name = name
        self.native = name_of(native)
        self.refcounted = refcounted
        self.instantiable = instantiable
        self.owner = owner


cdef void *bind_notification
cdef void *bind_init_ref
cdef void *bind_reference
cdef void *bind_unreference
cdef void *bind_reference_count
cdef void *bind_connect
cdef void *bind_disconnect
cdef void *bind_is_connected
cdef void *bind_emit_signal
cdef void *bind_has_signal
cdef void *bind_has_method


cdef inline bint call_bool(void *bind, void *ptr) noexcept nogil:
    cdef uint8_t answer = 0
    method_bind_ptrcall(bind, ptr, NULL, &answer)
    return answer != 0


cdef inline int64_t reference_count(void *ptr) noexcept nogil:
    cdef int64_t answer = 0
    method_bind_ptrcall(bind_reference_count, ptr, NULL, &answer)
    return answer


cdef void send_postinitialize(void *ptr) noexcept nogil:
    cdef int64_t what = 0
    cdef uint8_t reversed = 0
    cdef const void *arguments[2]
    arguments[0] = &what
    arguments[1] = &reversed
    method_bind_ptrcall(bind_notification, ptr, arguments, NULL)


# Bindings -------------------------------------------------------------------------------------------------------------

cdef PyObject *binding_to_be = NULL


cdef void *binding_create(void *token, void *instance) noexcept nogil:
    return binding_to_be


cdef void binding_free(void *token, void *instance, void *binding) noexcept nogil:
    """The engine object dies (or the wrapper releases it and has recorded that already)."""
    if interface_open and binding != NULL:
        binding_free_held(binding)


cdef void binding_free_held(void *binding) noexcept with gil:
    forget(<Object>binding)


cdef uint8_t binding_reference(void *token, void *binding, uint8_t reference) noexcept nogil:
    return 1


cdef GDExtensionInstanceBindingCallbacks binding_callbacks
binding_callbacks.create_callback = <void *(*)(void *, void *) noexcept>binding_create
binding_callbacks.free_callback = <void (*)(void *, void *, void *) noexcept>binding_free
binding_callbacks.reference_callback = <uint8_t (*)(void *, void *, uint8_t) noexcept>binding_reference


cdef void forget(Object wrapper) noexcept:
    """The engine object is gone."""
    if wrapper.ptr == NULL:
        return
    wrapper.ptr = NULL
    untrack(wrapper)
    if wrapper.flags & STRONG:
        wrapper.flags &= ~STRONG
        Py_DECREF(wrapper)


cdef void let_go(Object wrapper) noexcept:
    """The wrapper dies, or Python ends: release the reference; this may free the engine object."""
    cdef void *ptr = wrapper.ptr
    cdef int flags = wrapper.flags
    if ptr == NULL:
        return
    wrapper.ptr = NULL
    wrapper.flags = flags & ~(STRONG | OWNER)
    untrack(wrapper)
    if not interface_open:
        return
    object_free_instance_binding(ptr, library)
    if flags & OWNER:
        if call_bool(bind_unreference, ptr):
            object_destroy(ptr)
    if flags & STRONG:
        Py_DECREF(wrapper)


cdef void bind_wrapper(Object wrapper, void *ptr, int flags) noexcept:
    """Tie a new wrapper and its engine object together."""
    global binding_to_be
    wrapper.ptr = ptr
    wrapper.flags = flags
    wrapper.instance_id = object_get_instance_id(ptr)
    if flags & STRONG:
        Py_INCREF(wrapper)
    track(wrapper)
    binding_to_be = <PyObject *>wrapper
    object_get_instance_binding(ptr, library, &binding_callbacks)
    binding_to_be = NULL


# From engine object to wrapper ----------------------------------------------------------------------------------------

cdef dict class_by_word = {}   # address of the engine's interned class name -> ClassInfo
cdef list kept_class_names = []
cdef object find_class = None  # Python: name of an engine class -> class, see godot/_api.py


cdef ClassInfo class_of(void *ptr):
    cdef uint64_t word[1]
    cdef PyObject *found
    word[0] = 0
    object_get_class_name(ptr, library, word)
    key = <object>word[0]
    found = PyDict_GetItemWithError(class_by_word, key)
    if found != NULL:
        gd.destroy[<int>T_STRING_NAME](word)
        return <ClassInfo>found
    name = name_to_py(word)
    gd.destroy[<int>T_STRING_NAME](word)
    info = <ClassInfo?>find_class(name)._godot_class
    kept_class_names.append(new_name(name, T_STRING_NAME))  # keeps the address from being used for another name
    class_by_word[key] = info
    return info


cdef object wrap_object(void *ptr):
    """The wrapper of an engine object that someone else owns; None for a null pointer."""
    cdef void *binding
    cdef ClassInfo info
    cdef int flags
    if ptr == NULL:
        return None
    binding = object_get_instance_binding(ptr, library, NULL)
    if binding != NULL:
        return <object>binding
    info = class_of(ptr)
    wrapper = <Object>gd_alloc(<PyTypeObject *>info.owner)
    if not info.refcounted:
        flags = STRONG
    elif call_bool(bind_reference, ptr):
        flags = OWNER | REFCOUNTED
    else:
        flags = REFCOUNTED  # it is dying right now
    bind_wrapper(wrapper, ptr, flags)
    return wrapper


cdef object wrap_argument(void *ptr):
    """The wrapper of an object that a typed call of the engine passes; None if that object has been freed.

    GDScript passes on the address of a freed object without a check. The object now at that address gives its id;
    only a living object answers with an id that leads back to it.
    """
    if ptr == NULL or object_get_instance_from_id(object_get_instance_id(ptr)) != ptr:
        return None
    return wrap_object(ptr)


cdef object wrap_reference(void *ptr):
    """The wrapper of a RefCounted; takes over one reference from the caller."""
    cdef void *binding
    cdef ClassInfo info
    if ptr == NULL:
        return None
    binding = object_get_instance_binding(ptr, library, NULL)
    if binding != NULL:
        wrapper = <Object>binding
        call_bool(bind_unreference, ptr)
        return wrapper
    info = class_of(ptr)
    wrapper = <Object>gd_alloc(<PyTypeObject *>info.owner)
    bind_wrapper(wrapper, ptr, OWNER | REFCOUNTED)
    return wrapper


cdef int construct_object(Object wrapper, ClassInfo info, bint for_engine) except -1:
    """Make the engine object of a new wrapper."""
    cdef void *ptr
    cdef int flags = STRONG
    if type(wrapper) is not info.owner:
        raise TypeError(f"{type(wrapper).__name__} is not known to the engine: decorate the class with @godot.expose")
    if not info.instantiable:
        raise TypeError(f"{info.name} cannot be instantiated")
    ptr = classdb_construct_object2(info.native.word)
    if ptr == NULL:
        raise TypeError(f"the engine made no {info.native.text}")
    if info.record is not None:
        object_set_instance(ptr, info.record.name.word, <void *>wrapper)
    if info.refcounted:
        flags = OWNER | REFCOUNTED
        call_bool(bind_init_ref, ptr)
        if for_engine:
            flags |= STRONG
    bind_wrapper(wrapper, ptr, flags | (EXPOSED if info.record is not None else 0))
    return 0


cdef inline void *alive(Object wrapper) except NULL:
    if wrapper.ptr == NULL:
        raise_freed(wrapper)
    return wrapper.ptr


cdef int raise_freed(Object wrapper) except -1:
    raise FreedObjectError(f"this {type(wrapper).__name__} has been freed by the engine")


# Exposed RefCounted objects between engine and Python -------------------------------------------------------------------

cdef list fading = []
cdef int fading_count = 0


cdef void instance_referenced(void *instance) noexcept nogil:
    """Called by the engine: an exposed RefCounted has its second holder."""
    if interface_open and (<Object>instance).ptr != NULL and not (<Object>instance).flags & STRONG:
        make_strong(instance)


cdef void make_strong(void *instance) noexcept with gil:
    wrapper = <Object>instance
    if wrapper.ptr != NULL and not wrapper.flags & STRONG:
        wrapper.flags |= STRONG
        Py_INCREF(wrapper)


cdef void instance_unreferenced(void *instance) noexcept nogil:
    """Called by the engine: an exposed RefCounted has only one holder left (or none)."""
    if interface_open and (<Object>instance).ptr != NULL and (<Object>instance).flags & STRONG:
        start_fading(instance)


cdef void start_fading(void *instance) noexcept with gil:
    global fading_count
    fading.append(<Object>instance)
    fading_count = 1


cdef void drop_fading() noexcept:
    """Release the exposed RefCounted objects that only their wrappers hold."""
    global fading_count, fading
    cdef Object wrapper
    while fading_count:
        fading_count = 0
        batch = fading
        fading = []
        while batch:
            wrapper = <Object>batch.pop()
            if wrapper.ptr != NULL and wrapper.flags & STRONG and reference_count(wrapper.ptr) == 1:
                wrapper.flags &= ~STRONG
                Py_DECREF(wrapper)
        wrapper = None


# The wrapper ----------------------------------------------------------------------------------------------------------

cdef class Object(Tracked):
    """Base of all engine classes. Attributes are the engine's methods, properties and signals, then the script's."""

    cdef void *ptr
    cdef uint64_t instance_id
    cdef int flags
    cdef object __weakref__

    _godot_class = None

    def __cinit__(self, *arguments, **properties):
        cdef ClassInfo info = type(self)._godot_class
        if info is None:
            raise TypeError(f"{type(self).__name__} represents no engine class")
        construct_object(self, info, False)
        send_postinitialize(self.ptr)
        if fading_count:
            drop_fading()

    def __init__(self, **properties):
        for name, value in properties.items():
            setattr(self, name, value)

    def __dealloc__(self):
        let_go(self)

    def __getattr__(self, str name):
        return script_member(self, name)

    def __setattr__(self, str name, value):
        try:
            PyObject_GenericSetAttr(self, name, <PyObject *>value)
        except AttributeError:
            alive(self)
            if hasattr(type(self), name) or not set_script_member(self, name, value):
                raise

    def __repr__(self):
        cdef GdVariant variant
        cdef uint64_t string[1]
        if self.ptr == NULL:
            return f"<freed {type(self).__name__}>"
        py_to_variant(self, &variant)
        variant_stringify(&variant, string)
        variant_destroy(&variant)
        text = string_to_py(string)
        gd.destroy[<int>T_STRING](string)
        return text

    def __reduce__(self):
        raise TypeError(f"a {type(self).__name__} cannot be pickled or copied: it belongs to the engine")

    def free(self):
        """Free the object now. RefCounted objects free themselves; TypeError for them."""
        alive(self)
        if self.flags & REFCOUNTED:
            raise TypeError(f"{type(self).__name__} is RefCounted: it frees itself when its last reference is gone")
        try:
            call_builtin(self, name_of("free"), ())  # by name: then the engine refuses while it still uses the object
        except AttributeError:
            raise RuntimeError(f"this {type(self).__name__} is in use by the engine (it is emitting a signal, "
                               "for one) and cannot be freed now: use queue_free()") from None

    @property
    def is_freed(self):
        """True once the engine has freed the object."""
        return self.ptr == NULL


def use_direct_attributes(type owner):
    """Give an engine class the direct attribute access of `Object`."""
    gd_direct_attributes(<PyTypeObject *>owner, <PyTypeObject *>Object, <void *>get_attribute)


cdef object get_attribute(object owner, object name):
    """An attribute as Python finds it, else a member of the object's script; creates no exception on the way."""
    cdef PyObject *found = _PyObject_GenericGetAttrWithDict(owner, name, NULL, 1)
    if found == NULL:
        return script_member(<Object>owner, <str>name)
    result = <object>found
    Py_DECREF(result)
    return result


cdef object script_member(Object owner, str name):
    """A member that only the object's script has: method, property or signal; AttributeError if there is none."""
    cdef void *ptr
    cdef GdVariant variant
    cdef GdVariant result
    cdef uint8_t valid = 0
    cdef Name key
    cdef ScriptMethod method
    if name.startswith("__"):
        raise AttributeError(f"'{type(owner).__name__}' object has no attribute '{name}'")
    ptr = alive(owner)
    key = name_of(name)
    if ask_name(bind_has_method, ptr, key):
        method = ScriptMethod.__new__(ScriptMethod)
        method.owner = owner
        method.name = key
        return method
    if ask_name(bind_has_signal, ptr, key):
        return Signal(owner, name)
    gd.to_variant[<int>T_OBJECT](&variant, &ptr)
    variant_get_named(&variant, key.word, &result, &valid)
    variant_destroy(&variant)
    try:
        if valid:
            return variant_to_py(&result)
    finally:
        variant_destroy(&result)
    raise AttributeError(f"'{type(owner).__name__}' object has no attribute '{name}'")


cdef bint set_script_member(Object owner, str name, value) except -1:
    cdef GdVariant variant
    cdef GdVariant item
    cdef uint8_t valid = 0
    cdef void *ptr = alive(owner)
    cdef Name key = name_of(name)
    py_to_variant(value, &item)
    gd.to_variant[<int>T_OBJECT](&variant, &ptr)
    variant_set_named(&variant, key.word, &item, &valid)
    variant_destroy(&item)
    variant_destroy(&variant)
    return valid != 0


cdef bint ask_name(void *bind, void *ptr, Name name):
    """Call a method of Object that takes a StringName and answers a bool."""
    cdef const void *arguments[1]
    cdef uint8_t answer = 0
    arguments[0] = name.word
    method_bind_ptrcall(bind, ptr, arguments, &answer)
    return answer != 0


cdef class ScriptMethod:
    """A method that an object has through its script, bound to that object."""

    cdef Object owner
    cdef Name name

    def __call__(self, *arguments):
        return call_builtin(self.owner, self.name, arguments)

    def __repr__(self):
        return f"<script method {self.name.text} of {self.owner!r}>"

    def __eq__(self, other):
        if not isinstance(other, ScriptMethod):
            return NotImplemented
        return self.owner is (<ScriptMethod>other).owner and self.name.text == (<ScriptMethod>other).name.text

    def __hash__(self):
        return hash((id(self.owner), self.name.text))
