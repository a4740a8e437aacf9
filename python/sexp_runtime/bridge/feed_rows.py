"""The rows of the tab's table: the state of each event and goal, found anew only where something changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.events.answers import CAUSES, Answers
from sexp_runtime.world.mission_state import Kind

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

#: Most rows in one message; the rest come with the next update.
MOST_ROWS: Final = 150
#: Rows checked in each update although no change was reported, for changes without a fact.
SWEEP: Final = 16
#: Most events and goals that are sent to the tab.
MOST_FORMULAS: Final = 4000
#: Most characters of a name or a cause.
LONGEST_NAME: Final = 160

Row = tuple[Any, ...]


class FormulaRows:
    """The rows of one mission, events first. `close` removes the subscriptions to the mission's facts."""

    def __init__(self, session: MissionSession) -> None:
        world = session.world
        states: list[tuple[str, Any]] = [("event", event) for event in world.events]
        states += [("goal", goal) for goal in world.goals]
        #: How many there are, also of those that are not sent.
        self.total = len(states)
        del states[MOST_FORMULAS:]
        #: Kind and index of each row's formula.
        self.formulas = [(kind, state.index) for kind, state in states]
        #: [kind, index, name] of each row, as the tab gets it.
        self.names = [[kind, state.index, state.name[:LONGEST_NAME]] for kind, state in states]
        self._session = session
        self._places = {formula: at for at, formula in enumerate(self.formulas)}
        self._dirty = bytearray(len(states))
        self._shown: list[Row | None] = [None] * len(states)
        self._counted = [0] * len(states)
        self._touched: dict[int, None] = dict.fromkeys(range(len(states)))
        self._swept = 0
        self._edges: list[tuple[Any, tuple[Any, ...], bytearray, int]] = []
        for at, (kind, state) in enumerate(states):
            key = (kind, state.key)
            world.facts.subscribe(key, self._dirty, at)
            self._edges.append((world.facts, key, self._dirty, at))
        # Of an engine that keeps answers, with the place of each kind's first row: when each was evaluated last.
        self._answers: list[tuple[int, Answers]] = []
        self._evaluated: dict[int, list[int]] = {}
        if session.rows:
            self._answers = [(0, session.rows[Kind.EVENT]), (len(world.events), session.rows[Kind.GOAL])]
            self._evaluated = {first: list(answers.table.evaluated_us) for first, answers in self._answers}

    def close(self) -> None:
        """Remove the subscriptions."""
        for facts, key, flags, index in self._edges:
            facts.unsubscribe(key, flags, index)
        self._edges = []

    def look_at_all(self) -> None:
        """Check every row with the next update, because the measurements were discarded."""
        self._counted = [0] * len(self.formulas)
        self._touched.update(dict.fromkeys(range(len(self.formulas))))

    def find(self) -> None:
        """Find the rows that may have changed: by facts, by evaluations that engine or monitor saw, a few in turn."""
        touched, flags = self._touched, self._dirty
        at = flags.find(1)
        while at >= 0:
            flags[at] = 0
            touched[at] = None
            at = flags.find(1, at + 1)
        for first, answers in self._answers:
            known = self._evaluated[first]
            if known != answers.table.evaluated_us:
                for at, (before, now) in enumerate(zip(known, answers.table.evaluated_us, strict=True), first):
                    if before != now and at < len(flags):
                        touched[at] = None
                self._evaluated[first] = list(answers.table.evaluated_us)
        counted, places = self._counted, self._places
        for formula, seen in self._session.monitor.formulas.items():
            found = places.get(formula)
            if found is not None and seen.evaluations != counted[found]:
                counted[found] = seen.evaluations
                touched[found] = None
        size = len(self.formulas)
        for _ in range(min(SWEEP, size)):
            self._swept = self._swept + 1 if self._swept + 1 < size else 0
            touched[self._swept] = None

    @property
    def pending(self) -> bool:
        """Whether rows wait to be taken."""
        return bool(self._touched)

    def take(self) -> list[list[Any]]:
        """Return at most MOST_ROWS rows that changed since they were taken: [place, state, value ...] (see row_of)."""
        rows: list[list[Any]] = []
        shown, formulas, touched = self._shown, self.formulas, self._touched
        for at in list(touched):
            if len(rows) == MOST_ROWS:
                break
            del touched[at]
            row = row_of(self._session, *formulas[at])
            if row != shown[at]:
                shown[at] = row
                rows.append([at, *row])
        return rows


def row_of(session: MissionSession, kind: str, index: int) -> Row:
    """Return state, value, times true, last cause, evaluations and mean cost (microseconds) of a formula.

    The last two are from sampled frames, and so is a fact that is named as the cause.
    """
    seen = session.monitor.formulas.get((kind, index))
    cost: tuple[str, int, float] = ("", 0, 0.0)
    if seen is not None and seen.evaluations:
        mean = round(seen.total_ns / seen.evaluations / 1000, 2)
        cost = (seen.last_cause[:LONGEST_NAME], seen.evaluations, mean)
    if session.rows:
        cause = CAUSES[session.rows[Kind(kind)].cause_of(index)]
        if cause == "fact":  # only the monitor knows which fact, if it sampled the frame
            cause = cost[0] if cost[0] not in CAUSES else cause
        cost = ("" if cause == "never" else cause or "fact", *cost[1:])
    if kind == "goal":
        goal = session.world.goals[index]
        return ("invalid" if goal.invalid else goal.status, int(goal.status == "complete"), 0, *cost)
    event = session.world.events[index]
    if event.done:
        state = "true" if event.result else "failed"
    elif event.timestamp is not None:
        state = "repeats"
    else:
        state = "chained" if event.bypassed else "waits"
    return (state, event.result, event.count, *cost)
