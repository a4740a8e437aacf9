"""The dependency recorder: what a formula reports the facts to that only running it shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sexp_runtime.world.facts import FactKey


class FactRecorder(Protocol):
    """Takes the facts that an evaluation turns out to read; a fact is reported again only in a new `epoch`."""

    epoch: int

    def __call__(self, keys: Iterable[FactKey], /) -> None:
        """Record the facts."""
