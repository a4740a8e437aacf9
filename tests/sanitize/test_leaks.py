"""LeakSanitizer: the compiled code gives back all memory that it takes with malloc.

Python runs with malloc for its own objects, too, so that each is known by itself. Objects that its garbage collector
knows are never leaks here, because it holds them; `tools/bench soak` sees those.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.leaks import environment_of, reported

ROOT = Path(__file__).resolve().parents[2]
#: Missions with many operators, on every engine: loaded, played and closed; one with a recording that is replayed.
PLAYED = """
import gc, sys
from pathlib import Path
from random import Random
from support.catalog_missions import catalog_mission
from support.catalog_missions import groups
from sexp_runtime.analysis.replay import Replay
from sexp_runtime.engines import ENGINES
from sexp_runtime.session import MissionSession
from sexp_runtime.syntax.dialect import Dialect
record = Path(sys.argv[1])
for dialect in Dialect:
    for number, rows in enumerate(groups(dialect, Random(1))[:6]):
        text = catalog_mission(Random(number), dialect, rows)[0].encode()
        for engine in ENGINES:
            name = dialect.name.lower()
            with MissionSession.load(text, engine=engine, seed=1, scenario=True, dialect=name, record_to=record) as one:
                for _ in range(20):
                    one.step_us(50_000)
                    one.evaluate("( + ( mission-time ) 1 )")
        replay = Replay(record)
        list(replay.run())
        replay.session.close()
        del one, replay
        gc.collect()
"""
LEAKING = """
import ctypes
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
def leak():
    library.malloc(4321)
leak()
[library.malloc(1) for _ in range(9)]
"""


def leaks(program: str, *arguments: str) -> list[str]:
    """Run a program of Python under LeakSanitizer; return the leaks that it reports, one text each."""
    environment = environment_of() | {"PYTHONPATH": os.pathsep.join([str(ROOT / "python"), str(ROOT / "tests")])}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return reported(done.stderr)


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="LeakSanitizer is for Linux"),
    pytest.mark.skipif("libasan" in os.environ.get("LD_PRELOAD", ""), reason="another sanitizer runs"),
]


def test_the_sanitizer_sees_a_leak() -> None:
    (found,) = leaks(LEAKING)
    assert re.search(r"43\d\d byte", found)


def test_playing_missions_leaks_nothing(tmp_path: Path) -> None:
    assert leaks(PLAYED, str(tmp_path / "run.rec")) == []
