"""What ExpressionCache and its users agree on: outcomes of evaluations, hints, counters, and what a context offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import FactKey


class Clock(Protocol):
    """What the cache needs of a clock: mission time in microseconds, never going back within a mission."""

    us: int


@dataclass(slots=True)
class Evaluation:
    """One fresh evaluation: its value and how long it may be reused.

    `facts` are all facts that it depends on; `due_us` is the first moment at which time alone could change it;
    `refusal` says why it must not be reused at all (an action, a random draw, an error), "" where it may.
    """

    value: Any
    facts: Iterable[FactKey] = ()
    due_us: int = NEVER
    permanent: bool = False
    refusal: str = ""


class Evaluable(Protocol):
    """A prepared expression."""

    nbytes: int  #: memory it holds

    def evaluate(self) -> Evaluation:
        """Evaluate afresh, as if the text had just been parsed."""


class CacheContext(Protocol):
    """What an expression is evaluated in; must allow weak references."""

    def prepare(self, text: str, argument: str | None, hints: ExpressionHints | None) -> Evaluable:
        """Parse and compile the text; raises the parser's error for bad text."""


@dataclass(frozen=True, slots=True)
class ExpressionHints:
    """What the caller knows of an expression; a hint that would endanger correctness is refused with a reason.

    `cacheable` False keeps it out of the cache; `time_to_live` is an upper bound in seconds of mission time for
    reuse; `calls_per_second` above zero pins a hot expression against idle clean-up; `speed_bounds` maps object names
    to their highest speed in metres a second.
    """

    cacheable: bool | None = None
    time_to_live: float | None = None
    calls_per_second: float = 0.0
    speed_bounds: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """A snapshot of the counters: those of `functools`, and further ones."""

    hits: int
    misses: int
    maxsize: int
    currsize: int
    max_bytes: int
    bytes: int
    puts: int
    invalidations: int
    expirations: int
    refusals: int
    errors: int
    evictions: dict[str, int]

    @property
    def hit_rate(self) -> float:
        """Hits as a share of all look-ups, 0..1; 0 before the first."""
        lookups = self.hits + self.misses
        return self.hits / lookups if lookups else 0.0
