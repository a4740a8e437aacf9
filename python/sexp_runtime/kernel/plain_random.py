"""The one random generator of a mission: a Mersenne Twister seeded as the C++ standard library does (I1, I6).

The description of `random.pxi`, and its substitute where nothing is compiled.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from sexp_runtime.values import DEFAULT_SEED, hash_of_state

_WORDS: Final = 624


@lru_cache(maxsize=64)
def _seeded_state(seed: int) -> tuple[int, ...]:
    """Return the generator's words right after seeding with a 32-bit number, followed by the read position."""
    word = seed & 0xFFFFFFFF
    words = [word]
    for index in range(1, _WORDS):
        word = (1812433253 * (word ^ (word >> 30)) + index) & 0xFFFFFFFF
        words.append(word)
    words.append(_WORDS)
    return tuple(words)


class MersenneTwister:
    """A mt19937 generator. Python's own generator does the twisting; only the seeding differs.

    `draws` counts the numbers drawn since the mission started. `before_draw`, when set, is called before a number is
    drawn or the sequence changes. Code that defers draws sets it, to `skip` numbers with unused values first.
    """

    __slots__ = ("_bits", "_hash", "_hashed_at", "_random", "before_draw", "draws", "seed_used")

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self._random = random.Random()
        self._bits = self._random.getrandbits
        self.draws = 0
        self.before_draw: Callable[[], None] | None = None
        self.seed_used = seed
        self._hash, self._hashed_at = "", -1  # the last hash of the state, and how many numbers had been drawn
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Start the sequence of the given seed afresh; only its lowest 32 bits count."""
        if self.before_draw is not None:
            self.before_draw()
        self._random.setstate((3, _seeded_state(seed & 0xFFFFFFFF), None))
        self.seed_used = seed
        self._hashed_at = -1

    def reseed(self, seed: int) -> None:
        """Reseed as `rand` does with its third argument: seed <= 0 changes nothing, 1 means the default seed (I1)."""
        if seed > 0:
            self.seed(DEFAULT_SEED if seed == 1 else seed)

    def next32(self) -> int:
        """Return the next raw output, 0 .. 2**32 - 1."""
        if self.before_draw is not None:
            self.before_draw()
        self.draws += 1
        return self._bits(32)

    def next31(self) -> int:
        """Return the next output cut to 31 bits, 0 .. 2**31 - 1, like the original's random helper (I1)."""
        return self.next32() >> 1

    def skip(self, count: int) -> None:
        """Draw and discard `count` outputs, 0 or more; does not call `before_draw`."""
        if count > 0:
            self.draws += count
            self._bits(32 * count)  # takes one output for each 32 bits

    def below(self, count: int) -> int:
        """Return a number in 0 .. count - 1, the remainder of a 31-bit output (I1); ValueError if count is below 1."""
        if count < 1:
            raise ValueError(f"a random number below {count}")
        return self.next31() % count

    def between(self, low: int, high: int) -> int:
        """Return a number in low .. high, both included (I1); ValueError if low exceeds high."""
        return low + self.below(high - low + 1)

    def state_hash(self) -> str:
        """Return a short text that is equal for equal generator states, to compare traces."""
        if self._hashed_at != self.draws:
            self._hash, self._hashed_at = hash_of_state(self.state()), self.draws
        return self._hash

    def state(self) -> tuple[int, ...]:
        """Return the whole state: 624 words and the position of the next one, 624 before the next twist."""
        words: tuple[int, ...] = self._random.getstate()[1]
        return words
