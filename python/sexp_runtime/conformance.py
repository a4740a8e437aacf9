"""The conformance harness: builds the world a case describes, evaluates with an engine, compares (section L)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sexp_runtime.conformance_engines import Engine
from sexp_runtime.mission.model import EventDef
from sexp_runtime.mission.symbols import make_symbols
from sexp_runtime.operators.context import EvaluationContext, RuntimeOptions
from sexp_runtime.syntax import SexpExpression, SexpParser
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Status, atoi
from sexp_runtime.world.campaign import FAILED, INCOMPLETE, SATISFIED, Campaign, MissionRecord, mission_key
from sexp_runtime.world.clock import EVENT_CLOCK_START, fix_of_us
from sexp_runtime.world.loading import event_state
from sexp_runtime.world.log import SELF_DESTRUCTED, SHIP_DEPARTED, SHIP_DESTROYED
from sexp_runtime.world.ships import ExitKind, ExitRecord, Ship, ShipStatus
from sexp_runtime.world.variables import NUMBER, STRING
from sexp_runtime.world.world import World

#: Statuses that a case expects by name; any other status means that the value counts.
STATUS_NAMES: Final[dict[Status, str]] = {
    KNOWN_TRUE: "KNOWN_TRUE",
    KNOWN_FALSE: "KNOWN_FALSE",
    NAN: "NAN",
    NAN_FOREVER: "NAN_FOREVER",
    CANT_EVAL: "CANT_EVAL",
}
_EXIT_LOG: Final = {
    ExitKind.DESTROYED: SHIP_DESTROYED,
    ExitKind.DEPARTED: SHIP_DEPARTED,
    ExitKind.SELF_DESTRUCTED: SELF_DESTRUCTED,
}
_OUTCOME_WORDS: Final = {
    "satisfied": SATISFIED,
    "complete": SATISFIED,
    "true": SATISFIED,
    "failed": FAILED,
    "false": FAILED,
    "incomplete": INCOMPLETE,
}

Json = Mapping[str, Any]


class CaseError(ValueError):
    """A test case that cannot be run: text that does not parse, or facts of an unknown kind."""


@dataclass(slots=True)
class CaseResult:
    """The result of one case: `problems` is empty if it passed; each gives the expected and the actual value."""

    id: str
    group: str
    problems: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.problems


def read_cases(path: Path) -> Iterator[Json]:
    """Yield the cases of a JSON-lines file; CaseError with file and line for an invalid line."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                case = json.loads(line)
            except json.JSONDecodeError as error:
                raise CaseError(f"{path}:{number}: {error}") from None
            if not isinstance(case, dict) or "id" not in case or "expect" not in case:
                raise CaseError(f"{path}:{number}: not a test case")
            yield case


def microseconds(seconds: float) -> int:
    """Return seconds of mission time as the clock's microseconds."""
    return round(seconds * 1_000_000)


