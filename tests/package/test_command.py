"""What tools/package refuses, before it works for minutes or takes away a folder that is not its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from _package.command import main


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["installers"], "installers is nothing that is made"),
        (["wheels", "--python", "python3"], "takes a version like 3.12, not python3"),
        (["linux", "--python", "3.12"], "need --python 3.11, which they carry"),
        (["wheels", "--python", "3.99"], "made for Python 3.11, 3.12, 3.13, not for 3.99"),
    ],
)
def test_a_wrong_request_is_one_sentence(
    arguments: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--out", str(tmp_path / "dist")]) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "dist").exists()


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert main(["sdist", "--out", str(tmp_path)]) == 2
    assert "holds something else than a release" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "mine"
