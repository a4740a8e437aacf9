# A Python exception that reaches the engine becomes one Godot error, with the name of its script.

cdef object format_error = None   # Python: (exception, callable) -> (description, message, function, file, line)


cdef void report_error(object function, object problem) noexcept:
    """Print one Godot error for an exception; never fails."""
    try:
        description, message, where, file, line = format_error(problem, function)
        print_script_error(description, message, where, file, line)
    except BaseException as second:
        gd_print_error(b"a Python exception could not be reported", repr(second).encode("utf-8", "replace"),
                       b"report_error", b"godot", 0, 1)


def print_script_error(str description, str message, str where, str file, int line):
    """Print one Godot script error."""
    cdef bytes a = description.encode("utf-8", "replace")
    cdef bytes b = message.encode("utf-8", "replace")
    cdef bytes c = where.encode("utf-8", "replace")
    cdef bytes d = file.encode("utf-8", "replace")
    cdef const char *texts[4]
    texts[0] = a
    texts[1] = b
    texts[2] = c
    texts[3] = d
    with nogil:
        gd_print_script_error(texts[0], texts[1], texts[2], texts[3], line, 1)
