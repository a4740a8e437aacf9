"""Fetching export templates: for which engine, and when what is there still counts. Nothing is downloaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from _setup import templates
from _setup.console import Progress, SetupError
from _setup.engine import Engine
from _setup.state import identity, write_stamp

QUIET = Progress(quiet=True)


def no_patchelf() -> Path:
    raise AssertionError("nothing had to be fetched")


@pytest.fixture
def unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Engine]:
    """Makes a cache folder with an engine and its templates, as a set-up leaves it."""
    monkeypatch.setenv("SEXP_CACHE", str(tmp_path))

    def make() -> Engine:
        tree, folder = tmp_path / "godot-4.6", tmp_path / "templates-4.6" / "usr" / "bin"
        folder.mkdir(parents=True)
        paths = [folder / f"godot-template-{kind}" for kind in ("release", "debug")]
        for path in paths:
            path.write_text("a program")
            path.chmod(0o755)
        marks = [identity(path) for path in paths]
        write_stamp(
            tmp_path / templates.STAMP,
            {"tree": str(tree), "paths": [str(path) for path in paths], "identities": marks},
        )
        return Engine(tree / "usr" / "bin" / "godot", "4.6.stable", "Debian's package, unpacked", tree)

    return make


def test_an_engine_from_elsewhere_has_templates_of_its_own() -> None:
    engine = Engine(Path("/opt/godot"), "4.6.stable", "$GODOT")
    with pytest.raises(SetupError, match="Manage Export Templates"):
        templates.ensure_templates(QUIET, engine, no_patchelf)


def test_what_was_fetched_once_is_found_again(unpacked: Callable[[], Engine]) -> None:
    found = templates.ensure_templates(QUIET, unpacked(), no_patchelf)
    assert [path.name for path in found.paths()] == ["godot-template-release", "godot-template-debug"]


def test_a_changed_program_or_another_engine_counts_no_more(unpacked: Callable[[], Engine], tmp_path: Path) -> None:
    engine = unpacked()
    other = Engine(engine.executable, "4.7.stable", engine.origin, tmp_path / "godot-4.7")
    with pytest.raises(AssertionError, match="nothing had to be fetched"):
        templates.ensure_templates(QUIET, other, no_patchelf)
    templates.ensure_templates(QUIET, engine, no_patchelf).debug.write_text("half a program")
    with pytest.raises(AssertionError, match="nothing had to be fetched"):
        templates.ensure_templates(QUIET, engine, no_patchelf)
