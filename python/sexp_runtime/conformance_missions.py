"""Mission cases: small missions with the original's behaviour, played on an engine and compared.

A case is one line of JSON; addons/sexp_runtime/docs/conformance.md describes its keys.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sexp_runtime.adhoc import AdHocExpression
from sexp_runtime.conformance import CaseError, CaseResult
from sexp_runtime.mission.reader import parse_mission
from sexp_runtime.mission.validator import validate_mission
from sexp_runtime.session import MissionSession
from sexp_runtime.world.campaign import Campaign, MissionRecord, mission_key
from sexp_runtime.world.persistence import PersistentStores, StoredVariable
from sexp_runtime.world.ships import Ship
from sexp_runtime.world.world import World

Json = Mapping[str, Any]

#: Tolerance of a moment in seconds: cases name frames, and frames have a length.
TOLERANCE: Final = 0.12
#: Keys that a case may expect. Other keys are refused, so that no expectation is silently ignored.
EXPECTATIONS: Final = frozenset(
    {"events", "variables", "goals", "told", "ended", "check", "at", "record", "saved", "stages", "after", "model"}
)


def is_mission_case(case: Json) -> bool:
    """Whether a case can be played here: it has a mission, and is not about a whole campaign."""
    return "mission" in case


def run_mission_case(case: Json, engine: str) -> CaseResult:
    """Check or play the mission of one case on an engine; every error becomes a problem of the result."""
    identity = str(case["id"])
    result = CaseResult(identity, identity.split("-", 1)[0])
    expect: Json = case["expect"]
    try:
        unknown = set(expect) - EXPECTATIONS
        if unknown:
            raise CaseError(f"cannot judge {', '.join(sorted(unknown))}")
        if "check" in expect:
            result.problems += _check(str(case["mission"]), expect)
        else:
            with tempfile.TemporaryDirectory(prefix="sexp-case-") as folder:
                _Play(case, engine, folder).run(result.problems)
    except Exception as error:  # one broken case must not keep the others from running
        result.problems.append(f"{type(error).__name__}: {error}")
    return result


def _check(mission: str, expect: Json) -> list[str]:
    """Compare the checker's problems of a mission with `clean`, `error` or `warning` at an owner."""
    load = parse_mission(mission)
    found = list(load.diagnostics)
    if load.is_readable:
        found += validate_mission(load.mission)
    wanted, owner = expect["check"], str(expect.get("at", ""))
    if wanted == "clean":
        return [f"expected no problem, found {found[0]}"] if found else []
    # `at` is "event NAME"; diagnostics write `event "NAME"`, and name owners of cues and fields differently.
    name = owner.partition(" ")[2].strip('"').lower() or owner.lower()
    if not any(name in str(problem).lower() for problem in found if problem.is_error == (wanted == "error")):
        return [f"expected one {wanted} at {owner}, found {[str(problem) for problem in found[:3]]}"]
    errors = [problem for problem in found if problem.is_error]
    return [f"expected a warning only, found {errors[0]}"] if wanted == "warning" and errors else []


