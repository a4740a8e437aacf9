"""The table of operator meanings: each operator's function with what it reads, declared beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Flag, auto
from typing import Any, Final

from sexp_runtime.values import Raw, Status
from sexp_runtime.world.facts import FactKey

#: Takes the EvaluationContext and the operator's EvalNode; Any, because the modules of both import this one.
OperatorFunction = Callable[[Any, Any], Raw]
#: Facts an operator reads, from the world and the texts of its arguments ("" for an argument that is an expression).
ReadsFunction = Callable[[Any, Sequence[str]], Iterable[FactKey]]


class Trait(Flag):
    """What a cache must know about an operator besides the facts it reads."""

    NONE = 0
    TIME = auto()  #: calls EvaluationContext.due_* with the moment at which time alone could change its result
    RANDOM = auto()  #: draws random numbers
    STATEFUL = auto()  #: keeps memory between evaluations or counts them: must run whenever the original would run it
    ACTION = auto()  #: has effects; never answered from cache
    CONTROL = auto()  #: runs or chooses children itself (conditionals, argument forms)
    VOLATILE = auto()  #: reads something that no fact covers (scripts): evaluated on every pass
    FLUSHES = auto()  #: resets statuses of nodes (every-time, reset-event ...)


#: Below operators with any of these, atoms can remember something.
_KEEPING: Final = Trait.CONTROL | Trait.STATEFUL


@dataclass(frozen=True, slots=True)
class OperatorMeaning:
    """The meaning of an operator: its function and the declarations that caching relies on.

    `results` lists the special results that the function itself can return; an empty set promises a plain number.
    `keeps_atoms` says whether atoms among its arguments can remember anything: as candidates (D7, C40), or because it
    overwrites their status (B34, I2).
    """

    name: str
    function: OperatorFunction
    reads: ReadsFunction | None = None
    traits: Trait = Trait.NONE
    results: frozenset[Status] = field(default_factory=frozenset)
    keeps_atoms: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keeps_atoms", bool(self.traits & _KEEPING))


MEANINGS: dict[str, OperatorMeaning] = {}


def operator(
    *names: str,
    reads: ReadsFunction | None = None,
    traits: Trait = Trait.NONE,
    results: Iterable[Status] = (),
) -> Callable[[OperatorFunction], OperatorFunction]:
    """Register the decorated function as the meaning of the named operators; a name registered twice is an error."""

    def register(function: OperatorFunction) -> OperatorFunction:
        for name in names:
            if name in MEANINGS:
                raise ValueError(f"operator {name!r} is registered twice")
            MEANINGS[name] = OperatorMeaning(name, function, reads, traits, frozenset(results))
        return function

    return register
