"""SexpPerformanceMonitor: the cost of evaluation, always counted, and timed as closely as its mode requests."""

from __future__ import annotations

import heapq
import logging
import sys
from array import array
from collections import Counter, deque
from collections.abc import Callable, Collection, Hashable, Sequence
from enum import Enum
from typing import Any, Final, Protocol

from sexp_runtime.monitor.calls import CallTree, OperatorStatistics, PartTime
from sexp_runtime.monitor.histogram import Histogram
from sexp_runtime.world.facts import FactBoard, FactKey

log: Final = logging.getLogger("sexp_runtime.monitor")
BATCH: Final = 2048  #: frames whose times are kept before they are counted
_NEVER: Final = sys.maxsize  #: a number of frames that is never reached
_SLOWEST: Final = 32  #: how many slowest evaluations are kept
_CAUSES: Final = 512  #: maximum number of distinct causes per formula; later ones count as "other causes"
_OVERRUNS: Final = 64  #: how many budget overruns are kept
_LOG_INTERVAL: Final = 1.0  #: seconds of mission time between log lines about overruns; listeners get every overrun
_CHANGES: Final = 4096  #: number of latest fact changes kept in a sampled frame


class Mode(Enum):
    """How closely the monitor measures."""

    OFF = "off"  #: nothing, not even frame times
    COUNTERS = "counters"  #: frame times and the engine's own counters
    SAMPLED = "sampled"  #: also each evaluation in one of `sample_every` frames
    FULL = "full"  #: each evaluation of every frame, and the operators in one of `operators_every` of each formula


class Watched(Protocol):
    """An engine that the monitor can watch: it has a hook for each evaluation."""

    profiler: Any

    def interpret(self, every: int) -> None:
        """Interpret one of `every` evaluations of each compiled formula, so that its operators are visible; 0: none."""


class FormulaStatistics:
    """Timed evaluations of one formula: number, nanoseconds and causes."""

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