class CaseWorld:
    """The world of one case, built from `given` and advanced by its steps."""

    def __init__(self, given: Json, dialect: Dialect) -> None:
        self.world = World(dialect=dialect)
        self.given = given
        self._log: list[tuple[int, str, str, str]] = []
        self._logged: set[tuple[str, str]] = set()
        for name, value in given.get("variables", {}).items():
            self._declare(name, value)
        for name, data in given.get("containers", {}).items():
            kind = "map" if "map" in data else "list"
            items = [text for pair in data["map"].items() for text in pair] if kind == "map" else data["list"]
            data_type = data.get("type", STRING)
            self.world.containers.declare(
                name, kind, [str(item) for item in items], data_type=data_type, key_type=data.get("key_type", STRING)
            )
        for time, kind, name, second in given.get("log", ()):
            self._log.append((microseconds(time), kind, name, second))
            self._logged.add((kind, name.lower()))
        self._log.sort(key=lambda entry: entry[0])
        options = given.get("options", {})
        self.options = RuntimeOptions(
            fixed_chaining_to_repeat=bool(options.get("fixed_chaining_to_repeat", False)),
            alternate_chaining=bool(options.get("alternate_chaining", False)),
            true_loop_arguments=bool(options.get("true_loop_arguments", False)),
        )
        campaign = given.get("campaign")
        if campaign:
            self.world.set_campaign(_campaign(campaign if isinstance(campaign, dict) else {}))
        self.apply(given)
        for name, fields in given.get("events", {}).items():
            self.world.add_event(name)
            self._set_event(name, fields)

    def _declare(self, name: str, value: Any) -> None:
        kind = None
        if isinstance(value, list):
            kind, value = value
        if kind is None:
            kind = STRING if isinstance(value, str) else NUMBER
        self.world.variables.declare(name, str(value), kind)

    def apply(self, facts: Json) -> None:
        """Apply one set of facts: the first at the start, the others before their evaluation or frame."""
        if "time" in facts:
            self.advance(facts["time"])
        for name, value in facts.get("variables", {}).items():
            index = self.world.variables.index(name)
            if index is None:
                raise CaseError(f"step changes variable {name!r} that does not exist")
            self.world.variables.set_text(index, str(value[1] if isinstance(value, list) else value))
        for name, fields in facts.get("ships", {}).items():
            self._set_ship(name, fields)
        for name, fields in facts.get("wings", {}).items():
            wing = self.world.wing(name)
            if wing is None:
                wing = self.world.add_wing(name)
            self.world.set_wing(wing, **fields)
        if facts is not self.given:
            for name, fields in facts.get("events", {}).items():
                self._set_event(name, fields)

    def advance(self, seconds: float) -> None:
        """Move the clock, and write the log entries that are due."""
        us = microseconds(seconds)
        self.world.clock.advance_to(us)
        while self._log and self._log[0][0] <= us:
            moment, kind, name, second = self._log.pop(0)
            self.world.log.add(kind, name, second, fix_of_us(moment))

    def _set_ship(self, name: str, fields: Json) -> None:
        world = self.world
        ship = world.ship(name)
        if ship is None:
            ship = world.add_ship(name)
            world.set_ship(ship, "max_hull", 100.0)
            world.set_ship(ship, "hull", 100.0)
            world.set_ship(ship, "max_shields", 100.0)
            world.set_ship(ship, "shields", 100.0)
        for word, value in fields.items():
            if word == "hull" or word == "shields":
                world.set_ship(ship, word, float(value))
            elif word == "team" or word == "cargo":
                world.set_ship(ship, word, str(value))
            elif word == "class":
                world.set_ship(ship, "class_name", str(value))
            elif word == "cargo_known":
                world.set_ship(ship, "cargo_known", bool(value))
            elif word == "cargo_time":
                world.set_ship(ship, "cargo_fix", fix_of_us(microseconds(value)))
            elif word not in ("status", "exit"):
                raise CaseError(f"ship {name!r}: unknown fact {word!r}")
        if "status" in fields:
            self._set_status(ship, ShipStatus(fields["status"]), fields.get("exit"))

    def _set_status(self, ship: Ship, status: ShipStatus, exit_word: str | None) -> None:
        world = self.world
        if status is ShipStatus.EXITED:
            kind = ExitKind(exit_word or "destroyed")
            self._log_by_default(_EXIT_LOG.get(kind), ship)
            world.set_ship(ship, "exit", kind)
            if kind is not ExitKind.VANISHED:
                when = self._first_time(_EXIT_LOG[kind], ship.name)
                record = ExitRecord(
                    kind, when, ship.team, ship.class_name, ship.cargo, ship.cargo_known, ship.cargo_fix, ship.tagged
                )
                world.set_ship(ship, "exit_record", record)
        elif status is ShipStatus.DEATH_ROLL:
            self._log_by_default(SHIP_DESTROYED, ship)
        world.set_ship(ship, "status", status)

    def _log_by_default(self, kind: str | None, ship: Ship) -> None:
        """Write the entry that a dead or departed ship has at time 0 when the case lists none of its kind."""
        if kind is not None and (kind, ship.key) not in self._logged:
            self._logged.add((kind, ship.key))
            self.world.log.add(kind, ship.name, "", 0)

    def _first_time(self, kind: str, name: str) -> int:
        fix = self.world.log.first(kind, name)
        return 0 if fix is None else fix

    def _set_event(self, name: str, fields: Json) -> None:
        event = self.world.event(name)
        if event is None:
            raise CaseError(f"step changes event {name!r} that does not exist")
        for word, value in fields.items():
            if word == "timestamp":
                event.timestamp = None if value is None else event_stamp(value)
            elif word == "interval":
                event.interval_ms = microseconds(value) // 1000
            elif word in ("result", "done", "has_interval"):
                setattr(event, word, value)
            else:
                raise CaseError(f"event {name!r}: unknown fact {word!r}")
        self.world.touch_event(event.index)

    def add_mission_events(self, rows: Sequence[Json], parse: Parse) -> None:
        """Add the events of an event case."""
        for row in rows:
            definition = EventDef.make(
                row.get("name", ""),
                parse(row["formula"]),
                repeat=row.get("repeat"),
                trigger=row.get("trigger"),
                interval=row.get("interval", 1),
                chained=row.get("chained", -1),
                msecs=bool(row.get("msecs", False)),
            )
            self.world.register_event(event_state(len(self.world.events), definition))


def event_stamp(seconds: float) -> int:
    """Return a time in seconds as a stamp of the event clock (F8b)."""
    return EVENT_CLOCK_START + microseconds(seconds) // 1000


def _campaign(data: Json) -> Campaign:
    missions = {}
    for name, outcome in data.get("missions", {}).items():
        missions[mission_key(name)] = MissionRecord(
            {key.lower(): _outcome(value) for key, value in outcome.get("goals", {}).items()},
            {key.lower(): _outcome(value) for key, value in outcome.get("events", {}).items()},
            bool(outcome.get("skipped", False)),
        )
    return Campaign("conformance", missions, bool(data.get("skipped", False)))


