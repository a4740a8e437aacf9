"""What commands share: JSON for other programs, and options that refuse what cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sexp_runtime.cli import main
from sexp_runtime.commands.output import write_json


def test_json_goes_to_a_file_or_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = {"name": "Żółw \udcff", "numbers": [1, 2.5]}
    target = tmp_path / "out.json"
    write_json(str(target), data)
    assert json.loads(target.read_text(encoding="ascii")) == data
    assert capsys.readouterr().out == ""
    write_json("-", data, indent=1)
    assert json.loads(capsys.readouterr().out) == data
    with pytest.raises(OSError):
        write_json(str(tmp_path / "absent" / "out.json"), data)


@pytest.mark.parametrize("command", ["profile", "hints", "timeline", "record"])
@pytest.mark.parametrize("fps", ["0", "-30", "many"])
def test_frames_a_second_are_at_least_one(command: str, fps: str, capsys: pytest.CaptureFixture[str]) -> None:
    further = {"timeline": ["event"], "record": ["out.sexprec"]}.get(command, [])
    with pytest.raises(SystemExit) as stopped:
        main([command, "mission.fs2", *further, "--fps", fps])
    assert stopped.value.code == 2
    assert "is not a whole number of at least 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ("run", "--seconds"), ("run", "--fps"), ("profile", "--seconds"), ("hints", "--seconds"), ("diff", "--fps"),
        ("record", "out.sexprec", "--seconds"), ("timeline", "event", "--seconds"), ("explain", "event", "--at"),
        ("explain", "event", "--fps"), ("replay", "--at"), ("replay", "--at=3", "--play-on"), ("eval", "--time"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("number", ["inf", "nan", "1e999", "long"])
def test_seconds_are_finite(command: tuple[str, ...], number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command[0], "mission.fs2", *command[1:], number])
    assert stopped.value.code == 2
    assert f"'{number}' is not a finite number" in capsys.readouterr().err
