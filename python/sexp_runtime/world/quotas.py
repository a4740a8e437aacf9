"""Quotas: limits on what a mission can make grow, so that no file can use up a game's memory or time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Quotas for which 0 means no limit.
UNLIMITED_BY_ZERO: Final = frozenset(("steps", "frame_steps"))


@dataclass(frozen=True, slots=True)
class Quotas:
    """Limits of one mission run; known missions stay far below.

    container_items: items of one container; an action that would exceed it does nothing. ships: ships of the whole run,
    including those gone; at the limit later waves and `ship-create` make no more. candidates: candidates that one
    evaluation of an argument form tries; it skips the rest. steps: what one evaluation of a formula may take (see
    operators.budget), 0 for no limit; one that would take more is ended and counts as false. frame_steps: what all
    formulas together may take in a frame, shared equally among those that can pay for steps, 0 for no limit.
    text_length: characters of a message or of a briefing's text, before and after names in it are replaced; the rest is
    left out. Each limit reached in a formula gives a warning with the formula's file and line.
    """

    container_items: int = 100_000
    ships: int = 5_000
    candidates: int = 100_000
    steps: int = 500_000
    frame_steps: int = 10_000_000
    text_length: int = 16_384
