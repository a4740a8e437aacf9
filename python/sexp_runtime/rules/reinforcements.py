"""Reinforcements: ships and wings that a true cue only makes available, and that arrive when called (F43)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.world.ships import Ship

if TYPE_CHECKING:
    from sexp_runtime.world.wings import Wing
    from sexp_runtime.world.world import World

#: Flags of ships and wings: it is a reinforcement, it may be called, it was called.
REINFORCEMENT: Final = "reinforcement"
AVAILABLE: Final = "reinforcement-available"
CALLED: Final = "reinforcement-called"


def available_reinforcements(world: World) -> list[Ship | Wing]:
    """Return the ships, then the wings that may be called now."""
    entries: list[Ship | Wing] = [*world.ships.values(), *world.wings.values()]
    return [entry for entry in entries if AVAILABLE in entry.flags and CALLED not in entry.flags]


def call_reinforcement(world: World, name: str) -> bool:
    """Call an available reinforcement: its cue counts as true from now on. Return False if it is not available."""
    for entry in available_reinforcements(world):
        if entry.key == name.lower():
            _set_flag(world, entry, CALLED)
            return True
    return False


def holds_back(world: World, subject: Ship | Wing) -> bool:
    """Whether a true arrival cue does not bring a ship or wing in; this makes the reinforcement available."""
    if REINFORCEMENT not in subject.flags or CALLED in subject.flags:
        return False
    if AVAILABLE not in subject.flags:
        _set_flag(world, subject, AVAILABLE)
    return True


def _set_flag(world: World, subject: Ship | Wing, flag: str) -> None:
    if isinstance(subject, Ship):
        world.set_flag(subject, flag)
    else:
        world.set_wing(subject, flags=subject.flags | {flag})
