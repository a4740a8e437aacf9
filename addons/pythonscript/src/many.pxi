# Many signals and many properties in one call, for code that deals with many objects in every frame.

cdef enum:
    CHUNK = 32        # signals that are converted before they are emitted together
    MOST_VALUES = 8   # arguments of a signal that is emitted so
    READ_GONE = 0
    READ_OTHER = 1
    READ_PLANE = 2
    READ_SPACE = 3

cdef int MOST_TEXTS = 4096     # kept texts; the table is cleared when it is full
cdef int LONGEST_TEXT = 64

cdef extern from "Python.h":
    Py_ssize_t Py_SIZE(object) nogil


cdef class Text(Boxed):
    """One String of the engine, kept while this object lives: passing it again needs no conversion."""


cdef dict known_texts = {}


cdef int text_to_variant(str text, void *out) except -1:
    """Construct at `out` the Variant of a text, the same String each time for short ones."""
    cdef uint64_t string[1]
    cdef Text kept
    cdef PyObject *found = PyDict_GetItemWithError(known_texts, text)
    if found != NULL:
        variant_new_copy(out, &(<Text>found).variant)
        return 0
    if len(text) > LONGEST_TEXT:
        return py_to_variant(text, out)
    string_from_py(text, string)
    kept = Text.__new__(Text)
    gd.to_variant[<int>T_STRING](&kept.variant, string)
    gd.destroy[<int>T_STRING](string)
    kept.full = True
    track(kept)
    if len(known_texts) >= MOST_TEXTS:
        known_texts.clear()
    known_texts[text] = kept
    variant_new_copy(out, &kept.variant)
    return 0


cdef int item_to_variant(object value, void *out) except -1:
    """As `py_to_variant`; quicker for short texts and for lists of them."""
    cdef int64_t array[1]
    cdef int64_t i = 0, size
    cdef type kind = type(value)
    if kind is str:
        return text_to_variant(<str>value, out)
    if kind is not list and kind is not tuple:
        return py_to_variant(value, out)
    enter_recursion(b" while converting a list")
    gd.construct[<int>T_ARRAY](array, NULL)
    try:
        size = len(value)
        if size:
            builtin_resize(T_ARRAY, array, size)
        for item in value:
            if i >= size:
                break
            item_to_variant(item, array_index(array, i))
            i += 1
        gd.to_variant[<int>T_ARRAY](out, array)
    finally:
        Py_LeaveRecursiveCall()
        gd.destroy[<int>T_ARRAY](array)
    return 0


cdef int row_to_variants(object row, GdVariant *variants) except -1:
    """Construct the arguments of `emit_signal` for a row of (name, arguments); return how many there are."""
    cdef int done = 1, i
    cdef tuple arguments
    name, arguments = row
    if len(arguments) >= MOST_VALUES:
        raise TypeError(f"at most {MOST_VALUES - 1} arguments can be passed to the engine")
    gd.to_variant[<int>T_STRING_NAME](&variants[0], name_of(<str?>name).word)
    try:
        for value in arguments:
            item_to_variant(value, &variants[done])
            done += 1
    except BaseException:
        for i in range(done):
            variant_destroy(&variants[i])
        raise
    return done


cdef class Emitter:
    """Emits many signals of one object in order, several for each time that the interpreter's lock is released."""

    cdef Object owner
    cdef volatile bint stopped

    def __init__(self, Object owner not None):
        self.owner = owner

    def stop(self):
        """Have `emit` return after the signal that it is emitting; for handlers of that signal."""
        self.stopped = True

    def emit(self, list rows not None, Py_ssize_t start, failed, after=None):
        """Emit the signals `rows[start:]`, each a tuple (name, arguments), until the end or `stop`.

        Returns the index of the first row that is left. All callables connected to a signal have run before the next
        one is emitted. `failed(row, error)` is called for a row that cannot be emitted, and the next one follows.
        `after(*row)` is called after each signal. FreedObjectError if the object has been freed.
        """
        self.stopped = False
        while start < len(rows) and not self.stopped:
            if after is None:
                start = self.emit_some(rows, start, CHUNK, failed)
            else:
                row = rows[start]
                start = self.emit_some(rows, start, 1, failed)
                if not self.stopped:
                    try:
                        after(*row)
                    except Exception as error:
                        failed(row, error)
        if fading_count:
            drop_fading()
        return start

    cdef Py_ssize_t emit_some(self, list rows, Py_ssize_t start, int most, object failed) except -1:
        cdef GdVariant variants[CHUNK][MOST_VALUES]
        cdef const void *pointers[MOST_VALUES]
        cdef int counts[CHUNK]
        cdef GdVariant result
        cdef GDExtensionCallError error
        cdef int ready = 0, done = 0, i, row
        alive(self.owner)
        problem = None
        while ready < most and start + ready < len(rows):
            try:
                counts[ready] = row_to_variants(rows[start + ready], variants[ready])
            except Exception as refused:
                problem = refused
                break
            ready += 1
        error.error = CALL_OK
        with nogil:
            while done < ready and self.owner.ptr != NULL:
                for i in range(counts[done]):
                    pointers[i] = &variants[done][i]
                method_bind_call(bind_emit_signal, self.owner.ptr, pointers, counts[done], &result, &error)
                variant_destroy(&result)
                done += 1
                if self.stopped or error.error != CALL_OK:
                    break
            for row in range(ready):
                for i in range(counts[row]):
                    variant_destroy(&variants[row][i])
        if error.error != CALL_OK:
            failed(rows[start + done - 1], RuntimeError("the engine refused to emit the signal"))
        elif problem is not None and done == ready and not self.stopped:
            failed(rows[start + ready], problem)
            done += 1
        elif done == 0:
            return len(rows)  # the object was freed
        return start + done


