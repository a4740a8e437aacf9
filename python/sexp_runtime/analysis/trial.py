"""Trials: a hint's rewritten formula proved against the original, and what it saves measured; then applied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sexp_runtime.analysis.source_edit import replace_list
from sexp_runtime.mission.source import decode
from sexp_runtime.monitor.hints import Hint
from sexp_runtime.monitor.performance import Mode, SexpPerformanceMonitor
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.tree import SexpExpression, SyntaxNode
from sexp_runtime.values import NAN, NAN_FOREVER

#: Least saving, as a share of the formula's time or evaluations, for a hint to stand.
LEAST_SAVING = 0.02
#: How often either text's cost is measured.
_ROUNDS = 2


@dataclass(slots=True)
class Trial:
    """What came of trying one hint: whether both texts did the same, and the formula's cost before and after.

    `equal` compares every frame of a naive run of either text: state digests and actions. Costs are of the formula on
    the cached engine, in evaluations and microseconds over the whole run. `stands` says that it is equal and saves.
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
    def stands(self) -> bool:
        """Whether the hint may be applied: the same results, and a saving that shows."""
        if not self.equal:
            return False
        return self.evaluations_after < self.evaluations_before * (1 - LEAST_SAVING) or (
            self.evaluations_after <= self.evaluations_before and self.us_after < self.us_before * (1 - LEAST_SAVING)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the trial as plain values."""
        return {
            "owner": self.hint.owner, "kind": self.hint.kind, "line": self.hint.line, "equal": self.equal,
            "stands": self.stands, "frames": self.frames, "evaluations_before": self.evaluations_before,
            "evaluations_after": self.evaluations_after, "us_before": round(self.us_before, 1),
            "us_after": round(self.us_after, 1), "reason": self.reason,
        }  # fmt: skip


def rewritten_text(content: bytes, hint: Hint, session: MissionSession) -> bytes:
    """Return a mission file's content with the hint's formula in it; ValueError if the formula is not where it was."""
    root = _formula(session, hint).root
    text, _problems = decode(content)
    changed = replace_list(text, root.line, root.column, hint.rewritten)
    try:
        content.decode("utf-8")
        return changed.encode("utf-8")
    except UnicodeDecodeError:
        return changed.encode("latin-1")


def try_hint(content: bytes, hint: Hint, *, seconds: float, seed: int, fps: int = 60) -> Trial:
    """Prove and measure a rewritten formula on the simulated scenario of a seed."""
    probe = MissionSession.load(content, engine="naive", seed=seed, scenario=True, freeze_gc=False, monitor=Mode.OFF)
    kind, index = _place(probe, hint)
    changed = rewritten_text(content, hint, probe)
    probe.close()
    frames = round(seconds * fps)
    step_us = round(1_000_000 / fps)
    equal, made = _same(content, changed, seed, frames, step_us)
    if not equal:
        return Trial(hint, made, False, 0, 0, 0.0, 0.0, "the rewritten mission did something else")
    before, after = [], []
    for _ in range(_ROUNDS):  # by turns, so that what else the machine does falls on both
        before.append(_cost(content, kind, index, seed, frames, step_us))
        after.append(_cost(changed, kind, index, seed, frames, step_us))
    # The rewritten formula's worst round has to beat the original's best one: chance is no saving.
    return Trial(hint, made, True, before[0][0], after[0][0], min(us for _, us in before), max(us for _, us in after))


def _same(one: bytes, other: bytes, seed: int, frames: int, step_us: int) -> tuple[bool, int]:
    """Run two texts on the naive engine side by side; return whether every frame agreed, and how many were made."""
    sessions = []
    actions: list[list[Any]] = [[], []]
    for number, content in enumerate((one, other)):
        session = MissionSession.load(
            content, engine="naive", seed=seed, scenario=True, freeze_gc=False, monitor=Mode.OFF
        )  # fmt: skip
        session.on_action.append(_keeper(actions[number]))
        sessions.append(session)
    try:
        for frame in range(frames):
            for session in sessions:
                session.step_us(step_us)
            if actions[0] != actions[1] or sessions[0].digest() != sessions[1].digest():
                return False, frame
            actions[0].clear()
            actions[1].clear()
        return True, frames
    finally:
        for session in sessions:
            session.close()


def _keeper(actions: list[Any]) -> Callable[[str, tuple[Any, ...]], None]:
    return lambda operator, arguments: actions.append((operator, arguments))


def _cost(content: bytes, kind: str, index: int, seed: int, frames: int, step_us: int) -> tuple[int, float]:
    """Return evaluations of one formula on the cached engine and their time in microseconds, each of them timed.

    The time is the median's, for each evaluation: now and then the machine does something else in between.
    """
    session = MissionSession.load(
        content, engine="cached", seed=seed, scenario=True, freeze_gc=False, monitor=Mode.SAMPLED, sample_every=1
    )  # fmt: skip
    try:
        stopwatch = _Stopwatch(session.monitor, (kind, index))
        session.monitor.hook = stopwatch
        for _ in range(frames):
            session.step_us(step_us)
        times = stopwatch.times
        return len(times), median(times) * len(times) / 1000 if times else 0.0
    finally:
        session.close()


class _Stopwatch:
    """Stands where the monitor's hooks are and keeps the times of one formula's evaluations, in nanoseconds."""

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


def apply_standing(
    path: Path, trials: list[Trial], *, seed: int, seconds: float, fps: int = 60
) -> tuple[bytes, bool, dict[str, Any]]:
    """Return a mission file with every standing hint applied, whether it proved equal as a whole, and what it saved.

    The saving is of the whole mission on the cached engine: evaluations and microseconds, before and after.
    """
    content = path.read_bytes()
    changed = content
    # From the end of the file to its start, so that places found in the original stay right.
    for trial in sorted(trials, key=lambda trial: -trial.hint.line):
        if trial.stands:
            probe = MissionSession.load(changed, engine="naive", seed=seed, freeze_gc=False, monitor=Mode.OFF)
            changed = rewritten_text(changed, trial.hint, probe)
            probe.close()
    frames, step_us = round(seconds * fps), round(1_000_000 / fps)
    equal, _made = _same(content, changed, seed, frames, step_us)
    whole = {}
    for name, text in (("before", content), ("after", changed)):
        session = MissionSession.load(
            text, engine="cached", seed=seed, scenario=True, freeze_gc=False, monitor=Mode.COUNTERS
        )  # fmt: skip
        for _ in range(frames):
            session.step_us(step_us)
        whole[f"evaluations_{name}"] = session.counters()["evaluations"]
        whole[f"us_{name}"] = round(session.monitor.frame_times.total / 1000)
        session.close()
    return changed, equal, whole


def apply_live(session: MissionSession, hint: Hint) -> None:
    """Put a hint's rewritten formula into a running session on the cached engine.

    Raises ValueError where it cannot be: another engine, a formula that is not there, or one that remembers something
    that is not a number, which the rewritten one would not (B40).
    """
    if session.engine != "cached":
        raise ValueError(f"formulas are replaced on the cached engine, this is {session.engine}")
    if not (hint.rewritten and hint.safe):
        raise ValueError("the hint has no text that is safe to apply")
    kind, index = _place(session, hint)
    manager: Any = session.manager
    root = (manager.event_formulas if kind == "event" else manager.goal_formulas)[index].root
    if any(node.status in (NAN, NAN_FOREVER) for node in root.walk()):
        raise ValueError(f"{hint.owner} remembers something that is no number; apply the hint when the mission starts")
    expression = session.parse(hint.rewritten)
    expression.owner, expression.file = hint.owner, hint.file
    manager.replace_formula(kind, index, expression)
