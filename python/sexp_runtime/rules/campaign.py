"""Progress in a campaign: which mission comes next, what was completed, loops and skipped missions (R20-R45)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.operators.building import BuildError
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.formula import InterpretedFormula
from sexp_runtime.world.campaign import Campaign, MissionRecord, mission_key
from sexp_runtime.world.world import World

if TYPE_CHECKING:
    from sexp_runtime.mission.campaign_file import CampaignFile, CampaignMission
    from sexp_runtime.syntax.tree import SexpExpression

#: After so many failures in a row the player may skip the mission (R27).
FAILURES_TO_SKIP: Final = 5


class CampaignProgress:
    """The place of a player in a campaign. A mission is its number, counted from 0; None means no mission.

    Pass the record of an ended mission to `settle`, which evaluates the branch. Then call `accept` or `reject`. `warn`
    gets a sentence about a formula that cannot be evaluated or names an unknown mission.
    """

    def __init__(self, file: CampaignFile, campaign: Campaign, warn: Callable[[str], None]) -> None:
        self.file = file
        self.campaign = campaign
        self._warn = warn
        self.completed: set[int] = set()
        self.failures = 0
        self.previous: int | None = None
        self.current: int | None = 0 if file.missions else None
        #: The mission after a loop, None outside loops.
        self.reentry: int | None = None
        #: The result of the last `settle`: the next mission, and the loop that is offered.
        self.next: int | None = None
        self.loop: int | None = None
        self.is_settled = False

    @property
    def mission(self) -> CampaignMission | None:
        """The current mission, None if the campaign is over."""
        return None if self.current is None else self.file.missions[self.current]

    @property
    def must_replay(self) -> bool:
        """Whether the branch leads to the mission itself, so that its result cannot be accepted (R27)."""
        return self.is_settled and self.next is not None and self.next == self.current

    def settle(self, record: MissionRecord) -> None:
        """Store the record of the current mission, which has ended, and evaluate its branch (R21 to R24)."""
        mission = self.mission
        if mission is None:
            return
        self.campaign.missions[mission_key(mission.file)] = record
        self._evaluate_branch(mission)

    def _evaluate_branch(self, mission: CampaignMission) -> None:
        """Evaluate the branch, then the loop (R22)."""
        self.next = self._chosen(mission.branch)
        self.loop = self._chosen(mission.loop) if mission.choice == "loop" else None
        if self.loop == self.next:
            self.loop = None
        self.is_settled = True

    def accept(self, *, loop: bool = False) -> None:
        """Go on to the next mission, or with `loop` to the offered side trip (R28, R38).

        Raises ValueError if the mission must be replayed, and if no loop is offered.
        """
        if self.must_replay:
            raise ValueError("the campaign requires this mission to be replayed; its result cannot be accepted")
        if loop and self.loop is None:
            raise ValueError("no side trip is offered here")
        if self.current is None or not self.is_settled:
            return
        self.failures = 0
        if self.next == self.reentry:
            self.reentry = None
        following = self.next
        if loop:
            self.reentry, following = self.next, self.loop
        self.completed.add(self.current)
        self._go(following)

    def reject(self) -> None:
        """Stay at the mission, to play it again (R29)."""
        self.failures = self.failures + 1 if self.must_replay else 0
        self.is_settled = False

    def skip(self, record: MissionRecord) -> None:
        """Skip the mission: its record counts as skipped, and the branch is evaluated (R42).

        If the branch leads to the mission itself, the next in the order of the file follows.
        """
        current = self.current
        if current is None:
            return
        record.skipped = True
        self.settle(record)
        if self.next == current:
            self.next = current + 1 if current + 1 < len(self.file.missions) else None
        self.completed.add(current)
        self.failures = 0
        self._go(self.next)

    def _go(self, index: int | None) -> None:
        self.previous, self.current = self.current, index
        self.is_settled = False
        self.next = self.loop = None

    def leave_loop(self) -> None:
        """Leave a loop before its mission is played, and go on where it leads back (R39); do nothing outside loops."""
        if self.reentry is not None:
            self.current, self.reentry = self.reentry, None
            self.is_settled = False

    def _chosen(self, expression: SexpExpression | None) -> int | None:
        """Return the mission that a formula chooses: the last `next-mission` counts (R11, R12)."""
        if expression is None:
            return None
        chosen: int | None = None

        def act(operator: str, arguments: tuple[Any, ...]) -> None:
            nonlocal chosen
            if operator == "end-of-campaign":
                chosen = None
            elif operator == "next-mission" and arguments:
                chosen = self.file.index_of(str(arguments[0]))
                if chosen is None:
                    self._warn(f"{expression.owner}: next-mission {arguments[0]}: the campaign has no such mission")

        world = World()
        world.set_campaign(self.campaign)
        context = EvaluationContext(world, actions=act)
        try:
            InterpretedFormula(expression, context).evaluate()
        except BuildError as error:
            self._warn(f"{expression.owner}: {error}")
        for line in context.warnings:
            self._warn(f"{expression.owner}: {line}")
        return chosen

    # Saving

    def as_dict(self) -> dict[str, Any]:
        """Return the state between two missions, for `restore`."""
        return {
            "current": self.current,
            "previous": self.previous,
            "completed": sorted(self.completed),
            "failures": self.failures,
            "reentry": self.reentry,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up what `as_dict` returned; the value may come from anywhere.

        Raises ValueError, and changes nothing, for a mission that the campaign does not have (R18) and for any other
        value that `as_dict` does not return.
        """
        try:
            current, previous, reentry = state["current"], state["previous"], state["reentry"]
            completed, failures = list(state["completed"]), state["failures"]
        except (KeyError, TypeError) as error:
            raise ValueError("it is damaged") from error
        known = range(len(self.file.missions))
        for place in (current, previous, reentry, *completed):
            if place is not None and type(place) is not int:
                raise ValueError("it is damaged")
            if place is not None and place not in known:
                raise ValueError(f"the campaign has no mission {place}")
        if None in completed:
            raise ValueError("it is damaged")
        if type(failures) is not int or failures < 0:
            raise ValueError("the number of failures is not a number")
        self.current, self.previous, self.reentry = current, previous, reentry
        self.completed = set(completed)
        self.failures = failures
