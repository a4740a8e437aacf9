# The types of native.pyx are those of its twin.

from sexp_runtime.loops.plain import Sweep as PlainSweep
from sexp_runtime.loops.plain import mark_readers as mark_readers

class Sweep(PlainSweep): ...