class _Play:
    """One mission case being played."""

    def __init__(self, case: Json, engine: str, folder: str) -> None:
        self._case = case
        self._expect: Json = case["expect"]
        settings: dict[str, Any] = {}
        if "campaign" in case:
            settings["campaign"] = _campaign(case["campaign"])
        self._stores: PersistentStores | None = None
        if "stores" in case:
            self._stores = settings["stores"] = _stores(case["stores"], folder)
        self._session = MissionSession.load(
            str(case["mission"]), engine=engine, seed=int(case.get("seed", 1)),
            dialect=str(case.get("dialect", "auto")), **settings,
        )  # fmt: skip
        #: Mission time at which each event first became true, by lower-case name.
        self._satisfied: dict[str, float] = {}
        #: Operator, mission time and arguments of every action offered to the game.
        self._told: list[tuple[str, float, list[Any]]] = []
        self._session.on_event_satisfied.append(self._on_satisfied)
        self._session.on_action.append(self._on_action)

    def _on_satisfied(self, name: str, index: int) -> None:
        self._satisfied.setdefault(name.lower(), self._session.mission_time)

    def _on_action(self, operator: str, arguments: tuple[Any, ...]) -> None:
        self._told.append((operator, self._session.mission_time, _plain(arguments)))

    def run(self, problems: list[str]) -> None:
        """Play the mission and add the differences from the expectations."""
        try:
            self._frames()
            self._judge_run(problems)
            self._judge_ending(problems)
        finally:
            self._session.close()

    def _frames(self) -> None:
        session = self._session
        fps = float(self._case.get("fps", 30))
        drive = sorted(self._case.get("drive", ()), key=lambda row: row[0])
        for _ in range(int(self._case.get("seconds", 6) * fps)):
            while drive and drive[0][0] <= session.mission_time + 1e-6:
                _, what, *rest = drive.pop(0)
                _change(session.world, what, rest)
            session.step(1 / fps)
            if session.world.mission_over:
                return

    def _judge_run(self, problems: list[str]) -> None:
        expect, world = self._expect, self._session.world
        for name, moment in expect.get("events", {}).items():
            seen = self._satisfied.get(name.lower())
            if not _same_moment(seen, moment):
                problems.append(f"event {name}: expected at {moment}, came true at {seen}")
        for name, value in expect.get("variables", {}).items():
            text = _variable(world, name)
            if text != str(value):
                problems.append(f"variable {name}: expected {value!r}, got {text!r}")
        for name, status in expect.get("goals", {}).items():
            found = next((goal.status for goal in world.goals if goal.name.lower() == name.lower()), None)
            if str(found).lower() != str(status).lower():
                problems.append(f"goal {name}: expected {status}, got {found}")
        for operator, calls in expect.get("told", {}).items():
            told = [(time, arguments) for name, time, arguments in self._told if name == operator]
            if not _same_calls(told, calls):
                problems.append(f"told {operator}: expected {calls}, got {told[:4]}")
        if "ended" in expect:
            ended = self._session.mission_time if world.mission_over else None
            if not _same_moment(ended, expect["ended"]):
                problems.append(f"mission: expected to end at {expect['ended']}, ended at {ended}")

    def _judge_ending(self, problems: list[str]) -> None:
        """End the mission as `finish` says, then check the campaign's stored values and later formulas."""
        expect, session = self._expect, self._session
        record = self._finish(str(self._case.get("finish", "")))
        for kind in ("events", "goals"):
            for name, status in expect.get("record", {}).get(kind, {}).items():
                found = getattr(record, kind).get(name.lower()) if record is not None else None
                if found != status:
                    problems.append(f"record of {kind} {name}: expected {status}, got {found}")
        for store, rows in expect.get("saved", {}).items():
            for name, text in rows.items():
                row = getattr(self._stores, store).variables.get(name.lower()) if self._stores is not None else None
                saved = None if row is None else row.text
                if saved != text:
                    problems.append(f"saved for the {store}: {name}: expected {text!r}, got {saved!r}")
        for kind, shown in expect.get("stages", {}).items():
            stages = self._stages(kind)
            if stages != shown:
                problems.append(f"stages {kind}: expected {shown}, got {stages}")
        for text, value in expect.get("after", {}).items():
            number = session.evaluate(text)
            if number != value:
                problems.append(f"after the mission {text}: expected {value}, got {number}")
        for path, value in expect.get("model", {}).items():
            part = _part(session.mission, path)
            if part != value:
                problems.append(f"mission {path}: expected {value!r}, got {part!r}")

    def _finish(self, how: str) -> MissionRecord | None:
        session = self._session
        if how in ("accept", "reject"):
            return session.finish(accepted=how == "accept")
        if how == "end":
            session.end_mission()
        elif how == "skip":
            session.manager.skip_mission()
        else:
            return None
        return session.manager.record()

    def _stages(self, kind: str) -> list[bool]:
        """Return which stages are shown: debriefing stages if their value is 1, others if it is not 0."""
        mission, context = self._session.mission, self._session.context
        if kind == "other":
            formulas: list[Any] = list(mission.other_formulas)
        else:
            formulas = [stage.formula for stage in getattr(mission, kind)]
        values = [1 if one is None else AdHocExpression(one, context).evaluate().value for one in formulas]
        return [value == 1 if kind == "debriefing" else value != 0 for value in values]


