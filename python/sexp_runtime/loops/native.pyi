# The types of native.pyx: those that plain.py and kernel/plain*.py have, too, and programs, which
# are in C only.

from collections.abc import Callable
from typing import Any, Protocol

from sexp_runtime.kernel.plain import ActionCount as ActionCount
from sexp_runtime.kernel.plain import BoardCore as BoardCore
from sexp_runtime.kernel.plain import ClockCore as ClockCore
from sexp_runtime.kernel.plain import ContextCore as ContextCore
from sexp_runtime.kernel.plain import ShipCore as ShipCore
from sexp_runtime.kernel.plain import VariablesCore as VariablesCore
from sexp_runtime.kernel.plain import WorldCore as WorldCore
from sexp_runtime.kernel.plain_changes import ChangeLog as ChangeLog
from sexp_runtime.kernel.plain_changes import TapCore as TapCore
from sexp_runtime.kernel.plain_game import Course as Course
from sexp_runtime.kernel.plain_game import Hits as Hits
from sexp_runtime.kernel.plain_game import Strength as Strength
from sexp_runtime.kernel.plain_game import move_all as move_all
from sexp_runtime.kernel.plain_random import MersenneTwister as MersenneTwister
from sexp_runtime.loops.plain import Scan as PlainScan
from sexp_runtime.loops.plain import set_flags as set_flags
from sexp_runtime.loops.plain import track as track
from sexp_runtime.loops.plain import untrack as untrack

SOURCES: str

class Scan(PlainScan): ...

def use_cosines(values: list[float]) -> None: ...

class Place:
    stale: bytearray
    text: str
    def __init__(self, world: Any, text: str, side: str | None) -> None: ...

class Distance:
    flag: bytearray
    def __init__(self, op: int, one: Place, two: Place) -> None: ...

class Leaf:
    flag: bytearray
    evaluations: int
    def __init__(self, context: Any, node: Any, candidate: Any) -> None: ...

class Step:
    operator: str
    def __init__(self, operator: str) -> None: ...

class Assignment(Step):
    name: str
    def __init__(self, name: str, index: int, top: int) -> None: ...

class Act:
    name: str
    def __init__(self, name: str, effect: Any, variable: int = -1) -> None: ...
    def read(self, reading: int, value: Any = None) -> None: ...

class _Plan(Protocol):
    @property
    def kind(self) -> int: ...

class Program:
    acted: bool
    is_simple: bool
    by_time: bool
    until: int
    evaluations: int
    has_changed: bool
    is_known_false: bool
    def __init__(self, plan: _Plan, context: Any, interpret: Callable[..., int]) -> None: ...
    def __call__(self) -> int: ...
    def try_out(self) -> int: ...
    def in_pass(self) -> tuple[int, bool, bool, int]: ...
    def statuses_now(self) -> bytes: ...
    def restore(self, statuses: bytes) -> None: ...
    def forget(self) -> None: ...
    def forget_root(self) -> None: ...
    def doubt(self) -> None: ...
    def to_nodes(self) -> None: ...
    def from_nodes(self) -> None: ...
    def nbytes(self) -> int: ...
    def use_actions(self, actions: ActionProgram, before: Callable[[], object] | None) -> None: ...

class ActionProgram(Program): ...

class FormProgram(Program):
    flags: bytearray
