"""Play the tests of plain files step by step and return their results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from sexp_runtime.testing.failures import MissionTestFailure, UnknownNameError
from sexp_runtime.testing.finding import find_files
from sexp_runtime.testing.plain_file import SUFFIX, PlainFileError, PlainTest, Step, read_plain_file
from sexp_runtime.testing.playing import MissionTest


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one test: `outcome` is passed, failed or error; `text` gives the reason; `seconds` is real time."""

    file: Path
    title: str
    outcome: str
    seconds: float = 0.0
    text: str = ""


def run_plain_test(test: PlainTest) -> None:
    """Play one test. Raises MissionTestFailure; PlainFileError for a mistake of the test or an unreadable mission."""
    try:
        play = MissionTest(test.mission, seed=test.seed, simulated=test.simulated, fps=test.fps)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PlainFileError(f"{test.file}:{test.line}: {test.mission}: {reason}") from error
    with play:
        for step in test.steps:
            try:
                _wait(play, step)
                _do(play, step)
            except MissionTestFailure as failure:
                raise MissionTestFailure(f"{step.place}: {failure}") from failure
            except (UnknownNameError, ValueError) as error:
                raise PlainFileError(f"{step.place}: {error}") from error


def _wait(play: MissionTest, step: Step) -> None:
    keys = step.keys
    if "until" in keys:
        play.run_until(keys["until"], keys.get("timeout", 60.0))
    elif "wait" in keys:
        play.advance(keys["wait"])
    elif "at" in keys:
        if keys["at"] < play.time - 1e-6:
            raise ValueError(f"the mission is already at {play.time:.3f} s, past {keys['at']} s")
        play.advance_to(keys["at"])


def _do(play: MissionTest, step: Step) -> None:
    verb, subject, keys = step.verb, step.subject, step.keys
    if verb.startswith("expect_"):
        _expect(play, verb.removeprefix("expect_"), str(subject), keys)
    elif verb == "set":
        play[subject] = keys["value"]
    elif verb:
        for name in subject if isinstance(subject, list) else [subject]:
            _act(play, verb, str(name), keys)


def _act(play: MissionTest, verb: str, name: str, keys: Any) -> None:
    if verb == "press":
        play.press(name)
        return
    ship = play.ship(name)
    if verb == "destroy":
        ship.destroy(by=keys.get("by"))
    elif verb == "move":
        to = keys["to"]
        ship.move_to(*(to if isinstance(to, list) else [to]))
    elif verb == "dock":
        ship.dock(keys["to"])
    elif "subsystem" in keys:
        part = ship.subsystem(keys["subsystem"])
        if verb == "scan":
            part.scan()
        else:
            part.hull = keys["hull"]
    elif verb == "hurt":
        if "hull" in keys:
            ship.hull = keys["hull"]
        if "shields" in keys:
            ship.shields = keys["shields"]
    else:
        {"depart": ship.depart, "arrive": ship.arrive, "scan": ship.scan, "undock": ship.undock}[verb]()


def _expect(play: MissionTest, what: str, name: str, keys: Any) -> None:
    expect, within = play.expect, keys.get("within", 0.0)
    if what == "event":
        expect.event(name, at=keys.get("time"), within=keys.get("within"))
    elif what == "goal":
        expect.goal(name, keys.get("status", "complete"), within=within)
    elif what == "never":
        expect.never(name, within=within)
    elif what == "variable":
        expect.variable(name, keys["value"], within=within)
    elif what == "said":
        expect.said(name, within=within)
    else:
        expect.acted(name, *keys.get("arguments", []), within=within)


def plain_files(places: Iterable[Path]) -> list[Path]:
    """Return the files named, and all test files in the folders named and below, sorted, without duplicates."""
    found: dict[Path, None] = {}
    for place in places:
        inside = find_files([place], SUFFIX) if place.is_dir() else [place]  # reading it reports one that is missing
        found.update(dict.fromkeys(one for one in inside if place.is_file() or not one.is_dir()))
    return list(found)


def run_files(files: Iterable[Path]) -> Iterator[Result]:
    """Play all tests of files one by one; an unusable file gives one result, an error."""
    for file in files:
        try:
            tests = read_plain_file(file)
        except PlainFileError as error:
            yield Result(file, file.name, "error", text=str(error))
            continue
        for test in tests:
            yield run_one(test)


def run_one(test: PlainTest) -> Result:
    """Play one test and return its result."""
    began = perf_counter()
    outcome, text = "passed", ""
    try:
        run_plain_test(test)
    except MissionTestFailure as failure:
        outcome, text = "failed", str(failure)
    except PlainFileError as error:
        outcome, text = "error", str(error)
    return Result(test.file, test.title, outcome, perf_counter() - began, text)
