"""Trials: prove a hint's rewritten formula against the original, measure its saving, and apply it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from statistics import median
from typing import Any, Final, Protocol

from sexp_runtime.analysis.replay import Replay
from sexp_runtime.analysis.source_edit import replace_list
from sexp_runtime.mission.fixes import file_encoding
from sexp_runtime.monitor.hints import Hint
from sexp_runtime.monitor.performance import Mode, SexpPerformanceMonitor
from sexp_runtime.monitor.recording import Recording
from sexp_runtime.operators.node import ARGUMENT_FORMS, EvalNode
from sexp_runtime.operators.registry import Trait
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.tree import SexpExpression, SyntaxNode
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER

#: Minimum saving, as a share of the formula's evaluations, for a hint to be confirmed.
LEAST_SAVING = 0.02
#: Minimum saving, as a share of the formula's time, if the number of evaluations stays: measured times vary.
LEAST_SAVING_OF_TIME = 0.1
#: Number of measurements of each text's cost.
_ROUNDS = 3


@dataclass(slots=True)
class Trial:
    """The result of trying one hint: whether both texts behave the same, and the formula's cost before and after.

    `equal` compares every frame of a naive run of either text: state digests and actions. Costs are of the formula on
    the cached engine, in evaluations and microseconds over the whole run. `is_confirmed` says that the texts are
    equal and the new one saves.
    """

    hint: Hint
    frames: int
    equal: bool
    evaluations_before: int
    evaluations_after: int
    us_before: float
    us_after: float
    reason: str = ""

    @property
    def is_confirmed(self) -> bool:
        """Whether the hint may be applied: the same results, and a measurable saving."""
        if not self.equal:
            return False
        return self.evaluations_after < self.evaluations_before * (1 - LEAST_SAVING) or (
            self.evaluations_after <= self.evaluations_before
            and self.us_after < self.us_before * (1 - LEAST_SAVING_OF_TIME)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the trial as plain values."""
        return {
            "owner": self.hint.owner, "kind": self.hint.kind, "line": self.hint.line, "equal": self.equal,
            "confirmed": self.is_confirmed, "frames": self.frames, "evaluations_before": self.evaluations_before,
            "evaluations_after": self.evaluations_after, "us_before": round(self.us_before, 1),
            "us_after": round(self.us_after, 1), "reason": self.reason,
        }  # fmt: skip


def rewritten_text(content: bytes, hint: Hint, session: MissionSession) -> bytes:
    """Return a mission file's content with the hint's formula; ValueError if the formula is no longer in its place."""
    root = _formula(session, hint).root
    mark, encoding = file_encoding(content)
    text = content[len(mark) :].decode(encoding)
    return mark + replace_list(text, root.line, root.column, hint.rewritten).encode(encoding)


class Stage(Protocol):
    """A repeatable run for trials, playable with different texts of the mission."""

    @property
    def content(self) -> bytes:
        """The unchanged content of the mission file."""

    def play(self, content: bytes, **settings: Any) -> tuple[MissionSession, Callable[[], bool]]:
        """Return a session that plays a text, and a function that makes its next frame and returns false at the end."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """The simulated battle of a seed: a number of seconds of mission time in steps of 1 / fps."""

    content: bytes
    seconds: float
    seed: int
    fps: int = 60

    def play(self, content: bytes, **settings: Any) -> tuple[MissionSession, Callable[[], bool]]:
        """Return a session with the simulator, and a function that makes its next frame."""
        session = MissionSession.load(content, seed=self.seed, scenario=True, freeze_gc=False, **settings)
        steps = repeat(round(1_000_000 / self.fps), round(self.seconds * self.fps))

        def step() -> bool:
            for microseconds in steps:
                session.step_us(microseconds)
                return True
            return False

        return session, step


class Recorded:
    """The run of a recording, up to its end or its damage. Raises OSError and DamagedRecordingError."""

    def __init__(self, path: str | Path) -> None:
        self._path = path
        header = Recording(path).header
        self.content: bytes = header["mission"]
        self.file: str = header.get("file", "")

    def play(self, content: bytes, **settings: Any) -> tuple[MissionSession, Callable[[], bool]]:
        """Return a replay's session, and a function that makes its next frame."""
        replay = Replay(self._path, mission=content, freeze_gc=False, **settings)
        return replay.session, replay.step


