"""What programs are made from: the operators that the kernel knows, and the plan of one program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sexp_runtime.kernel import Act, Distance, Leaf, Op, Place, Step
from sexp_runtime.operators.arguments import valid_candidates
from sexp_runtime.operators.context import Candidate
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.values import NAN, NAN_FOREVER

#: Operators that the kernel evaluates from the values of their arguments.
CALCULATED: Final = {
    "and": Op.AND, "or": Op.OR, "not": Op.NOT, "xor": Op.XOR, "=": Op.EQUAL, "!=": Op.UNEQUAL, "<": Op.LESS,
    ">": Op.GREATER, "<=": Op.AT_MOST, ">=": Op.AT_LEAST, "+": Op.ADD, "-": Op.SUBTRACT, "*": Op.MULTIPLY,
    "/": Op.DIVIDE, "mod": Op.REMAINDER, "min": Op.LEAST, "max": Op.GREATEST, "abs": Op.MAGNITUDE,
}  # fmt: skip
#: Operators that the kernel evaluates from the fields of ships, and how many names they read.
MEASURED: Final = {
    "hits-left": (Op.HULL_LEFT, 1),
    "distance": (Op.DISTANCE, 2), "distance-to-center": (Op.CENTRE_DISTANCE, 2),
    "get-object-x": (Op.COORDINATE, 1), "get-object-y": (Op.COORDINATE, 1), "get-object-z": (Op.COORDINATE, 1),
    "is-facing": (Op.FACING, 2),
}  # fmt: skip
COMPARISONS: Final = frozenset({"=", "!=", "<", ">", "<=", ">="})
#: Those whose comparisons can have a bound (docs/kernel.md, *Movement*).
MOVING: Final = frozenset({Op.DISTANCE, Op.CENTRE_DISTANCE, Op.COORDINATE})
AXES: Final = {"get-object-x": 0, "get-object-y": 1, "get-object-z": 2}
DISTANCES: Final = frozenset({Op.DISTANCE, Op.CENTRE_DISTANCE})
#: Texts in the place of a subsystem's name that name none.
NO_SUBSYSTEM: Final = frozenset({"", "none", "<none>"})
NAN_LIKE: Final = frozenset({NAN, NAN_FOREVER})
READER: Final = Trait.NONE | Trait.TIME
ROSTER: Final = ("roster",)
NUMBERS: Final = frozenset({"number", "positive"})
#: The place number of the candidate that is tried.
CANDIDATE: Final = -1

Row = tuple[int, tuple[int, ...], int, int, int, int, int]


@dataclass
class ProgramPlan:
    """What a program is made from: its nodes and what they refer to (see docs/kernel.md)."""

    root: EvalNode
    kind: int
    top: int = 0
    nodes: list[Row] = field(default_factory=list)
    holders: list[EvalNode | None] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    distances: list[Distance] = field(default_factory=list)
    leaves: list[Leaf | list[Leaf]] = field(default_factory=list)
    perform: Callable[..., object] | None = None
    #: All the actions, if each does nothing or assigns a number to a variable; else `perform` runs them.
    assignments: list[Step] = field(default_factory=list)
    #: The actions of a program of actions: node, operator, and its weight if it runs for each candidate, else 0.
    steps: list[tuple[int, EvalNode, int]] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    #: Whether the actions count as an effect before the first runs.
    counts: bool = False
    #: Whether nodes keep their statuses; and whether all is forgotten after each pass (C7).
    remembers: bool = True
    forgets: bool = False
    is_simple: bool = True
    is_bounded: bool = False
    is_nested: bool = False
    #: Whether a part may draw random numbers.
    draws: bool = False
    #: Whether how many random numbers are drawn, or a status, can depend on what is drawn.
    draws_vary: bool = False
    #: Whether the condition of a form is tried for one candidate only, because it draws.
    tries_one: bool = False
    #: Whether an action reads `<argument>`.
    reads_candidates: bool = False
    candidates: Sequence[Candidate] = ()
    common: list[int] = field(default_factory=list)
    provider: EvalNode | None = None
    provider_kind: int = 0
    valid_candidates: Callable[[EvalNode], object] = valid_candidates


def meaning_of(head: EvalNode) -> object:
    meaning = MEANINGS.get(head.name)
    return meaning.function if meaning is not None else None