class SexpPerformanceMonitor:
    """Counts and times the work of one mission session.

    While it is `watching`, callers append each frame's duration to `times` (nanoseconds, without the simulator), and
    call `attend` once `times` has `attend_at` entries; other frames cost no call. Sampled and full mode time the
    evaluations of the engines in `watched`, full mode also the operators of the evaluation context `context`. From
    `facts` and `waits_for` the monitor finds the fact that caused an evaluation; `describe` puts it in words.
    `waits_for` has, by kind of formula, the facts that each formula waits for: a collection or None.
    Budgets are in microseconds, 0 for none; the functions in `on_budget_exceeded` get a dictionary with `what`,
    `microseconds`, `budget`, `cause` and `time` (seconds of mission time). Memory is always bounded.
    """

    __slots__ = (
        "_changed", "_changes", "_closely", "_context", "_counted", "_describe", "_every_frame", "_facts",
        "_frame_budget_us", "_frame_times", "_full", "_hook", "_logged_at", "_mission_time", "_mode", "_observer",
        "_owner_of", "_plan_at", "_reasons", "_serial", "_stride", "_tree", "_untold", "_waits_for", "_watched",
        "attend_at", "event_budget_us", "formulas", "on_budget_exceeded", "operators_every", "overrun_count",
        "overruns", "sample_every", "sampled_frames", "slowest", "times", "watching",
    )  # fmt: skip

    def __init__(
        self,
        watched: list[Watched],
        context: Any = None,
        *,
        facts: FactBoard | None = None,
        waits_for: dict[str, Sequence[Collection[FactKey] | None]] | None = None,
        mode: Mode = Mode.SAMPLED,
        sample_every: int = 17,
        operators_every: int = 4,
        frame_budget_us: float = 0.0,
        event_budget_us: float = 0.0,
        owner_of: Callable[[str, int], str] = lambda kind, index: f"{kind} {index}",
        mission_time: Callable[[], float] = lambda: 0.0,
        describe: Callable[[object], str] | None = None,
    ) -> None:
        for name, number in (("sample_every", sample_every), ("operators_every", operators_every)):
            if number < 1:
                raise ValueError(f"{name} must be at least 1, not {number}")
        self.sample_every = sample_every
        self.operators_every = operators_every
        self.event_budget_us = event_budget_us
        self.on_budget_exceeded: list[Callable[[dict[str, Any]], None]] = []
        self._watched = watched
        self._context = context
        self._facts = facts
        self._waits_for = waits_for if waits_for is not None else {}
        self._changes: deque[FactKey] = deque(maxlen=_CHANGES)  # sampled mode: facts that changed, latest last
        self._changed: dict[FactKey, int] = {}  # full mode: facts that changed, the latest with the highest number
        self._observer: Callable[[FactKey], None] = self._changes.append
        self._reasons: dict[Hashable, str] = {}  # causes in the words of `describe`
        self._owner_of = owner_of
        self._mission_time = mission_time
        self._describe = describe if describe is not None else describe_cause
        self._mode = Mode.OFF
        self._every_frame = False
        #: Whether frames are watched at all: the mode is not `OFF`, or every frame is measured closely.
        self.watching = False
        self._full = False  # whether the mode is `FULL`
        self._tree = CallTree()
        self._stride = 0  # one frame in this many is measured closely, 0 for none
        self._closely = False  # whether the next frame is measured closely
        self._hook: Any = self
        self._frame_budget_us = frame_budget_us
        self.times = array("d")
        self.reset()
        self.mode = mode

    @property
    def mode(self) -> Mode:
        """How closely the monitor measures; may change between frames."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._look(False)
        full = mode is Mode.FULL
        if full is not self._full:
            self._full = full
            for engine in self._watched:
                engine.interpret(self.operators_every if full else 0)
            if self._context is not None:
                self._context.profiler = self._tree if full else None
            self._changed.clear()
            self._tree.drop()
        self._mode = mode
        self.watching = mode is not Mode.OFF or self._every_frame
        self._stride = 1 if self._every_frame else {Mode.SAMPLED: self.sample_every, Mode.FULL: 1}.get(mode, 0)
        self._observer = self._note_change if full else self._changes.append
        self._plan(len(self.times))

    @property
    def every_frame(self) -> bool:
        """Whether the evaluations of every frame are timed, whatever the mode; may change between frames."""
        return self._every_frame

    @every_frame.setter
    def every_frame(self, wanted: bool) -> None:
        self._every_frame = wanted
        self.mode = self._mode

    @property
    def hook(self) -> Any:
        """The hook that engines call for each evaluation; a replacement must pass every call on to this monitor."""
        return self._hook

    @hook.setter
    def hook(self, hook: Any) -> None:
        self._hook = hook
        if self._closely:
            self._look(True)

    @property
    def last_frame_ns(self) -> float:
        """Duration of the latest frame in nanoseconds, 0 before the first."""
        return self.times[-1] if self.times else self._frame_times.latest

    @property
    def frame_budget_us(self) -> float:
        """The budget of a frame in microseconds, 0 for no budget."""
        return self._frame_budget_us

    @frame_budget_us.setter
    def frame_budget_us(self, microseconds: float) -> None:
        self._frame_budget_us = microseconds
        self.attend_at = 0 if microseconds else min(self._plan_at, BATCH)

    def watch(self, watched: list[Watched], waits_for: dict[str, Sequence[Collection[FactKey] | None]]) -> None:
        """Watch other engines from now on; measurements of single formulas begin anew."""
        mode, self.mode = self._mode, Mode.OFF
        self._watched, self._waits_for = watched, waits_for
        self.formulas.clear()
        self._tree.clear()
        self.mode = mode

    def reset(self) -> None:
        """Discard all measurements; mode and budgets stay."""
        self._frame_times = Histogram()
        self._counted = 0  # frames in there
        del self.times[:]
        self.sampled_frames = 0
        self.formulas: dict[tuple[str, int], FormulaStatistics] = {}
        self._tree.clear()
        self.slowest: list[tuple[int, int, str, str, float]] = []  # a heap of (ns, serial, owner, cause, time)
        self.overruns: list[dict[str, Any]] = []
        self.overrun_count = 0
        self._untold = 0  # overruns since the last log line
        self._logged_at = [-_LOG_INTERVAL, -_LOG_INTERVAL]  # of a formula, of a frame
        self._serial = 0
        self._look(False)
        self.attend_at = 0
        self._plan(0)

    # --- frames ---------------------------------------------------------------------------------------------------

    @property
    def operators(self) -> dict[str, OperatorStatistics]:
        """The measurements of each operator (full mode)."""
        return self._tree.operators()

    @property
    def calls(self) -> dict[tuple[str, str], int]:
        """How often operators were called, by caller ("" for a formula's root) and callee (full mode)."""
        return self._tree.calls()

    @property
    def stacks(self) -> dict[tuple[str, ...], int]:
        """Self time in nanoseconds by call stack, outermost first: the formula, then operators (full mode)."""
        found: dict[tuple[str, ...], int] = {}
        for (formula, names), spent in self._tree.stacks().items():
            stack = (self._owner_of(*formula), *names)
            found[stack] = found.get(stack, 0) + spent
        return found

    def parts(self, kind: str, index: int) -> dict[tuple[int, int], PartTime]:
        """Return the measurements of a formula's parts by their line and column in the mission file (full mode)."""
        return self._tree.parts((kind, index))

    @property
    def causes(self) -> dict[str, int]:
        """Number of evaluations by cause, over all formulas (sampled and full mode)."""
        found: Counter[str] = Counter()
        for statistics in self.formulas.values():
            found.update(statistics.causes)
        return dict(found)

    @property
    def frames(self) -> int:
        """Number of frames since the last reset."""
        return self._counted + len(self.times)

    @property
    def frame_times(self) -> Histogram:
        """The durations of the frames, in nanoseconds."""
        self._count()
        return self._frame_times

    def attend(self) -> None:
        """Process the latest frames: count them, decide on sampling the next frame, report an exceeded budget."""
        times = self.times
        taken = len(times)
        budget = self._frame_budget_us
        exceeding = times[-1] if budget and times[-1] > budget * 1000 else 0.0
        if taken >= self._plan_at:
            if self._closely:
                self.sampled_frames += 1
            self._plan(taken)
        elif taken >= BATCH:
            self._count()
        if exceeding:
            self._exceeded("frame", exceeding, budget, self._slowest_cause())

    def _plan(self, taken: int) -> None:
        """Decide whether to measure the next frame closely, and after how many frames to decide again."""
        stride = self._stride
        if not stride:
            wait = _NEVER
        elif not self._closely:
            self._look(True)
            wait = 1
        elif stride > 1:
            self._look(False)
            wait = stride - 1
        else:
            self._tree.drop()
            wait = 1
        self._plan_at = at = taken + wait
        if not self._frame_budget_us:
            self.attend_at = at if at < BATCH else BATCH

    def _count(self) -> None:
        """Count the times recorded since the last call."""
        times = self.times
        taken = len(times)
        if taken:
            self._frame_times.extend(times)
            self._counted += taken
            del times[:]
            self._plan_at -= taken
            if not self._frame_budget_us:
                self.attend_at = min(self._plan_at, BATCH)

    def _look(self, closely: bool) -> None:
        """Set or remove the hooks of the engines for evaluations and of the facts for changes.

        Called at the end of the previous frame, because the game changes facts between frames.
        """
        self._closely = closely
        hook = self._hook if closely else None
        for watched in self._watched:
            watched.profiler = hook
        facts = self._facts
        if facts is not None:
            if closely:
                if facts.observer is None:
                    facts.observer = self._observer
            elif facts.observer is self._observer:
                facts.observer = None
                self._changes.clear()

    def _note_change(self, key: FactKey) -> None:
        self._serial += 1
        self._changed[key] = self._serial

    def _cause_among_facts(self, kind: str, index: int) -> FactKey | str:
        """Return the last changed fact among those that a formula waits for, or "fact" if no change was recorded."""
        waits_for = self._waits_for.get(kind)
        known = waits_for[index] if waits_for is not None else None
        if not known:
            return "fact"
        if self._full:
            changed = self._changed
            return max((key for key in known if key in changed), key=changed.__getitem__, default="fact")
        return next((key for key in reversed(self._changes) if key in known), "fact")

    # --- hooks that the engine calls ------------------------------------------------------------------------------

    def formula(self, kind: str, index: int, nanoseconds: int, value: int, cause: Hashable) -> None:
        """Record one evaluation of a formula: its time, its value, and the fact or reason that caused it."""
        statistics = self.formulas.get((kind, index))
        if statistics is None:
            statistics = self.formulas[kind, index] = FormulaStatistics(kind, index)
        if cause == "fact":
            cause = self._cause_among_facts(kind, index)
        reason = self._reasons.get(cause)
        if reason is None:
            reason = self._describe(cause)
            if len(self._reasons) < _CAUSES:
                self._reasons[cause] = reason
        if self._full:
            self._tree.file((kind, index))
        statistics.evaluations += 1
        statistics.total_ns += nanoseconds
        statistics.last_value = value
        statistics.last_cause = reason
        causes = statistics.causes
        known = causes.get(reason)
        if known is None and len(causes) >= _CAUSES:
            reason = "other causes"
            known = causes.get(reason)
        causes[reason] = 1 if known is None else known + 1
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

    # --- budgets --------------------------------------------------------------------------------------------------

    def _exceeded(self, what: str, nanoseconds: float, budget: float, cause: str) -> None:
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
    """Return a cause as text: a fact as `ship alpha 1 hull`, None as `every pass`, anything else unchanged."""
    if isinstance(cause, tuple):
        return " ".join(str(part) for part in cause)
    return "every pass" if cause is None else str(cause)
