"""A seeded driver that plays missions without a game: ships fly, fight, dock, die, leave; the player acts at random."""

from sexp_runtime.simulate.scenario import Scenario

__all__ = ["Scenario"]
