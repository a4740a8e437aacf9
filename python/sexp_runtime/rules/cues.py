"""Arrivals and departures: processes the cues of ships and wings in each frame (F40-F48)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import perf_counter_ns
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.budget import BudgetError
from sexp_runtime.rules.counters import EngineCounters
from sexp_runtime.rules.cue import Cue, CueKind, CueSeed, cue_seeds, dock_followers
from sexp_runtime.rules.placement import Placement
from sexp_runtime.rules.reinforcements import CALLED, holds_back
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.values import KNOWN_FALSE
from sexp_runtime.world.classes import ENGINES
from sexp_runtime.world.clock import NEVER, us_of_event_ms
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus, Vector
from sexp_runtime.world.waves import count_ship_types
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.rules.formula import Formula
    from sexp_runtime.rules.manager import FormulaProfiler
    from sexp_runtime.world.world import World

#: Flags of a ship that cannot leave through hyperspace (F46).
WARPLESS: Final = frozenset(("no-subspace-drive", "break-warp", "never-warp"))


def can_leave(ship: Ship) -> bool:
    """Whether a ship is present, not departing, and has a working drive or leaves by a docking bay (F46, M13.7)."""
    if ship.departing or ship.status is not ShipStatus.PRESENT:
        return False
    if ship.entry is not None and ship.wing is None:
        return False  # a created ship: the cue is of the file's ship whose name it has taken (M11.6)
    if getattr(ship.departure, "location", "").lower() == "docking bay":
        return True
    engines = [part for part in ship.subsystems.values() if part.type == ENGINES]
    if not WARPLESS.isdisjoint(ship.flags) or any(part.disrupted for part in engines):
        return False
    return not engines or any(part.hull > 0.0 for part in engines)


class CueManager:
    """Steps 2 and 3 of a frame (F0): arrivals of ships, then of wings, then departures of ships, then of wings.

    `formulas` makes the formula of a cue. `seeds` gives the cues, None those of a world just loaded. `leave` gets each
    ship that starts to depart: a game or a simulation flies it out, then calls World.depart; without `leave`, ships
    depart at once. Call `load` once at mission time 0, and `frame` in each frame.

    Each visit of a cue has three steps: `is_decided` says whether the formula matters now, `request` gets its
    value, `apply` processes a true one. The cached engine overrides `request` and visits fewer cues.
    `on_request("cue", index)` is called for each request, `profiler.formula` after each evaluation.
    """

    def __init__(
        self,
        world: World,
        mission: Mission | None,
        ctx: EvaluationContext,
        formulas: Callable[[SexpExpression], Formula],
        *,
        leave: Callable[[Ship], None] | None = None,
        seed: int = 1,
        seeds: Iterable[CueSeed] | None = None,
    ) -> None:
        self.world = world
        self.mission = mission
        self.ctx = ctx
        self.leave = leave
        self.on_request: Callable[[str, int], None] | None = None
        self.profiler: FormulaProfiler | None = None
        self.counters = EngineCounters()
        #: Every cue in the order in which a frame processes them.
        self.cues: list[Cue] = []
        self._placement = Placement(world, seed)
        self._reported: set[int] = set()
        self._decide: dict[CueKind, Callable[[Cue], bool | None]] = {
            CueKind.SHIP_ARRIVAL: self._decide_ship_arrival,
            CueKind.WING_ARRIVAL: self._decide_wing_arrival,
            CueKind.SHIP_DEPARTURE: self._decide_ship_departure,
            CueKind.WING_DEPARTURE: self._decide_wing_departure,
        }
        self._apply: dict[CueKind, Callable[[Cue], None]] = {
            CueKind.SHIP_ARRIVAL: self._ship_arrival,
            CueKind.WING_ARRIVAL: self._wing_arrival,
            CueKind.SHIP_DEPARTURE: self._ship_departure,
            CueKind.WING_DEPARTURE: self._wing_departure,
        }
        for kind, subject, expression in cue_seeds(world) if seeds is None else seeds:
            cue = Cue(len(self.cues), kind, subject, formulas(expression), expression)
            self.cues.append(cue)
            self.refresh_facts(cue)
        self._active = list(self.cues)
        self._no_arrival = [
            ship
            for ship in world.ships.values()
            if ship.wing is None and ship.status is ShipStatus.NOT_YET and getattr(ship.arrival, "cue", None) is None
        ]

    def continue_from(self, other: CueManager, kept: Sequence[Cue | None]) -> None:
        """Take over the state of the manager that this one replaces.

        `kept` has for each cue the same cue of `other`, None for a cue that is new or has changed.
        """
        self._placement = other._placement
        self.counters.continue_from(other.counters)
        for cue, before in zip(self.cues, kept, strict=True):
            if before is not None:
                cue.done, cue.due_us, cue.terms = before.done, before.due_us, before.terms
                cue.formula.take_memory(before.formula)
                if before.index in other._reported:
                    self._reported.add(cue.index)
        self._active = [cue for cue in self.cues if not cue.done]

    # A visit

    def refresh_facts(self, cue: Cue) -> None:
        """Set the facts that processing a cue reads besides its formula; call it again when its terms change."""
        subject = cue.subject
        self._settle_terms(cue)
        anchor = getattr(subject.arrival, "anchor", "") if cue.arrives else ""
        if anchor == cue.anchor:
            return
        cue.anchor = anchor
        if isinstance(subject, Ship):
            facts: list[FactKey] = [("ship", subject.key, "status")]
            if cue.kind is CueKind.SHIP_DEPARTURE:
                facts += [("ship", subject.key, field) for field in ("flags", "departing", "subsystems", "departure")]
            else:
                facts += [("ship", subject.key, "arrival"), ("ship", subject.key, "flags")]
        else:
            facts = [subject.fact]
        if anchor:
            facts += [("ship", anchor.lower(), "status"), ("ship", anchor.lower(), "subsystems")]
        cue.facts = tuple(facts)

    def process(self, cue: Cue) -> None:
        """Visit one cue, as a naive frame visits each; if nothing has changed, this only counts a request."""
        if not cue.done:
            decided = self.is_decided(cue)
            if self.request(cue) if decided is None else decided:
                self.apply(cue)

    def is_decided(self, cue: Cue) -> bool | None:
        """Return whether a cue counts as true or false now without its formula, None if the formula decides.

        A cue that will never change anything again becomes done.
        """
        return self._decide[cue.kind](cue)

    def apply(self, cue: Cue) -> None:
        """Process a true cue: start its delay, and once that is over, make its subject arrive or depart."""
        self._apply[cue.kind](cue)

    def _settle_terms(self, cue: Cue) -> None:
        """Notice new terms that an action gave the subject (M13.1, M13.4); they end a running delay."""
        terms = cue.subject.arrival if cue.arrives else cue.subject.departure
        if terms is not cue.terms:
            if cue.terms is not None:
                cue.due_us = NEVER
            cue.terms = terms

    # Load and frame

    def load(self) -> None:
        """Evaluate the arrival cues at mission time 0: some ships arrive now, some never (F40, F41, F44)."""
        never = list(self._no_arrival)
        for cue in self.cues:
            subject = cue.subject
            if not cue.arrives:
                continue
            is_waiting = subject.status is ShipStatus.NOT_YET if isinstance(subject, Ship) else not subject.gone
            if is_waiting and self._due_to_arrive(cue) and not holds_back(self.world, subject):
                self._start_delay(cue, self._delay_ms(cue))
                if cue.due_us <= self.world.clock.us:
                    self._arrive(cue, initial=True)
            if cue.formula.status is KNOWN_FALSE:
                names = (subject.key,) if isinstance(subject, Ship) else subject.ships
                never.extend(self.world.ships[name.lower()] for name in names)
        self._rule_out(never)
        if self.mission is not None:
            count_ship_types(self.world)

    def _rule_out(self, never: list[Ship]) -> None:
        """Mark ships that can never arrive (F44), except those docked to a ship that can."""
        keys = {ship.key for ship in never}
        followers = dock_followers(self.world)
        for ship in list(never):
            if ship.docked and ship.key not in followers:  # its group comes only with it (M10.5)
                others = [member for member in self.world.docked_group(ship) if member.key in followers]
                never += others
                keys |= {member.key for member in others}
        for ship in never:
            group = self.world.docked_group(ship) if ship.docked else (ship,)
            if ship.status is ShipStatus.NOT_YET and all(member.key in keys for member in group):
                self.world.set_ship(ship, "arrival_allowed", False)

    def frame(self) -> None:
        """Process every cue at the clock's present time, in the original's order (F0)."""
        finished = False
        for cue in self._active:
            self.process(cue)
            finished = finished or cue.done
        if finished:
            self._active = [cue for cue in self._active if not cue.done]

    def interpret(self, every: int) -> None:
        """Interpret one evaluation in `every` of each formula, so that profilers see operators; 0 for none."""
        for cue in self.cues:
            cue.formula.interpret(every)

    def nbytes(self) -> dict[str, int]:
        """Return the memory of this engine's own caches in bytes, by part; the naive engine has none."""
        return {}

    def close(self) -> None:
        """Remove what the engine has registered with the world; the naive engine registers nothing."""

    # Evaluation

    def request(self, cue: Cue) -> bool:
        """Return whether a cue is true now: not zero (F40)."""
        self.counters.asked += 1
        if self.on_request is not None:
            self.on_request("cue", cue.index)
        return self.evaluate(cue) != 0

    def evaluate(self, cue: Cue) -> int:
        """Evaluate a cue's formula; one that raises counts as false this time and is reported once."""
        self.counters.evaluations += 1
        profiler = self.profiler
        start = perf_counter_ns() if profiler is not None else 0
        try:
            value = cue.formula.evaluate()
        except Exception as error:  # no mistake of an operator or a game may stop the frame
            self._report(cue.index, error)
            return 0
        if profiler is not None:
            profiler.formula("cue", cue.index, perf_counter_ns() - start, value, None)
        return value

    def _report(self, index: int, error: Exception) -> None:
        """Count an exception of a cue's formula, and warn of the first one of each."""
        self.counters.errors += 1
        if isinstance(error, BudgetError):  # as the event manager does
            self.ctx.budget.halve()
            self.cues[index].formula.flush()
        if index not in self._reported:
            self._reported.add(index)
            owner = self.cues[index].formula.owner
            if isinstance(error, BudgetError):
                self.ctx.warn(f"{owner}: {error}", error.node)
            else:
                self.ctx.warn(f"{owner}: {type(error).__name__}: {error}")

    # Arrivals

    def _due_to_arrive(self, cue: Cue) -> bool:
        """Whether an arrival cue is true; a called reinforcement's always is (F43)."""
        return CALLED in cue.subject.flags or self.request(cue)

    def _delay_ms(self, cue: Cue) -> int:
        """Return the delay of a first arrival in milliseconds: a called reinforcement has its own."""
        subject = cue.subject
        if CALLED in subject.flags:
            entries = self.mission.reinforcements if self.mission is not None else []
            return 1000 * next((entry.delay for entry in entries if entry.name.lower() == subject.key), 0)
        if isinstance(subject, Wing):
            members = (self.world.ships[name.lower()] for name in subject.ships)
            if any("player-start" in ship.flags for ship in members):
                return 0  # E6
        return 0 if subject.arrival.at_once else int(subject.arrival.delay) * 1000

    def _start_delay(self, cue: Cue, delay_ms: int) -> None:
        """Start the delay unless it runs already (F40)."""
        if cue.due_us == NEVER:
            cue.due_us = us_of_event_ms(self.world.clock.event_ms + max(delay_ms, 0))

    def _wave_delay_ms(self, wing: Wing) -> int:
        """Draw the delay before a later wave (F45, I5)."""
        low, high = wing.wave_delay_min * 1000, wing.wave_delay_max * 1000
        return self.world.rng.between(low, high) if high > low else low

    def _carrier(self, cue: Cue) -> Ship | bool:
        """Return True if a subject can arrive now, False if it must wait, the carrier if that has gone (F42)."""
        terms = cue.subject.arrival
        if terms.location.lower() != "docking bay":
            return True
        carrier = self.world.ship(terms.anchor)
        if carrier is None:
            return False
        if carrier.status is ShipStatus.EXITED:
            return carrier
        if carrier.status is not ShipStatus.PRESENT:
            return False
        bays = [subsystem for key, subsystem in carrier.subsystems.items() if "bay" in key]
        return not bays or any(bay.hull > 0.0 for bay in bays)

    def _decide_ship_arrival(self, cue: Cue) -> bool | None:
        ship = cue.subject
        assert isinstance(ship, Ship)
        if ship.status is not ShipStatus.NOT_YET and ship.entry is None:
            cue.done = True
            return False
        self._settle_terms(cue)
        return True if CALLED in ship.flags else None

    def _ship_arrival(self, cue: Cue) -> None:
        ship = cue.subject
        assert isinstance(ship, Ship)
        if holds_back(self.world, cue.subject):
            return
        self._start_delay(cue, self._delay_ms(cue))
        if self.world.clock.us < cue.due_us:
            return
        way = self._carrier(cue)
        if isinstance(way, Ship):
            self.world.set_ship(ship, "arrival_allowed", False)
            cue.done = True
        elif way:
            self._arrive(cue)

    def _arrive(self, cue: Cue, *, initial: bool = False) -> None:
        if isinstance(cue.subject, Ship):
            self._arrive_ship(cue, cue.subject, initial)
        else:
            self._arrive_wing(cue, cue.subject, initial)

    def _arrive_ship(self, cue: Cue, ship: Ship, initial: bool) -> None:
        """Make a ship arrive, with the ships that start docked to it."""
        if ship.status is not ShipStatus.NOT_YET:  # a created ship has taken its name (M11.6)
            comer = self.world.arrive_displaced(ship)
            if comer is None:
                return
            self._hand_over(ship, comer)
            ship = comer
        place = None if initial else self._placement.place(ship.arrival)
        before = ship.position
        self.world.arrive(ship, None if place is None else place[0], initial=initial)
        if place is not None:
            self.world.move_ship(ship, place[0], orientation=place[1], jump=True)
        self._bring_docked(ship, before, initial)
        cue.done = True

    def _hand_over(self, ship: Ship, comer: Ship) -> None:
        """Give the cues of a ship's name to the ship that arrives under another name (M11.6)."""
        for cue in self.cues:
            if cue.subject is ship:
                cue.subject = comer
                cue.anchor = None
                self.refresh_facts(cue)

    def _bring_docked(self, ship: Ship, before: Vector, initial: bool) -> None:
        """Make the ships that start docked to a ship arrive with it; `before` is that ship's position in the file."""
        if not ship.docked:
            return
        for member in self.world.docked_group(ship):
            if member.status is ShipStatus.NOT_YET:
                x, y, z = (member.position[axis] - before[axis] + ship.position[axis] for axis in range(3))
                self.world.arrive(member, (x, y, z), initial=initial)

    def _decide_wing_arrival(self, cue: Cue) -> bool | None:
        wing = cue.subject
        assert isinstance(wing, Wing)
        if wing.gone or wing.departing or wing.wave >= wing.waves:
            cue.done = wing.gone or wing.departing
            return False
        self._settle_terms(cue)
        if wing.wave > 0 and wing.current > wing.threshold:
            return False
        return True if CALLED in wing.flags else None

    def _wing_arrival(self, cue: Cue) -> None:
        wing = cue.subject
        assert isinstance(wing, Wing)
        if holds_back(self.world, cue.subject):
            return
        if cue.due_us == NEVER:
            at_once = wing.wave == 0 or wing.arrival.at_once
            self._start_delay(cue, self._delay_ms(cue) if at_once else self._wave_delay_ms(wing))
        if self.world.clock.us < cue.due_us:
            return
        way = self._carrier(cue)
        if isinstance(way, Ship):
            self.world.cancel_wing(wing, way.exit or ExitKind.DESTROYED)
            cue.done = True
        elif way:
            self._arrive(cue)

    def _arrive_wing(self, cue: Cue, wing: Wing, initial: bool) -> None:
        """Make the next wave arrive (F45); the wave after it has a delay of its own."""
        cue.due_us = NEVER
        if wing.arrival.at_once:  # this time only
            self.world.set_wing(wing, arrival=replace(wing.arrival, at_once=False))
            self._settle_terms(cue)
        ships = self.world.arrive_wave(wing, initial=initial)
        places = [ship.position for ship in ships]
        if not initial:
            place = self._placement.place(wing.arrival)
            if place is not None:
                self._placement.form_up(ships, *place)
        for ship, before in zip(ships, places, strict=True):
            self._bring_docked(ship, before, initial)

    # Departures

    def begin_departure(self, ship: Ship) -> bool:
        """Make a ship leave, because of its cue or an order; return False if it cannot."""
        if not can_leave(ship):
            return False
        self.world.set_ship(ship, "departing", True)
        if self.leave is not None:
            self.leave(ship)
        else:
            self.world.depart(ship)
        return True

    def _elapsed(self, cue: Cue) -> bool:
        """Start the delay of a true departure cue; return whether it is over (F46)."""
        self._start_delay(cue, cue.subject.departure.delay * 1000)
        return self.world.clock.us >= cue.due_us

    def _decide_ship_departure(self, cue: Cue) -> bool | None:
        ship = cue.subject
        assert isinstance(ship, Ship)
        if ship.status is not ShipStatus.PRESENT:
            cue.done = ship.status is ShipStatus.EXITED and ship.entry is None
            return False
        if not can_leave(ship):
            return False
        self._settle_terms(cue)
        return None

    def _ship_departure(self, cue: Cue) -> None:
        ship = cue.subject
        assert isinstance(ship, Ship)
        if self._elapsed(cue):
            self.begin_departure(ship)

    def _decide_wing_departure(self, cue: Cue) -> bool | None:
        wing = cue.subject
        assert isinstance(wing, Wing)
        if wing.gone or wing.departing:
            cue.done = True
            return False
        self._settle_terms(cue)
        return None

    def _wing_departure(self, cue: Cue) -> None:
        wing = cue.subject
        assert isinstance(wing, Wing)
        if self._elapsed(cue):
            cue.done = True
            if wing.current == 0:
                self.world.depart_wing(wing)  # cancelled before it arrived, or between two waves
                return
            self.world.set_wing(wing, departing=True)
            for ship in self.world.wing_members(wing):
                self.begin_departure(ship)
