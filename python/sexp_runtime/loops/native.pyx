# cython: language_level=3, boundscheck=True, wraparound=False, cdivision=True
"""All that is compiled: the loops of plain.py, and the kernel of ../kernel/plain.py; both modules describe what it does."""

from cpython.array cimport array
from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_GET_ITEM
from libc.stdlib cimport calloc, free, realloc
from libc.math cimport INFINITY, fabs, floor, sqrt
from libc.string cimport memchr, memcmp, memcpy, memset

from sexp_runtime import values

cdef extern from "Python.h":
    object PyObject_CallNoArgs(object function)
    int PyObject_IS_GC(object)
    int PyObject_GC_IsTracked(object)
    void PyObject_GC_Track(void*)
    void PyObject_GC_UnTrack(void*)
    long long PyLong_AsLongLongAndOverflow(object number, int* overflow) except? -1

cdef extern from *:
    """
    #ifndef SEXP_SOURCES
    #define SEXP_SOURCES ""
    #endif
    """
    const char* SEXP_SOURCES

#: The check sum of the sources (see sources.py), "" if none was given.
SOURCES = SEXP_SOURCES.decode("ascii")

cdef enum:
    CAME_TRUE = -2
    FINISHED = -1
    READY = 1
    HOT = 2
    REPEATING = 3
    PASSED_OVER = 6
    SOON_US = 4000


include "../kernel/random.pxi"
include "../kernel/ships.pxi"
include "../kernel/changes.pxi"
include "../kernel/nodes.pxi"
include "../kernel/geometry.pxi"
include "../kernel/program.pxi"
include "../kernel/bounds.pxi"
include "../kernel/measuring.pxi"
include "../kernel/forms.pxi"
include "../kernel/actions.pxi"
include "../kernel/performing.pxi"
include "../kernel/game.pxi"


def set_flags(dict readers not None, keys):
    cdef PyObject* found
    cdef tuple edge
    for key in keys:
        found = PyDict_GetItemWithError(readers, key)
        if found is not NULL:
            for edge in <list?>found:
                if type(edge[0]) is bytearray:
                    (<bytearray>edge[0])[<Py_ssize_t>edge[1]] = 1
                else:
                    edge[0][edge[1]] = 1
                (<bytearray?>edge[2])[0] = 1


def untrack(list objects not None):
    """Return those of the objects that the garbage collector now leaves out, as `plain.untrack` says."""
    cdef list found = []
    cdef object kind
    cdef set own = {list, dict, tuple, set, frozenset}
    cdef set others = set()
    for each in objects:
        kind = type(each)
        if kind not in own:
            if kind in others:
                continue
            if not isinstance(kind, type) or not str(kind.__module__).startswith("sexp_runtime."):
                others.add(kind)
                continue
            own.add(kind)
        if each is objects or not PyObject_IS_GC(each) or not PyObject_GC_IsTracked(each):
            continue
        PyObject_GC_UnTrack(<void*>each)
        found.append(each)
    return found


def track(list objects not None):
    """Undo `untrack`."""
    for each in objects:
        if not PyObject_GC_IsTracked(each):
            PyObject_GC_Track(<void*>each)


cdef inline Py_ssize_t find(bytearray flags, Py_ssize_t start):
    """Return the first set flag from `start` on, FINISHED if there is none."""
    cdef Py_ssize_t size = len(flags)
    cdef char* first
    cdef char* found
    if start >= size:
        return FINISHED
    first = PyByteArray_AS_STRING(flags)
    found = <char*>memchr(first + start, 1, size - start)
    return found - first if found is not NULL else FINISHED