cdef Method object_get = None


cdef class VectorReader:
    """Reads a vector property of each of several objects in one call, as numbers.

    `rows` are pairs of object and property. After `read`, `kinds[n]` says what the property of the n-th pair is: 2 a
    Vector2, 3 a Vector3, 1 something else, 0 nothing, because the object has been freed. `numbers[3 * n:]` are its
    components.
    """

    cdef list objects
    cdef list names
    cdef list getters
    cdef readonly bytearray kinds
    cdef readonly object numbers

    def __init__(self, rows):
        global object_get
        if object_get is None:
            object_get = <Method?>find_class("Object").__dict__["get"]
            if object_get.bind == NULL:
                resolve(object_get)
        self.objects, self.names, self.getters = [], [], []
        for owner, name in rows:
            self.objects.append(<Object?>owner)
            self.names.append(name_of(name))
            self.getters.append(vector_getter(<Object>owner, name))
        self.kinds = bytearray(len(self.objects))
        self.numbers = array_array("d", bytes(24 * len(self.objects)))

    def read(self):
        """Read all properties."""
        cdef double[::1] numbers
        cdef Py_ssize_t at, count = len(self.objects)
        if not count:
            return
        numbers = self.numbers
        for at in range(count):
            self.kinds[at] = read_vector(<Object>self.objects[at], <Name>self.names[at], self.getters[at], &numbers[3 * at])


cdef object vector_getter(Object owner, str name):
    """The engine's own getter of a vector property without arguments; None if it has to be read by name."""
    cdef Method getter
    found = getattr(type(owner), name, None)
    if not isinstance(found, Property) or (<Property>found).index is not None or (<Property>found).getter is None:
        return None
    if ask_name(bind_has_method, alive(owner), name_of("_get")):  # a script may answer for the property
        return None
    getter = (<Property>found).getter
    if getter.bind == NULL:
        resolve(getter)
    return getter if getter.count == 0 and getter.return_kind in (T_VECTOR2, T_VECTOR3) else None


cdef int read_vector(Object owner, Name name, object getter, double *out) except -1:
    cdef GdSlot slot
    cdef GdVariant variant
    cdef const void *arguments[1]
    cdef float *parts
    cdef int kind
    if owner.ptr == NULL:
        return READ_GONE
    if getter is not None:
        kind = (<Method>getter).return_kind
        memset(&slot, 0, sizeof(slot))
        method_bind_ptrcall((<Method>getter).bind, owner.ptr, NULL, &slot)
        take_vector(kind, slot.floats, out)
        return READ_SPACE if kind == T_VECTOR3 else READ_PLANE
    variant_new_nil(&variant)
    arguments[0] = name.word
    method_bind_ptrcall(object_get.bind, owner.ptr, arguments, &variant)
    kind = variant_get_type(&variant)
    if kind == T_VECTOR3 or kind == T_VECTOR2:
        take_vector(kind, <float *>gd.inside[kind](&variant), out)
        return READ_SPACE if kind == T_VECTOR3 else READ_PLANE
    variant_destroy(&variant)
    return READ_OTHER


cdef inline void take_vector(int kind, const float *parts, double *out) noexcept:
    out[0] = parts[0]
    out[1] = parts[1]
    out[2] = parts[2] if kind == T_VECTOR3 else 0.0
