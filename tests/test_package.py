"""The package as a whole: the promised names are there, and each room knows only rooms before it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import sexp_runtime
from support.modules import TESTS, named_after, table
from support.modules import modules as modules_with_tests

PACKAGE: Final = Path(sexp_runtime.__file__).parent
PROMISED: Final = (
    "EvaluationContext", "ExpressionCache", "MissionEventManager", "MissionSession", "PerformanceHints",
    "SexpEvaluator", "SexpExpression", "SexpParser", "SexpPerformanceMonitor", "SexpValidator", "VariableManager",
)  # fmt: skip

#: Which rooms each room may import. Every room stands below those it imports, so that there can be no cycle.
ROOMS: Final[dict[str, str]] = {
    "values": "",
    "packing": "",
    "threads": "",
    "files": "",
    "markup": "",
    "loops": "values",
    "kernel": "values packing loops",
    "catalog": "",
    "syntax": "",
    "mission": "files catalog syntax",
    "world": "values packing files loops kernel catalog syntax mission",
    "operators": "kernel values catalog syntax world",
    "compiler": "values kernel catalog syntax world operators",
    "cache": "threads world",
    "rules": "values syntax mission world operators",
    "events": "values loops kernel syntax mission world operators compiler cache rules",
    "monitor": "values packing loops kernel syntax mission world operators cache",
    "simulate": "values syntax mission world operators rules",
    "watcher": "world",
    "listeners": "world watcher",
    "collector": "loops",
    "adhoc": "values syntax world operators compiler cache",
    "engines": "mission world operators rules events",
    "offers": "operators monitor",
    "reloading": "catalog syntax mission world",
    "session_settings": "monitor operators world",
    "session": (
        "threads syntax mission world operators cache rules events monitor simulate listeners collector adhoc engines"
        " offers reloading session_settings"
    ),
    "analysis": "values markup syntax mission world operators monitor simulate session session_settings",
    "breaks": "syntax operators monitor session analysis",
    "testing": "files markup values syntax mission world operators rules session",
    "conformance_engines": "values syntax world operators compiler cache rules events",
    "conformance": "values syntax mission world operators conformance_engines",
    "conformance_missions": "mission world session adhoc conformance",
    "bridge": (
        "values kernel files catalog syntax mission world operators cache rules events monitor session breaks analysis"
        " testing"
    ),
    "commands": (
        "values files markup catalog syntax mission world operators rules events monitor engines session breaks"
        " analysis testing conformance conformance_engines conformance_missions"
    ),
    "cli": "loops commands",
    "__main__": "cli",
}
#: Modules that talk to the engine; the rest of the bridge runs, and is tested, without it.
ENGINE_SIDE: Final = frozenset({"bridge/debugger.py", "bridge/monitors.py", "bridge/runtime.py"})


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the full names that a module imports, those for type checkers and inside functions too."""
    names: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            relative = path.parent.name == "godot"  # that package has no room below it
            assert node.level <= relative, f"{path}:{node.lineno}: imports are absolute here"
            module = ".".join(part for part in ("godot" if node.level else "", node.module or "") if part)
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return frozenset(names)


def modules() -> dict[str, Path]:
    """Return every module of the package but its top, by path from there."""
    found = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
    del found["__init__.py"]
    return found


def room_of(place: str) -> str:
    return place.split("/")[0].removesuffix(".py")


@pytest.mark.parametrize("name", PROMISED)
def test_a_promised_class_is_at_the_top(name: str) -> None:
    assert name in sexp_runtime.__all__
    assert name in dir(sexp_runtime)
    value = getattr(sexp_runtime, name)
    assert isinstance(value, type)
    assert value.__name__ == name
    assert value.__doc__


def test_nothing_else_is_at_the_top() -> None:
    assert set(sexp_runtime.__all__) == set(PROMISED)
    with pytest.raises(AttributeError, match="SexpSomething"):
        _ = sexp_runtime.SexpSomething


def test_the_package_alone_imports_no_room() -> None:
    code = "import sys, sexp_runtime; print([name for name in sys.modules if name.startswith('sexp_runtime.')])"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "[]"


