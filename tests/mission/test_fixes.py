"""Corrections: only what has one right answer, and not one byte besides."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.files import write_whole
from sexp_runtime.mission import parse_mission, validate_mission
from sexp_runtime.mission.fixes import fix_file
from support.samples import SAMPLE

#: Text of the sample -> what a mission author might have written instead.
MISTAKES = {
    "( has-arrived-delay 2": "( Has-Arrived-Delay 2",
    '( is-destroyed-delay 2 "Tug 1" )': '( is-destroyd-delay 2 "Tug 1" )',
    '( is-goal-true-delay "Tug survives" 0 )': '( is-goal-true-delay "Tug survivs" 0 )',
    '"High" "Hurry"': '"Hihg" "Hury"',
}


def broken() -> str:
    text = SAMPLE
    for right, wrong in MISTAKES.items():
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    return text


@pytest.mark.parametrize(
    ("encoding", "newline"),
    [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("utf-16", "\r\n"), ("latin-1", "\r"), ("utf-8", "\r\n")],
)
def test_only_the_mistakes_change(tmp_path: Path, encoding: str, newline: str) -> None:
    def data(text: str) -> bytes:
        return text.replace("Patrol Boat", "Küstenboot").replace("\n", newline).encode(encoding)

    path = tmp_path / "m.fs2"
    path.write_bytes(data(broken()))
    path.chmod(0o640)
    done = fix_file(path)
    assert path.read_bytes() == data(SAMPLE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [fix.after for fix in done] == [
        "Tug survives",
        "is-destroyed-delay",
        "has-arrived-delay",
        "High",
        "Hurry",
    ]
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.fs2"]
    assert fix_file(path) == []


def test_retired_operators_get_their_present_names(tmp_path: Path) -> None:
    text = SAMPLE.replace(
        '( modify-variable "@Mood[calm]" "glad" )',
        '( Set-Ship-Position "Tug 1" 1 2 3 ) ; set-ship-position stays in a comment\n'
        '   ( add-goal "Tug 1" ( ai-chase-any-except 50 "Heron 1" ) )',
    )
    path = tmp_path / "m.fs2"
    path.write_text(text, encoding="utf-8", newline="")
    fix_file(path)
    assert path.read_text(encoding="utf-8") == text.replace("( Set-Ship-Position", "( set-object-position")


def test_what_could_mean_two_things_stays(tmp_path: Path) -> None:
    text = SAMPLE.replace('( has-arrived-delay 2 "Tug 1" )', '( has-arrived-delay 2 "Tug 3" )')
    assert [problem.code for problem in validate_mission(parse_mission(text).mission)] == ["E322"]
    path = tmp_path / "m.fs2"
    path.write_text(text, encoding="utf-8", newline="")
    assert fix_file(path) == []
    assert path.read_text(encoding="utf-8") == text


def test_bare_words_get_their_parentheses(tmp_path: Path) -> None:
    text = SAMPLE.replace("( when ( true ) ( add-to-list", "( when true ( add-to-list")
    path = tmp_path / "m.fs2"
    path.write_text(text, encoding="utf-8", newline="")
    assert [fix.code for fix in fix_file(path)] == ["W112"]
    assert path.read_text(encoding="utf-8") == SAMPLE


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.fs2"
    path.write_text(broken(), encoding="utf-8", newline="")
    assert main(["check", "--fix", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert any(line.endswith("is-destroyd-delay -> is-destroyed-delay (E301)") for line in lines)
    assert lines[-1] == "1 file: 0 errors, 0 warnings"


def test_a_file_that_cannot_be_written_is_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.fs2"
    path.write_text(broken(), encoding="utf-8", newline="")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        fix_file(path)
    assert path.read_text(encoding="utf-8") == broken()
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.fs2"]


def test_a_link_keeps_pointing_at_its_file(tmp_path: Path) -> None:
    target, link = tmp_path / "real.fs2", tmp_path / "link.fs2"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert (link.is_symlink(), target.read_bytes()) == (True, b"new")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipes_and_devices_are_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe.fs2"
    os.mkfifo(pipe)
    for name in (str(pipe), "/dev/zero"):
        assert main(["check", name]) == 2
        assert "no regular file" in capsys.readouterr().out
        assert main(["check", "--fix", name]) == 2
