"""The settings of a session, and the stand-in of a game."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sexp_runtime.monitor.performance import Mode
from sexp_runtime.operators.context import RuntimeOptions
from sexp_runtime.operators.own import OwnOperators
from sexp_runtime.world.quotas import Quotas

if TYPE_CHECKING:
    from sexp_runtime.world.campaign import Campaign
    from sexp_runtime.world.persistence import Stores
    from sexp_runtime.world.ships import Ship
    from sexp_runtime.world.world import World


class Driver(Protocol):
    """The stand-in of a game: the simulator, or a recording being replayed."""

    def begin(self, world: World) -> None:
        """Take over a world before its first frame, without changing it yet."""

    def step(self, world: World, dt_us: int) -> None:
        """Make the changes of a frame of dt_us microseconds."""

    def leave(self, ship: Ship) -> None:
        """Start the departure of a ship."""

    def on_action(self, world: World, name: str, args: tuple[Any, ...]) -> None:
        """React to an action of the mission; one with an attribute `heeds` gets only the actions named there."""


@dataclass(slots=True)
class SessionSettings:
    """How a session runs.

    - engine: one of engines.ENGINES. seed: of the random generator and the simulated battle
    - scenario: True lets the simulator move ships, deal damage and so on; or a Driver that does so in its place
    - record_to: a file for every external change; record_bytes: its maximum size, 0 for no limit; record_notes: plain
      values for the recording's header
    - campaign: the records of earlier missions, None for a single mission; stores: where its persistent variables and
      containers are saved (J10)
    - operators: those that the game adds to the catalog's
    - quotas: limits of what the mission can make grow, None for the defaults of `Quotas`
    - monitor: how closely to measure. frame_budget_us, event_budget_us: budgets in microseconds, 0 for none
    - verify_every: the cached engine checks one in so many cached results, 0 for none
    - cache_entries, cache_bytes: maximum size of the ExpressionCache
    - freeze_gc: whether to exclude the mission's objects from Python's garbage collections, so that these stay short.
      Such a session is collected only after it was closed
    """

    engine: str = "cached"
    seed: int = 0
    scenario: bool | Driver = False
    record_to: str | Path | None = None
    record_bytes: int = 0
    campaign: Campaign | None = None
    stores: Stores | None = None
    monitor: Mode = Mode.SAMPLED
    sample_every: int = 17  # divides no frame rate, so that the samples include what happens once a second
    verify_every: int = 0
    cache_entries: int = 4096
    cache_bytes: int = 4 << 20
    frame_budget_us: float = 0.0
    event_budget_us: float = 0.0
    freeze_gc: bool = False
    quotas: Quotas | None = None
    options: RuntimeOptions = field(default_factory=RuntimeOptions)
    operators: OwnOperators | None = None
    record_notes: dict[str, Any] = field(default_factory=dict)
