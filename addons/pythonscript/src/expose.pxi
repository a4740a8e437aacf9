# Python classes in the engine's ClassDB: registration, instances, calls, virtual methods.

cdef class ClassRecord:
    """One exposed class while it is registered in the engine. After a reload, `owner` is the newer Python class."""

    cdef object owner
    cdef ClassInfo info
    cdef readonly Name name
    cdef Name parent
    cdef dict virtuals       # name -> VirtualRecord, or None for methods that the class does not define
    cdef list kept           # objects whose addresses the engine holds
    cdef readonly set registered


cdef class VirtualRecord:
    cdef str name
    cdef int return_kind
    cdef bytes kinds


cdef class ExposedMethod:
    """One method of an exposed class, as registered."""

    cdef str name
    cdef object function      # of a static method; others are looked up on the instance, so that overriding works
    cdef bint vararg
    cdef int count
    cdef int required
    cdef bytes kinds
    cdef tuple classes
    cdef int return_kind
    cdef tuple defaults


cdef class PropertyInfos:
    """Descriptions of arguments or properties in the engine's form, valid while this object lives."""

    cdef GDExtensionPropertyInfo infos[MOST_ARGUMENTS]
    cdef int metadata[MOST_ARGUMENTS]
    cdef uint64_t hints[MOST_ARGUMENTS]
    cdef int count
    cdef list names

    def __init__(self, items):
        """`items`: (type code, name, class name, hint, hint text, usage) each."""
        cdef int code
        self.names = []
        for kind, name, class_name, hint, hint_text, usage in items:
            i = self.count
            if i >= MOST_ARGUMENTS:
                raise TypeError(f"at most {MOST_ARGUMENTS} arguments are supported")
            name_word, class_word = name_of(name), name_of(class_name)
            self.names += [name_word, class_word]
            string_from_py(hint_text, &self.hints[i])
            code = T_NIL if kind == T_VARIANT else kind
            self.infos[i].type = <GDExtensionVariantType>code
            self.infos[i].name = (<Name>name_word).word
            self.infos[i].class_name = (<Name>class_word).word
            self.infos[i].hint = hint
            self.infos[i].hint_string = &self.hints[i]
            self.infos[i].usage = usage | (131072 if kind == T_VARIANT else 0)
            self.metadata[i] = 4 if kind == T_INT else 10 if kind == T_FLOAT else 0  # 64 bits, both
            self.count += 1

    def __dealloc__(self):
        cdef int i
        for i in range(self.count):
            gd.destroy[<int>T_STRING](&self.hints[i])


def register_class(owner, ClassInfo info, str parent, bint tool, str icon, bint abstract):
    """Register a Python class in the engine; returns its record."""
    cdef GDExtensionClassCreationInfo4 creation
    cdef uint64_t icon_text[1]
    cdef ClassRecord record = ClassRecord.__new__(ClassRecord)
    record.owner = owner
    record.info = info
    record.name = name_of(info.name)
    record.parent = name_of(parent)
    record.virtuals = {}
    record.kept = []
    record.registered = set()
    info.record = record
    memset(&creation, 0, sizeof(creation))
    string_from_py(icon, icon_text)
    creation.is_abstract = abstract
    creation.is_exposed = 1
    creation.is_runtime = not tool
    creation.icon_path = icon_text if icon else NULL
    creation.create_instance_func = <void *>instance_create
    creation.free_instance_func = <void *>instance_free
    creation.get_virtual_call_data_func = <void *>virtual_find
    creation.call_virtual_with_data_func = <void *>virtual_call
    if overrides(owner, "_notification"): creation.notification_func = <void *>instance_notification
    if overrides(owner, "_to_string"): creation.to_string_func = <void *>instance_text
    if overrides(owner, "_set"): creation.set_func = <void *>instance_set
    if overrides(owner, "_get"): creation.get_func = <void *>instance_get
    if info.refcounted:
        creation.reference_func = <void *>instance_referenced
        creation.unreference_func = <void *>instance_unreferenced
    creation.class_userdata = <void *>record
    Py_INCREF(record)
    classdb_register_class(library, record.name.word, record.parent.word, &creation)
    gd.destroy[<int>T_STRING](icon_text)
    use_plain_attributes(owner)
    return record


