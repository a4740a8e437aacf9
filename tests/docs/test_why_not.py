"""The tutorial "Why has my event not fired?": every command is run and prints what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

import pytest

from sexp_runtime.cli import main

DOCS: Final = Path(__file__).parents[2] / "addons" / "sexp_runtime" / "docs"
PAGE: Final = DOCS / "why-not.md"
#: A command with what it prints, or a change of the mission.
_STEP: Final = re.compile(r"^    sexp ([^\n]+)\n\n```text\n(.*?)```$|^```diff\n(.*?)```$", re.MULTILINE | re.DOTALL)
#: Measured times and sizes, and when the engine looked: they differ from machine to machine and with the engine.
_MEASURED: Final = re.compile(
    r"(?<=frame    median ).*|(?<=  cost     ).*|(?<= frames, )[\d,]+ bytes|(?<=last evaluated at ).*"
    r"|(?<=time alone can change it at ).*"
)


def steps(page: str) -> list[tuple[str, str, str]]:
    """Return (command, output, change) of each step: a change has no command."""
    return [(found[1] or "", found[2] or "", found[3] or "") for found in _STEP.finditer(page)]


def changed(text: str, change: str) -> str:
    """Return a text in which the lines with - stand once and are replaced by those with +."""
    lines = change.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] == "-")
    new = "".join(line[1:] for line in lines if line[0] == "+")
    assert text.count(old) == 1, old
    return text.replace(old, new)


def test_every_command_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    mission = tmp_path / "silent_lane.fs2"
    mission.write_bytes((DOCS / "examples" / mission.name).read_bytes())
    found = steps(PAGE.read_text(encoding="utf-8"))
    assert len(found) == 14
    for command, output, change in found:
        if change:
            mission.write_text(changed(mission.read_text(), change))
            continue
        assert main(shlex.split(command)) == 0, command
        shown = capsys.readouterr().out
        assert _MEASURED.sub("...", shown) == _MEASURED.sub("...", output), command


def test_the_mistakes_are_mistakes_and_the_changes_mend_them() -> None:
    outputs = [output for command, output, _ in steps(PAGE.read_text(encoding="utf-8")) if command.startswith("run ")]
    first, last = outputs[0], outputs[-1]
    for event in ("Gate ahead", "Three pings", "Scout down"):
        assert f"satisfied  {event}" not in first and f"satisfied  {event}" in last