def _outcome(value: Any) -> str:
    word = str(value).lower()
    if word not in _OUTCOME_WORDS:
        raise CaseError(f"unknown outcome {value!r} of an earlier mission")
    return _OUTCOME_WORDS[word]


class Parse:
    """Parses formulas against the variables and containers of a case."""

    def __init__(self, given: Json, dialect: Dialect) -> None:
        containers = {name: "map" if "map" in data else "list" for name, data in given.get("containers", {}).items()}
        symbols = make_symbols(dialect=dialect, variables=list(given.get("variables", {})), containers=containers)
        self._parser = SexpParser(symbols)

    def __call__(self, text: str) -> SexpExpression:
        """Return the expression of a formula; CaseError if it has errors."""
        result = self._parser.parse(text)
        if result.expression is None or not result.ok:
            raise CaseError("; ".join(problem.message for problem in result.diagnostics) or f"no formula: {text!r}")
        return result.expression


def run_case(case: Json, engine: Engine, dialect: Dialect = Dialect.FSO) -> CaseResult:
    """Run one case on an engine; every error becomes a problem of its result."""
    result = CaseResult(str(case["id"]), str(case.get("group", "")))
    given = case.get("given", {})
    try:
        setup = CaseWorld(given, dialect)
        parse = Parse(given, dialect)
        if "mission_events" in given:
            _run_events(case, given, engine, setup, parse, result)
        else:
            _run_expression(case, given, engine, setup, parse, result)
        _check_after(case.get("after", {}), setup.world, result)
    except Exception as error:  # one broken case must not keep the others from running
        result.problems.append(f"{type(error).__name__}: {error}")
    return result


def _run_expression(
    case: Json, given: Json, engine: Engine, setup: CaseWorld, parse: Parse, result: CaseResult
) -> None:
    context = EvaluationContext(setup.world, options=setup.options)
    formula = engine.formula(parse(case["expr"]), context)
    steps: Sequence[Json] = given.get("steps") or [{}] * int(given.get("evals", 1))
    seen: list[int | str] = []
    for step in steps:
        setup.apply(step)
        value = formula.evaluate()
        seen.append(STATUS_NAMES.get(formula.status, value))
    expected = case["expect"]
    if seen[-1] != expected:
        result.problems.append(f"expected {expected}, got {seen[-1]}")
    if "expect_seq" in case and seen != case["expect_seq"]:
        result.problems.append(f"expected in turn {case['expect_seq']}, got {seen}")


def _run_events(case: Json, given: Json, engine: Engine, setup: CaseWorld, parse: Parse, result: CaseResult) -> None:
    context = EvaluationContext(setup.world, options=setup.options)
    setup.add_mission_events(given["mission_events"], parse)
    evaluated: list[list[float]] = [[] for _ in given["mission_events"]]
    now = 0.0

    def on_request(kind: str, index: int) -> None:
        if kind == "event":
            evaluated[index].append(now)

    manager = engine.manager(setup.world, context, on_request)
    steps: Sequence[Json] = given.get("steps", ())
    for number, frame in enumerate(given["frames"]):
        now = frame
        setup.advance(frame)
        if number < len(steps):
            setup.apply(steps[number])
        manager.frame()
    for index, expected in enumerate(case["expect"]):
        if evaluated[index] != expected:
            name = given["mission_events"][index].get("name", index)
            result.problems.append(f"event {name}: expected at {expected}, evaluated at {evaluated[index]}")


def _check_after(after: Json, world: World, result: CaseResult) -> None:
    for name, expected in after.get("variables", {}).items():
        index = world.variables.index(name)
        text = None if index is None else world.variables.text(index)
        got: str | int | None = atoi(text) if text is not None and not isinstance(expected, str) else text
        if got != expected:
            result.problems.append(f"variable {name}: expected {expected!r}, got {text!r}")
    for name, expected in after.get("containers", {}).items():
        container = world.containers.get(name)
        content: Any = None
        if container is not None:
            content = list(container.items) if container.kind == "list" else dict(container.pairs)
        if content != _texts(expected):
            result.problems.append(f"container {name}: expected {expected!r}, got {content!r}")
    for name, fields in after.get("events", {}).items():
        event = world.event(name)
        for word, expected in fields.items():
            seen: Any = getattr(event, _EVENT_FIELDS.get(word, word), None)
            if word == "timestamp" and expected is not None:
                expected = event_stamp(expected)
            if seen != expected:
                result.problems.append(f"event {name}: expected {word} {expected!r}, got {seen!r}")
    unknown = set(after) - {"variables", "containers", "events"}
    if unknown:
        raise CaseError(f"cannot check {', '.join(sorted(unknown))} afterwards")


_EVENT_FIELDS: Final = {"satisfied": "satisfied_time"}


def _texts(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(key): str(value) for key, value in content.items()}
    return [str(item) for item in content]
