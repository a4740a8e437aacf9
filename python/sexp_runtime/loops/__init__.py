"""The innermost loops of the cached engine: setting the flags of a fact's readers, and evaluating dirty slots.

Set-up compiles `native.pyx` to C. `plain.py` is the same in Python: it is used if there is no compiled module, if the
module was compiled from other sources than those beside it, or with SEXP_LOOPS=plain in the environment. Begin with
`plain.py`. Imports values only.
"""

from __future__ import annotations

import os
import warnings

from sexp_runtime.loops import plain
from sexp_runtime.loops.plain import CAME_TRUE, HOT, PASSED_OVER, READY, REPEATING, SOON_US, Edge
from sexp_runtime.loops.sources import is_current

__all__ = [
    "CAME_TRUE", "HOT", "LANGUAGE", "PASSED_OVER", "READY", "REPEATING", "SOON_US", "Edge", "Scan", "set_flags",
    "track", "untrack",
]  # fmt: skip

#: What the loops in use are written in: "python" or "c".
LANGUAGE = "python"
set_flags, Scan, track, untrack = plain.set_flags, plain.Scan, plain.track, plain.untrack
if os.environ.get("SEXP_LOOPS") != "plain":
    try:
        from sexp_runtime.loops import native
    except ImportError:  # not compiled here, or for another Python
        pass
    else:
        if is_current(native.SOURCES):
            LANGUAGE = "c"
            set_flags, Scan, track, untrack = native.set_flags, native.Scan, native.track, native.untrack
        else:
            warnings.warn(
                f"{native.__file__} was compiled from other sources and is not used; "
                "compile it anew: python python/sexp_runtime/loops/build.py",
                RuntimeWarning,
                stacklevel=2,
            )
