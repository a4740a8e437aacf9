"""A substitute for a session, for tests of its readers."""

from __future__ import annotations

from types import SimpleNamespace

from sexp_runtime.cache.contract import CacheInfo
from sexp_runtime.monitor.performance import Mode, SexpPerformanceMonitor
from sexp_runtime.operators.node import EvalKind, EvalNode


class FakeSession:
    """A session whose numbers the test sets."""

    mission_name = "Test"
    engine = "cached"
    is_interpreting = False
    mission_time = 0.0

    def __init__(self) -> None:
        self._context = SimpleNamespace(profiler=None)
        self._node = EvalNode(EvalKind.OPERATOR)
        self._node.name = "and"
        self.monitor = SexpPerformanceMonitor([], self._context, mode=Mode.FULL)
        self.numbers = {"requests": 0, "hits": 0, "evaluations": 0}

    def counters(self) -> dict[str, int]:
        return self.numbers

    def cache_info(self) -> CacheInfo:
        hits = self.numbers["hits"]
        return CacheInfo(hits, 1, 10, 1, 1000, 100, 1, 0, 0, 0, 0, {"size": hits})

    def memory(self) -> dict[str, int]:
        return {"slots": 10}

    def owner_of(self, kind: str, index: int) -> str:
        return f'{kind} "{index}"'

    def frame(self, formula: int, hits: int) -> None:
        self.monitor.formula("event", formula, 2_000, 1, "first evaluation")
        self._context.profiler.enter(self._node)
        self._context.profiler.leave(self._node)
        self.monitor.times.append(10_000)
        self.monitor.attend()
        self.numbers = {
            "requests": self.numbers["requests"] + hits + 1,
            "hits": self.numbers["hits"] + hits,
            "evaluations": self.numbers["evaluations"] + 1,
        }
        self.mission_time += 0.5
