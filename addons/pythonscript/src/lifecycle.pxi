# Start and end: takes the engine's interface from the loader, and releases everything at the end.

cdef GDExtensionMainLoopCallbacks main_loop_callbacks


cdef void frame_end() noexcept nogil:
    if interface_open and fading_count:
        frame_end_held()


cdef void frame_end_held() noexcept with gil:
    drop_fading()


def start(hashes, types):
    """Prepare everything; `hashes` and `types` are parts of the API description's header. RuntimeError on failure."""
    global interface_open, library, dictionary_keys, dictionary_values
    global string_from_name, string_from_path, name_from_string, path_from_string, callable_from_method
    global signal_from_name
    global bind_notification, bind_init_ref, bind_reference, bind_unreference, bind_reference_count
    global bind_connect, bind_disconnect, bind_is_connected, bind_emit_signal, bind_has_signal, bind_has_method
    cdef Handover *handover = <Handover *>PyCapsule_GetPointer(sys._godot_handover, b"pythonscript.handover")
    cdef const char *missing = gd_load(handover.get_proc_address)
    if missing != NULL:
        raise RuntimeError(f"this engine lacks {missing.decode()}: Godot 4.6 or newer is needed")
    library = handover.library
    gd_threads_start()
    interface_open = True
    string_from_name = variant_get_ptr_constructor(T_STRING, 2)
    string_from_path = variant_get_ptr_constructor(T_STRING, 3)
    name_from_string = variant_get_ptr_constructor(T_STRING_NAME, 2)
    path_from_string = variant_get_ptr_constructor(T_NODE_PATH, 2)
    callable_from_method = variant_get_ptr_constructor(T_CALLABLE, 2)
    signal_from_name = variant_get_ptr_constructor(T_SIGNAL, 2)
    for name, kind in types.items():
        TYPE_NAMES[kind] = name
        if name == "Array" or name.startswith("Packed"):
            packed_size[<int>kind] = builtin_method(kind, "size", hashes[name]["size"])
            packed_resize[<int>kind] = builtin_method(kind, "resize", hashes[name]["resize"])
    dictionary_keys = builtin_method(T_DICTIONARY, "keys", hashes["Dictionary"]["keys"])
    dictionary_values = builtin_method(T_DICTIONARY, "values", hashes["Dictionary"]["values"])
    bind_notification = required_bind(hashes, "Object", "notification")
    bind_connect = required_bind(hashes, "Object", "connect")
    bind_disconnect = required_bind(hashes, "Object", "disconnect")
    bind_is_connected = required_bind(hashes, "Object", "is_connected")
    bind_emit_signal = required_bind(hashes, "Object", "emit_signal")
    bind_has_signal = required_bind(hashes, "Object", "has_signal")
    bind_has_method = required_bind(hashes, "Object", "has_method")
    bind_init_ref = required_bind(hashes, "RefCounted", "init_ref")
    bind_reference = required_bind(hashes, "RefCounted", "reference")
    bind_unreference = required_bind(hashes, "RefCounted", "unreference")
    bind_reference_count = required_bind(hashes, "RefCounted", "get_reference_count")
    gd_enable_vectorcall(<PyTypeObject *>Method, method_vectorcall_offset(), 1)
    if gd.register_main_loop_callbacks != NULL:
        main_loop_callbacks.frame_func = <void *>frame_end
        register_main_loop_callbacks(library, &main_loop_callbacks)


cdef void *builtin_method(int kind, str name, int64_t hash) except NULL:
    cdef void *found = variant_get_ptr_builtin_method(kind, name_of(name).word, hash)
    if found == NULL:
        raise RuntimeError(f"this engine lacks {TYPE_NAMES.get(kind, kind)}.{name}: build the binding again")
    return found


cdef void *required_bind(hashes, str class_name, str name) except NULL:
    cdef void *found = classdb_get_method_bind(name_of(class_name).word, name_of(name).word, hashes[class_name][name])
    if found == NULL:
        raise RuntimeError(f"this engine lacks {class_name}.{name}: build the binding again")
    return found


cdef Py_ssize_t method_vectorcall_offset():
    cdef Method sample = Method.__new__(Method)
    return <char *>&sample.vectorcall - <char *><void *>sample


def set_hooks(class_finder, default_parser, error_formatter):
    """Pass the parts written in Python to the core."""
    global find_class, parse_default, format_error
    find_class = class_finder
    parse_default = default_parser
    format_error = error_formatter


def is_started():
    """Return whether the engine is running."""
    return bool(interface_open)


def install_builtin(int kind, description):
    """Give a builtin type's Python class its members, methods and constants."""
    cdef Component component
    cdef Member member
    cdef BuiltinMethod method
    cdef GdVariant constant
    cdef PyTypeObject *target
    if value_class[kind] != NULL:
        target = <PyTypeObject *>value_class[kind]
    elif kind == T_CALLABLE:
        target = <PyTypeObject *>Callable
    else:
        return
    own = (<object>target).__dict__
    direct = set()
    for name, offset, meta in description["offsets"]:
        component = Component.__new__(Component)
        component.offset = offset
        component.kind = {"float": T_FLOAT, "int32": T_INT}.get(meta, 0) or type_codes[meta]
        direct.add(name)
        gd_set_type_attribute(target, name, component)
    for name in description["members"]:
        if name not in direct:
            member = Member.__new__(Member)
            member.name = name_of(name)
            gd_set_type_attribute(target, name, member)
    for name, static in description["methods"]:
        if name not in own:
            method = BuiltinMethod.__new__(BuiltinMethod)
            method.name = name_of(name)
            method.kind = kind
            method.static = static
            gd_set_type_attribute(target, name, method)
    for name in description["constants"]:
        variant_get_constant_value(kind, name_of(name).word, &constant)
        gd_set_type_attribute(target, name, variant_to_py(&constant))
        variant_destroy(&constant)


cdef dict type_codes = {}


def set_type_codes(codes):
    type_codes.update(codes)


def singleton(str name):
    """The engine's singleton of that name, None if there is none (now)."""
    return wrap_object(global_get_singleton(name_of(name).word))


def instance_id_of(Object wrapper):
    """The engine's id of an object, also after the object has been freed."""
    return wrapper.instance_id


def counts():
    """The numbers of engine values that Python holds: (objects, names, callables). For leak tests."""
    cdef PyObject *item = first_tracked
    cdef int objects = 0, names = 0, boxes = 0
    while item != NULL:
        if isinstance(<object>item, Object): objects += 1
        elif isinstance(<object>item, Name): names += 1
        else: boxes += 1
        item = (<Tracked>item).after
    return objects, names, boxes


def drop_all():
    """Release every engine object that Python holds; afterwards their wrappers count as freed objects."""
    cdef PyObject *item
    drop_fading()
    while True:
        item = first_tracked
        while item != NULL and not isinstance(<object>item, Object):
            item = (<Tracked>item).after
        if item == NULL:
            break
        wrapper = <Object>item
        if wrapper.flags & EXPOSED:
            Py_INCREF(wrapper)  # if its engine object outlives the binding, the address that it keeps stays valid
        let_go(wrapper)
        wrapper = None


def stop():
    """Release the rest. Afterwards the engine calls Python no more."""
    global interface_open
    known_names.clear()
    known_paths.clear()
    known_texts.clear()
    while first_tracked != NULL:
        thing = <object>first_tracked
        if isinstance(thing, Name):
            release_name(<Name>thing)
        else:
            release_box(<Boxed>thing)
        thing = None
    interface_open = False
    gd_threads_stop()
