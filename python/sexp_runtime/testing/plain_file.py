"""The plain file of tests, `NAME.mission-test.toml`: reads it, and reports errors with file, line and step."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

#: The suffix of such files.
SUFFIX: Final = ".mission-test.toml"
#: Maximum number of seeds of one test.
MOST_SEEDS: Final = 10_000
_NUMBER: Final = (int, float)
_NAMES: Final = (str, list)
_VALUE: Final = (int, str)
#: The verbs of a step, with their types and the further keys that each allows.
VERBS: Final[dict[str, tuple[tuple[type, ...], dict[str, tuple[type, ...]]]]] = {
    "destroy": (_NAMES, {"by": (str,)}),
    "depart": (_NAMES, {}),
    "arrive": (_NAMES, {}),
    "scan": (_NAMES, {"subsystem": (str,)}),
    "move": (_NAMES, {"to": (str, list)}),
    "hurt": (_NAMES, {"hull": _NUMBER, "shields": _NUMBER, "subsystem": (str,)}),
    "dock": (_NAMES, {"to": (str,)}),
    "undock": (_NAMES, {}),
    "press": (_NAMES, {}),
    "set": ((str,), {"value": _VALUE}),
    "expect_event": ((str,), {"time": _NUMBER, "within": _NUMBER}),
    "expect_goal": ((str,), {"status": (str,), "within": _NUMBER}),
    "expect_never": ((str,), {"within": _NUMBER}),
    "expect_variable": ((str,), {"value": _VALUE, "within": _NUMBER}),
    "expect_said": ((str,), {"within": _NUMBER}),
    "expect_acted": ((str,), {"arguments": (list,), "within": _NUMBER}),
}
#: Required keys of a verb.
_NEEDED: Final = {"move": ("to",), "dock": ("to",), "set": ("value",), "expect_variable": ("value",)}
#: The keys for the time of a step.
_WHEN: Final[dict[str, tuple[type, ...]]] = {
    "at": _NUMBER,
    "wait": _NUMBER,
    "until": (str,),
    "timeout": _NUMBER,
}
_FILE_KEYS: Final[dict[str, tuple[type, ...]]] = {
    "mission": (str,),
    "seeds": (int, str, list),
    "simulated": (bool,),
    "fps": _NUMBER,
    "test": (list,),
}
_TEST_KEYS: Final[dict[str, tuple[type, ...]]] = {
    "name": (str,),
    "seeds": (int, str, list),
    "simulated": (bool,),
    "step": (list,),
}
_WORDS: Final = {str: "a text", int: "a whole number", float: "a number", bool: "true or false", list: "a list"}


class PlainFileError(ValueError):
    """A file of tests that cannot be used; the message names file, line where known, test and step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `verb` of VERBS or "" for a step that only waits, its `subject`, the other keys, and its place."""

    verb: str
    subject: Any
    keys: Mapping[str, Any]
    place: str


@dataclass(frozen=True, slots=True)
class PlainTest:
    """One test with one seed. `title` is its name with the seed, `line` where it begins, 1 if unknown."""

    file: Path
    title: str
    mission: Path
    seed: int
    simulated: bool
    fps: float
    line: int = 1
    steps: list[Step] = field(default_factory=list)


def read_plain_file(path: Path) -> list[PlainTest]:
    """Return the tests of a file, one for each test and seed; raises PlainFileError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlainFileError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlainFileError(f"{path}: {error}") from error
    _check(data, _FILE_KEYS, str(path))
    mission = path.parent / data.get("mission", path.name.removesuffix(SUFFIX) + ".fs2")
    if not data.get("test"):
        raise PlainFileError(f"{path}: no test; begin one with [[test]]")
    fps = float(data.get("fps", 60))
    if not 0 < fps <= 1000:
        raise PlainFileError(f"{path}: fps must be above 0 and at most 1000, not {fps:g}")
    test_lines, step_lines = _lines(text, "test"), _lines(text, "test.step")
    found: list[PlainTest] = []
    names: set[str] = set()
    count = 0
    for number, row in enumerate(data["test"]):
        line = test_lines[number] if len(test_lines) == len(data["test"]) else 1
        place = f"{path}:{line}: test {number + 1}"
        _check(row, _TEST_KEYS, place)
        name = row.get("name", f"test {number + 1}")
        if name in names:
            raise PlainFileError(f"{place}: two tests are called {name!r}")
        names.add(name)
        steps = []
        for index, step in enumerate(row.get("step", [])):
            where = step_lines[count] if count < len(step_lines) else line
            steps.append(_step(step, f"{path}:{where}: test {name!r}, step {index + 1}"))
            count += 1
        if not any(step.verb.startswith("expect_") or "until" in step.keys for step in steps):
            raise PlainFileError(f"{place}: {name!r} expects nothing, so it cannot fail")
        seeds = _seeds(row.get("seeds", data.get("seeds", 1)), place)
        simulated = row.get("simulated", data.get("simulated", False))
        for seed in seeds:
            title = name if len(seeds) == 1 else f"{name} [seed {seed}]"
            found.append(PlainTest(path, title, mission, seed, simulated, fps, line, steps))
    return found