def _campaign(data: Json) -> Campaign:
    missions = {
        mission_key(name): MissionRecord(
            {key.lower(): value for key, value in row.get("goals", {}).items()},
            {key.lower(): value for key, value in row.get("events", {}).items()},
            bool(row.get("skipped", False)),
        )
        for name, row in data.get("missions", {}).items()
    }
    return Campaign(str(data.get("name", "c")), missions, bool(data.get("skipped", False)))


def _stores(data: Json, folder: str) -> PersistentStores:
    stores = PersistentStores(folder, "c", "p")
    for where in ("campaign", "pilot"):
        for row in data.get(where, ()):
            getattr(stores, where).variables[row[0].lower()] = StoredVariable(*row)
    return stores


def _change(world: World, what: str, rest: Sequence[Any]) -> None:
    """Do what a game does at a moment of a case."""
    if what == "key":
        world.press_key(str(rest[0]))
        return
    ship = world.ship(str(rest[0]))
    if ship is None:
        raise CaseError(f"drive: there is no ship {rest[0]!r}")
    if what == "hull":
        world.set_ship(ship, "hull", ship.max_hull * float(rest[1]) / 100.0)
    elif what == "damage":
        world.damage(ship, float(rest[1]))
    elif what == "destroy":
        world.destroy(ship)
        world.finish_death(ship)
    elif what == "depart":
        world.depart(ship)
    elif what == "subsystem":
        _damage_subsystem(world, ship, str(rest[1]), float(rest[2]))
    else:
        raise CaseError(f"drive: cannot do {what!r}")


def _damage_subsystem(world: World, ship: Ship, name: str, percent: float) -> None:
    subsystem = ship.subsystem(name)
    if subsystem is None:
        raise CaseError(f"drive: {ship.name} has no subsystem {name!r}")
    points = subsystem.max_hull * percent / 100.0
    if points < subsystem.hull:
        world.damage_subsystem(ship, subsystem, subsystem.hull - points)
    else:
        world.set_subsystem(ship, subsystem, "hull", points)


def _variable(world: World, name: str) -> str | None:
    """Return a variable's text by its name, ignoring case; None if there is none."""
    variables = world.variables
    for index, known in enumerate(variables.names):
        if known and known.lower() == name.lower():
            return variables.text(index)
    return None


def _same_moment(seen: float | None, expected: float | None) -> bool:
    if seen is None or expected is None:
        return seen is expected
    return abs(seen - expected) <= TOLERANCE


def _same_calls(told: Sequence[tuple[float, list[Any]]], calls: Sequence[Any]) -> bool:
    """Whether exactly these calls were made; None matches any argument."""
    return len(told) == len(calls) and all(
        _same_moment(time, moment)
        and len(arguments) == len(wanted)
        and all(one is None or one == got for got, one in zip(arguments, wanted, strict=True))
        for (time, arguments), (moment, wanted) in zip(told, calls, strict=True)
    )


def _plain(value: Any) -> Any:
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _part(value: Any, path: str) -> Any:
    """Return the value at a dotted path of attributes, keys and numbers; the error as text if there is none."""
    try:
        for step in path.split("."):
            if step.lstrip("-").isdigit():
                value = value[int(step)]
            else:
                value = value[step] if isinstance(value, Mapping) else getattr(value, step)
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    if isinstance(value, set | frozenset):
        return sorted(value)
    return list(value) if isinstance(value, tuple) else value
