# cython: language_level=3, boundscheck=True, wraparound=False
"""The loops of plain.py in C; what they do is described there."""

from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport PyObject
from libc.string cimport memchr

cdef extern from "Python.h":
    object PyObject_CallNoArgs(object function)

cdef enum:
    CAME_TRUE = -2
    FINISHED = -1
    READY = 1


def mark_readers(dict readers not None, keys):
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


cdef class Sweep:
    cdef bytearray _dirty, _ready
    cdef list _evaluators, _evaluated_us
    cdef public Py_ssize_t position
    cdef public Py_ssize_t done
    cdef public object value

    def __init__(
        self, bytearray dirty not None, bytearray ready not None, list evaluators not None, list evaluated_us not None
    ):
        self._dirty = dirty
        self._ready = ready
        self._evaluators = evaluators
        self._evaluated_us = evaluated_us
        self.position = -1
        self.done = 0
        self.value = 0

    def run(self, Py_ssize_t index, Py_ssize_t limit, us):
        cdef bytearray dirty = self._dirty
        cdef bytearray ready = self._ready
        cdef list evaluators = self._evaluators
        cdef list evaluated_us = self._evaluated_us
        cdef Py_ssize_t size
        cdef char* start
        cdef char* found
        while index >= 0 and (limit < 0 or index < limit) and ready[index] == READY:
            dirty[index] = 0
            self.position = index
            evaluated_us[index] = us
            self.done += 1
            value = PyObject_CallNoArgs(evaluators[index])
            if value != 0:
                self.value = value
                return CAME_TRUE
            index += 1
            # Asked for anew each time: an evaluation may run any code.
            size = len(dirty)
            if index >= size:
                return FINISHED
            start = PyByteArray_AS_STRING(dirty)
            found = <char*>memchr(start + index, 1, size - index)
            index = found - start if found is not NULL else FINISHED
        return index
