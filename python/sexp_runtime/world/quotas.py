"""Quotas: bounds of what a mission may make grow, so that no file can take all memory or time of a game."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quotas:
    """How much a mission may make; none that we know of comes near.

    container_items: items of one container; an action that would exceed it does nothing. ships: ships of the whole run,
    those gone included; later waves and `ship-create` make no more. candidates: what one evaluation of an argument form
    tries; the rest is left out. Each is warned about, with the formula's line.
    """

    container_items: int = 100_000
    ships: int = 5_000
    candidates: int = 100_000