cdef class Scan:
    cdef bytearray _dirty, _wakes, _ready
    cdef list _evaluators, _roots
    cdef array _evaluated_us, _due_us
    cdef object _schedule, _repeat
    cdef public Py_ssize_t position
    cdef public Py_ssize_t done
    cdef public Py_ssize_t repeated
    cdef public object value

    def __init__(
        self,
        bytearray dirty not None,
        bytearray wakes not None,
        bytearray ready not None,
        list evaluators not None,
        list roots not None,
        array evaluated_us not None,
        array due_us not None,
        schedule not None,
        repeat=None,
    ):
        if evaluated_us.ob_descr.typecode != c"q" or due_us.ob_descr.typecode != c"q":
            raise TypeError("moments are arrays of q")
        if min(len(ready), len(evaluated_us), len(due_us)) < len(dirty):
            raise ValueError("a row is too short")
        self._dirty = dirty
        self._wakes = wakes
        self._ready = ready
        self._evaluators = evaluators
        self._roots = roots
        self._evaluated_us = evaluated_us
        self._due_us = due_us
        self._schedule = schedule
        self._repeat = repeat
        self.position = -1
        self.done = 0
        self.repeated = 0
        self.value = 0

    def run(self, Py_ssize_t index, Py_ssize_t limit, long long us):
        cdef bytearray dirty = self._dirty
        cdef bytearray ready = self._ready
        cdef list evaluators = self._evaluators
        cdef long long* evaluated_us = self._evaluated_us.data.as_longlongs
        cdef unsigned char word
        cdef Py_ssize_t woken
        # What an evaluation may have changed is read again each time: it may run any code.
        while index >= 0 and (limit < 0 or index < limit):
            word = ready[index]
            if word == READY:
                dirty[index] = 0
                evaluate = evaluators[index]
                if isinstance(evaluate, Program):
                    self.position = index
                    evaluated_us[index] = us
                    self.done += 1
                    if self.settle(<Program>evaluate, index, us):
                        return CAME_TRUE
                    if dirty[index]:  # evaluated in every frame: what it did may have woken others
                        woken = find(self._wakes, index + 1)
                        if woken >= 0 and (limit < 0 or woken < limit):
                            limit = woken
                    index = find(dirty, index + 1)
                    continue
            elif word == HOT:
                self.repeated += 1
                evaluate = evaluators[index]
            elif word == REPEATING:
                self.position = index
                evaluated_us[index] = us
                self.done += 1
                self.repeated += 1
                if not self.acts_again(<Program?>evaluators[index], index):
                    return CAME_TRUE
                woken = find(self._wakes, index + 1)
                if woken >= 0 and (limit < 0 or woken < limit):
                    limit = woken
                index = find(dirty, index + 1)
                continue
            elif word == PASSED_OVER:
                index = find(dirty, index + 1)
                continue
            else:
                break
            self.position = index
            evaluated_us[index] = us
            self.done += 1
            value = PyObject_CallNoArgs(evaluate)
            if value != 0 or (word == HOT and not self.stays_hot(index)):
                self.value = value
                return CAME_TRUE
            index += 1
            if word == HOT:
                woken = find(self._wakes, index)
                if woken >= 0 and (limit < 0 or woken < limit):
                    limit = woken
            index = find(dirty, index)
        return index

    cdef bint settle(self, Program program, Py_ssize_t index, long long now) except -1:
        """Evaluate a program; return whether it has an outcome to apply, else note when it is due."""
        cdef int value = program.evaluate()
        cdef long long due = program.due
        if not program.comes_to_nothing(value):
            self.value = value
            return True
        if program.acted or due <= now + SOON_US:
            self._dirty[index] = 1
            self.repeated += 1
        elif due != self._due_us.data.as_longlongs[index]:
            self._schedule(index, due)
        return False

    cdef bint acts_again(self, Program program, Py_ssize_t index) except -1:
        """Evaluate a program that acted in the last frame; return whether it did the same, and that is counted."""
        cdef int value
        self._dirty[index] = 0
        value = program.evaluate()
        if value != 1 or not program.acted or self._ready[index] != REPEATING:
            self.value = value
            return False
        self._dirty[index] = 1
        self._repeat(index)
        return True

    cdef bint stays_hot(self, Py_ssize_t index) except -1:
        if self._ready[index] != HOT:
            return False
        root = self._roots[index]
        return root is None or root.status is not KNOWN_FALSE
