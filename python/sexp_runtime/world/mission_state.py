"""The running state of a mission's events and goals, which section F changes and formulas read."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final


class Kind(StrEnum):
    """What a formula belongs to; games, reports and recordings use these texts."""

    EVENT = "event"
    GOAL = "goal"
    CUE = "cue"


#: Values of `GoalState.status`.
GOAL_INCOMPLETE: Final = "incomplete"
GOAL_COMPLETE: Final = "complete"
GOAL_FAILED: Final = "failed"


class EventState:
    """One event while the mission runs (F.2). It only holds fields; the event manager processes it.

    `timestamp` and `satisfied_time` are milliseconds of the event clock, None for "none"; a timestamp can also be
    STAMP_NEVER or STAMP_IMMEDIATE of the clock module (F9). `interval_ms` and `chain_delay_ms` are milliseconds,
    `chain_delay_ms` -1 when the event is not chained. `repeat` and `trigger` count down (F6, F7); `count` says how
    often the event came true since it was last reset. `definition` is the mission's own record, None for an event
    made by hand.
    """

    __slots__ = (
        "bypassed",
        "chain_delay_ms",
        "count",
        "current",
        "definition",
        "done",
        "has_interval",
        "index",
        "interval_ms",
        "key",
        "name",
        "repeat",
        "result",
        "satisfied_time",
        "score",
        "timestamp",
        "trigger",
        "uses_trigger",
    )

    def __init__(
        self,
        index: int,
        name: str,
        *,
        definition: Any = None,
        repeat: int = 1,
        trigger: int = 1,
        uses_trigger: bool = False,
        interval_ms: int = 1000,
        chain_delay_ms: int = -1,
        score: int = 0,
    ) -> None:
        self.index = index
        self.name = name
        self.key = name.lower()
        self.definition = definition
        self.repeat = repeat
        self.trigger = trigger
        self.uses_trigger = uses_trigger
        self.interval_ms = interval_ms
        self.chain_delay_ms = chain_delay_ms
        self.score = score
        self.result = 0
        self.timestamp: int | None = None
        self.satisfied_time: int | None = None
        self.has_interval = False
        self.current = False
        self.done = False
        self.bypassed = False
        self.count = 0

    def __repr__(self) -> str:
        return f"EventState({self.name!r}, result={self.result}, done={self.done}, timestamp={self.timestamp})"


class GoalState:
    """One goal in play: `status` is one of the three GOAL_ words, `invalid` keeps it from being judged (F24)."""

    __slots__ = ("definition", "index", "invalid", "key", "name", "score", "status")

    def __init__(self, index: int, name: str, *, definition: Any = None, invalid: bool = False, score: int = 0) -> None:
        self.index = index
        self.name = name
        self.key = name.lower()
        self.definition = definition
        self.invalid = invalid
        self.score = score
        self.status = GOAL_INCOMPLETE

    def __repr__(self) -> str:
        return f"GoalState({self.name!r}, {self.status}{', invalid' if self.invalid else ''})"
