"""The mission clock: microseconds, and the same time in the units that the original's formulas read (G1, G2)."""

from __future__ import annotations

from typing import Final

from sexp_runtime.kernel import ClockCore

#: A moment that never comes, in microseconds of mission time.
NEVER: Final = 1 << 62
#: One second of 16.16 fixed-point mission time (G1).
FIX_ONE: Final = 65536
#: What the event clock shows at mission start, in milliseconds; 0 and 1 are reserved stamps (F8b).
EVENT_CLOCK_START: Final = 10_000
#: Event stamps with a meaning of their own (F8b, F9): never elapses, and elapses on the next pass.
STAMP_NEVER: Final = 0
STAMP_IMMEDIATE: Final = 1


def us_of_fix(fix: int) -> int:
    """Return the first microsecond at which the mission time reads at least fix (G1)."""
    return -(-fix * 1_000_000 // FIX_ONE)


def us_of_msecs(msecs: int) -> int:
    """Return the first microsecond at which `mission-time-msecs` reads at least msecs (G2)."""
    return us_of_fix(-(-msecs * FIX_ONE // 1000))


def us_of_event_ms(event_ms: int) -> int:
    """Return the first microsecond at which the event clock shows at least event_ms (F8b)."""
    return (event_ms - EVENT_CLOCK_START) * 1000


def fix_of_us(us: int) -> int:
    """Return the fixed-point reading of a moment given in microseconds, rounded down (G1)."""
    return us * FIX_ONE // 1_000_000


class Clock(ClockCore):
    """Mission time, set once per frame; every evaluation of a frame sees one value (G1).

    `us` is in microseconds since level start, `fix` in 1/65536 seconds, `seconds` and `msecs` as `mission-time` and
    `mission-time-msecs` read it (G2), `event_ms` in milliseconds of the event clock (F8b).
    """

    __slots__ = ("event_ms", "fix", "msecs", "seconds")

    def __init__(self, us: int = 0) -> None:
        self.us = 0
        self.fix = 0
        self.seconds = 0
        self.msecs = 0
        self.event_ms = EVENT_CLOCK_START
        if us:
            self.advance_to(us)

    def advance_to(self, us: int) -> None:
        """Set the clock to a moment in microseconds; a game moves it forward only, a test may set it back."""
        if us < 0:
            raise ValueError(f"mission time cannot be negative: {us} microseconds")
        fix = us * FIX_ONE // 1_000_000
        self.us = us
        self.fix = fix
        self.seconds = fix >> 16
        self.msecs = fix * 1000 >> 16
        self.event_ms = EVENT_CLOCK_START + us // 1000
