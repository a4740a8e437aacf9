"""Stamps, locks, folders and messages of the set-up."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from _setup import state
from _setup.console import Progress, SetupError, explain_failure, missing, run_checked


def test_a_stamp_is_read_back_and_a_damaged_one_counts_as_none(tmp_path: Path) -> None:
    stamp = tmp_path / "deep" / "stamp.json"
    assert state.read_stamp(stamp) == {}
    state.write_stamp(stamp, {"mark": "1", "form": 2})
    assert state.read_stamp(stamp) == {"mark": "1", "form": 2}
    assert [path.name for path in stamp.parent.iterdir()] == ["stamp.json"]
    for damage in (b"", b'{"mark": "1', b"[1, 2]", b"\xff\xfe", b"null"):
        stamp.write_bytes(damage)
        assert state.read_stamp(stamp) == {}


def test_digest_changes_with_content_and_with_absence(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    first = state.digest_of_files([one, two])
    assert first == state.digest_of_files([two, one])
    two.write_text("2")
    second = state.digest_of_files([one, two])
    one.write_text("12")
    two.write_text("")
    assert len({first, second, state.digest_of_files([one, two])}) == 3


def test_identity_sees_a_replaced_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert state.identity(path) is None
    path.write_text("a")
    before = state.identity(path)
    other = tmp_path / "other"
    other.write_text("b")
    other.replace(path)
    assert state.identity(path) not in (None, before)


def test_the_cache_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEXP_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state.cache_folder() == tmp_path / ".cache/sexp-godot"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert state.cache_folder() == tmp_path / ".cache/sexp-godot"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert state.cache_folder() == tmp_path / "x/sexp-godot"
    monkeypatch.setenv("SEXP_CACHE", "~/c")
    assert state.cache_folder() == tmp_path / "c"


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="SEXP_CACHE"):
        state.make_folder(tmp_path / "file" / "below")


def test_the_second_of_two_set_ups_waits_and_says_so(tmp_path: Path, project: Path) -> None:
    code = (
        "import sys, time, pathlib; sys.path.insert(0, sys.argv[1])\n"
        "from _setup.state import locked; from _setup.console import Progress\n"
        "with locked(pathlib.Path(sys.argv[2]), Progress()):\n"
        "    print('in', flush=True); sys.stdin.read(); print(time.monotonic(), flush=True)\n"
    )
    command = [sys.executable, "-c", code, str(project / "tools"), str(tmp_path / "cache")]
    pipe = subprocess.PIPE
    first = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert first.stdout is not None and first.stdout.readline() == "in\n"
    second = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert second.stderr is not None and "another set-up is at work" in second.stderr.readline()
    time.sleep(0.1)
    assert second.poll() is None
    left_first = float(first.communicate()[0])
    out, _ = second.communicate()
    entered, left_second = out.split()
    assert entered == "in" and float(left_second) >= left_first
    assert first.returncode == second.returncode == 0


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("E: Write error - write (28: No space left on device)", "disk is full"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("Err:1 http://x InRelease\n  Temporary failure resolving 'x'", "network"),
        ("W: Failed to fetch  Could not connect to x:80 (1.2.3.4), connection timed out", "network"),
        ("WARNING: Retrying ... NewConnectionError: [Errno 111] Connection refused", "network"),
    ],
)
def test_full_disk_and_lost_network_are_one_clear_sentence(output: str, words: str) -> None:
    message = explain_failure("Fetching it", output)
    assert message.startswith("Fetching it failed because") and words in message
    assert "run again" in message and len(message.splitlines()) == 1


def test_any_other_failure_shows_the_last_lines() -> None:
    message = explain_failure("Fetching it", "\n".join(f"line {number}" for number in range(40)))
    assert message.splitlines()[0] == "Fetching it failed:"
    assert "line 39" in message and "line 3\n" not in message


def test_a_command_that_cannot_start_is_reported() -> None:
    with pytest.raises(SetupError, match="No such file"):
        run_checked("Trying it", ["/nonexistent/command"])


def test_missing_things_are_named_once_each() -> None:
    text = str(missing([("gcc", "gcc"), ("cc", "gcc"), ("make", "make")], "Building"))
    assert "Building needs gcc, cc, make" in text
    assert text.splitlines()[1].strip().endswith("apt-get install gcc make")


def test_steps_are_timed(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.step("a long step", lambda: time.sleep(0.01))
    assert progress.durations["a long step"] >= 0.01
    captured = capsys.readouterr()
    assert captured.out == "" and "a long step ..." in captured.err and "done in" in captured.err
