"""Small missions of three ships and two variables, played on the naive and the cached engine at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import Any, Final

from sexp_runtime.events.cached import CachedEventManager
from sexp_runtime.events.cached_cues import CachedCueManager
from sexp_runtime.rules.trace import compare, snapshot
from sexp_runtime.session import MissionSession
from support.small_missions import mission, ship

SHIPS: Final = ("Alpha 1", "Beta 1", "Gamma 1")
#: What makes an event repeat in every frame.
EVERY_FRAME: Final = "+Repeat Count: -1\n+Interval: 0\n"


def text_of(events: Sequence[tuple[str, str]]) -> str:
    """Return a mission of events e0, e1, ...: a formula and further lines each. Its variables are v0 = 1, v1 = 0."""
    rows = [(formula, f"e{number}\n{more}") for number, (formula, more) in enumerate(events)]
    ships = [ship(name, place=f"0, 0, {100 * number}") for number, name in enumerate(SHIPS)]
    return mission(rows, ships=ships, variables=['0 "v0" "1" "number"', '1 "v1" "0" "number"'])


def check_both(text: str, changes: Sequence[Sequence[tuple[str, int]]], dialect: str = "fso") -> list[bytes]:
    """Play a mission on both engines and compare each frame; return the words of the cached one's passes.

    `changes` has those of each frame: "hull" and "destroy" of a ship, "time" for the frame's length, or a variable.
    """
    words = []
    with ExitStack() as stack:
        sides: list[tuple[MissionSession, list[Any]]] = []
        for engine in ("naive", "cached"):
            session = stack.enter_context(closing(MissionSession.load(text, engine=engine, seed=5, dialect=dialect)))
            actions: list[Any] = []
            session.on_action.append(lambda name, arguments, actions=actions: actions.append((name, arguments)))
            sides.append((session, actions))
        for number, deeds in enumerate(changes):
            seen = []
            for session, actions in sides:
                us = 100_000
                for what, value in deeds:
                    if what == "hull":
                        target = session.world.ship(SHIPS[value % 3])
                        assert target is not None
                        session.world.set_ship(target, "hull", float(10 * value))
                    elif what == "destroy":
                        target = session.world.ship(SHIPS[value % 3])
                        assert target is not None
                        session.world.destroy(target)
                    elif what == "time":
                        us = value * 40_000
                    else:
                        session.set_variable(what, value)
                session.step_us(us)
                seen.append(snapshot(session.manager, list(actions), session.cues))
                actions.clear()
            manager = sides[1][0].manager
            assert compare(seen[0], seen[1], manager) == [], f"frame {number}"
            assert isinstance(manager, CachedEventManager)
            manager.check_valid()
            cues = sides[1][0].cues
            assert isinstance(cues, CachedCueManager)
            cues.check_valid()
            words.append(bytes(manager._repeat_pass.ready + manager._first_pass.ready))
    return words
