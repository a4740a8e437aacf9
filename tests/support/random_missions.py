"""Random small missions and random happenings, drawn from anything that has the methods of random.Random."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random
from typing import Any

import sexp_runtime.operators  # noqa: F401  # fills MEANINGS
from sexp_runtime.catalog import CATALOG, OPERATOR_NAMES
from sexp_runtime.operators.context import EvaluationContext, RuntimeOptions
from sexp_runtime.operators.registry import MEANINGS
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.syntax.parser import SexpParser
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world.ships import ExitKind, ShipStatus
from sexp_runtime.world.world import World

NUMBERS = ["a", "b", "c", "d"]
STRINGS = ["s", "t"]
SHIPS = ["Red", "Blue", "Green", "Wolf 1", "Wolf 2"]
NAMES = [*SHIPS, "Wolf", "Nobody"]
EVENTS = ["E0", "E1", "E2", "E3", "E4", "E5"]
GOALS = ["G0", "G1"]
COMMON = ['"Red" "Wolf 1"', '"Blue" "<any hostile>"', '"Wolf" "Path:1"']
EDGES = [0, 0, 1, 1, 2, 3, 5, -1, -3, 7, 31, 100, 2147483647, -2147483647, 65536, 12345]


@dataclass
class EventPlan:
    """What a random event is made of."""

    formula: str
    fields: dict[str, Any]


@dataclass
class MissionPlan:
    """A random mission as text, so that it can be built any number of times."""

    events: list[EventPlan] = field(default_factory=list)
    goals: list[str] = field(default_factory=list)
    options: dict[str, bool] = field(default_factory=dict)
    dialect: Dialect = Dialect.FSO
    seed: int = 1
    training: bool = False
    invalid_goals: list[bool] = field(default_factory=list)
    duplicates: bool = False
    frames: list[list[tuple[Any, ...]]] = field(default_factory=list)

    def describe(self) -> str:
        """Return the mission in a form that can be pasted into a test."""
        lines = [
            f"options={self.options} dialect={self.dialect} seed={self.seed} training={self.training} "
            f"invalid={self.invalid_goals} duplicates={self.duplicates}"
        ]
        lines += [f"event {n}: {event.fields} {event.formula}" for n, event in enumerate(self.events)]
        lines += [f"goal {n}: {text}" for n, text in enumerate(self.goals)]
        lines += [f"frame {n}: {steps}" for n, steps in enumerate(self.frames)]
        return "\n".join(lines)


class Formulas:
    """Writes random formulas."""

    def __init__(self, random: Random, *, wcs: bool = False, mild: bool = False) -> None:
        self.r = random
        self.wcs = wcs
        self.mild = mild
        self.in_form = False

    def known(self, *names: str) -> list[str]:
        return [name for name in names if name in MEANINGS] or ["+"]

    def pick(self, items: Any) -> Any:
        return items[self.r.randrange(len(items))]

    def chance(self, percent: int) -> bool:
        return self.r.randrange(100) < percent

    def literal(self) -> str:
        return str(self.pick(EDGES))

    def small(self) -> str:
        return str(self.r.randrange(6))

    def name(self, names: list[str]) -> str:
        if self.in_form and self.chance(50):
            return '"<argument>"'
        if self.chance(6):
            return f'"@{self.pick(STRINGS)}[x]"'
        if self.chance(3) and not self.wcs:
            return '&Queue& ( "Get_First" )'
        return f'"{self.pick(names)}"'

    def number(self, depth: int) -> str:
        roll = self.r.randrange(100)
        if depth <= 0 or roll < 22:
            roll = self.r.randrange(100)
            if roll < 55:
                return f"@{self.pick(NUMBERS)}[0]"
            if roll < 60 and self.in_form:
                return '"<argument>"'
            return self.literal() if self.chance(40) else self.small()
        if roll < 50:
            op = self.pick(["+", "-", "*", "/", "mod", "min", "max", "abs"])
            count = 1 if op == "abs" else self.r.randrange(1, 4)
            return f"( {op} {' '.join(self.number(depth - 1) for _ in range(count))} )"
        if roll < 72:
            op = self.pick(self.known("hits-left", "shields-left", "time-ship-destroyed", "time-ship-arrived"))
            return f"( {op} {self.name(SHIPS)} )"
        if roll < 80:
            return f"( {self.pick(self.known('mission-time', 'mission-time-msecs'))} )"
        if roll < 84 and not self.wcs:
            return (
                f"( functional-if-then-else {self.truth(depth - 1)} {self.number(depth - 1)} {self.number(depth - 1)} )"
            )
        if roll < 88:
            return f"( num-ships-in-wing {self.name(['Wolf'])} )"
        if roll < 92:
            op = self.pick(["rand", "rand-multiple"])
            return f"( {op} {self.small()} {self.r.randrange(3, 9)} )"
        if roll < 95 and not self.wcs:
            return f"( bitwise-and {self.number(depth - 1)} {self.number(depth - 1)} )"
        if roll < 98:
            return self.place()
        return f"( nan-to-number {self.number(depth - 1)} )"

    def place(self) -> str:
        if self.chance(60):
            op = self.pick(["distance", "distance", "distance-to-center", "distance-to-bbox"])
            others = [*SHIPS, "Wolf", "<any hostile>", "<any friendly>", "Path:1"]
            if self.chance(30):  # often the same, so that formulas have it in common
                return f"( distance {self.pick(COMMON)} )"
            return f"( {op} {self.name(SHIPS)} {self.name(others)} )"
        return (
            f"( {self.pick(['get-object-x', 'get-object-y', 'get-object-z'])} {self.name([*SHIPS, 'Wolf', 'Path:1'])} )"
        )

    def moving(self) -> str:
        """Return a comparison of positions near where it flips."""
        op = self.pick(["<", ">", "="] if self.wcs else ["<", ">", "<=", ">=", "=", "!="])
        limit = str(self.r.randrange(12) * 50)
        left = self.place()
        if self.chance(30):
            left = f"( {self.pick(['+', '-', 'abs', 'max', 'min'])} {left} )"
        if self.chance(20):
            left = f"( {self.pick(['+', '-', '*', 'min', 'max'])} {left} {self.pick([self.small(), self.place()])} )"
        if self.chance(25):
            limit = f"( + {self.place()} {limit} )"
        return f"( {op} {left} {limit} )" if self.chance(70) else f"( {op} {limit} {left} )"

    def truth(self, depth: int) -> str:
        if self.chance(9):
            return self.moving()
        roll = self.r.randrange(100)
        if depth <= 0 or roll < 8:
            return self.pick(["( true )", "( false )", f"( = @{self.pick(NUMBERS)}[0] {self.small()} )"])
        if roll < 12:
            if self.chance(15):
                return self.number(1)
            op = self.pick(self.known("hits-left", "time-ship-destroyed", "time-ship-departed"))
            return f"( {op} {self.name(SHIPS)} )"
        if roll < 30:
            op = self.pick(["and", "or", "and", "or", "xor", "and-in-sequence"])
            count = self.r.randrange(1, 4)
            return f"( {op} {' '.join(self.truth(depth - 1) for _ in range(count))} )"
        if roll < 36:
            return f"( not {self.truth(depth - 1)} )"
        if roll < 55:
            op = self.pick(["=", "<", ">"] if self.wcs else ["=", "!=", "<", ">", "<=", ">="])
            count = 3 if self.chance(15) else 2
            return f"( {op} {' '.join(self.number(depth - 1) for _ in range(count))} )"
        if roll < 58:
            return f"( is-nan {self.number(depth - 1)} )"
        if roll < 70:
            return self.outcome()
        if roll < 80:
            return self.event_truth()
        if roll < 85:
            return f"( has-time-elapsed {self.small()} )"
        if roll < 89:
            return f"( is-in-mission {self.name(NAMES)} )"
        if roll < 91:
            return f'( string-equals "@{self.pick(STRINGS)}[x]" {self.name(NAMES)} )'
        if roll < 93:
            return f'( key-pressed "{self.pick(["A", "B"])}" )' if "key-pressed" in MEANINGS else "( true )"
        if roll < 95:
            count = self.r.randrange(1, 3)
            inner = [
                self.pick(["( = @a[0] 1 )", self.outcome(), f"( > @{self.pick(NUMBERS)}[0] 2 )"]) for _ in range(count)
            ]
            return f"( is-true-for-duration {self.r.randrange(0, 4) * 400} {' '.join(inner)} )"
        if roll < 97 and not self.wcs:
            return f"( perform-actions-bool-first {self.truth(depth - 1)} {self.action(1)} )"
        if roll < 99 and not self.wcs:
            return "( is-container-empty &&Queue )" if "is-container-empty" in MEANINGS else "( false )"
        return f"( is-docked {self.name(SHIPS)} {self.name(SHIPS)} )" if "is-docked" in MEANINGS else "( false )"

    def outcome(self) -> str:
        roll = self.r.randrange(100)
        if roll < 35:
            op = self.pick(
                ["is-destroyed-delay", "has-arrived-delay", "has-departed-delay", "destroyed-or-departed-delay"]
            )
            return f"( {op} {self.small()} {self.name(NAMES)} )"
        if roll < 55:
            op = self.pick(["is-destroyed", "has-arrived", "has-departed"])
            op = op if op in MEANINGS else "has-arrived-delay 0"
            return f"( {op} {self.name(NAMES)} )"
        if roll < 75:
            op = self.pick(["is-destroyed-delay", "has-arrived-delay"])
            return f"( {op} {self.small()} {self.name(NAMES)} {self.name(NAMES)} )"
        op = self.pick(self.known("percent-ships-destroyed", "percent-ships-departed", "percent-ships-arrived"))
        return f"( {op} {self.pick([0, 30, 50, 100])} {self.name(NAMES)} {self.name(NAMES)} )"

    def delay(self, unit: int) -> str:
        """A delay of up to three seconds, of which a unit is part, or of a random number of units."""
        if not self.chance(25):
            return str(self.r.randrange(4) * unit)
        low = self.r.randrange(-1, 6)
        return f"( rand-multiple {low * unit} {(low + self.r.randrange(-1, 5)) * unit} )"

    def event_truth(self) -> str:
        roll = self.r.randrange(100)
        event = f'"{self.pick(EVENTS)}"'
        if roll < 35:
            return f"( {self.pick(['is-event-true', 'is-event-false', 'is-event-incomplete'])} {event} )"
        if roll < 65:
            return f"( {self.pick(['is-event-true-delay', 'is-event-false-delay'])} {event} {self.delay(1)} )"
        if roll < 80:
            ops = self.known("is-event-true-msecs-delay", "is-event-false-msecs-delay")
            return f"( {self.pick(ops)} {event} {self.delay(250)} )"
        op = self.pick(["is-goal-true-delay", "is-goal-false-delay"])
        return f'( {op} "{self.pick(GOALS)}" {self.r.randrange(3)} )'

    def action(self, depth: int) -> str:
        roll = self.r.randrange(100)
        if roll < 35:
            return f"( modify-variable @{self.pick(NUMBERS)}[0] {self.number(2)} )"
        if roll < 42:
            return f'( modify-variable "@{self.pick(STRINGS)}[x]" {self.name(NAMES)} )'
        if roll < 50:
            return f'( reset-event "{self.pick(EVENTS)}" )'
        if roll < 54:
            return f'( {self.pick(["reset-goal", "invalidate-goal", "validate-goal"])} "{self.pick(GOALS)}" )'
        if roll < 62 and depth > 0:
            return self.conditional(depth - 1)
        if roll < 68 and self.in_form:
            return '( invalidate-argument "<argument>" )'
        if roll < 72 and not self.wcs and "add-to-list" in MEANINGS:
            return f"( add-to-list &&Queue ( true ) {self.name(NAMES)} )"
        if roll < 80:
            return f"( self-destruct {self.name(SHIPS)} )" if "self-destruct" in MEANINGS else "( do-nothing )"
        if roll < 84:
            return "( rand-multiple 1 9 )"
        return "( do-nothing )"

    def actions(self, depth: int) -> str:
        return " ".join(self.action(depth) for _ in range(self.r.randrange(1, 3)))

    def conditional(self, depth: int) -> str:
        roll = self.r.randrange(100)
        size = self.r.randrange(1, 4)
        if roll < 60:
            return f"( when {self.truth(size)} {self.actions(depth)} )"
        if roll < 70:
            return f"( every-time {self.truth(size)} {self.actions(depth)} )"
        if roll < 78:
            return f"( if-then-else {self.truth(size)} {self.action(depth)} {self.actions(depth)} )"
        if roll < 83:
            clauses = [f"( {self.truth(2)} {self.actions(depth)} )" for _ in range(self.r.randrange(1, 3))]
            return f"( cond {' '.join(clauses)} )"
        if roll < 86 and not self.wcs:
            return f"( switch {self.number(1)} {self.actions(depth)} )"
        return self.form(depth, size)

    def form(self, depth: int, size: int) -> str:
        names = [f'"{self.pick([*SHIPS, "1", "3", "a"])}"' for _ in range(self.r.randrange(1, 4))]
        if self.chance(15):
            names.append(f'"@{self.pick(STRINGS)}[x]"')
        if self.chance(10) and not self.wcs:
            names.append("&&Queue")
        providers = ["any-of", "every-of", "number-of 2", "random-of", "in-sequence"]
        if not self.wcs:
            providers += ["first-of 1", "for-counter 1 3", "for-ship-team", "random-multiple-of"]
        provider = self.pick(providers)
        if provider == "for-counter 1 3":
            names = []
        if provider == "for-ship-team":
            names = ['"Friendly"']
        before, self.in_form = self.in_form, True
        condition, actions = self.truth(size), self.actions(depth)
        self.in_form = before
        name = "when-argument" if self.chance(75) else "every-time-argument"
        return f"( {name} ( {provider} {' '.join(names)} ) {condition} {actions} )"

    def standing(self) -> str:
        """Return a form whose actions run in frame after frame, of plain candidates and what is cheap to read."""
        if self.chance(30):
            parts = " ".join(self.reader() for _ in range(self.r.randrange(1, 4)))
            return f"( every-time ( and {parts} ) {self.standing_actions()} )"
        names = " ".join(f'"{self.pick([*NAMES, "2"])}"' for _ in range(self.r.randrange(1, 5)))
        provider = self.pick(["any-of", "any-of", "random-multiple-of"])
        before, self.in_form = self.in_form, True
        parts = " ".join(self.reader() for _ in range(self.r.randrange(1, 5)))
        actions = self.standing_actions()
        self.in_form = before
        return f"( every-time-argument ( {provider} {names} ) ( {self.pick(['and', 'and', 'or'])} {parts} ) {actions} )"

    def drawing(self) -> str:
        """Return a formula that draws where it does not matter, where it does, or that resets one which does."""
        roll = self.r.randrange(100)
        if roll < 25:
            names = " ".join(f'"{self.pick(SHIPS)}"' for _ in range(self.r.randrange(1, 4)))
            before, self.in_form = self.in_form, True
            parts = f"{self.reader()} ( has-arrived-delay 0 {self.name(SHIPS)} )"
            self.in_form = before
            action = f"( modify-variable @{self.pick(NUMBERS)}[0] {self.small()} )"
            return f"( every-time-argument ( random-multiple-of {names} ) ( and {parts} ) {action} )"
        if roll < 45:
            waits = f'( is-event-true-delay "{self.pick(EVENTS)}" ( rand-multiple {self.r.randrange(3)} 5 ) )'
            return f"( when ( {self.pick(['or', 'and'])} {self.reader()} {waits} ) {self.action(0)} )"
        if roll < 60:
            parts = " ".join(self.reader() if self.chance(20) else self.late() for _ in range(self.r.randrange(1, 4)))
            return f"( every-time ( or {parts} ) {self.action(0)} )"
        if roll < 80:
            place = f"@{self.pick(NUMBERS)}[0]"
            return f"( every-time ( = {place} {self.small()} ) ( modify-variable {place} ( rand-multiple 0 9 ) ) )"
        return f'( when ( {self.pick("<>")} @{self.pick(NUMBERS)}[0] 2 ) ( reset-event "{self.pick(EVENTS)}" ) )'

    def late(self) -> str:
        """Return a condition of which one part draws."""
        wait = f"( + @{self.pick(NUMBERS)}[0] ( rand-multiple {self.small()} {self.r.randrange(5, 9)} ) )"
        return f"( and ( = @{self.pick(NUMBERS)}[0] {self.small()} ) ( < {wait} ( mission-time ) ) {self.reader()} )"

    def reader(self) -> str:
        """Return a condition that mostly does no more than read."""
        roll = self.r.randrange(100)
        if roll < 25:
            return self.moving()
        if roll < 45:
            text = self.pick([self.outcome(), self.event_truth()])
            return f"( not {text} )" if self.chance(50) else text
        if roll < 60:
            return f"( = @{self.pick(NUMBERS)}[0] {self.small()} )"
        if roll < 70:
            return f"( > ( mission-time ) ( + @{self.pick(NUMBERS)}[0] {self.small()} ) )"
        if roll < 78:
            return f"( = ( rand-multiple 0 3 ) {self.small()} )"
        if roll < 85:
            return f"( or {self.outcome()} {self.event_truth()} )"
        if roll < 90:
            return f"( = {self.name(NUMBERS)} 2 )"
        return self.truth(2)

    def standing_actions(self) -> str:
        return " ".join(self.standing_action() for _ in range(self.r.randrange(1, 4)))

    def standing_action(self) -> str:
        roll = self.r.randrange(100)
        if roll < 20:
            axis = self.pick("xyz")
            own = self.pick(["", "( true )", "( false )"])
            return f"( set-object-speed-{axis} {self.name(SHIPS)} {self.number(1)} {own} )"
        if roll < 35:
            x, y, z = self.steering() if self.chance(60) else (self.pick([self.small(), self.place()]) for _ in "xyz")
            return f"( {self.pick(['set-object-facing', 'set-object-position'])} {self.name(SHIPS)} {x} {y} {z} )"
        if roll < 42:
            return f'( set-object-facing-object {self.name(SHIPS)} "Path:1" )'
        if roll < 57:
            return f"( modify-variable @{self.pick(NUMBERS)}[0] {self.number(2)} )"
        if roll < 67:
            return f"( when ( and {self.reader()} {self.reader()} ) {self.action(0)} )"
        if roll < 75:
            return f'( send-message {self.name(SHIPS)} "Low" {self.name(NAMES)} )'
        return self.action(1)

    def steering(self) -> list[str]:
        """Return a point by sums of the coordinates of one thing, mostly; now and then another number is among them."""
        name = self.name([*SHIPS, "Wolf", "Path:1"])
        parts = [f"( get-object-{axis} {name} )" for axis in "xyz"]
        for axis, part in enumerate(parts):
            if self.chance(70):
                pair = [part, self.pick([f"@{self.pick(NUMBERS)}[0]", self.literal(), self.pick(parts), self.small()])]
                parts[axis] = f"( {self.pick(['+', '-', '*'])} {' '.join(pair if self.chance(70) else pair[::-1])} )"
            elif self.chance(30):
                parts[axis] = self.number(1)
        return parts

    def formula(self) -> str:
        if self.chance(12):
            text = self.truth(3)
            return text if text.startswith("(") else "( true )"
        return self.standing() if self.chance(20) else self.conditional(1)


def random_mission(
    random: Random, *, events: int = 6, frames: int = 25, wcs: bool = False, drawing: bool = False
) -> MissionPlan:
    """Return a random mission with random happenings; `drawing`: one in which much is drawn."""
    make = Formulas(random, wcs=wcs)
    plan = MissionPlan(dialect=Dialect.WCS if wcs else Dialect.FSO, seed=random.randrange(1, 1000))
    plan.options = {
        "fixed_chaining_to_repeat": make.chance(40),
        "alternate_chaining": make.chance(15),
        "true_loop_arguments": make.chance(20),
    }
    for _ in range(random.randrange(1, events + 1)):
        repeat = make.pick([1, 1, 1, 2, 3, -1])
        uses_trigger = make.chance(20)
        trigger = make.pick([2, 3, -1]) if uses_trigger else 1
        if uses_trigger and repeat == 1:
            repeat = -1
        fields = {
            "repeat": repeat,
            "trigger": trigger,
            "uses_trigger": uses_trigger,
            "interval_ms": make.pick([1000, 0, 100, 250, 2000, 1000, -1000]),
            "chain_delay_ms": make.pick([-1, -1, 0, 300, 1000, 2500]),
        }
        plan.events.append(EventPlan(make.drawing() if drawing else make.formula(), fields))
    for _ in range(random.randrange(0, 3)):
        text = make.truth(3)
        plan.goals.append(text if text.startswith("(") else '( is-event-true "E0" )')
        plan.invalid_goals.append(make.chance(20))
    plan.training = make.chance(12)
    plan.duplicates = make.chance(20)
    for _ in range(frames):
        plan.frames.append(random_frame(make))
    return plan


def random_frame(make: Formulas) -> list[tuple[Any, ...]]:
    """Return what happens in one frame: first the step of the clock, then writes."""
    steps: list[tuple[Any, ...]] = [
        ("time", make.pick([16_667, 100_000, 100_000, 333_333, 1_000_000, 50_000, 0, make.r.randrange(3_000_001)]))
    ]
    while make.chance(45):
        roll = make.r.randrange(100)
        if roll < 40:
            steps.append(("number", make.r.randrange(len(NUMBERS)), make.pick(EDGES)))
        elif roll < 48:
            steps.append(("text", len(NUMBERS) + make.r.randrange(len(STRINGS)), make.pick(NAMES)))
        elif roll < 80:
            what = make.pick(["arrive", "destroy", "finish", "depart", "vanish", "self-destruct", "hull", "shields"])
            steps.append((what, make.pick(SHIPS), make.r.randrange(0, 101)))
        elif roll < 84:
            steps.append(("turn", make.pick(SHIPS), make.r.randrange(3), make.chance(50)))
        elif roll < 86:
            steps.append(("bound", make.pick(SHIPS), make.pick([None, 0.0, 20.0, 70.0, 150.0])))
        elif roll < 88:
            steps.append(("dock", make.pick(SHIPS), make.pick(SHIPS)))
        elif roll < 90:
            steps.append(("move", make.pick(SHIPS), make.r.randrange(0, 2000)))
        elif roll < 94:
            steps.append(("key", make.pick(["A", "B"]), make.chance(50)))
        else:
            steps.append(("queue", make.pick(NAMES), make.chance(50)))
    return steps


def symbols(dialect: Dialect) -> Symbols:
    """Return the names that formulas of random missions may use."""
    return Symbols(
        OPERATOR_NAMES,
        aliases=getattr(CATALOG, "aliases", {}),
        variables=[*NUMBERS, *STRINGS],
        containers={} if dialect is Dialect.WCS else {"Queue": "list"},
        dialect=dialect,
    )


def parse(text: str, dialect: Dialect = Dialect.FSO, owner: str = "") -> SexpExpression:
    """Return the expression; a text that does not parse is an error of the generator."""
    result = SexpParser(symbols(dialect)).parse(text, owner=owner)
    assert result.expression is not None, (text, result.diagnostics)
    assert not any(d.severity.name == "ERROR" for d in result.diagnostics), (text, result.diagnostics)
    return result.expression


def build_world(plan: MissionPlan) -> World:
    """Return the world of a random mission at its start, with events and goals but without formulas."""
    world = World(dialect=plan.dialect, seed=plan.seed)
    for number, name in enumerate(NUMBERS):
        world.variables.declare(name, number)
    for name in STRINGS:
        world.variables.declare(name, "Red")
    if plan.dialect is not Dialect.WCS:
        world.containers.declare("Queue", "list", ["Red", "Wolf 1"])
    world.set_waypoints("Path", [(300.0, 40.0, 0.0)])
    world.add_wing("Wolf", waves=1, size=2, ships=["Wolf 1", "Wolf 2"])
    for number, name in enumerate(SHIPS):
        ship = world.add_ship(name, team="Friendly" if number % 2 else "Hostile", max_hull=100.0, hull=100.0)
        ship.max_shields = ship.shields = 50.0
        ship.position = (100.0 * number, 0.0, 0.0)
        ship.speed_bound = [50.0, None, 0.0, 120.0, 30.0][number]
        ship.velocity = (0.0, 0.0, 0.0)
        if name.startswith("Wolf"):
            ship.wing = "wolf"
            ship.refresh_facts()
        if number in (0, 3):
            world.arrive(ship, initial=True)
    for number, event in enumerate(plan.events):
        world.add_event(EVENTS[number % (3 if plan.duplicates else len(EVENTS))], **event.fields)
    for number, _ in enumerate(plan.goals):
        world.add_goal(GOALS[number], invalid=plan.invalid_goals[number] if plan.invalid_goals else False)
    return world


def build_context(plan: MissionPlan, world: World, actions: list[Any]) -> EvaluationContext:
    """Return a context whose actions are appended to the list."""
    return EvaluationContext(
        world,
        options=RuntimeOptions(**plan.options),
        actions=lambda name, args: actions.append((name, args)),
    )


def fly(world: World, seconds: float) -> None:
    """Let ships with a bound fly where they are headed, as fast as they may; docked ones follow the fastest."""
    for ship in list(world.ships.values()):
        group = world.docked_group(ship)
        leader = min(group, key=lambda member: member.key)
        bounds = [member.speed_bound for member in group]
        if ship.status is not ShipStatus.PRESENT or None in bounds:
            continue
        speed = max(bound for bound in bounds if bound is not None)
        heading = leader.velocity
        length = max(1.0, math.hypot(*heading))
        if speed and any(heading):
            place = tuple(ship.position[axis] + heading[axis] / length * speed * seconds for axis in range(3))
            world.move_ship(ship, (place[0], place[1], place[2]))


def apply(world: World, step: tuple[Any, ...]) -> None:
    """Let one thing happen."""
    what, *args = step
    if what == "time":
        world.clock.advance_to(world.clock.us + args[0])
        fly(world, args[0] / 1e6)
    elif what == "number":
        world.variables.set_number(args[0], args[1])
    elif what == "text":
        world.variables.set_text(args[0], args[1])
    elif what == "key":
        if args[1]:
            world.press_key(args[0])
        else:
            world.reset_key(args[0])
    elif what == "queue":
        if world.containers.get("Queue") is not None:
            if args[1]:
                world.containers.add_items("Queue", [args[0]])
            else:
                world.containers.remove_items("Queue", [args[0]])
    else:
        ship = world.ship(args[0])
        assert ship is not None
        if what == "arrive":
            world.arrive(ship)
        elif what == "destroy":
            world.destroy(ship)
        elif what == "finish":
            world.finish_death(ship)
        elif what == "depart":
            world.depart(ship)
        elif what == "vanish":
            world.vanish(ship)
        elif what == "self-destruct":
            world.self_destruct(ship)
        elif what == "hull":
            world.set_ship(ship, "hull", float(args[1]))
        elif what == "shields":
            world.set_ship(ship, "shields", float(args[1]) / 2)
        elif what == "turn":
            heading = [0.0, 0.0, 0.0]
            heading[args[1]] = 1.0 if args[2] else -1.0
            turned = [(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0), (0.6, 0.8, 0.0, -0.8, 0.6, 0.0, 0.0, 0.0, 1.0)]
            orientation = turned[args[2]] if len(ship.orientation) == 9 else None
            world.move_ship(ship, ship.position, (heading[0], heading[1], heading[2]), orientation)  # type: ignore[arg-type]
        elif what == "bound":
            world.set_ship(ship, "speed_bound", args[1])
        elif what == "dock":
            other = world.ship(args[1])
            assert other is not None
            if ship is not other and ship.docked:
                world.undock(ship, world.ships[min(ship.docked)])
            elif ship is not other and not other.docked:
                world.dock(ship, other)
        elif what == "move":
            world.move_ship(ship, (float(args[1]), 0.0, 0.0), jump=ship.speed_bound is not None or bool(ship.docked))


__all__ = ["ExitKind", "ShipStatus", "apply", "build_context", "build_world", "parse", "random_mission"]
