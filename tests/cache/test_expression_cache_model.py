"""A model test of ExpressionCache: a dictionary with losses, whose every loss has a cause that the model knows."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sexp_runtime.cache.expression_cache import ExpressionCache
from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import FactBoard
from support.fuzzing import examples

KEYS = st.sampled_from("abcdefgh")
FACTS = st.lists(st.sampled_from([("var", n) for n in range(4)]), max_size=3)


class ModelClock:
    us = 0


class CacheMachine(RuleBasedStateMachine):
    """Drives the cache and a plain ordered dictionary side by side."""

    @initialize(
        maxsize=st.integers(1, 8),
        max_bytes=st.sampled_from([1_200, 3_000, 1 << 20]),
        interval=st.sampled_from([1.0, 7.0, 1e6]),
        idle=st.sampled_from([2.0, 20.0, 1e6]),
    )
    def begin(self, maxsize: int, max_bytes: int, interval: float, idle: float) -> None:
        self.board = FactBoard()
        self.clock = ModelClock()
        self.lossy = max_bytes < 1 << 20 or idle < 1e6  # then the model may know more than the cache, never less
        self.cache = ExpressionCache(
            self.board, self.clock, maxsize=maxsize, max_bytes=max_bytes, cleanup_interval=interval, max_idle=idle
        )
        self.model: OrderedDict[str, tuple[Any, list[tuple[str, int]], int]] = OrderedDict()
        self.lookups = 0

    def _expire(self) -> None:
        for key in [key for key, (_, _, due) in self.model.items() if due <= self.clock.us]:
            del self.model[key]

    @rule(key=KEYS, value=st.integers() | st.text(max_size=200), facts=FACTS, delay=st.none() | st.integers(-1, 9))
    def put(self, key: str, value: Any, facts: list[tuple[str, int]], delay: int | None) -> None:
        due = NEVER if delay is None else self.clock.us + delay * 1_000_000
        self._expire()
        self.model.pop(key, None)
        kept = self.cache.put(key, value, facts=facts, due_us=due)
        if due > self.clock.us:
            self.model[key] = (value, facts, due)
            while len(self.model) > self.cache.maxsize:
                self.model.popitem(last=False)
            assert kept or self.lossy
        else:
            assert not kept
        self._drop_lost()

    @rule(key=KEYS)
    def get(self, key: str) -> None:
        self._expire()
        value = self.cache.get(key, "nothing")
        self.lookups += 1
        if key in self.model and (not self.lossy or key in self.cache):
            assert value == self.model[key][0]
            self.model.move_to_end(key)
        else:
            assert value == "nothing"
        self._drop_lost()

    def _drop_lost(self) -> None:
        if self.lossy:
            for key in [key for key in self.model if key not in self.cache]:
                del self.model[key]

    @rule(fact=st.integers(0, 3))
    def change(self, fact: int) -> None:
        self.board.changed(("var", fact))
        for key in [key for key, (_, facts, _) in self.model.items() if ("var", fact) in facts]:
            del self.model[key]

    @rule(seconds=st.integers(0, 5))
    def pass_time(self, seconds: int) -> None:
        self.clock.us += seconds * 1_000_000

    @rule(key=KEYS)
    def invalidate(self, key: str) -> None:
        had = self.model.pop(key, None)
        gone = self.cache.invalidate(key)
        assert gone or had is None or self.lossy

    @rule()
    def clean(self) -> None:
        self.cache.cleanup()
        self._expire()
        self._drop_lost()

    @rule()
    def clear(self) -> None:
        self.cache.clear()
        self.model.clear()
        assert self.cache.nbytes == 0
        assert not self.board.readers

    @invariant()
    def bounds_and_counters_hold(self) -> None:
        if not hasattr(self, "cache"):
            return
        self.cache.check_valid()
        info = self.cache.cache_info()
        assert info.hits + info.misses == self.lookups
        losses = info.invalidations + info.expirations + sum(info.evictions.values())
        assert info.currsize + losses <= info.puts + losses
        if not self.lossy:
            self._expire()
            alive = [key for key in self.cache if key in self.model]
            assert alive == list(self.model)


TestCacheModel = CacheMachine.TestCase
TestCacheModel.settings = settings(max_examples=examples(150), stateful_step_count=40)