def _lines(text: str, header: str) -> list[int]:
    pattern = re.compile(rf"\s*\[\[\s*{re.escape(header)}\s*\]\]")
    return [number for number, line in enumerate(text.split("\n"), 1) if pattern.match(line)]


def _check(row: object, allowed: Mapping[str, tuple[type, ...]], place: str) -> None:
    """Raise PlainFileError unless a table has only known keys, each of its type."""
    if not isinstance(row, dict):
        raise PlainFileError(f"{place}: expected a table, not {row!r}")
    for key, value in row.items():
        if key not in allowed:
            raise PlainFileError(f"{place}: unknown key {key!r}; known are {', '.join(allowed)}")
        types = allowed[key]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            words = " or ".join(_WORDS[one] for one in types)
            raise PlainFileError(f"{place}: {key} must be {words}, not {value!r}")


def _step(row: object, place: str) -> Step:
    if not isinstance(row, dict):
        raise PlainFileError(f"{place}: a step must be a table, not {row!r}")
    verbs = [key for key in row if key in VERBS]
    if len(verbs) > 1:
        raise PlainFileError(f"{place}: a step has one verb, not {' and '.join(verbs)}")
    verb = verbs[0] if verbs else ""
    allowed = dict(_WHEN)
    if verb:
        types, others = VERBS[verb]
        allowed |= {verb: types, **others}
    elif unknown := [key for key in row if key not in _WHEN]:
        raise PlainFileError(f"{place}: unknown key {unknown[0]!r}; a step has one of {', '.join(VERBS)}")
    _check(row, allowed, place)
    if not row:
        raise PlainFileError(f"{place}: is empty")
    for key in _NEEDED.get(verb, ()):
        if key not in row:
            raise PlainFileError(f"{place}: {verb} needs {key!r}")
    if verb == "hurt" and not {"hull", "shields"} & row.keys():
        raise PlainFileError(f"{place}: hurt needs 'hull' or 'shields', in percent")
    if verb == "hurt" and {"subsystem", "shields"} <= row.keys():
        raise PlainFileError(f"{place}: a subsystem has only 'hull'")
    if sum(key in row for key in ("at", "wait", "until")) > 1:
        raise PlainFileError(f"{place}: a step has only one of at, wait and until")
    for key in ("at", "wait", "timeout", "within", "time"):
        if key in row and not 0 <= row[key] < 1e6:
            raise PlainFileError(f"{place}: {key} must be 0 or more seconds, not {row[key]}")
    return Step(verb, row.get(verb), {key: value for key, value in row.items() if key != verb}, place)


def _seeds(value: int | str | list[Any], place: str) -> list[int]:
    """Return the seeds given by a number, a text `1:20` or a list of numbers."""
    found: list[int] = []
    if isinstance(value, int):
        found = [value]
    elif isinstance(value, list) and all(isinstance(one, int) and not isinstance(one, bool) for one in value):
        found = list(dict.fromkeys(value))
    elif isinstance(value, str) and (match := re.fullmatch(r"(\d{1,9}):(\d{1,9})", value)):
        first, last = int(match[1]), int(match[2])
        found = list(range(first, min(last, first + MOST_SEEDS) + 1))
    if not found or len(found) > MOST_SEEDS or min(found) < 0:
        raise PlainFileError(f"{place}: seeds must be a number, a list or '1:20', at most {MOST_SEEDS}, not {value!r}")
    return found