def replace_class(ClassRecord record, owner, ClassInfo info):
    """Replace a class by its reloaded version; old instances keep the old code."""
    record.owner = owner
    record.info = info
    record.virtuals = {}
    info.record = record
    for key, known in list(class_by_word.items()):
        if known.name == info.name:
            class_by_word[key] = info
    use_plain_attributes(owner)


cdef int use_plain_attributes(owner) except -1:
    """Give an exposed class Python's own attribute access, unless it brings its own."""
    cdef int reading = 1, writing = 1
    for base in owner.__mro__:
        if base is Object:
            break
        if "__getattr__" in base.__dict__ or "__getattribute__" in base.__dict__:
            reading = 0
        if "__setattr__" in base.__dict__ or "__delattr__" in base.__dict__:
            writing = 0
    gd_plain_attributes(<PyTypeObject *>owner, reading, writing)
    return 0


cdef bint overrides(owner, str name):
    """Return whether the class itself (not the engine) defines this method."""
    for base in owner.__mro__:
        if name in base.__dict__:
            return not isinstance(base.__dict__[name], (VirtualMethod, Method))
    return False


def register_method(ClassRecord record, str name, function, result, arguments, tuple classes, tuple defaults,
                    int flags):
    """Register a method. `result` and `arguments` are described as for PropertyInfos; a result of None is void."""
    cdef GDExtensionClassMethodInfo info
    cdef PropertyInfos items = PropertyInfos(arguments)
    cdef PropertyInfos answer = PropertyInfos([] if result is None else [result])
    cdef ExposedMethod method = ExposedMethod.__new__(ExposedMethod)
    cdef Arguments values = Arguments.of(defaults)
    cdef Name key = name_of(name)
    method.name = name
    method.function = function if flags & 32 else None
    method.vararg = flags & 16
    method.count = items.count
    method.required = items.count - len(defaults)
    method.kinds = bytes([item[0] for item in arguments])
    method.classes = classes
    method.return_kind = T_NIL if result is None else result[0]
    method.defaults = defaults
    memset(&info, 0, sizeof(info))
    info.name = key.word
    info.method_userdata = <void *>method
    info.call_func = <void *>method_call
    info.ptrcall_func = <void *>method_pointer_call
    info.method_flags = flags
    info.has_return_value = result is not None
    info.return_value_info = answer.infos
    info.return_value_metadata = answer.metadata[0]
    info.argument_count = items.count
    info.arguments_info = items.infos
    info.arguments_metadata = items.metadata
    info.default_argument_count = len(defaults)
    info.default_arguments = <void **>values.pointers
    record.kept.append(method)
    record.registered.add(name)
    classdb_register_method(library, record.name.word, &info)


def register_property(ClassRecord record, item, str getter, str setter):
    """Register a property whose getter and setter are registered methods."""
    cdef PropertyInfos info = PropertyInfos([item])
    classdb_register_property(library, record.name.word, info.infos, name_of(setter).word, name_of(getter).word)


def register_signal(ClassRecord record, str name, arguments):
    cdef PropertyInfos items = PropertyInfos(arguments)
    record.registered.add(name)
    classdb_register_signal(library, record.name.word, name_of(name).word, items.infos, items.count)


def register_constant(ClassRecord record, str enum, str name, int64_t value, bint bitfield):
    classdb_register_constant(library, record.name.word, name_of(enum).word, name_of(name).word, value, bitfield)


def unregister_class(ClassRecord record):
    classdb_unregister(library, record.name.word)


def load_documentation(bytes xml):
    """Add a class description to the editor's help; False if this engine has no editor."""
    if gd.editor_help_load_xml_from_utf8_chars_and_len == NULL:
        return False
    editor_help_load_xml(xml, len(xml))
    return True


# Called by the engine -------------------------------------------------------------------------------------------------

cdef void *instance_create(void *userdata, uint8_t notify) noexcept nogil:
    if not interface_open:
        return NULL
    return instance_create_held(userdata, notify)


cdef void *instance_create_held(void *userdata, uint8_t notify) noexcept with gil:
    cdef ClassRecord record = <ClassRecord>userdata
    cdef Object wrapper
    cdef void *ptr
    try:
        wrapper = <Object>gd_alloc(<PyTypeObject *>record.owner)
        construct_object(wrapper, record.info, True)
    except BaseException as problem:
        report_error(record.owner, problem)
        return NULL
    ptr = wrapper.ptr
    try:
        type(wrapper).__init__(wrapper)
    except BaseException as problem:
        report_error(record.owner, problem)
    if notify:
        with nogil:
            send_postinitialize(ptr)
    if fading_count:
        drop_fading()
    return ptr