def test_a_room_imports_only_rooms_before_it() -> None:
    before: list[str] = []
    for room, allowed in ROOMS.items():
        assert set(allowed.split()) <= set(before), f"{room} may import a room that stands after it"
        before.append(room)


def test_every_module_keeps_to_its_room() -> None:
    wrong = []
    for place, path in modules().items():
        room = room_of(place)
        assert room in ROOMS, f"{place} is in no room"
        allowed = {room, "__version__", *ROOMS[room].split()}
        for name in imported(path):
            parts = name.split(".")
            if parts[0] == "sexp_runtime" and (len(parts) < 2 or parts[1] not in allowed):
                wrong.append(f"{place} imports {name}")
    assert wrong == []


def imported_modules(path: Path, names: Mapping[str, Path]) -> set[str]:
    """Return the modules of the package that a module imports, those for type checkers and inside functions too."""
    found: set[str] = set()
    for name in imported(path):
        module = name if name in names else name.rpartition(".")[0]
        found |= {module} & names.keys()
    return found


def circles(needed: Mapping[str, set[str]]) -> list[str]:
    """Return the modules that import each other in a circle, and those that import them."""
    left = dict(needed)
    while leaves := [name for name, others in left.items() if not others & left.keys()]:
        for name in leaves:
            del left[name]
    return sorted(left)


def test_no_circle_of_imports() -> None:
    """Imports for type checkers count: modules with types of each other cannot be read one after the other."""
    for package in ("sexp_runtime", "godot"):
        root = PACKAGE.parent / package
        names = {}
        for path in root.rglob("*.py"):
            place = path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", ".")
            names[place.removesuffix(".__init__")] = path
        del names[package]
        assert circles({name: imported_modules(path, names) - {name} for name, path in names.items()}) == []


def test_a_circle_of_imports_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]


def test_only_the_bridge_knows_the_engine() -> None:
    knowing = {place for place, path in modules().items() if any(n.split(".")[0] == "godot" for n in imported(path))}
    assert knowing == ENGINE_SIDE


def test_what_runs_in_a_game_needs_little() -> None:
    """Only msgpack is needed, psutil is used where it is there; the plugin for pytest needs pytest."""
    allowed = {"sexp_runtime", "godot", "msgpack", "psutil", *sys.stdlib_module_names}
    for place, path in modules().items():
        further = {name.split(".")[0] for name in imported(path)} - allowed
        if place == "testing/plugin.py":
            further -= {"pytest"}
        assert not further, f"{place} imports {sorted(further)}"


def test_every_module_says_what_it_is_for() -> None:
    for place, path in modules().items():
        text = ast.get_docstring(parsed(path))
        assert text and text.split("\n\n")[0].endswith((".", ":")), place


def test_every_module_has_tests_that_are_found_by_its_name() -> None:
    """`tools/test --of MODULE` runs them."""
    lost = [name for name in modules_with_tests() if named_after(name) is None and name not in table()]
    assert not lost, f"no tests/.../test_NAME.py and no line in tests/modules.toml: {lost}"


def test_the_table_of_tests_names_what_is_there() -> None:
    known = modules_with_tests()
    assert [name for name in table() if name not in known] == [], "tests/modules.toml: no such modules"
    places = {place for found in table().values() for place in found}
    assert [place for place in places if not (TESTS / place).exists()] == [], "tests/modules.toml: no such tests"


def test_tests_import_helpers_from_support_alone() -> None:
    """No test imports another one: what several need is in `tests/support`."""
    rooms = {path.name for path in TESTS.iterdir() if path.is_dir()} - {"support"}
    wrong = []
    for path in TESTS.rglob("*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in rooms:
                wrong.append(f"{path.relative_to(TESTS)} imports {node.module}")
    helpers = [path for path in TESTS.rglob("*.py") if not path.name.startswith(("test_", "conftest", "check_"))]
    assert wrong == []
    allowed = {"support", "engine"}  # `engine` has what runs inside the engine
    assert [path.as_posix() for path in helpers if path.relative_to(TESTS).parts[0] not in allowed] == []
