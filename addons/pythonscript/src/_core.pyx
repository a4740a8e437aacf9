# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, binding=False, nonecheck=False
"""The compiled half of the package `godot`: conversions, objects, calls, signals and exposed classes."""

import sys

from cpython.pycapsule cimport PyCapsule_GetPointer

if not hasattr(sys, "_godot_handover"):
    raise ImportError("godot can only be imported inside Godot, in a project with the add-on pythonscript", name="godot")

include "interface.pxi"
include "objects.pxi"
include "strings.pxi"
include "values.pxi"
include "convert.pxi"
include "builtin_calls.pxi"
include "store.pxi"
include "errors.pxi"
include "methods.pxi"
include "callables.pxi"
include "many.pxi"
include "expose.pxi"
include "lifecycle.pxi"
