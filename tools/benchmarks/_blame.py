"""Says why a mission misses its aims: plays it again, watched and apart from the timing, and names what costs most."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from _missions import AIMS, FrameTimes

from sexp_runtime.monitor.performance import Mode
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.tree import SyntaxNode

#: How many formulas are named for a mission, and how many for a frame.
_NAMED = 3
#: Most lines of one frame that are listed.
_LISTED = 4
_EVERY_TIME = ("every-time", "every-time-argument")
_UNSETTLED = ("unsettled", "every pass")
_POSITIONS = (" position", " velocity", " orientation", " jump")
_ROOT_ONLY = ("when", *_EVERY_TIME)


@dataclass(slots=True)
class Cost:
    """What one formula cost: evaluations and nanoseconds, why, and in how many of them it drew or left a trace.

    `actions` counts the actions that the game got; a trace is anything that forbids to use a result again (an action, a
    draw), so that any engine has to make that evaluation; `trace_ns` is what those took.
    """

    evaluations: int = 0
    ns: int = 0
    drew: int = 0
    left_trace: int = 0
    trace_ns: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class FrameRecord:
    """What happened in one frame: evaluations as (formula, nanoseconds), their causes, actions, the log, firings."""

    evaluations: list[tuple[str, int]] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    came_true: list[str] = field(default_factory=list)


class Watch:
    """Plays a mission with every evaluation watched; stands where the monitor's hooks are.

    `costs` are those of the whole run, `slow_costs` those of the frames numbered in `slow`, `frames` what happened in
    the frames of interest, all from 0. An evaluation's time is the real time of the engine's own hook, but never more
    than the CPU time since the evaluation before. So other programs on the machine do not count.
    """

    def __init__(self, path: Path, seed: int, slow: Iterable[int], interesting: Iterable[int]) -> None:
        self.session = session = MissionSession.load(
            path,
            engine="cached",
            seed=seed,
            scenario=True,
            monitor=Mode.SAMPLED,
            sample_every=1,
            freeze_gc=True,
        )
        self.costs: dict[tuple[str, int], Cost] = {}
        self.slow_costs: dict[tuple[str, int], Cost] = {}
        self.frames = {number: FrameRecord() for number in interesting}
        self.times = FrameTimes(session)
        self._slow = frozenset(slow)
        self._number = 0
        self._actions: Counter[str] = Counter()
        self._drawn = self._effects = self._began_ns = 0
        self._run_cues, self._run_events = session.cues.frame, session.manager.frame
        session.cues.frame = self._cues  # type: ignore[method-assign]
        session.manager.frame = self._events  # type: ignore[method-assign]
        session.monitor.hook = self
        session.on_action.append(self._acted)
        session.on_event_satisfied.append(self._came_true)

    def run(self, frames: int, step_us: int) -> None:
        """Play so many frames and close the session."""
        log = self.session.world.log.entries
        for self._number in range(frames):
            known = len(log)
            self.session.step_us(step_us)
            if self._number in self.frames:
                self.frames[self._number].log += [f"{entry.kind} {entry.name}" for entry in log[known:]]
        self.times.close()
        self.session.close()

    def formula(self, kind: str, index: int, nanoseconds: int, value: int, cause: object) -> None:
        """Note an evaluation, and hand it on to the monitor, which knows the fact behind it."""
        nanoseconds = min(nanoseconds, time.thread_time_ns() - self._began_ns)
        monitor, session = self.session.monitor, self.session
        monitor.formula(kind, index, nanoseconds, value, cause)
        reason = monitor.formulas[kind, index].last_cause
        drew, left_trace = session.world.rng.draws - self._drawn, session.context.effects - self._effects
        for costs in (self.costs, self.slow_costs) if self._number in self._slow else (self.costs,):
            cost = costs.setdefault((kind, index), Cost())
            cost.evaluations += 1
            cost.ns += nanoseconds
            cost.drew += drew > 0
            if left_trace:
                cost.left_trace += 1
                cost.trace_ns += nanoseconds
            cost.causes[reason] += 1
            cost.actions += self._actions
        record = self.frames.get(self._number)
        if record is not None:
            record.evaluations.append((session.owner_of(kind, index), nanoseconds))
            record.causes[str(cause)] += 1
            record.actions += self._actions
        self._begin()

    def _begin(self) -> None:
        """Take the present counts as those before the next evaluation."""
        self._drawn, self._effects = self.session.world.rng.draws, self.session.context.effects
        self._actions.clear()
        self._began_ns = time.thread_time_ns()

    def _cues(self) -> None:
        self._begin()
        self._run_cues()

    def _events(self) -> None:
        self._begin()
        self._run_events()

    def _acted(self, operator: str, arguments: tuple[Any, ...]) -> None:
        self._actions[operator] += 1

    def _came_true(self, name: str, index: int) -> None:
        if self._number in self.frames:
            self.frames[self._number].came_true.append(name)

    def root(self, kind: str, index: int) -> SyntaxNode | None:
        """Return the text of an event or goal as a tree, None for a cue or where there is none."""
        mission = self.session.mission
        if kind == "cue":
            return None
        formula = (mission.events if kind == "event" else mission.goals)[index].formula
        return None if formula is None else formula.root

    def dearest(self, costs: dict[tuple[str, int], Cost]) -> list[dict[str, Any]]:
        """Return the formulas that cost most, dearest first, as plain values."""
        total = sum(cost.ns for cost in costs.values())
        found = sorted(costs.items(), key=lambda item: -item[1].ns)[:_NAMED]
        return [
            {
                "formula": self.session.owner_of(kind, index),
                "evaluations": cost.evaluations,
                "mean_us": cost.ns / cost.evaluations / 1000,
                "share": cost.ns / total,
                "what": what_it_does(self.root(kind, index), cost),
                "causes": dict(cost.causes.most_common(3)),
            }
            for (kind, index), cost in found
        ]


def what_it_does(root: SyntaxNode | None, cost: Cost) -> str:
    """Say what kind of formula it is that had to be evaluated, from what its evaluations did and were made for."""
    operators = [node.operator for node in root.walk() if node.operator is not None] if root is not None else []
    mostly = cost.evaluations / 2
    cause = max(cost.causes, key=lambda name: cost.causes[name])
    named = ", ".join(name for name, _ in cost.actions.most_common(2))
    if cost.drew >= mostly:
        below = " below arguments" if any(name.endswith("-argument") for name in operators) else ""
        return f"random draw{below} in {cost.drew:,}: {_with(operators, Trait.RANDOM)}"
    if operators and operators[0] in _EVERY_TIME and cost.left_trace >= mostly:
        return f"every-time action, ran in {cost.left_trace:,}: {named or 'of variables or containers'}"
    told = ", ".join(f"{name} ({count:,})" for name, count in cost.causes.most_common(3))
    if cost.causes[cause] < mostly:
        return f"several causes: {told}"
    if cause in _UNSETTLED:
        restless = _with(operators, Trait.STATEFUL | Trait.VOLATILE)
        if restless:
            return f"has to run in every frame: {restless}"
        if cost.left_trace >= mostly:
            return f"{operators[0] if operators else 'action'}, ran in {cost.left_trace:,}: {named or 'no game action'}"
        return f"does not settle: {', '.join(dict.fromkeys(operators[:_LISTED]))}"
    if cause == "time":
        return f"the clock: {_with(operators, Trait.TIME) or 'a position test that is due'}"
    if cause.endswith(_POSITIONS):
        return f"volatile position test: {cause}"
    return told if cause == "first evaluation" else f"changed fact: {told}"


def _with(operators: Iterable[str], traits: Trait) -> str:
    """Return the operators that have one of the traits, without those that every formula may begin with."""
    found = (name for name in operators if name in MEANINGS and MEANINGS[name].traits & traits)
    return ", ".join(dict.fromkeys(name for name in found if name not in _ROOT_ONLY))


def blame(path: Path, fps: float, seed: int, played: dict[str, Any]) -> dict[str, Any]:
    """Play a mission again, as `play` did, and return what made it miss its aims.

    `must_run` is the number of evaluations that acted or drew, `must_run_us` their time a frame. `throughout` lists the
    costliest formulas if evaluations or the median miss, `slow_frames` those of the slowest hundredth of all frames if
    the 99th percentile misses. `worst` and `worst_later` say what happened in those frames, and how long the same frame
    took in this run. `equal` says whether both runs had the same requests. The watched one evaluates a little less,
    because watched formulas are never hot.
    """
    numbers = {name: played[name]["number"] for name in ("worst", "worst_later") if played[name] is not None}
    watch = Watch(path, seed, played["slow_frames"], numbers.values())
    watch.run(played["frames"], round(1_000_000 / fps))
    found: dict[str, Any] = {
        "equal": watch.session.counters()["requests"] == played["requests"],
        "must_run": sum(cost.left_trace for cost in watch.costs.values()),
        "must_run_us": sum(cost.trace_ns for cost in watch.costs.values()) / 1000 / played["frames"],
    }
    if {"evaluations_share", "median_share"} & played["misses"].keys():
        found["throughout"] = watch.dearest(watch.costs)
    if "p99_share" in played["misses"]:
        found["slow_frames"] = watch.dearest(watch.slow_costs)
    for name, number in numbers.items():
        record = watch.frames[number]
        found[name] = {
            "again_us": watch.times.us[number],
            "causes": dict(record.causes.most_common()),
            "dearest": [
                {"formula": owner, "us": ns / 1000}
                for owner, ns in sorted(record.evaluations, key=lambda item: -item[1])[:_NAMED]
            ],
            "actions": dict(record.actions.most_common(_LISTED)),
            "log": record.log,
            "came_true": record.came_true,
        }
    return found


# --- for people ----------------------------------------------------------------------------------------------------


def lines(played: dict[str, Any]) -> list[str]:
    """Return what is to be said of a mission that misses an aim: the misses, the formulas, the worst frames."""
    misses = ", ".join(f"{name} {value:.3g} (aim {AIMS[name]:.3g})" for name, value in played["misses"].items())
    text = [f"{played['mission']}, {played['frames']:,} frames, misses {misses}"]
    blamed = played["blame"]
    if not blamed["equal"]:
        text.append("  the watched run was of another battle than the timed one: what follows is of little worth")
    must_run, naive = blamed["must_run_us"], played["naive_median_us"]
    text.append(
        f"  evaluations that act or draw, which any engine has to make: {blamed['must_run'] / played['requests']:.2%} "
        f"of naive's, {must_run:.0f} us a frame, {must_run / naive:.2f} of naive's median"
    )
    named = {row["formula"] for row in blamed.get("throughout", ())}
    text += [f"  all frames: {_formula_line(row)}" for row in blamed.get("throughout", ())]
    text += [
        f"  slowest 1 %: {_formula_line(row)}" for row in blamed.get("slow_frames", ()) if row["formula"] not in named
    ]
    worst, later = played["worst"], played["worst_later"]
    text += _frame_lines("worst frame", worst, blamed["worst"])
    if later is not None and later["number"] != worst["number"]:
        text += _frame_lines("worst after the first second", later, blamed["worst_later"])
    return text


def _formula_line(row: dict[str, Any]) -> str:
    return (
        f"{row['formula']}: {row['evaluations']:,} evaluations, {row['mean_us']:.1f} us each, "
        f"{100 * row['share']:.0f} % of formulas' time; {row['what']}"
    )


def _frame_lines(title: str, frame: dict[str, Any], happened: dict[str, Any]) -> list[str]:
    place = "the first" if frame["number"] == 0 else f"number {frame['number']:,}"
    rounds = frame["gc_rounds"]
    collected = (
        f"garbage collector: {len(rounds)} round(s) of generation {max(rounds)} at most, {frame['gc_us']:.0f} us"
        if rounds
        else "garbage collector: did not run"
    )
    causes = ", ".join(f"{name} {count}" for name, count in happened["causes"].items())
    text = [
        f"  {title}: {place}, at {frame['at']:.3f} s: {frame['us']:.0f} us (cues {frame['cues_us']:.0f}, events "
        f"{frame['events_us']:.0f}), naive's one play {frame['naive_us']:.0f} us, {frame['evaluations']} evaluations"
        + (f" ({causes})" if causes else "")
        + f"; {collected}; watched, the same frame took {happened['again_us']:.0f} us"
    ]  # fmt: skip
    lines = [f"{row['formula']} {row['us']:.0f} us" for row in happened["dearest"]]
    lines += _some("log", happened["log"])
    lines += _some("came true", happened["came_true"])
    lines += _some("actions", [f"{name} {count}" for name, count in happened["actions"].items()])
    if lines:
        text.append("    " + "; ".join(lines))
    return text


def _some(title: str, names: list[str]) -> list[str]:
    if not names:
        return []
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return [f"{title}: {', '.join(names[:_LISTED])}{more}"]
