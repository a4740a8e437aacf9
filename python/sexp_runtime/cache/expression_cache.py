"""ExpressionCache: an exact LRU of results for ad-hoc expressions, bounded in entries and bytes, emptied by facts.

The law: `evaluate(text, context)` returns what a fresh naive evaluation of the text would return now. An entry knows
the facts that it depends on and the moment before which time cannot change it. A changed fact removes its value at
once, so that the hit path checks only the clock. The edges and the compiled form stay for the next evaluation.
"""

from __future__ import annotations

import heapq
import weakref
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator
from threading import get_ident
from typing import Any

from sexp_runtime.cache.contract import CacheContext, CacheInfo, Clock, Evaluation, ExpressionHints
from sexp_runtime.cache.entry import Dropper, Entry
from sexp_runtime.threads import OneThread
from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import FactBoard, FactKey


class ExpressionCache:
    """An exact LRU cache of expression results (see the module's text for its law).

    maxsize: most values, at least 1. max_bytes: hard bound on `nbytes`, in bytes. cleanup_interval: seconds of
    mission time between clean-ups. max_idle: seconds of mission time after which an unused entry is cleaned up.
    A cache, like the facts that empty it, belongs to one thread: the first that uses it. Its methods raise
    WrongThreadError, a RuntimeError, from any other. Raises ValueError for bounds out of range.
    """

    def __init__(
        self,
        facts: FactBoard,
        clock: Clock,
        *,
        maxsize: int = 4096,
        max_bytes: int = 4 << 20,
        cleanup_interval: float = 30.0,
        max_idle: float = 300.0,
    ) -> None:
        if maxsize < 1:
            raise ValueError(f"maxsize must be at least 1, not {maxsize}")
        if max_bytes < 1:
            raise ValueError(f"max_bytes must be at least 1, not {max_bytes}")
        if cleanup_interval <= 0 or max_idle <= 0:
            raise ValueError("cleanup_interval and max_idle must be greater than 0 seconds")
        self.maxsize = maxsize
        self.max_bytes = max_bytes
        self.nbytes = 0
        self.hits = 0
        self.misses = 0
        self.puts = 0
        self.invalidations = 0
        self.expirations = 0
        self.refusals = 0
        self.errors = 0
        self.evictions = {"size": 0, "bytes": 0, "idle": 0, "context": 0, "cleared": 0}
        self.last_refusal = ""
        self._facts = facts
        self._clock = clock
        self._thread = OneThread("an expression cache")
        self._interval_us = round(cleanup_interval * 1e6)
        self._idle_us = round(max_idle * 1e6)
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()  # with a value, least recently used first
        self._waiting: OrderedDict[Hashable, Entry] = OrderedDict()  # without one, longest waiting first
        self._by_index: list[Entry | None] = []
        self._free: list[int] = []
        self._dropper: Any = Dropper(self._flag)
        self._due: list[tuple[int, int, Entry]] = []
        self._serial = 0
        self._cleanup_us = clock.us + self._interval_us
        self._wake_us = self._cleanup_us  # the next moment at which something expires or a clean-up is due
        self._contexts: dict[int, tuple[weakref.ref[Any], set[Hashable]]] = {}

    # --- look-ups -------------------------------------------------------------------------------------------------

    def get(self, key: Hashable, default: Any = None) -> Any:
        """Return the cached value of the key, which becomes the most recently used, or the default."""
        if get_ident() != self._thread.ident:
            self._thread.check("get")
        if self._clock.us >= self._wake_us:
            self._wake()
        entries = self._entries
        try:
            entry = entries[key]
        except KeyError:
            self.misses += 1
            return default
        entries.move_to_end(key)
        self.hits += 1
        entry.hits += 1
        return entry.value

    def evaluate(
        self,
        text: str,
        context: CacheContext,
        *,
        argument: str | None = None,
        hints: ExpressionHints | None = None,
    ) -> Any:
        """Return the value of the expression in the context, from cache where that is right.

        `argument` is what `<argument>` stands for. The key is the text, the context's identity (which stands for
        mission, dialect and variables) and the argument. Raises the parser's error for bad text; errors are not kept.
        """
        key = (id(context), text, argument)
        if get_ident() != self._thread.ident:
            self._thread.check("evaluate")
        if self._clock.us >= self._wake_us:
            self._wake()
        found = self._entries.get(key)  # like `get`: most calls end here
        if found is not None:
            self._entries.move_to_end(key)
            self.hits += 1
            found.hits += 1
            return found.value
        self.misses += 1
        return self._evaluate(key, text, context, argument, hints)

    def _evaluate(
        self,
        key: tuple[int, str, str | None],
        text: str,
        context: CacheContext,
        argument: str | None,
        hints: ExpressionHints | None,
    ) -> Any:
        """Evaluate an expression without a cached value, and keep the value where that is right."""
        entry = self._waiting.get(key)
        try:
            if entry is None or entry.prepared is None:
                prepared = context.prepare(text, argument, hints)
                entry = self._entry(key)
                entry.prepared = prepared
                self._adopt(context, key)
            evaluation = entry.prepared.evaluate()
        except Exception:
            self.errors += 1
            failed = self._waiting.get(key)
            if failed is not None:
                self._discard(failed)
            raise
        if self._accept(evaluation, hints):
            due_us = evaluation.due_us
            if hints is not None and hints.time_to_live is not None:
                due_us = min(due_us, self._clock.us + round(hints.time_to_live * 1e6))
            entry.pinned = hints is not None and hints.calls_per_second > 0
            self.put(key, evaluation.value, facts=evaluation.facts, due_us=due_us, permanent=evaluation.permanent)
        else:
            self._weigh(entry)
            self._shrink()
        return evaluation.value

    def _accept(self, evaluation: Evaluation, hints: ExpressionHints | None) -> bool:
        if evaluation.refusal:
            self.refusals += 1
            wanted = hints is not None and bool(hints.cacheable)
            self.last_refusal = evaluation.refusal + (" (the hint cacheable=True is refused)" if wanted else "")
            return False
        return hints is None or hints.cacheable is not False

    # --- changes --------------------------------------------------------------------------------------------------

    def put(
        self,
        key: Hashable,
        value: Any,
        *,
        facts: Iterable[FactKey] = (),
        due_us: int = NEVER,
        permanent: bool = False,
    ) -> bool:
        """Keep the value until one of the facts changes or mission time reaches due_us; return whether it was kept.

        A value that alone exceeds max_bytes, or that is due already, is not kept.
        """
        self._thread.check("put")
        if self._clock.us >= self._wake_us:
            self._wake()
        entry = self._entries.get(key)
        if entry is not None:
            self._suspend(entry)
        if due_us <= self._clock.us:
            return False
        entry = self._entry(key)
        same = facts is entry.given and not permanent and entry.nbytes > 0
        if not same:
            entry.given = facts
            self._watch(entry, () if permanent else tuple(dict.fromkeys(facts)))
        entry.value = value
        entry.permanent = permanent
        entry.due_us = due_us
        if not same or type(value) is not int:  # a number in place of a number takes the same bytes
            self._weigh(entry)
        if entry.nbytes > self.max_bytes:
            self.refusals += 1
            self.last_refusal = f"the value takes {entry.nbytes} bytes, max_bytes is {self.max_bytes}"
            self._discard(entry)
            return False
        del self._waiting[key]
        self._entries[key] = entry
        entry.valid = True
        entry.used_us = self._clock.us
        self._serial += 1
        entry.serial = self._serial
        if due_us < NEVER:
            heapq.heappush(self._due, (due_us, entry.serial, entry))
            self._wake_us = min(self._wake_us, due_us)
        self.puts += 1
        if len(self._entries) > self.maxsize or self.nbytes > self.max_bytes:
            self._shrink()
        return entry.valid

    def invalidate(self, key: Hashable) -> bool:
        """Take the value of the key away; return whether there was one."""
        self._thread.check("invalidate")
        entry = self._entries.get(key)
        if entry is None:
            return False
        self._suspend(entry)
        self.invalidations += 1
        return True

    def invalidate_text(self, text: str) -> int:
        """Take away the values of this text in every context; return how many there were."""
        self._thread.check("invalidate_text")
        keys = [key for key in self._entries if isinstance(key, tuple) and len(key) == 3 and key[1] == text]
        return sum(self.invalidate(key) for key in keys)

    def clear(self) -> None:
        """Drop everything: values, compiled forms, edges. The counters stay (see `reset_statistics`)."""
        self.evictions["cleared"] += len(self._entries)
        for entry in [*self._entries.values(), *self._waiting.values()]:
            self._discard(entry)
        self._contexts.clear()
        self._by_index.clear()
        self._free.clear()
        self._due.clear()

    def reset_statistics(self) -> None:
        """Set every counter to zero; the values stay."""
        self.hits = self.misses = self.puts = self.invalidations = self.expirations = 0
        self.refusals = self.errors = 0
        self.evictions = dict.fromkeys(self.evictions, 0)
        for entry in self._entries.values():
            entry.hits = entry.hits_seen = 0

    def cleanup(self) -> int:
        """Drop what is expired, idle or of a dead context; return how many values went."""
        self._thread.check("cleanup")
        before = len(self._entries)
        self._expire()
        for identity in [identity for identity, (ref, _keys) in self._contexts.items() if ref() is None]:
            self._drop_context(identity)
        now = self._clock.us
        for entry in list(self._entries.values()):
            if entry.hits != entry.hits_seen:
                entry.hits_seen = entry.hits
                entry.used_us = now
            elif now - entry.used_us >= self._idle_us and not entry.pinned:
                self._discard(entry)
                self.evictions["idle"] += 1
        for entry in list(self._waiting.values()):
            if now - entry.used_us >= self._idle_us:
                self._discard(entry)
        self._cleanup_us = now + self._interval_us
        self._set_wake()
        return before - len(self._entries)

    # --- what it knows --------------------------------------------------------------------------------------------

    def cache_info(self) -> CacheInfo:
        """Return the counters as they are now."""
        return CacheInfo(
            self.hits, self.misses, self.maxsize, len(self._entries), self.max_bytes, self.nbytes, self.puts,
            self.invalidations, self.expirations, self.refusals, self.errors, dict(self.evictions),
        )  # fmt: skip

    info = cache_info

    @property
    def currsize(self) -> int:
        """How many values are cached."""
        return len(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._entries

    def __iter__(self) -> Iterator[Hashable]:
        """Iterate over the keys that have a value, least recently used first."""
        return iter(self._entries)

    def hottest(self, count: int = 10) -> list[tuple[Hashable, int]]:
        """Return up to count keys with most hits, hottest first, with their hits."""
        ranked = heapq.nlargest(count, self._entries.items(), key=lambda item: item[1].hits)
        return [(key, entry.hits) for key, entry in ranked]

    def describe(self, key: Hashable) -> dict[str, Any] | None:
        """Return value, facts, hits, bytes, due time (microseconds or None) of a cached key, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        return {
            "value": entry.value, "facts": entry.facts, "hits": entry.hits, "bytes": entry.nbytes,
            "due_us": entry.due_us if entry.due_us < NEVER else None, "permanent": entry.permanent,
        }  # fmt: skip

    def check_valid(self) -> None:
        """Raise AssertionError where an invariant is broken (for tests)."""
        assert len(self._entries) <= self.maxsize
        assert self.nbytes <= self.max_bytes, (self.nbytes, self.max_bytes)
        everything = [*self._entries.values(), *self._waiting.values()]
        assert sum(entry.nbytes for entry in everything) == self.nbytes
        assert all(entry.valid for entry in self._entries.values())
        assert not any(entry.valid for entry in self._waiting.values())
        watched = {entry.index: entry for entry in everything if entry.index >= 0}
        assert not set(watched) & set(self._free)
        assert len(watched) + len(self._free) == len(self._by_index)
        edges = 0
        for fact, readers in self._facts.readers.items():
            for flags, index, _pending in readers:
                if flags is self._dropper:
                    edges += 1
                    assert fact in watched[index].facts, (fact, index)
        assert edges == sum(len(entry.facts) for entry in everything)

    # --- inner workings -------------------------------------------------------------------------------------------

    def _entry(self, key: Hashable) -> Entry:
        """Return the waiting entry of a key that has no value, made if there is none."""
        entry = self._waiting.get(key)
        if entry is None:
            entry = self._waiting[key] = Entry(key)
            entry.used_us = self._clock.us
        return entry

    def _flag(self, index: int) -> None:
        entry = self._by_index[index]
        if entry is not None and entry.valid:
            self._suspend(entry)
            self.invalidations += 1

    def _suspend(self, entry: Entry) -> None:
        """Remove the value and keep the rest: the board walks its edges during this call, so they must stay."""
        del self._entries[entry.key]
        self._waiting[entry.key] = entry
        entry.valid = False
        entry.value = None

    def _discard(self, entry: Entry) -> None:
        """Drop an entry with all that it holds."""
        if entry.valid:
            del self._entries[entry.key]
        else:
            del self._waiting[entry.key]
        entry.valid = False
        entry.value = None
        entry.given = ()
        self._watch(entry, ())
        self.nbytes -= entry.nbytes
        entry.nbytes = 0
        if entry.prepared is not None and isinstance(entry.key, tuple):
            known = self._contexts.get(entry.key[0])
            if known is not None:
                known[1].discard(entry.key)

    def _watch(self, entry: Entry, facts: tuple[FactKey, ...]) -> None:
        """Make the entry's edges those of the facts; the usual case, the same facts as before, costs nothing."""
        if facts == entry.facts:
            return
        for fact in entry.facts:
            self._facts.unsubscribe(fact, self._dropper, entry.index)
        entry.facts = facts
        if not facts:
            self._by_index[entry.index] = None
            self._free.append(entry.index)
            entry.index = -1
            return
        if entry.index < 0:
            if self._free:
                entry.index = self._free.pop()
                self._by_index[entry.index] = entry
            else:
                entry.index = len(self._by_index)
                self._by_index.append(entry)
        for fact in facts:
            self._facts.subscribe(fact, self._dropper, entry.index)

    def _weigh(self, entry: Entry) -> None:
        size = entry.measured()
        self.nbytes += size - entry.nbytes
        entry.nbytes = size

    def _shrink(self) -> None:
        """Evict until all bounds hold: first what waits without a value, then the least recently used values."""
        while len(self._entries) > self.maxsize:
            self._evict("size")
        while self._waiting and (self.nbytes > self.max_bytes or len(self._waiting) > self.maxsize):
            self._discard(next(iter(self._waiting.values())))
        while self.nbytes > self.max_bytes and self._entries:
            self._evict("bytes")

    def _evict(self, cause: str) -> None:
        self._discard(next(iter(self._entries.values())))
        self.evictions[cause] += 1

    def _adopt(self, context: CacheContext, key: Hashable) -> None:
        """Remember which context the key belongs to, weakly; the id of a dead context may be used again."""
        identity = id(context)
        if identity not in self._contexts:
            owner = weakref.ref(self)

            def died(_reference: Any) -> None:
                cache = owner()
                if cache is not None:
                    cache._drop_context(identity)

            self._contexts[identity] = (weakref.ref(context, died), set())
        self._contexts[identity][1].add(key)

    def _drop_context(self, identity: int) -> None:
        known = self._contexts.pop(identity, None)
        for key in known[1] if known is not None else ():
            entry = self._entries.get(key)
            if entry is not None:
                self.evictions["context"] += 1
            else:
                entry = self._waiting.get(key)
            if entry is not None:
                self._discard(entry)

    def _wake(self) -> None:
        self._expire()
        if self._clock.us >= self._cleanup_us:
            self.cleanup()
        self._set_wake()

    def _expire(self) -> None:
        now = self._clock.us
        while self._due and self._due[0][0] <= now:
            _due_us, serial, entry = heapq.heappop(self._due)
            if entry.valid and entry.serial == serial:
                self._suspend(entry)
                self.expirations += 1
        if len(self._due) > 64 and len(self._due) > 4 * len(self._entries):  # mostly of values long gone
            self._due = [item for item in self._due if item[2].valid and item[2].serial == item[1]]
            heapq.heapify(self._due)

    def _set_wake(self) -> None:
        self._wake_us = min(self._due[0][0], self._cleanup_us) if self._due else self._cleanup_us