cdef void instance_free(void *userdata, void *instance) noexcept nogil:
    pass  # the callback for the freed instance binding follows and does the work


cdef void instance_notification(void *instance, int32_t what, uint8_t reversed) noexcept nogil:
    if what != 0 and interface_open and (<Object>instance).ptr != NULL:
        instance_notification_held(instance, what)


cdef void instance_notification_held(void *instance, int32_t what) noexcept with gil:
    wrapper = <Object>instance
    try:
        wrapper._notification(what)
    except BaseException as problem:
        report_error(wrapper, problem)


cdef void instance_text(void *instance, uint8_t *valid, void *out) noexcept nogil:
    valid[0] = 0
    if interface_open and (<Object>instance).ptr != NULL:
        instance_text_held(instance, valid, out)


cdef void instance_text_held(void *instance, uint8_t *valid, void *out) noexcept with gil:
    wrapper = <Object>instance
    try:
        text = str(wrapper._to_string())
        gd.destroy[<int>T_STRING](out)
        string_from_py(text, out)
        valid[0] = 1
    except BaseException as problem:
        report_error(wrapper, problem)


cdef uint8_t instance_set(void *instance, const void *name, const void *value) noexcept nogil:
    if not interface_open or (<Object>instance).ptr == NULL:
        return 0
    return instance_set_held(instance, name, value)


cdef uint8_t instance_set_held(void *instance, const void *name, const void *value) noexcept with gil:
    wrapper = <Object>instance
    try:
        return 1 if wrapper._set(name_to_py(name), variant_to_py(value)) else 0
    except BaseException as problem:
        report_error(wrapper, problem)
        return 0


cdef uint8_t instance_get(void *instance, const void *name, void *out) noexcept nogil:
    if not interface_open or (<Object>instance).ptr == NULL:
        return 0
    return instance_get_held(instance, name, out)


cdef uint8_t instance_get_held(void *instance, const void *name, void *out) noexcept with gil:
    wrapper = <Object>instance
    try:
        value = wrapper._get(name_to_py(name))
        if value is None:
            return 0
        store_variant(value, out)
        return 1
    except BaseException as problem:
        report_error(wrapper, problem)
        return 0


cdef void method_call(void *userdata, void *instance, const void **arguments, int64_t count, void *result,
                      GDExtensionCallError *error) noexcept nogil:
    error.error = CALL_OK
    if interface_open:
        method_call_held(userdata, instance, arguments, count, result, error)


cdef void method_call_held(void *userdata, void *instance, const void **arguments, int64_t count, void *result,
                           GDExtensionCallError *error) noexcept with gil:
    cdef ExposedMethod method = <ExposedMethod>userdata
    cdef PyObject *values[MOST_ARGUMENTS + 1]
    cdef PyObject *answer = NULL
    cdef int done = 0, kind
    cdef object wrapper = None if instance == NULL else <object>instance
    if count > method.count and not method.vararg or count > MOST_ARGUMENTS:
        error.error = CALL_TOO_MANY
        error.expected = method.count
        return
    if count < method.required:
        error.error = CALL_TOO_FEW
        error.expected = method.required
        return
    try:
        while done < count:
            kind = method.kinds[done] if done < method.count else T_VARIANT
            value = checked_argument(method, done, kind, arguments[done], error)
            if error.error != CALL_OK:
                return
            Py_INCREF(value)
            done += 1
            values[done] = <PyObject *>value
        # Python's defaults replace missing arguments.
        if method.function is not None:
            answer = PyObject_Vectorcall(<PyObject *>method.function, &values[1], done, NULL)
        else:
            values[0] = <PyObject *>wrapper
            answer = PyObject_VectorcallMethod(<PyObject *>method.name, values, done + 1, NULL)
        if method.return_kind == T_NIL:
            pass
        elif method.return_kind == T_VARIANT or <object>answer is None:
            if <object>answer is not None:
                store_variant(<object>answer, result)
        else:
            store_typed(method.return_kind, <object>answer, result)
    except BaseException as problem:
        report_error(wrapper if method.function is None else method.function, problem)
        store_default(method.return_kind, result)
    finally:
        Py_XDECREF(answer)
        while done > 0:
            Py_DECREF(<object>values[done])
            done -= 1
        if fading_count:
            drop_fading()