def try_on(stage: Stage, hint: Hint) -> Trial:
    """Prove and measure a rewritten formula on a stage; ValueError if the mission has no such formula."""
    probe = MissionSession.load(stage.content, engine="naive", freeze_gc=False, monitor=Mode.OFF)
    kind, index = _place(probe, hint)
    changed = rewritten_text(stage.content, hint, probe)
    probe.close()
    equal, made = _same(stage, stage.content, changed)
    if not equal:
        return Trial(hint, made, False, 0, 0, 0.0, 0.0, "the rewritten mission behaves differently")
    before, after = [], []
    for _ in range(_ROUNDS):  # alternately, so that other load on the machine affects both
        before.append(_cost(stage, stage.content, kind, index))
        after.append(_cost(stage, changed, kind, index))
    # The rewritten formula's worst round must beat the original's best: a chance difference is not a saving.
    return Trial(hint, made, True, before[0][0], after[0][0], min(us for _, us in before), max(us for _, us in after))


def _same(stage: Stage, one: bytes, other: bytes) -> tuple[bool, int]:
    """Run two texts on the naive engine side by side; return whether every frame agreed, and how many were made."""
    actions: list[list[Any]] = [[], []]
    first, step_first = stage.play(one, engine="naive", monitor=Mode.OFF)
    second, step_second = stage.play(other, engine="naive", monitor=Mode.OFF)
    first.on_action.append(_keeper(actions[0]))
    second.on_action.append(_keeper(actions[1]))
    made = 0
    try:
        while step_first() and step_second():
            if actions[0] != actions[1] or first.digest() != second.digest():
                return False, made
            made += 1
            actions[0].clear()
            actions[1].clear()
        return True, made
    finally:
        first.close()
        second.close()


def _keeper(actions: list[Any]) -> Callable[[str, tuple[Any, ...]], None]:
    return lambda operator, arguments: actions.append((operator, arguments))


def _cost(stage: Stage, content: bytes, kind: str, index: int) -> tuple[int, float]:
    """Return evaluations of one formula on the cached engine and their time in microseconds, each of them timed.

    The time per evaluation is the median, because other load on the machine can disturb single evaluations.
    """
    session, step = stage.play(content, engine="cached", monitor=Mode.SAMPLED, sample_every=1)
    try:
        stopwatch = _Stopwatch(session.monitor, (kind, index))
        session.monitor.hook = stopwatch
        while step():
            pass
        times = stopwatch.times
        return len(times), median(times) * len(times) / 1000 if times else 0.0
    finally:
        session.close()


class _Stopwatch:
    """Replaces the monitor's hooks and keeps the times of one formula's evaluations, in nanoseconds."""

    def __init__(self, monitor: SexpPerformanceMonitor, chosen: tuple[str, int]) -> None:
        self.times: list[int] = []
        self._monitor = monitor
        self._chosen = chosen

    def formula(self, kind: str, index: int, nanoseconds: int, value: int, cause: object) -> None:
        self._monitor.formula(kind, index, nanoseconds, value, cause)
        if (kind, index) == self._chosen:
            self.times.append(nanoseconds)


def _place(session: MissionSession, hint: Hint) -> tuple[str, int]:
    """Return kind and index of the hint's formula; ValueError if the mission has none of that owner."""
    formulas = [("event", index, event.formula) for index, event in enumerate(session.mission.events)]
    formulas += [("goal", index, goal.formula) for index, goal in enumerate(session.mission.goals)]
    for kind, index, formula in formulas:
        if formula is not None and formula.owner == hint.owner and _holds(formula.root, hint):
            return kind, index
    raise ValueError(f"the mission has no formula of {hint.owner} at line {hint.line}")


