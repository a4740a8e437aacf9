"""ExpressionCache: bounds, exact LRU, expiry, invalidation through facts, contexts, statistics."""

from __future__ import annotations

import gc

import pytest

from sexp_runtime.cache.contract import Evaluation, ExpressionHints
from sexp_runtime.cache.expression_cache import ExpressionCache
from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import FactBoard


class FakeClock:
    """Mission time under the test's hand."""

    def __init__(self) -> None:
        self.us = 0


class Script:
    """A prepared expression whose outcome the test dictates; counts its evaluations."""

    def __init__(self, outcome: Evaluation | Exception) -> None:
        self.outcome = outcome
        self.runs = 0
        self.nbytes = 100

    def evaluate(self) -> Evaluation:
        self.runs += 1
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Scope:
    """A context that serves scripts by text; `name` is there to be equal in two scopes."""

    def __init__(self, name: str = "scope", **scripts: Script) -> None:
        self.name = name
        self.scripts = scripts
        self.prepared = 0

    def prepare(self, text: str, argument: str | None, hints: ExpressionHints | None) -> Script:
        self.prepared += 1
        if text not in self.scripts:
            raise ValueError(f"bad text {text!r}")
        return self.scripts[text]


@pytest.fixture
def board() -> FactBoard:
    return FactBoard()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_lru_evicts_the_least_recently_used(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock, maxsize=2)
    cache.put("a", 1)
    cache.put("b", 2)
    assert cache.get("a") == 1
    cache.put("c", 3)
    assert list(cache) == ["a", "c"]
    assert cache.get("b", "gone") == "gone"
    assert cache.cache_info().evictions["size"] == 1


def test_a_changed_fact_takes_the_value_and_only_that(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock)
    cache.put("a", 1, facts=[("var", 1), ("var", 2)])
    cache.put("b", 2, facts=[("var", 2)])
    cache.put("c", 3)
    board.changed(("var", 1))
    assert [cache.get(key) for key in "abc"] == [None, 2, 3]
    board.changed(("var", 2))
    board.changed(("var", 2))
    assert [cache.get(key) for key in "abc"] == [None, None, 3]
    assert cache.cache_info().invalidations == 2
    cache.check_valid()


def test_two_values_on_one_fact_both_go_in_one_change(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock)
    for key in range(50):
        cache.put(key, key, facts=[("var", 0)])
    board.changed(("var", 0))
    assert len(cache) == 0
    cache.check_valid()


def test_a_value_with_a_time_bound_expires_at_that_very_microsecond(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock)
    cache.put("a", 1, due_us=5_000_000)
    clock.us = 4_999_999
    assert cache.get("a") == 1
    clock.us = 5_000_000
    assert cache.get("a") is None
    assert cache.cache_info().expirations == 1
    assert not cache.put("late", 1, due_us=5_000_000)


def test_bytes_are_a_hard_bound(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock, max_bytes=5_000)
    for key in range(100):
        cache.put(key, "x" * 400, facts=[("var", key)])
        assert cache.nbytes <= 5_000
        cache.check_valid()
    assert cache.cache_info().evictions["bytes"] > 80
    assert not cache.put("huge", "x" * 6_000)
    assert "max_bytes" in cache.last_refusal


def test_refused_outcomes_and_errors_are_never_kept(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock)
    drawing = Script(Evaluation(4, refusal="draws a random number"))
    broken = Script(ZeroDivisionError("transient"))
    scope = Scope(draw=drawing, broken=broken)
    assert [cache.evaluate("draw", scope) for _ in range(3)] == [4, 4, 4]
    assert drawing.runs == 3
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            cache.evaluate("broken", scope)
    broken.outcome = Evaluation(7)
    assert cache.evaluate("broken", scope) == 7
    with pytest.raises(ValueError, match="bad text"):
        cache.evaluate("nonsense", scope)
    info = cache.cache_info()
    assert (info.errors, info.refusals) == (3, 3)
    cache.check_valid()


