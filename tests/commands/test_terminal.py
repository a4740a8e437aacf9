"""Names that would control a terminal are shown as codes; unusual files are refused at once."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from session.test_lifetime import MISSION
from sexp_runtime.cli import main

NAME = "red \x1b[31m \x07 \x9b2J \u202e end"


def test_names_cannot_control_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.fs2"
    path.write_text(MISSION.replace("+Name: Count", f"+Name: {NAME}").replace("@Score[0] 2", "@Score[0] \x1b[2J"))
    for command in (["check"], ["run", "--frames", "3", "--all"], ["hints"], ["timeline", "--event", NAME]):
        main([command[0], str(path), *command[1:]] if command[0] != "timeline" else ["timeline", str(path), NAME])
        shown = "".join(capsys.readouterr())
        assert not set(shown) & set("\x1b\x07\x9b\u202e"), command


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("command", ["check", "run", "replay", "hints", "profile", "sweep"])
@pytest.mark.parametrize("kind", ["pipe", "endless", "directory"])
def test_what_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, kind: str
) -> None:
    path = tmp_path / "m.fs2"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "endless":
        path = Path("/dev/zero")
    else:
        path.mkdir()
    began = time.perf_counter()
    try:
        code = main([command, str(path)])
    except SystemExit as error:
        code = int(error.code or 0)
    assert code in (1, 2)
    assert time.perf_counter() - began < 5
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    assert "no regular file" in shown.err + shown.out or "directory" in (shown.err + shown.out).lower()
