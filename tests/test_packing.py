"""Without msgpack a mission runs as ever; recordings and stores of variables say what they need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sexp_runtime import packing
from sexp_runtime.packing import MissingMsgpackError
from sexp_runtime.world import persistence
from sexp_runtime.world.persistence import Store, StoreError

PROJECT = Path(__file__).resolve().parents[1]
MISSION = PROJECT / "addons" / "sexp_runtime" / "demo" / "lantern_run.fs2"
CODE = """
import sys
sys.modules["msgpack"] = None
from sexp_runtime import MissionSession
session = MissionSession.load(sys.argv[1], scenario=True)
for _ in range(60):
    session.step(1 / 60)
print(session.mission_time)
try:
    MissionSession.load(sys.argv[1], scenario=True, record_to=sys.argv[2])
except OSError as error:
    print(error.strerror)
"""


def test_a_mission_runs_and_a_recording_says_what_it_needs(tmp_path: Path) -> None:
    recording = tmp_path / "run.rec"
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(MISSION), str(recording)],
        cwd=PROJECT / "python",
        capture_output=True,
        text=True,
        check=True,
    )
    moment, reason = done.stdout.splitlines()
    assert float(moment) == pytest.approx(1.0, abs=0.02)
    assert reason == "recordings and saved variables need the Python package msgpack"
    assert not recording.exists()


def test_a_store_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = Store().pack()
    monkeypatch.setattr(persistence, "msgpack", packing._Missing())
    with pytest.raises(StoreError, match="need the Python package msgpack"):
        Store().pack()
    with pytest.raises(StoreError, match="need the Python package msgpack"):
        Store.unpack(packed)


def test_the_error_is_one_of_files() -> None:
    assert issubclass(MissingMsgpackError, OSError)