def test_a_variable_changed_after_a_cached_read(board: FactBoard, clock: FakeClock) -> None:
    script = Script(Evaluation(1, facts=[("var", 0)]))
    scope = Scope(v=script)
    cache = ExpressionCache(board, clock)
    assert cache.evaluate("v", scope) == cache.evaluate("v", scope) == 1
    assert script.runs == 1
    script.outcome = Evaluation(2, facts=[("var", 0)])
    board.changed(("var", 0))
    assert cache.evaluate("v", scope) == 2
    assert scope.prepared == 1  # compiled once: an invalidation drops the value, not the knowledge


def test_two_contexts_of_one_name_do_not_share(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock)
    one, two = Scope("same", v=Script(Evaluation(1))), Scope("same", v=Script(Evaluation(2)))
    assert [cache.evaluate("v", scope) for scope in (one, two, one, two)] == [1, 2, 1, 2]
    assert cache.evaluate("v", one, argument="Alpha 1") == 1
    assert len(cache) == 3


def test_a_dead_context_takes_its_entries_along(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock)
    scope = Scope(v=Script(Evaluation(1, facts=[("var", 0)])), w=Script(Evaluation(2)))
    cache.evaluate("v", scope)
    cache.evaluate("w", scope)
    del scope
    gc.collect()
    assert len(cache) == 0
    assert cache.nbytes == 0
    assert not board.readers
    assert cache.cache_info().evictions["context"] == 2


def test_hints_are_obeyed_or_refused_with_a_reason(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock)
    plain = Script(Evaluation(1))
    volatile = Script(Evaluation(1, refusal="runs an action"))
    scope = Scope(plain=plain, volatile=volatile)
    cache.evaluate("plain", scope, hints=ExpressionHints(cacheable=False))
    assert len(cache) == 0
    cache.evaluate("volatile", scope, hints=ExpressionHints(cacheable=True))
    assert len(cache) == 0
    assert "refused" in cache.last_refusal
    cache.evaluate("plain", scope, hints=ExpressionHints(time_to_live=1.5))
    clock.us = 1_500_000
    assert len(cache) == 1
    cache.evaluate("plain", scope)
    assert plain.runs == 3


def test_clean_up_drops_the_idle_and_keeps_the_used_and_the_pinned(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock, cleanup_interval=10, max_idle=60)
    scope = Scope(pinned=Script(Evaluation(1)))
    cache.evaluate("pinned", scope, hints=ExpressionHints(calls_per_second=60))
    cache.put("idle", 1)
    cache.put("used", 2)
    for second in range(0, 200, 5):
        clock.us = second * 1_000_000
        assert cache.get("used") == 2
    assert "idle" not in cache
    assert len(cache) == 2
    assert cache.cache_info().evictions["idle"] == 1
    cache.check_valid()


def test_clear_and_statistics(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock)
    cache.put("a", 1, facts=[("var", 0)], due_us=10)
    cache.put("b", 2, permanent=True, facts=[("var", 0)])
    board.changed(("var", 0))
    assert cache.get("b") == 2
    assert cache.hottest(1) == [("b", 1)]
    described = cache.describe("b")
    assert described is not None and described["permanent"] and described["due_us"] is None
    cache.clear()
    assert (len(cache), cache.nbytes, board.readers) == (0, 0, {})
    cache.reset_statistics()
    info = cache.info()
    assert (info.hits, info.misses, info.hit_rate) == (0, 0, 0.0)


@pytest.mark.parametrize("bad", [{"maxsize": 0}, {"max_bytes": 0}, {"cleanup_interval": 0.0}, {"max_idle": -1.0}])
def test_bounds_out_of_range_are_refused(board: FactBoard, clock: FakeClock, bad: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        ExpressionCache(board, clock, **bad)  # type: ignore[arg-type]  # that is the test


def test_one_text_is_taken_away_in_every_context(board: FactBoard, clock: FakeClock) -> None:
    cache = ExpressionCache(board, clock)
    one, two = (Scope(v=Script(Evaluation(1)), w=Script(Evaluation(2))) for _ in range(2))
    for scope in (one, two):
        cache.evaluate("v", scope)
        cache.evaluate("w", scope)
    assert cache.invalidate_text("v") == 2
    assert {key[1] for key in cache if isinstance(key, tuple)} == {"w"}
    assert cache.invalidate_text("v") == 0
    cache.check_valid()


def test_never_is_far() -> None:
    assert NEVER > 10**15
