"""SexpPerformanceMonitor: sampling, formula and operator statistics, budgets, bounds."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from sexp_runtime.monitor.performance import Mode, SexpPerformanceMonitor, describe_cause
from sexp_runtime.world.facts import FactBoard


class Engine:
    """Something with a hook, as the engines have."""

    profiler: Any = None
    interpreted = 0

    def interpret(self, every: int) -> None:
        self.interpreted = every


class Node:
    """A node of a formula, as far as a profiler looks at it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.syntax = None


WHEN, AND, HITS, BROKEN = Node("when"), Node("and"), Node("hits-left"), Node("broken")


def took(monitor: SexpPerformanceMonitor, nanoseconds: float) -> None:
    """Do what a session does after a frame."""
    monitor.times.append(nanoseconds)
    if len(monitor.times) >= monitor.attend_at:
        monitor.attend()


def run_frames(monitor: SexpPerformanceMonitor, engine: Engine, frames: int) -> int:
    """Run frames in which one formula is evaluated; return in how many the hook was set."""
    seen = 0
    for frame in range(frames):
        if engine.profiler is not None:
            seen += 1
            engine.profiler.formula("event", 3, 1000 + frame, 1, ("ship", "alpha 1", "hull"))
        if monitor.watching:
            took(monitor, 100 + frame)
    return seen


@pytest.mark.parametrize(
    ("mode", "looked_at", "timed"),
    [(Mode.OFF, 0, 0), (Mode.COUNTERS, 0, 64), (Mode.SAMPLED, 4, 64), (Mode.FULL, 64, 64)],
)
def test_each_mode_looks_as_closely_as_it_says(mode: Mode, looked_at: int, timed: int) -> None:
    engine = Engine()
    monitor = SexpPerformanceMonitor([engine], mode=mode)
    assert run_frames(monitor, engine, 64) == looked_at
    assert monitor.frame_times.count == timed
    assert monitor.sampled_frames == looked_at
    assert monitor.frames == timed
    assert monitor.last_frame_ns == (163 if timed else 0)
    assert engine.interpreted == (4 if mode is Mode.FULL else 0)
    monitor.mode = Mode.OFF
    assert engine.profiler is None
    assert engine.interpreted == 0


def test_formula_statistics_and_causes() -> None:
    engine = Engine()
    monitor = SexpPerformanceMonitor([engine], mode=Mode.FULL, owner_of=lambda kind, index: f"{kind} #{index}")
    run_frames(monitor, engine, 3)
    statistics = monitor.formulas["event", 3]
    assert (statistics.evaluations, statistics.total_ns, statistics.largest_ns) == (3, 3003, 1002)
    assert monitor.causes == {"ship alpha 1 hull": 3}
    assert max(monitor.slowest)[2:4] == ("event #3", "ship alpha 1 hull")
    monitor.reset()
    assert not monitor.formulas
    assert monitor.frames == 0


def test_operators_have_self_and_inclusive_time_and_callers() -> None:
    engine, context = Engine(), Engine()
    monitor = SexpPerformanceMonitor([engine], context, mode=Mode.FULL)
    hook = context.profiler
    hook.enter(WHEN)
    hook.enter(AND)
    hook.enter(HITS)
    hook.leave(HITS)
    hook.leave(AND)
    hook.leave(WHEN)
    engine.profiler.formula("event", 0, 5_000, 1, "first evaluation")
    took(monitor, 10_000)
    assert monitor.calls == {("", "when"): 1, ("when", "and"): 1, ("and", "hits-left"): 1}
    when, both, hits = (monitor.operators[name] for name in ("when", "and", "hits-left"))
    assert when.inclusive_ns >= both.inclusive_ns >= hits.inclusive_ns == hits.self_ns
    assert when.self_ns == when.inclusive_ns - both.inclusive_ns
    monitor.mode = Mode.OFF
    assert context.profiler is None
    assert set(monitor.stacks) == {
        ("event 0", "when"),
        ("event 0", "when", "and"),
        ("event 0", "when", "and", "hits-left"),
    }
    assert sum(monitor.stacks.values()) == when.inclusive_ns


def test_an_end_skipped_by_an_exception_is_made_good() -> None:
    context = Engine()
    monitor = SexpPerformanceMonitor([], context, mode=Mode.FULL)
    hook = context.profiler
    hook.enter(WHEN)
    hook.enter(BROKEN)
    hook.leave(WHEN)
    assert {name: entry.calls for name, entry in monitor.operators.items()} == {"when": 1, "broken": 1}
    hook.leave(Node("never entered"))
    took(monitor, 1)
    hook.enter(WHEN)
    hook.leave(WHEN)
    monitor.formula("event", 1, 100, 1, "time")
    assert set(monitor.stacks) == {("event 1", "when")}
    assert monitor.operators["when"].calls == 2


