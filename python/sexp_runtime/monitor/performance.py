"""SexpPerformanceMonitor: what evaluation costs, counted always and timed as closely as its mode says."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable
from enum import Enum
from time import perf_counter_ns
from typing import Any, Final, Protocol

from sexp_runtime.monitor.histogram import Histogram
from sexp_runtime.world.facts import FactBoard, FactKey

log: Final = logging.getLogger("sexp_runtime.monitor")
_SLOWEST: Final = 32  #: how many slowest evaluations are kept
_CAUSES: Final = 512  #: most distinct causes counted; later ones count as "other causes"
_OVERRUNS: Final = 64  #: how many budget overruns are kept
_LOG_INTERVAL: Final = 1.0  #: seconds of mission time between log lines of overruns; listeners hear of each
_STACKS: Final = 20_000  #: most distinct call stacks kept; the time of later ones is counted under their formula


class Mode(Enum):
    """How closely the monitor looks."""

    OFF = "off"  #: nothing, not even frame times
    COUNTERS = "counters"  #: frame times and the engine's own counters
    SAMPLED = "sampled"  #: besides, each evaluation of one frame in `sample_every`
    FULL = "full"  #: each evaluation of every frame, and each operator in it


class Watched(Protocol):
    """What the monitor watches: an engine that offers a hook for each evaluation."""

    profiler: Any

    def interpret(self, on: bool) -> None:
        """Have compiled formulas evaluated by the interpreter, whose operators can be watched, or not."""


class FormulaStatistics:
    """Evaluations of one formula that were timed: how many, how long in nanoseconds, why."""

    __slots__ = ("causes", "evaluations", "index", "kind", "largest_ns", "last_cause", "last_value", "total_ns")

    def __init__(self, kind: str, index: int) -> None:
        self.kind = kind
        self.index = index
        self.evaluations = 0
        self.total_ns = 0
        self.largest_ns = 0
        self.last_value = 0
        self.last_cause = ""
        self.causes: dict[str, int] = {}


class OperatorStatistics:
    """Evaluations of one operator that were timed, in nanoseconds with and without what it called."""

    __slots__ = ("calls", "inclusive_ns", "name", "self_ns")

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls = 0
        self.self_ns = 0
        self.inclusive_ns = 0


class SexpPerformanceMonitor:
    """Counts and times the work of one mission session.

    Call `begin_frame` before and `end_frame` after each frame. `watched` are the engines whose evaluations are timed
    in sampled and full mode, `context` the evaluation context whose operators are timed in full mode; `facts`, with the
    marks that they set (`slot_marks`, by kind of formula), lets it name the very fact that had a formula evaluated, in
    the words of `describe`.
    Budgets are in microseconds, 0 for none; the functions in `on_budget_exceeded` get a dictionary with `what`,
    `microseconds`, `budget`, `cause` and `time` (seconds of mission time). Memory is bounded whatever the mission does.
    """

    def __init__(
        self,
        watched: list[Watched],
        context: Any = None,
        *,
        facts: FactBoard | None = None,
        slot_marks: Callable[[str], bytearray] | None = None,
        mode: Mode = Mode.SAMPLED,
        sample_every: int = 16,
        frame_budget_us: float = 0.0,
        event_budget_us: float = 0.0,
        owner_of: Callable[[str, int], str] = lambda kind, index: f"{kind} {index}",
        mission_time: Callable[[], float] = lambda: 0.0,
        describe: Callable[[object], str] | None = None,
    ) -> None:
        if sample_every < 1:
            raise ValueError(f"sample_every must be at least 1, not {sample_every}")
        self.sample_every = sample_every
        self.frame_budget_us = frame_budget_us
        self.event_budget_us = event_budget_us
        self.on_budget_exceeded: list[Callable[[dict[str, Any]], None]] = []
        self._watched = watched
        self._context = context
        self._facts = facts
        self._slot_marks = slot_marks
        self._changed: dict[tuple[int, int], FactKey] = {}  # by marks and index: the latest fact that set the mark
        self._marks: dict[str, int] = {}
        self._owner_of = owner_of
        self._mission_time = mission_time
        self._describe = describe if describe is not None else describe_cause
        self._mode = Mode.OFF
        self._attached = False
        self._closely = False  # whether the frame to come is to be looked at closely
        #: What the engines tell of each evaluation; who stands in here hands everything on to this monitor.
        self.hook: Any = self
        self.reset()
        self.mode = mode

    @property
    def mode(self) -> Mode:
        """How closely the monitor looks; may be changed between frames."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._attach(False)
        self._observe(False)
        self._closely = False
        if (mode is Mode.FULL) is not (self._mode is Mode.FULL):
            for engine in self._watched:
                engine.interpret(mode is Mode.FULL)
        self._mode = mode
        self._plan()

    def reset(self) -> None:
        """Forget all that was measured; mode and budgets stay."""
        self.frame_times = Histogram()
        self.frames = 0
        self.last_frame_ns = 0
        self.sampled_frames = 0
        self.formulas: dict[tuple[str, int], FormulaStatistics] = {}
        self.operators: dict[str, OperatorStatistics] = {}
        self.calls: dict[tuple[str, str], int] = {}
        #: Self time in nanoseconds by call stack, outermost first: the formula, then operators (full mode).
        self.stacks: dict[tuple[str, ...], int] = {}
        self.causes: dict[str, int] = {}
        self.slowest: list[tuple[int, int, str, str, float]] = []  # a heap of (ns, serial, owner, cause, time)
        self.overruns: list[dict[str, Any]] = []
        self.overrun_count = 0
        self._untold = 0  # overruns since the last log line
        self._logged_at = [-_LOG_INTERVAL, -_LOG_INTERVAL]  # of a formula, of a frame
        self._serial = 0
        self._stack: list[tuple[str, int, list[int]]] = []
        self._pending: dict[tuple[str, ...], int] = {}  # stacks of the formula being evaluated
        self._began = 0

    # --- frames ---------------------------------------------------------------------------------------------------

    def begin_frame(self) -> None:
        """Note that a frame begins; in sampled mode decide whether it is looked at."""
        if self._closely:
            self._attach(True)
            self.sampled_frames += 1
        self._began = perf_counter_ns()

    def _plan(self) -> None:
        """Decide whether the frame to come is looked at closely, and listen to the facts from now on if so."""
        mode = self._mode
        closely = mode is Mode.FULL or (mode is Mode.SAMPLED and self.frames % self.sample_every == 0)
        if closely is not self._closely:
            self._closely = closely
            self._observe(closely)

    def _observe(self, on: bool) -> None:
        """Listen to the facts, from the frame before on, as marks are set in between."""
        facts = self._facts
        if facts is None:
            return
        if on:
            if facts.observer is None:
                facts.observer = self._note_change
                if self._slot_marks is not None:
                    self._marks = {kind: id(self._slot_marks(kind)) for kind in ("event", "goal", "cue")}
        elif facts.observer == self._note_change:
            facts.observer = None
            self._changed.clear()

    def _note_change(self, key: FactKey) -> None:
        assert self._facts is not None
        for marks, index in self._facts.readers.get(key, ()):
            self._changed[id(marks), index] = key

    def exclude(self, nanoseconds: int) -> None:
        """Leave a time out of the present frame: that of a simulator which stands in for the game."""
        self._began += nanoseconds

    def end_frame(self) -> int:
        """Note that the frame ends; return its time in nanoseconds (0 when off)."""
        mode = self._mode
        if mode is Mode.OFF:
            return 0
        self.last_frame_ns = spent = perf_counter_ns() - self._began
        self.frame_times.record(spent)
        self.frames += 1
        if self._attached:
            self._attach(False)
        if mode is Mode.SAMPLED:
            self._plan()
        if self.frame_budget_us and spent > self.frame_budget_us * 1000:
            self._exceeded("frame", spent, self.frame_budget_us, self._slowest_cause())
        return spent

    def _attach(self, on: bool) -> None:
        if self._attached == on:
            return
        self._attached = on
        for watched in self._watched:
            watched.profiler = self.hook if on else None
        if self._context is not None:
            self._context.profiler = self if on and self._mode is Mode.FULL else None
        self._stack.clear()
        self._pending.clear()

    # --- hooks that the engine calls ------------------------------------------------------------------------------

    def formula(self, kind: str, index: int, nanoseconds: int, value: int, cause: object) -> None:
        """Note one evaluation of a formula: its time, its value, and the fact or reason that caused it."""
        statistics = self.formulas.get((kind, index))
        if statistics is None:
            statistics = self.formulas[kind, index] = FormulaStatistics(kind, index)
        if cause == "fact" and kind in self._marks:
            cause = self._changed.pop((self._marks[kind], index), cause)
        reason = self._describe(cause)
        if self._pending:
            self._file_stacks(self._owner_of(kind, index))
        statistics.evaluations += 1
        statistics.total_ns += nanoseconds
        statistics.last_value = value
        statistics.last_cause = reason
        if len(statistics.causes) < _CAUSES or reason in statistics.causes:
            statistics.causes[reason] = statistics.causes.get(reason, 0) + 1
        if len(self.causes) >= _CAUSES and reason not in self.causes:
            reason = "other causes"
        self.causes[reason] = self.causes.get(reason, 0) + 1
        if nanoseconds > statistics.largest_ns:
            statistics.largest_ns = nanoseconds
            self._serial += 1
            item = (nanoseconds, self._serial, self._owner_of(kind, index), reason, self._mission_time())
            if len(self.slowest) < _SLOWEST:
                heapq.heappush(self.slowest, item)
            else:
                heapq.heappushpop(self.slowest, item)
        if self.event_budget_us and nanoseconds > self.event_budget_us * 1000:
            self._exceeded(self._owner_of(kind, index), nanoseconds, self.event_budget_us, reason)

    def enter(self, operator: str) -> None:
        """Note that an operator begins (full mode)."""
        caller = self._stack[-1][0] if self._stack else ""
        self.calls[caller, operator] = self.calls.get((caller, operator), 0) + 1
        self._stack.append((operator, perf_counter_ns(), [0]))

    def leave(self, operator: str) -> None:
        """Note that the operator ends; ends that an exception skipped are made good."""
        now = perf_counter_ns()
        while self._stack:
            name, began, below = self._stack.pop()
            spent = now - began
            statistics = self.operators.get(name)
            if statistics is None:
                statistics = self.operators[name] = OperatorStatistics(name)
            statistics.calls += 1
            statistics.self_ns += spent - below[0]
            stack = (*(other for other, _, _ in self._stack), name)
            self._pending[stack] = self._pending.get(stack, 0) + spent - below[0]
            if all(name != other for other, _, _ in self._stack):  # a recursive operator's time counts once
                statistics.inclusive_ns += spent
            if self._stack:
                self._stack[-1][2][0] += spent
            if name == operator:
                return

    def _file_stacks(self, owner: str) -> None:
        stacks = self.stacks
        for stack, spent in self._pending.items():
            whole = (owner, *stack)
            if len(stacks) >= _STACKS and whole not in stacks:
                whole = (owner,)
            stacks[whole] = stacks.get(whole, 0) + spent
        self._pending.clear()

    # --- budgets --------------------------------------------------------------------------------------------------

    def _exceeded(self, what: str, nanoseconds: int, budget: float, cause: str) -> None:
        note = {
            "what": what, "microseconds": nanoseconds / 1000, "budget": budget, "cause": cause,
            "time": self._mission_time(),
        }  # fmt: skip
        self.overrun_count += 1
        self.overruns.append(note)
        del self.overruns[:-_OVERRUNS]
        now = self._mission_time()
        logged_at = self._logged_at
        kind = what == "frame"
        if not 0.0 <= now - logged_at[kind] < _LOG_INTERVAL:
            untold, self._untold = self._untold, 0
            logged_at[kind] = now
            log.warning(
                "%s took %.1f us, its budget is %.1f us (mission time %.2f s, cause: %s)%s",
                what, note["microseconds"], budget, now, cause, f"; {untold} more before it" if untold else "",
            )  # fmt: skip
        else:
            self._untold += 1
        for listener in self.on_budget_exceeded:
            listener(note)

    def _slowest_cause(self) -> str:
        if not self.slowest:
            return "not sampled"
        _ns, _serial, owner, cause, _time = max(self.slowest)
        return f"slowest sampled: {owner} ({cause})"


def describe_cause(cause: object) -> str:
    """Return a cause as text: a fact as `ship alpha 1 hull`, None as `every pass`, anything else as it is."""
    if isinstance(cause, tuple):
        return " ".join(str(part) for part in cause)
    return "every pass" if cause is None else str(cause)