cdef object checked_argument(ExposedMethod method, int index, int kind, const void *variant,
                             GDExtensionCallError *error):
    """The argument converted to the method's annotation; sets `error` if the engine would refuse it too."""
    cdef int given = variant_get_type(variant)
    if kind == given or kind == T_VARIANT:
        value = variant_to_py(variant)
    elif not variant_can_convert_strict(given, kind):
        error.error = CALL_INVALID_ARGUMENT
        error.argument = index
        error.expected = kind
        return None
    elif given == T_NIL:
        return None
    elif (kind == T_STRING or kind == T_STRING_NAME or kind == T_NODE_PATH):
        value = variant_to_py(variant)
    else:
        value = construct_builtin(kind, (variant_to_py(variant),))
    if kind == T_OBJECT and value is not None and method.classes[index] is not None:
        if not isinstance(value, method.classes[index]):
            error.error = CALL_INVALID_ARGUMENT
            error.argument = index
            error.expected = kind
    return value


cdef void method_pointer_call(void *userdata, void *instance, const void **arguments, void *result) noexcept nogil:
    if interface_open:
        method_pointer_call_held(userdata, instance, arguments, result)


cdef void method_pointer_call_held(void *userdata, void *instance, const void **arguments,
                                   void *result) noexcept with gil:
    cdef ExposedMethod method = <ExposedMethod>userdata
    call_typed(method.name, method.function, None if instance == NULL else <object>instance, method.kinds,
               method.return_kind, arguments, result)


cdef void call_typed(str name, object function, object wrapper, bytes kinds, int return_kind, const void **arguments,
                     void *result) noexcept:
    """Call a Python method with arguments in the engine's typed form."""
    cdef PyObject *values[MOST_ARGUMENTS + 1]
    cdef PyObject *answer = NULL
    cdef int done = 0, count = len(kinds)
    cdef const unsigned char *kind = kinds
    try:
        while done < count:
            if kind[done] == T_OBJECT:
                value = wrap_argument((<void **>arguments[done])[0])
            else:
                value = typed_to_py(kind[done], arguments[done])
            Py_INCREF(value)
            done += 1
            values[done] = <PyObject *>value
        if function is not None:
            answer = PyObject_Vectorcall(<PyObject *>function, &values[1], done, NULL)
        else:
            values[0] = <PyObject *>wrapper
            answer = PyObject_VectorcallMethod(<PyObject *>name, values, done + 1, NULL)
        if return_kind != T_NIL:
            assign_typed(return_kind, <object>answer, result)
    except BaseException as problem:
        report_error(wrapper if function is None else function, problem)
    finally:
        Py_XDECREF(answer)
        while done > 0:
            Py_DECREF(<object>values[done])
            done -= 1
        if fading_count:
            drop_fading()


cdef void *virtual_find(void *userdata, const void *name, uint32_t hash) noexcept nogil:
    if not interface_open:
        return NULL
    return virtual_find_held(userdata, name)


cdef void *virtual_find_held(void *userdata, const void *name) noexcept with gil:
    cdef ClassRecord record = <ClassRecord>userdata
    cdef VirtualRecord found
    cdef VirtualMethod declared
    try:
        text = name_to_py(name)
        if text not in record.virtuals:
            record.virtuals[text] = None
            if overrides(record.owner, text):
                for base in record.owner.__mro__:
                    member = base.__dict__.get(text)
                    if isinstance(member, VirtualMethod):
                        declared = <VirtualMethod>member
                        found = VirtualRecord.__new__(VirtualRecord)
                        found.name = text
                        found.return_kind = declared.return_kind
                        found.kinds = declared.kinds
                        record.virtuals[text] = found
                        record.kept.append(found)
                        break
        found = record.virtuals[text]
        return NULL if found is None else <void *>found
    except BaseException as problem:
        report_error(record.owner, problem)
        return NULL


cdef void virtual_call(void *instance, const void *name, void *data, const void **arguments,
                       void *result) noexcept nogil:
    if interface_open and (<Object>instance).ptr != NULL:
        virtual_call_held(instance, data, arguments, result)


cdef void virtual_call_held(void *instance, void *data, const void **arguments, void *result) noexcept with gil:
    cdef VirtualRecord record = <VirtualRecord>data
    call_typed(record.name, None, <object>instance, record.kinds, record.return_kind, arguments, result)