def test_an_operator_that_calls_itself_counts_its_time_once_as_inclusive() -> None:
    context = Engine()
    monitor = SexpPerformanceMonitor([], context, mode=Mode.FULL)
    inner = Node("when")
    for node in (WHEN, inner, AND):
        context.profiler.enter(node)
    for node in (AND, inner, WHEN):
        context.profiler.leave(node)
    monitor.formula("event", 0, 1, 1, "time")
    when = monitor.operators["when"]
    assert when.calls == 2
    assert when.inclusive_ns == when.self_ns + monitor.operators["and"].self_ns
    assert monitor.calls == {("", "when"): 1, ("when", "when"): 1, ("when", "and"): 1}


def test_budgets_tell_listeners_and_the_log_with_the_cause(caplog: pytest.LogCaptureFixture) -> None:
    engine = Engine()
    notes: list[dict[str, Any]] = []
    monitor = SexpPerformanceMonitor(
        [engine], mode=Mode.FULL, event_budget_us=1.0, frame_budget_us=0.001, mission_time=lambda: 12.5
    )
    monitor.on_budget_exceeded.append(notes.append)
    with caplog.at_level(logging.WARNING):
        run_frames(monitor, engine, 2)
    assert [note["what"] for note in notes] == ["frame", "event 3", "frame"]
    assert notes[1]["cause"] == "ship alpha 1 hull"
    assert notes[1]["time"] == 12.5
    assert "event 3 took 1.0 us" in caplog.text
    assert monitor.overrun_count == 3


def test_overruns_in_every_frame_do_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    engine = Engine()
    times = iter(range(10_000))
    monitor = SexpPerformanceMonitor([engine], frame_budget_us=0.001, mission_time=lambda: next(times) / 120)
    with caplog.at_level(logging.WARNING):
        run_frames(monitor, engine, 300)
    assert monitor.overrun_count == 300
    assert 2 <= len(caplog.records) <= 12
    assert "more before it" in caplog.text


def test_memory_is_bounded_whatever_the_causes() -> None:
    monitor = SexpPerformanceMonitor([], mode=Mode.FULL)
    for number in range(5_000):
        monitor.formula("event", 0, number, 0, ("var", number))
    assert len(monitor.causes) <= 513
    assert sum(monitor.causes.values()) == 5_000
    assert len(monitor.slowest) <= 32
    assert len(monitor.formulas["event", 0].causes) <= 513


def test_odd_input() -> None:
    assert describe_cause("first evaluation") == "first evaluation"
    with pytest.raises(ValueError, match="sample_every"):
        SexpPerformanceMonitor([], sample_every=0)
    with pytest.raises(ValueError, match="operators_every"):
        SexpPerformanceMonitor([], operators_every=0)


def test_reading_between_frames_changes_neither_sampling_nor_times() -> None:
    engine = Engine()
    monitor = SexpPerformanceMonitor([engine], sample_every=5)
    seen = []
    for frame in range(2000):
        seen.append(engine.profiler is not None)
        took(monitor, frame)
        if frame % 7 == 0:
            assert (monitor.frames, monitor.frame_times.count, monitor.last_frame_ns) == (frame + 1, frame + 1, frame)
    assert seen == [frame % 5 == 0 for frame in range(2000)]
    assert monitor.sampled_frames == 400
    assert monitor.frame_times.total == sum(range(2000))
    monitor.reset()
    assert (monitor.frames, monitor.frame_times.count, monitor.last_frame_ns) == (0, 0, 0)


def test_a_stride_longer_than_a_batch_is_kept() -> None:
    engine = Engine()
    monitor = SexpPerformanceMonitor([engine], sample_every=1500)
    assert run_frames(monitor, engine, 4501) == 4
    assert monitor.sampled_frames == 4


def test_whoever_stands_in_for_the_hooks_is_told_from_the_next_evaluation_on() -> None:
    engine, other = Engine(), Engine()
    monitor = SexpPerformanceMonitor([engine], mode=Mode.FULL)
    monitor.hook = other
    assert engine.profiler is other
    took(monitor, 1)
    assert engine.profiler is other


@pytest.mark.parametrize("mode", [Mode.SAMPLED, Mode.FULL])
def test_the_latest_change_that_a_formula_waits_for_is_its_cause(mode: Mode) -> None:
    engine, board = Engine(), FactBoard()
    monitor = SexpPerformanceMonitor(
        [engine], facts=board, waits_for={"event": [{("var", 1), ("var", 2)}, None]}, mode=mode
    )
    for key in (("var", 1), ("var", 2), ("var", 3)):
        board.changed(key)
    engine.profiler.formula("event", 0, 10, 1, "fact")
    assert monitor.formulas["event", 0].last_cause == "var 2"
    board.changed(("var", 1))
    engine.profiler.formula("event", 0, 10, 1, "fact")
    assert monitor.formulas["event", 0].causes == {"var 2": 1, "var 1": 1}
    for kind, index in (("event", 1), ("goal", 0)):
        engine.profiler.formula(kind, index, 10, 1, "fact")
        assert monitor.formulas[kind, index].last_cause == "fact"
    monitor.mode = Mode.COUNTERS
    assert board.observer is None
