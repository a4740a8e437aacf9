"""The example of `how-a-frame-works.md`, executed: its mission from the page's own text, its table frame by frame."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from sexp_runtime.session import MissionSession

PAGE: Final = Path(__file__).resolve().parents[2] / "addons/sexp_runtime/docs/how-a-frame-works.md"
BEFORE: Final = """#Mission Info
$Version: 24.2
$Name: Three events
#Players
$Starting Shipname: Alpha 1
#Objects
$Name: Alpha 1
$Class: Fighter
$Team: Friendly
$Location: 0, 0, 0
$Arrival Location: Hyperspace
$Arrival Cue: ( true )
$Departure Location: Hyperspace
$Departure Cue: ( false )
#Wings
#Events
"""


def test_the_table_of_the_chapter_is_what_happens() -> None:
    text = PAGE.read_text(encoding="utf-8")
    events = text.split("```\n")[1]
    rows = re.findall(r"^\| (\d) s \| .* \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    assert [int(row[0]) for row in rows] == [0, 1, 2, 3, 4]
    with MissionSession.load(BEFORE + events + "#Goals\n#End\n") as session:
        satisfied: list[tuple[str, float]] = []
        session.on_event_satisfied.append(lambda name, index: satisfied.append((name, session.mission_time)))
        for frame, asked, evaluated in rows:
            before = session.statistics()
            if frame == "2":
                session.world.set_ship(session.world.ships["alpha 1"], "hull", 30.0)
            session.step(1.0 if frame != "0" else 0.0)
            after = session.statistics()
            made = [after[key] - before[key] for key in ("requests", "evaluations")]
            assert made == [int(asked), int(evaluated)], f"frame {frame}"
        assert satisfied == [("Hurt", 2.0), ("Call for help", 3.0), ("Too late", 3.0)]
    share = sum(int(row[1]) for row in rows) - sum(int(row[2]) for row in rows)
    assert f"{share} of {sum(int(row[1]) for row in rows)} here" in text
