"""A mission's file changed while it is played: what is replaced, what stays, and what is said."""

from __future__ import annotations

import pytest

from bridge.test_host import MISSION, Bench, event, ship
from sexp_runtime.bridge.hot_reload import ReloadError, reload_formulas

SHIPS = ship("Alpha 1") + ship("Beta 1", "( has-time-elapsed 100 )")
EVENTS = [
    event("limit", '( when ( > @Fuel[10] 50 ) ( modify-variable @Mood[calm] "high" ) )'),
    event(
        "counted", "( when ( true ) ( modify-variable @Fuel[10] ( + @Fuel[10] 1 ) ) )", "+Trigger Count: 50\n"
    ).replace("Count: 1\n", "Count: 50\n", 1),
    event("sequence", "( when ( and-in-sequence ( > @Fuel[10] 5 ) ( > @Fuel[10] 99 ) ) ( do-nothing ) )"),
]


def text(events: list[str], ships: str = SHIPS, wings: str = "") -> str:
    return MISSION.format(ships=ships, wings=wings, events="\n".join(events))


def start() -> Bench:
    bench = Bench([ship("Alpha 1"), ship("Beta 1", "( has-time-elapsed 100 )")], EVENTS)
    for _frame in range(30):
        bench.step(0.1)
    return bench


def test_a_changed_formula_takes_effect_and_everything_else_stays() -> None:
    bench = start()
    session = bench.host.session
    assert session is not None
    fuel, time, before = bench.host.get_variable("Fuel"), session.mission_time, session.world.events[1].count
    assert bench.host.get_variable("Mood") == "calm"
    changed = [EVENTS[0].replace("50", "11", 1), *EVENTS[1:]]
    assert bench.host.reload("bench.fs2", text(changed))
    assert (bench.host.get_variable("Fuel"), session.mission_time, session.world.events[1].count) == (
        fuel,
        time,
        before,
    )
    bench.step(0.1)
    assert bench.host.get_variable("Mood") == "high"
    assert bench.lines[-1] == ("info", "reload_mission: 1 formula and 0 texts replaced")
    assert not bench.errors()


def test_the_same_file_changes_nothing() -> None:
    bench = start()
    session = bench.host.session
    assert session is not None
    evaluations, digest = session.counters()["evaluations"], session.digest()
    done = reload_formulas(session, text(EVENTS).replace("\n", "\r\n"), "bench.fs2")
    assert (done.replaced, done.texts, done.left_out) == ([], 0, [])
    assert (session.counters()["evaluations"], session.digest()) == (evaluations, digest)


def test_texts_of_messages_are_replaced() -> None:
    bench = start()
    assert bench.host.reload("bench.fs2", text(EVENTS).replace("Fuel is $Fuel.", "Now $Fuel."))
    assert str(bench.host.message_text("Hello")).startswith("Now 1")


def test_what_needs_a_new_start_is_said() -> None:
    bench = start()
    new = [
        EVENTS[0].replace("+Interval: 1", "+Interval: 7"),
        EVENTS[2],
        event("extra", "( when ( true ) ( do-nothing ) )"),
    ]
    assert bench.host.reload("bench.fs2", text(new, SHIPS + ship("Gamma 1")).replace('"10"', '"11"'))
    said = "\n".join(line for level, line in bench.lines if level == "warning")
    for part in ("variables: Fuel", "ships: Gamma 1", 'event "limit": interval', "new events: extra", "removed events"):
        assert part in said
    assert "counted" in said


def test_a_file_with_errors_leaves_the_running_mission() -> None:
    bench = start()
    session = bench.host.session
    assert session is not None
    digest = session.digest()
    assert not bench.host.reload(
        "bench.fs2", text([EVENTS[0].replace("modify-variable", "modfy-variable"), *EVENTS[1:]])
    )
    assert "modfy-variable" in bench.errors()[-1]
    assert session.digest() == digest
    bench.step()


def test_the_naive_engine_has_to_load_anew() -> None:
    bench = Bench([ship("Alpha 1")], EVENTS, engine="naive")
    assert bench.host.session is not None
    with pytest.raises(ReloadError, match="naive"):
        reload_formulas(bench.host.session, text(EVENTS), "bench.fs2")