def _holds(root: SyntaxNode, hint: Hint) -> bool:
    return any((node.line, node.column) == (hint.line, hint.column) for node in root.walk())


def _formula(session: MissionSession, hint: Hint) -> SexpExpression:
    kind, index = _place(session, hint)
    mission = session.mission
    formula = mission.events[index].formula if kind == "event" else mission.goals[index].formula
    assert formula is not None
    return formula


def apply_confirmed(stage: Stage, trials: list[Trial]) -> tuple[bytes, bool, dict[str, Any]]:
    """Return the mission with every confirmed hint applied, whether it proved equal as a whole, and what it saved.

    The saving is of the whole mission on the cached engine: evaluations and microseconds, before and after.
    """
    content = changed = stage.content
    # From the end of the file to its start, so that places found in the original stay right.
    for trial in sorted(trials, key=lambda trial: -trial.hint.line):
        if trial.is_confirmed:
            probe = MissionSession.load(changed, engine="naive", freeze_gc=False, monitor=Mode.OFF)
            changed = rewritten_text(changed, trial.hint, probe)
            probe.close()
    equal, _made = _same(stage, content, changed)
    whole = {}
    for name, text in (("before", content), ("after", changed)):
        session, step = stage.play(text, engine="cached", monitor=Mode.COUNTERS)
        while step():
            pass
        whole[f"evaluations_{name}"] = session.counters()["evaluations"]
        whole[f"us_{name}"] = round(session.monitor.frame_times.total / 1000)
        session.close()
    return changed, equal, whole


def check_live(session: MissionSession, hint: Hint) -> tuple[str, int]:
    """Return kind and index of the formula that `apply_live` would replace now; raises ValueError if it would not.

    It would not on another engine, for a missing formula, or for a formula with remembered state that the new formula,
    which starts without any, cannot find again.
    """
    if session.reloads:
        raise ValueError("the mission was reloaded while it ran; load it anew to try hints")
    if not session.rows:
        raise ValueError(f"formulas are replaced on the cached engine, this is {session.engine}")
    if not (hint.rewritten and hint.safe):
        raise ValueError("the hint has no text that is safe to apply")
    kind, index = _place(session, hint)
    manager: Any = session.manager
    remembered = _remembers((manager.event_formulas if kind == "event" else manager.goal_formulas)[index].root)
    if remembered:
        raise ValueError(f"{hint.owner} remembers {remembered}, which a new formula would not; change it in the file")
    return kind, index


def apply_live(session: MissionSession, hint: Hint) -> None:
    """Put a hint's rewritten formula into a running session; raises ValueError as `check_live` does.

    Discards the measurements of the old formula.
    """
    kind, index = check_live(session, hint)
    manager: Any = session.manager
    definition = (session.mission.events if kind == "event" else session.mission.goals)[index]
    expression = session.parse(hint.rewritten)
    expression.owner, expression.file = hint.owner, hint.file
    assert definition.formula is not None
    place = definition.formula.root
    for node in expression.root.walk():  # the new text has no place in the file: use the old formula's beginning
        node.line, node.column = place.line, place.column
    manager.replace_formula(kind, index, expression)
    definition.formula = expression
    session.monitor.formulas.pop((kind, index), None)


#: Operators with known results that depend only on the text or the clock, so that a new formula finds them again.
_FOUND_AGAIN: Final = frozenset({"true", "false", "has-time-elapsed"})


def _remembers(root: EvalNode) -> str:
    """Return in words the remembered state of a formula that evaluation cannot find again (B10, D), "" for none."""
    keeps = Trait.RANDOM | Trait.STATEFUL
    for node in root.walk():
        if node.name in ARGUMENT_FORMS or (node.spec is not None and node.spec.traits & keeps):
            return f"what {node.name} has drawn, counted or chosen"
        if node.status in (NAN, NAN_FOREVER):
            return f"that {node.name or 'a part of it'} was no number"
        if node.status in (KNOWN_TRUE, KNOWN_FALSE) and node.head.name not in _FOUND_AGAIN:
            return f"that {node.head.name or 'a part of it'} is decided"
    return ""
