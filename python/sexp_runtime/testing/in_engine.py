"""Mission tests inside Godot: the same words for GDScript, by name. The engine's frames advance time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.testing.coverage import Coverage
from sexp_runtime.testing.failures import MissionTestFailure, UnknownNameError
from sexp_runtime.testing.tested import TestedMission

if TYPE_CHECKING:
    from sexp_runtime.session import MissionSession

_EXPECTATIONS: Final = frozenset({"event", "goal", "never", "variable", "said", "acted"})
_SHIP_ACTS: Final = frozenset({"destroy", "depart", "arrive", "move_to", "scan", "dock", "undock"})
_SHIP_VALUES: Final = frozenset({"hull", "shields", "status", "is_present", "docked_to"})
_PART_ACTS: Final = frozenset({"destroy", "scan"})


class EngineTests:
    """Runs one command of a test at a time against the running mission.

    A command returns a dictionary with `value`, `failure` (why an expectation does not hold) and `mistake` (what is
    wrong with the command). The last two are "" if all is well.
    """

    def __init__(self) -> None:
        self._test: TestedMission | None = None
        self._coverage = Coverage()

    def run(self, session: MissionSession | None, command: str, arguments: Sequence[Any]) -> dict[str, Any]:
        """Run a command. The journal of a mission begins with its first command."""
        answer: dict[str, Any] = {"value": None, "failure": "", "mistake": ""}
        if command == "write_coverage":
            self._coverage.write(Path(*arguments))
            return answer
        if session is None:
            self._test = None
            answer["mistake"] = "no mission is loaded"
            return answer
        if self._test is None or self._test.session is not session:
            self._test = TestedMission(session)
        try:
            answer["value"] = getattr(self, f"_{command}")(self._test, *arguments)
        except MissionTestFailure as failure:
            answer["failure"] = str(failure)
        except (UnknownNameError, ValueError, TypeError) as error:
            answer["mistake"] = str(error)
        return answer

    def _begin(self, test: TestedMission) -> None:
        """Only begin the journal."""

    def _cover(self, test: TestedMission) -> None:
        """Count what the mission reaches; its engine must be the one of covered runs."""
        self._coverage.watch(test.session)

    def _expect(
        self, test: TestedMission, kind: str, explained: bool, arguments: list[Any], keys: dict[str, Any]
    ) -> None:
        """Check an expectation now; raises MissionTestFailure, with the reason if `explained`."""
        if kind not in _EXPECTATIONS:
            raise ValueError(f"there is no expectation {kind!r}")
        test.expect.explained = explained
        getattr(test.expect, kind)(*arguments, **keys)

    def _ship(self, test: TestedMission, name: str, word: str, arguments: list[Any]) -> Any:
        """Act on a ship, or return one of its values."""
        ship = test.ship(name)
        if word in _SHIP_VALUES:
            return getattr(ship, word)
        if word not in _SHIP_ACTS:
            raise ValueError(f"a ship cannot {word!r}")
        return getattr(ship, word)(*arguments)

    def _set_ship(self, test: TestedMission, name: str, word: str, percent: float) -> None:
        ship = test.ship(name)
        if word == "hull":
            ship.hull = percent
        elif word == "shields":
            ship.shields = percent
        else:
            raise ValueError(f"{word!r} of a ship cannot be set")

    def _subsystem(self, test: TestedMission, name: str, part: str, word: str, arguments: list[Any]) -> Any:
        """Act on a subsystem, or return its strength in percent."""
        found = test.ship(name).subsystem(part)
        if word == "hull":
            return found.hull
        if word not in _PART_ACTS:
            raise ValueError(f"a subsystem cannot {word!r}")
        return getattr(found, word)(*arguments)

    def _set_subsystem(self, test: TestedMission, name: str, part: str, percent: float) -> None:
        test.ship(name).subsystem(part).hull = percent

    def _press(self, test: TestedMission, key: str) -> None:
        test.press(key)

    def _variable(self, test: TestedMission, name: str) -> int | str:
        return test[name]

    def _set_variable(self, test: TestedMission, name: str, value: int | str) -> None:
        test[name] = value

    def _came_true(self, test: TestedMission, event: str) -> list[float]:
        return list(test.came_true(event))

    def _goal(self, test: TestedMission, name: str) -> str:
        return test.goal(name)

    def _said(self, test: TestedMission, message: str) -> bool:
        return test.said(message)

    def _acted(self, test: TestedMission, operator: str, arguments: list[Any]) -> bool:
        return test.acted(operator, *arguments)

    def _ended(self, test: TestedMission) -> bool:
        return test.ended
