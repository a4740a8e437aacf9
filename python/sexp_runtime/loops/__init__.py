"""The innermost loops of the cached engine: setting the marks of a fact's readers, and evaluating what is marked.

Set-up compiles `native.pyx` to C, which is used wherever it is found. The same in Python, `plain.py`, stands in where
there is no C compiler, or with SEXP_LOOPS=plain in the environment.
"""

from __future__ import annotations

import os

from sexp_runtime.loops import plain
from sexp_runtime.loops.plain import CAME_TRUE, PASSED, READY, STEADY, Edge

__all__ = ["CAME_TRUE", "LANGUAGE", "PASSED", "READY", "STEADY", "Edge", "Sweep", "mark_readers", "track", "untrack"]

#: What the loops in use are written in: "python" or "c".
LANGUAGE = "python"
mark_readers, Sweep, track, untrack = plain.mark_readers, plain.Sweep, plain.track, plain.untrack
if os.environ.get("SEXP_LOOPS") != "plain":
    try:
        from sexp_runtime.loops import native
    except ImportError:  # not compiled here, or for another Python
        pass
    else:
        LANGUAGE = "c"
        mark_readers, Sweep, track, untrack = native.mark_readers, native.Sweep, native.track, native.untrack
