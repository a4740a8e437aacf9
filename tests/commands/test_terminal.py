"""Names that would control a terminal are shown as codes; unusual files are refused at once."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.commands.terminal import PlainOutput
from sexp_runtime.markup import escaped
from support.small_missions import COUNTING

#: Direction marks, a line separator and half of a UTF-16 pair, which a stream cannot even write.
DIRECTIONS = "\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ud800"
NAME = "red \x1b[31m \x07 \x9b2J \u202e end"


def test_names_cannot_control_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.fs2"
    path.write_text(COUNTING.replace("+Name: Count", f"+Name: {NAME}").replace("@Score[0] 2", "@Score[0] \x1b[2J"))
    for command in (["check"], ["run", "--frames", "3", "--all"], ["hints"], ["timeline", "--event", NAME]):
        main([command[0], str(path), *command[1:]] if command[0] != "timeline" else ["timeline", str(path), NAME])
        shown = "".join(capsys.readouterr())
        assert not set(shown) & set("\x1b\x07\x9b\u202e"), command


def test_the_terminal_and_pages_agree_on_what_is_harmful() -> None:
    stream = io.StringIO()
    PlainOutput(stream).write(f"a\tb\n{DIRECTIONS}\x1b")
    assert stream.getvalue() == "a\tb\n" + (DIRECTIONS + "\x1b").encode("unicode_escape").decode()
    assert escaped(f"a\tb\r\n<{DIRECTIONS}\x1b") == "a\tb\n&lt;" + "\N{REPLACEMENT CHARACTER}" * 11


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
    began = time.process_time()
    try:
        code = main([command, str(path)])
    except SystemExit as error:
        code = int(error.code or 0)
    assert code in (1, 2)
    assert time.process_time() - began < 5
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    assert "no regular file" in shown.err + shown.out or "directory" in (shown.err + shown.out).lower()


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain", "{demo}", "Everyone on the gunship", "--tree", "--at", "30"],
        ["explain", "{demo}", "Lantern 1 through", "--tree", "--at", "30"],
        ["run", "{demo}", "--seconds", "60", "--break", "event Raiders"],
        ["hints", "{demo}", "--seconds", "20", "--try"],
        ["profile", "{demo}", "--seconds", "20"],
        ["sweep", "{demo}", "--seeds", "1:2", "--seconds", "30"],
        ["replay", "{recording}", "--at", "20", "--event", "Ashmark wavers", "--play-on", "5", "--simulated"],
    ],
    ids=lambda arguments: str(arguments[0]),
)
@pytest.mark.parametrize("columns", [80, 132])
def test_what_commands_print_fits_the_terminal_and_has_no_colours(
    arguments: list[str],
    columns: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    demo = Path(__file__).parents[2] / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"
    short, recording = tmp_path / "lantern.fs2", tmp_path / "lantern.rec"
    short.write_bytes(demo.read_bytes())
    if arguments[0] == "replay":
        assert main(["record", str(short), str(recording), "--seconds", "30"]) == 0
        capsys.readouterr()
    monkeypatch.chdir(tmp_path)
    assert main([one.format(demo=short.name, recording=recording.name) for one in arguments]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown and not [line for line in shown if len(line) > columns]
    assert "\x1b" not in "".join(shown)
