"""The world of one mission: all state that formulas read, changed only through its methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import DEFAULT_SEED
from sexp_runtime.world.lifecycle import Lifecycle
from sexp_runtime.world.loading import populate
from sexp_runtime.world.quotas import Quotas

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission


class World(Lifecycle):
    """State, registries and life cycles of one mission run.

    `World(mission)` takes ships, wings, variables, containers, events, goals and waypoints from the mission; `World()`
    starts empty; fill it with `add_ship`, `add_wing`, `add_event` and so on. `seed` starts the random generator.
    `quotas` limit what the mission can make grow.
    """

    def __init__(
        self,
        mission: Mission | None = None,
        dialect: Dialect = Dialect.FSO,
        seed: int = DEFAULT_SEED,
        quotas: Quotas | None = None,
    ) -> None:
        super().__init__(dialect, seed, quotas)
        self.mission = mission
        #: Evaluates texts outside the mission's formulas with `evaluate(text, argument)`; None until a session sets it.
        self.expressions: Any = None
        #: The session that plays this world, None for a world by itself.
        self.session: Any = None
        #: Whether the mission has ended its campaign (R47).
        self.campaign_ended = False
        #: Applies a changed mission file, given by its content; set by the session that plays this world.
        self.on_take_mission: Callable[[bytes], Any] | None = None
        if mission is not None:
            populate(self, mission)

    def shown_text(self, text: str) -> str:
        """Return a text as players see it: names of variables replaced (A23), cut to the quota `text_length`."""
        most = self.quotas.text_length
        return self.variables.replace_in(text[:most])[:most]

    def take_mission(self, content: bytes) -> Any:
        """Apply a changed mission file, given by its content (see `MissionSession.reload`).

        It is a method of the world so that recordings contain it. Raises ValueError for a file that cannot be applied.
        """
        if self.on_take_mission is None:
            raise ValueError("no session plays this mission")
        return self.on_take_mission(content)

    def forget_events(self) -> None:
        """Remove all events from the registry, so that they can be registered in another order."""
        self.events.clear()
        self._event_facts.clear()
        self._event_index.clear()

    def forget_goals(self) -> None:
        """Remove all goals from the registry, so that they can be registered in another order."""
        self.goals.clear()
        self._goal_facts.clear()
        self._goal_index.clear()

    def keep_up(self) -> None:
        """Run a frame's automatic changes, after arrivals and departures are decided and before events (F0 (4))."""
        if self.dragged:
            self._drag_docked()
        self.orders_kept.frame()
        self.navigation.frame()
        if self.red_alert.is_over:
            self.end_mission()

    def _drag_docked(self) -> None:
        """Move the ships docked to ships that actions have moved (N3.2)."""
        moved = {ship.key for ship, _shift in self.dragged}
        dragged, self.dragged = self.dragged, []
        for ship, shift in dragged:
            self.shift_docked(ship, shift, moved)
