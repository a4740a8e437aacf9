"""Arrivals and departures: the cues of ships and wings with delays, waves, carriers and reinforcements (F40-F48)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.operators.budget import BudgetError
from sexp_runtime.rules.counters import EngineCounters
from sexp_runtime.rules.placement import Placement
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.values import KNOWN_FALSE
from sexp_runtime.world.classes import ENGINES
from sexp_runtime.world.clock import NEVER, us_of_event_ms
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus, Vector
from sexp_runtime.world.wings import Wing

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.rules.formula import Formula
    from sexp_runtime.rules.manager import FormulaProfiler
    from sexp_runtime.world.world import World

#: Flags of a ship that cannot leave through hyperspace (F46).
WARPLESS: Final = frozenset(("no-subspace-drive", "break-warp", "never-warp"))


#: Flags of reinforcements: not to come by themselves, may be called now, has been called (F43).
REINFORCEMENT: Final = "reinforcement"
AVAILABLE: Final = "reinforcement-available"
CALLED: Final = "reinforcement-called"


def can_leave(ship: Ship) -> bool:
    """Whether a ship is present, not leaving yet, and has a drive that works or leaves by a bay (F46, M13.7)."""
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


def available_reinforcements(world: World) -> list[Ship | Wing]:
    """Return the ships, then the wings that may be called now (F43)."""
    entries: list[Ship | Wing] = [*world.ships.values(), *world.wings.values()]
    return [entry for entry in entries if AVAILABLE in entry.flags and CALLED not in entry.flags]


def dock_followers(world: World) -> set[str]:
    """Return the keys of ships that start docked to another one that leads their group: their own cues do not count.

    The leader (M10.5) is the leader of a wing, else the first ship of the file whose arrival cue is not plainly false,
    else the first.
    """
    followers: set[str] = set()
    seen: set[str] = set()
    leaders = {wing.ships[0].lower() for wing in world.wings.values() if wing.ships}
    for ship in world.ships.values():
        if not ship.docked or ship.key in seen:
            continue
        keys = {member.key for member in world.docked_group(ship)}
        seen |= keys
        group = [member for member in world.ships.values() if member.key in keys]
        able = [member for member in group if member.wing is None and not _is_never(member)]
        leader = next((member for member in group if member.key in leaders), None) or (able or group)[0]
        followers |= {member.key for member in group if member is not leader and member.wing is None}
    return followers


def _is_never(ship: Ship) -> bool:
    """Whether the file says outright that a ship does not arrive."""
    cue = getattr(ship.arrival, "cue", None)
    return cue is None or cue.root.operator == "false"


def call_reinforcement(world: World, name: str) -> bool:
    """Let an available reinforcement come (F43): its cue counts as true from now on. False if it is not available."""
    for entry in available_reinforcements(world):
        if entry.key == name.lower():
            if isinstance(entry, Ship):
                world.set_flag(entry, CALLED)
            else:
                world.set_wing(entry, flags=entry.flags | {CALLED})
            return True
    return False


class CueKind(Enum):
    """What a cue decides."""

    SHIP_ARRIVAL = "ship arrival"
    WING_ARRIVAL = "wing arrival"
    SHIP_DEPARTURE = "ship departure"
    WING_DEPARTURE = "wing departure"


class Cue:
    """One cue in the order of processing, with the delay that runs once it was true.

    - `expression`: what its formula was made of
    - `terms`: the subject's arrival or departure terms that the delay is of; an action can give it others
    - `due_us`: the moment in mission microseconds at which the running delay has elapsed, NEVER while none runs
    - `facts`: what processing looks at beside the formula; while neither these nor the formula's own inputs change and
      `due_us` has not come, processing the cue again does nothing but count an evaluation
    - `done`: processing it will never do anything again
    """

    __slots__ = (
        "anchor", "arrives", "done", "due_us", "expression", "facts", "formula", "index", "kind", "subject", "terms",
    )  # fmt: skip

    def __init__(
        self, index: int, kind: CueKind, subject: Ship | Wing, formula: Formula, expression: SexpExpression
    ) -> None:
        self.index = index
        self.kind = kind
        self.expression = expression
        self.arrives = kind in (CueKind.SHIP_ARRIVAL, CueKind.WING_ARRIVAL)
        self.subject = subject
        self.formula = formula
        self.anchor: str | None = None  # the one that `facts` names, None as long as there are no facts
        self.facts: tuple[FactKey, ...] = ()
        self.terms: Any = None
        self.due_us = NEVER
        self.done = False

    def __repr__(self) -> str:
        return f"Cue({self.kind.value} of {self.subject.name!r}, done={self.done})"


#: What a cue is made of: what it decides, for whom, and its formula.
CueSeed = tuple[CueKind, Ship | Wing, SexpExpression]


def cue_seeds(world: World) -> Iterator[CueSeed]:
    """Yield the cues of a world before its first frame, in the order in which a frame processes them."""
    single = [ship for ship in world.ships.values() if ship.wing is None]
    followers = dock_followers(world)
    subjects: dict[CueKind, Sequence[Ship | Wing]] = {
        CueKind.SHIP_ARRIVAL: [ship for ship in single if ship.key not in followers],
        CueKind.WING_ARRIVAL: list(world.wings.values()),
        CueKind.SHIP_DEPARTURE: single,
        CueKind.WING_DEPARTURE: list(world.wings.values()),
    }
    for kind, found in subjects.items():
        arrives = kind in (CueKind.SHIP_ARRIVAL, CueKind.WING_ARRIVAL)
        for subject in found:
            expression = getattr(subject.arrival if arrives else subject.departure, "cue", None)
            if expression is not None:
                yield kind, subject, expression


class CueManager:
    """Steps 2 and 3 of a frame (F0): arrivals of ships, then of wings, then departures of ships, then of wings.

    `formulas` makes the evaluable form of a cue; the cues are those of `seeds`, None for all of a world that is loaded.
    `leave` gets each ship that is to depart; a game or a simulation flies it out, then calls World.depart. Without
    `leave`, ships depart at once. Call `load` once at mission time 0, and `frame` in each frame.
    `on_request("cue", index)` is called for each evaluation that is asked for, `profiler.formula` after each that is
    made. A turn finds out whether the cue is asked (`is_decided`), asks (`request`) and applies what is true (`apply`).
    An engine that answers from cache overrides `request`, or takes fewer turns.
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
        #: Called for each evaluation, when set (see the event manager's).
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
        """Go on where the manager that this one replaces stands; `kept` has for each cue the same cue there.

        None in `kept` stands for a cue that is new or has changed.
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

    # What a cached engine needs to know

    def refresh_facts(self, cue: Cue) -> None:
        """Work out which facts a cue looks at beside its formula; to be called again when its terms change."""
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
        """Take one cue's turn, as a naive frame does for each; when nothing changed it only counts."""
        if not cue.done:
            decided = self.is_decided(cue)
            if self.request(cue) if decided is None else decided:
                self.apply(cue)

    def is_decided(self, cue: Cue) -> bool | None:
        """Return whether a cue counts as true without its formula, None if that has to be asked.

        A cue that will never do anything again becomes done.
        """
        return self._decide[cue.kind](cue)

    def apply(self, cue: Cue) -> None:
        """Let a cue be true: start its delay, and when that is over bring in or send away whom it is for."""
        self._apply[cue.kind](cue)

    def _settle_terms(self, cue: Cue) -> None:
        """Take note of terms that an action has given the subject (M13.1, M13.4): a delay that runs ends with them."""
        terms = cue.subject.arrival if cue.arrives else cue.subject.departure
        if terms is not cue.terms:
            if cue.terms is not None:
                cue.due_us = NEVER
            cue.terms = terms

    # Load and frame

    def load(self) -> None:
        """Evaluate the arrival cues at mission time 0: who is there from the start, who never comes (F40, F41, F44)."""
        never = list(self._no_arrival)
        for cue in self.cues:
            subject = cue.subject
            if cue.kind is CueKind.SHIP_ARRIVAL and isinstance(subject, Ship):
                if subject.status is ShipStatus.NOT_YET and self._due_to_arrive(cue) and not self._holds_back(cue):
                    self._start_delay(cue, self._delay_ms(cue))
                    if cue.due_us <= self.world.clock.us:
                        self._arrive_ship(cue, subject, initial=True)
                if cue.formula.status is KNOWN_FALSE:
                    never.append(subject)
            elif cue.kind is CueKind.WING_ARRIVAL and isinstance(subject, Wing):
                if not subject.gone and self._due_to_arrive(cue) and not self._holds_back(cue):
                    self._start_delay(cue, self._delay_ms(cue))
                    if cue.due_us <= self.world.clock.us:
                        self._arrive_wing(cue, subject, initial=True)
                if cue.formula.status is KNOWN_FALSE:
                    never.extend(self.world.ships[name.lower()] for name in subject.ships)
        self._rule_out(never)
        if self.mission is not None:
            self.world.count_ship_types()

    def _rule_out(self, never: list[Ship]) -> None:
        """Mark ships that can never arrive (F44); one that starts docked to a ship that can may still come with it."""
        keys = {ship.key for ship in never}
        followers = dock_followers(self.world)
        for ship in list(never):
            if ship.docked and ship.key not in followers:  # the leader: nobody of its group comes without it (M10.5)
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
        """Have one evaluation in `every` of each formula interpreted, so that profilers see operators; 0: none."""
        for cue in self.cues:
            cue.formula.interpret(every)

    def nbytes(self) -> dict[str, int]:
        """Return the memory of this engine's own caches in bytes, by part; the naive engine has none."""
        return {}

    def close(self) -> None:
        """Give back what the engine has of the world; the naive engine has nothing."""

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
        except Exception as error:  # whatever an operator or a game's hook does wrong must not stop the frame
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

    # Reinforcements

    def call_reinforcement(self, name: str) -> bool:
        """Let a reinforcement come as the player does who calls it (F43); False if it is not available."""
        return call_reinforcement(self.world, name)

    # Arrivals

    def _due_to_arrive(self, cue: Cue) -> bool:
        """Whether an arrival cue is true; that of a reinforcement that was called is (F43)."""
        return CALLED in cue.subject.flags or self.request(cue)

    def _holds_back(self, cue: Cue) -> bool:
        """Whether a true cue only makes a reinforcement available (F43)."""
        subject = cue.subject
        if REINFORCEMENT not in subject.flags or CALLED in subject.flags:
            return False
        if AVAILABLE not in subject.flags:
            if isinstance(subject, Ship):
                self.world.set_flag(subject, AVAILABLE)
            else:
                self.world.set_wing(subject, flags=subject.flags | {AVAILABLE})
        return True

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
        """Let the delay run from now if it does not run yet (F40)."""
        if cue.due_us == NEVER:
            cue.due_us = us_of_event_ms(self.world.clock.event_ms + max(delay_ms, 0))

    def _wave_delay_ms(self, wing: Wing) -> int:
        """Draw the delay before a later wave (F45, I5)."""
        low, high = wing.wave_delay_min * 1000, wing.wave_delay_max * 1000
        return self.world.rng.between(low, high) if high > low else low

    def _carrier(self, cue: Cue) -> Ship | bool:
        """Return True if the way in is free, False if it is not now, the carrier itself if that has gone (F42)."""
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
        if self._holds_back(cue):
            return
        self._start_delay(cue, self._delay_ms(cue))
        if self.world.clock.us < cue.due_us:
            return
        way = self._carrier(cue)
        if isinstance(way, Ship):
            self.world.set_ship(ship, "arrival_allowed", False)
            cue.done = True
        elif way:
            self._arrive_ship(cue, ship)

    def _arrive_ship(self, cue: Cue, ship: Ship, *, initial: bool = False) -> None:
        """Bring a ship in, and with it what is docked to it from the start."""
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
        """Let the cues of a ship's name be those of the ship that comes under another one."""
        for cue in self.cues:
            if cue.subject is ship:
                cue.subject = comer
                cue.anchor = None
                self.refresh_facts(cue)

    def _bring_docked(self, ship: Ship, before: Vector, initial: bool) -> None:
        """Let the ships that start docked to one arrive with it; `before` is where the file places that one."""
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
        if self._holds_back(cue):
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
            self._arrive_wing(cue, wing)

    def _arrive_wing(self, cue: Cue, wing: Wing, *, initial: bool = False) -> None:
        """Bring the next wave in (F45); its delay starts anew for the one after it."""
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
        """Let a ship leave, by its cue or by an order; False if it cannot."""
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
