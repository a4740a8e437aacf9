# str <-> String, StringName, NodePath. Names and paths are kept in a table, so that passing one again costs a look-up.

cdef int MOST_NAMES = 4096  # kept names; the table is cleared when it is full


class StringName(str):
    """A str that crosses to the engine as a StringName instead of a String."""

    __slots__ = ()


class NodePath(str):
    """A str that crosses to the engine as a NodePath instead of a String."""

    __slots__ = ()


cdef inline str exact(object text):
    """A plain str of a str or of an instance of a subclass."""
    return <str>text if type(text) is str else str.__str__(text)


cdef class Name(Tracked):
    """One StringName or NodePath of the engine, kept while this object lives."""

    cdef uint64_t word[1]
    cdef int kind
    cdef readonly str text

    def __dealloc__(self):
        release_name(self)


cdef void release_name(Name name) noexcept:
    if name.kind:
        untrack(name)
        if interface_open:
            gd.destroy[name.kind](name.word)
        name.kind = 0


cdef dict known_names = {}
cdef dict known_paths = {}


cdef int string_from_py(str text, void *out) except -1:
    """Construct a String at `out`; preserves every code point, including NUL and lone surrogates."""
    cdef Py_ssize_t length = PyUnicode_GET_LENGTH(text), i
    cdef int kind = PyUnicode_KIND(text)
    cdef const void *data = PyUnicode_DATA(text)
    cdef uint32_t *target
    if kind == 1 and memchr(data, 0, length) == NULL:
        string_new_latin1(out, <const char *>data, length)
        return 0
    gd.construct[<int>T_STRING](out, NULL)
    if string_resize(out, length + 1) != 0:
        raise MemoryError("the engine has no room for a String")
    target = <uint32_t *>string_index(out, 0)
    if kind == 1:
        for i in range(length):
            target[i] = (<const uint8_t *>data)[i]
    elif kind == 2:
        for i in range(length):
            target[i] = (<const unsigned short *>data)[i]
    else:
        memcpy(target, data, length * 4)
    target[length] = 0
    return 0


cdef str string_to_py(const void *string):
    """The str of a String; code points beyond Unicode become the replacement character."""
    cdef int64_t length = string_to_utf32(string, NULL, 0), i
    cdef const uint32_t *data
    if length <= 0:
        return ""
    data = <const uint32_t *>string_index_const(string, 0)
    try:
        return PyUnicode_FromKindAndData(4, data, length)
    except ValueError:
        return "".join([chr(data[i]) if data[i] < 0x110000 else "\ufffd" for i in range(length)])


cdef str name_to_py(const void *name):
    """The str of a StringName."""
    cdef uint64_t string[1]
    cdef const void *arguments[1]
    arguments[0] = name
    string_from_name(string, arguments)
    cdef str text = string_to_py(string)
    gd.destroy[<int>T_STRING](string)
    return text


cdef str path_to_py(const void *path):
    """The str of a NodePath."""
    cdef uint64_t string[1]
    cdef const void *arguments[1]
    arguments[0] = path
    string_from_path(string, arguments)
    cdef str text = string_to_py(string)
    gd.destroy[<int>T_STRING](string)
    return text


cdef Name new_name(str text, int kind):
    cdef Name name = Name.__new__(Name)
    cdef uint64_t string[1]
    cdef const void *arguments[1]
    name.text = text
    string_from_py(text, string)
    arguments[0] = string
    if kind == T_STRING_NAME:
        name_from_string(name.word, arguments)
    else:
        path_from_string(name.word, arguments)
    gd.destroy[<int>T_STRING](string)
    name.kind = kind
    track(name)
    return name


cdef Name name_of(str text):
    """The kept StringName of a str."""
    cdef PyObject *found = PyDict_GetItemWithError(known_names, text)
    if found != NULL:
        return <Name>found
    if len(known_names) >= MOST_NAMES:
        known_names.clear()
    cdef Name name = new_name(text, T_STRING_NAME)
    known_names[name.text] = name
    return name


cdef Name path_of(str text):
    """The kept NodePath of a str."""
    cdef PyObject *found = PyDict_GetItemWithError(known_paths, text)
    if found != NULL:
        return <Name>found
    if len(known_paths) >= MOST_NAMES:
        known_paths.clear()
    cdef Name name = new_name(text, T_NODE_PATH)
    known_paths[name.text] = name
    return name
