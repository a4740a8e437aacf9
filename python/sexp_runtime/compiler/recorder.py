"""The dependency recorder: receives the facts that are known only during an evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sexp_runtime.world.facts import FactKey


class FactRecorder(Protocol):
    """Receives the facts that an evaluation reads; a fact is reported again only in a new `epoch`."""

    epoch: int

    def __call__(self, keys: Iterable[FactKey], /) -> None:
        """Record the facts."""
