"""Arrival and departure cues (F40-F48), on small missions written here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sexp_runtime.mission.model import (
    ArrivalDef,
    DepartureDef,
    DockDef,
    Mission,
    ReinforcementDef,
    VariableDef,
    WingDef,
)
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.rules.cue import CueKind
from sexp_runtime.rules.cues import CueManager, can_leave
from sexp_runtime.rules.formula import interpreted
from sexp_runtime.rules.reinforcements import available_reinforcements, call_reinforcement
from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.ships import ExitKind, Ship, ShipStatus
from sexp_runtime.world.world import World
from support.cue_missions import GO, LEAVE, formula, ship

FRAME_US = 100_000


class Play:
    """A mission run by its cues alone, a tenth of a second a frame."""

    def __init__(self, mission: Mission, leave: Callable[[Ship], None] | None = None) -> None:
        mission.variables = [VariableDef(0, "Go", "0"), VariableDef(1, "Leave", "0")]
        self.world = World(mission, seed=3)
        self.ctx = EvaluationContext(self.world)
        self.cues = CueManager(
            self.world,
            mission,
            self.ctx,
            lambda expression: interpreted(expression, self.ctx, expression.owner),
            leave=leave,
        )
        self.cues.load()

    def until(self, seconds: float) -> None:
        """Make frames up to and including the given mission time."""
        while self.world.clock.us + FRAME_US <= round(seconds * 1_000_000):
            self.world.clock.advance_to(self.world.clock.us + FRAME_US)
            self.cues.frame()

    def set(self, name: str, value: int) -> None:
        """Set a variable."""
        index = self.world.variables.index(name)
        assert index is not None
        self.world.variables.set_number(index, value)

    def status(self, name: str) -> str:
        """Return a ship's status."""
        return self.world.ships[name.lower()].status.value

    def log(self) -> list[tuple[float, str, str]]:
        """Return the log as (seconds, kind, name)."""
        return [(round(entry.fix / 65536, 2), entry.kind, entry.name) for entry in self.world.log]


def test_true_at_load_is_present_without_an_entry() -> None:  # F41
    play = Play(Mission(ships=[ship("A"), ship("B", "( false )"), ship("C", GO)]))
    assert [play.status(name) for name in "ABC"] == ["present", "not-yet", "not-yet"]
    play.until(1)
    assert play.log() == []


def test_cue_known_false_at_load_can_never_arrive() -> None:  # F44
    play = Play(Mission(ships=[ship("A", "( false )"), ship("B", GO)]))
    assert not play.world.ships["a"].arrival_allowed
    assert play.world.ships["b"].arrival_allowed


def test_delay_runs_from_the_cue_not_from_the_start() -> None:  # F40
    play = Play(Mission(ships=[ship("A", "( has-time-elapsed 2 )", delay=3)]))
    play.until(4.9)
    assert play.status("A") == "not-yet"
    play.until(5.0)
    assert play.log() == [(5.0, "ship-arrived", "A")]


def test_delay_true_at_load_starts_at_once() -> None:  # F40, F41
    play = Play(Mission(ships=[ship("A", delay=1)]))
    assert play.status("A") == "not-yet"
    play.until(1)
    assert play.log() == [(1.0, "ship-arrived", "A")]


def test_a_cue_that_turns_false_holds_back_but_does_not_restart_the_delay() -> None:  # F40
    play = Play(Mission(ships=[ship("A", GO, delay=2)]))
    play.set("Go", 1)
    play.until(1)
    play.set("Go", 0)
    play.until(5)
    assert play.status("A") == "not-yet"
    play.set("Go", 1)
    play.until(5.1)
    assert play.log() == [(5.1, "ship-arrived", "A")]


def test_any_value_but_zero_is_true() -> None:  # F40
    play = Play(Mission(ships=[ship("A", "( + 1 1 )")]))
    assert play.status("A") == "present"


def test_bay_waits_for_the_carrier_and_for_a_bay_that_works() -> None:  # F42
    carrier = ship("Carrier", GO, location="Hyperspace")
    play = Play(Mission(ships=[ship("A", "( has-time-elapsed 1 )", location="Docking Bay", anchor="Carrier"), carrier]))
    bay = play.world.add_subsystem(play.world.ships["carrier"], "fighterbay")
    play.world.set_subsystem(play.world.ships["carrier"], bay, "hull", 0.0)
    play.until(2)
    play.set("Go", 1)
    play.until(3)
    assert (play.status("Carrier"), play.status("A")) == ("present", "not-yet")
    play.world.move_ship(play.world.ships["carrier"], (5.0, 6.0, 7.0), jump=True)
    play.world.set_subsystem(play.world.ships["carrier"], bay, "hull", 1.0)
    play.until(3.1)
    assert play.status("A") == "present"
    assert play.world.ships["a"].position == (5.0, 6.0, 7.0)


def test_a_ship_whose_carrier_has_gone_never_arrives() -> None:  # F42
    rows = [ship("Carrier"), ship("A", GO, location="Docking Bay", anchor="Carrier")]
    play = Play(Mission(ships=rows))
    play.world.destroy(play.world.ships["carrier"])
    play.world.finish_death(play.world.ships["carrier"])
    play.set("Go", 1)
    play.until(2)
    assert play.status("A") == "not-yet"
    assert not play.world.ships["a"].arrival_allowed


@pytest.mark.parametrize(("way", "counter"), [("destroy", "destroyed"), ("depart", "departed"), ("vanish", "vanished")])
def test_a_wing_whose_carrier_has_gone_is_lost_like_it(way: str, counter: str) -> None:  # F42
    rows = [ship("Carrier"), ship("W 1", "( false )"), ship("W 2", "( false )")]
    arrival = ArrivalDef(cue=formula(GO), location="Docking Bay", anchor="Carrier")
    wing = WingDef(
        "W", waves=2, ships=["W 1", "W 2"], arrival=arrival, departure=DepartureDef(cue=formula("( false )"))
    )
    play = Play(Mission(ships=rows, wings=[wing]))
    carrier = play.world.ships["carrier"]
    getattr(play.world, way)(carrier)
    play.world.finish_death(carrier)
    play.set("Go", 1)
    play.until(1)
    state = play.world.wings["w"]
    assert state.gone
    assert {name: getattr(state, name) for name in ("destroyed", "departed", "vanished")} == {
        "destroyed": 0, "departed": 0, "vanished": 0, counter: 4,
    }  # fmt: skip


def wing_mission(**fields: object) -> Mission:
    """Return a mission with a wing of two waves of two ships."""
    rows = [ship("Ace", "( false )"), ship("Gold 2", "( false )")]
    wing = WingDef(
        "Gold",
        ships=["Ace", "Gold 2"],
        arrival=ArrivalDef(cue=formula(GO), delay=1),
        departure=DepartureDef(cue=formula(LEAVE)),
        **{"waves": 2, **fields},  # type: ignore[arg-type]
    )
    return Mission(ships=rows, wings=[wing])


def kill(play: Play, name: str) -> None:
    """End a ship at once."""
    assert play.world.destroy(play.world.ships[name.lower()])
    play.world.finish_death(play.world.ships[name.lower()])


def test_waves_their_names_threshold_and_delays() -> None:  # F45
    play = Play(wing_mission(threshold=1, wave_delay_min=2, wave_delay_max=2))
    play.set("Go", 1)
    play.until(2)
    # several waves: ships are named after the wing, the file's own name never appears
    assert play.log() == [
        (1.1, "ship-arrived", "Gold 1"),
        (1.1, "ship-arrived", "Gold 2"),
        (1.1, "wing-arrived", "Gold"),
    ]
    assert [play.status(name) for name in ("Gold 1", "Gold 2", "Ace")] == ["present", "present", "not-yet"]
    assert play.world.ship("Gold 3") is None
    kill(play, "Gold 1")  # one left: at the threshold
    play.until(4)
    assert play.world.ship("Gold 3") is None
    play.until(4.1)  # the delay between waves ran from 2.1 s
    assert [play.status(name) for name in ("Gold 3", "Gold 4")] == ["present", "present"]
    assert play.world.wings["gold"].current == 3
    for name in ("Gold 2", "Gold 3", "Gold 4"):
        kill(play, name)
    play.until(20)
    assert play.world.ship("Gold 5") is None
    assert play.log()[-1][1:] == ("wing-destroyed", "Gold")


def test_later_waves_need_the_cue_still() -> None:  # F45
    play = Play(wing_mission())
    play.set("Go", 1)
    play.until(2)
    play.set("Go", 0)
    kill(play, "Gold 1")
    kill(play, "Gold 2")
    play.until(4)
    assert play.world.ship("Gold 3") is None
    play.set("Go", 1)
    play.until(4.1)
    assert play.status("Gold 3") == "present"


def test_a_random_wave_delay_comes_from_the_one_generator() -> None:  # F45, I5
    def moment(seed: int) -> tuple[float, int]:
        play = Play(wing_mission(wave_delay_min=2, wave_delay_max=9))
        play.world.rng.seed(seed)
        play.set("Go", 1)
        play.until(2)
        kill(play, "Gold 1")
        kill(play, "Gold 2")
        play.until(20)
        return play.log()[-1][0], play.world.rng.draws

    assert moment(5) == moment(5)
    assert moment(5)[1] == 1
    assert 4.0 <= moment(5)[0] <= 11.2
    assert len({moment(seed)[0] for seed in range(6)}) > 1


def test_a_single_wave_keeps_the_names_of_the_file() -> None:
    play = Play(wing_mission(waves=1))
    play.set("Go", 1)
    play.until(2)
    assert [play.status(name) for name in ("Ace", "Gold 2")] == ["present", "present"]


def test_a_wing_with_the_player_has_no_delay() -> None:  # E6
    mission = wing_mission(waves=1)
    mission.ships[0].flags = frozenset(("player-start",))
    play = Play(mission)
    play.set("Go", 1)
    play.until(0.1)
    assert play.status("Ace") == "present"


def test_a_wing_departure_before_arrival_cancels_the_wing() -> None:  # F46
    play = Play(wing_mission())
    play.set("Leave", 1)
    play.until(0.1)
    assert play.world.wings["gold"].gone
    play.set("Go", 1)
    play.until(5)
    assert play.log() == []
    assert play.world.wings["gold"].arrived == 0


def test_a_wing_that_departs_gets_no_further_waves() -> None:  # F46, F47
    play = Play(wing_mission())
    play.set("Go", 1)
    play.until(2)
    kill(play, "Gold 2")
    play.set("Leave", 1)
    play.until(10)
    kinds = [(kind, name) for _, kind, name in play.log()]
    assert kinds[-2:] == [("ship-departed", "Gold 1"), ("wing-departed", "Gold")]
    assert play.world.ship("Gold 3") is None


def test_departure_delay_runs_from_the_cue_and_needs_it() -> None:  # F46
    row = ship("A", departure=LEAVE)
    row.departure.delay = 2
    play = Play(Mission(ships=[row]))
    play.set("Leave", 1)
    play.until(1)
    play.set("Leave", 0)
    play.until(4)
    assert play.status("A") == "present"
    play.set("Leave", 1)
    play.until(4.1)
    assert play.log() == [(4.1, "ship-departed", "A")]


def test_departure_within_delays_of_events_is_strict() -> None:  # G6 in the example of section E
    row = ship("A", departure='( is-event-true-delay "Loaded" 5 )')
    play = Play(Mission(ships=[row]))
    event = play.world.add_event("Loaded")
    event.result, event.done, event.timestamp = 1, True, 10_000
    play.world.touch_event(0)
    play.until(5.0)
    assert play.status("A") == "present"
    play.until(5.1)
    assert play.log() == [(5.1, "ship-departed", "A")]


@pytest.mark.parametrize("flag", ["no-subspace-drive", "break-warp", "never-warp"])
def test_without_a_drive_only_a_bay_is_a_way_out(flag: str) -> None:  # F46
    rows = [ship("A", departure=LEAVE), ship("B", departure=LEAVE)]
    for row in rows:
        row.flags = frozenset((flag,))
    rows[1].departure.location = "Docking Bay"
    play = Play(Mission(ships=rows))
    play.set("Leave", 1)
    play.until(1)
    assert [play.status(name) for name in "AB"] == ["present", "exited"]
    play.world.set_flag(play.world.ships["a"], flag, False)
    play.until(1.1)
    assert play.status("A") == "exited"


def test_disrupted_engines_and_dying_ships_stay() -> None:  # F46
    play = Play(Mission(ships=[ship("A", departure=LEAVE), ship("B", departure=LEAVE)]))
    first, second = play.world.ships["a"], play.world.ships["b"]
    play.world.set_subsystem(first, first.subsystems["engine"], "disrupted", True)
    play.world.destroy(second)
    play.set("Leave", 1)
    play.until(1)
    assert (play.status("A"), play.status("B")) == ("present", "death-roll")
    assert not can_leave(first)
    play.world.finish_death(second)
    play.until(2)
    assert second.exit is ExitKind.DESTROYED


def test_leave_is_called_once_and_the_ship_stays_until_it_is_gone() -> None:
    told: list[str] = []
    play = Play(Mission(ships=[ship("A", departure=LEAVE)]), leave=lambda found: told.append(found.name))
    play.set("Leave", 1)
    play.until(3)
    assert told == ["A"]
    assert play.world.ships["a"].departing
    assert play.status("A") == "present"
    play.world.depart(play.world.ships["a"])
    play.until(4)
    assert play.log() == [(3.0, "ship-departed", "A")]


def test_reinforcements_come_when_called() -> None:  # F43
    mission = Mission(ships=[ship("A", GO, flags=frozenset(("reinforcement",)))])
    mission.reinforcements = [ReinforcementDef("A", delay=2)]
    play = Play(mission)
    play.until(1)
    assert not call_reinforcement(play.world, "A")
    play.set("Go", 1)
    play.until(3)
    assert play.status("A") == "not-yet"
    assert [entry.name for entry in available_reinforcements(play.world)] == ["A"]
    assert call_reinforcement(play.world, "a")
    play.set("Go", 0)
    play.until(5.1)
    assert play.log() == [(5.1, "ship-arrived", "A")]


def test_docked_ships_arrive_together() -> None:
    rows = [ship("Tug", GO), ship("Box", "( false )", docked_with=[DockDef("Tug")])]
    play = Play(Mission(ships=rows))
    play.set("Go", 1)
    play.until(0.1)
    assert [play.status(name) for name in ("Tug", "Box")] == ["present", "present"]
    assert play.world.ships["box"].docked == {"tug"}


def test_places_beside_an_anchor() -> None:
    rows = [ship("Base"), ship("A", GO, location="Above ship", anchor="Base", distance=500)]
    rows.append(ship("B", GO, location="Near Ship", anchor="<any friendly>", distance=300))
    play = Play(Mission(ships=rows))
    play.set("Go", 1)
    play.until(0.1)
    assert play.world.ships["a"].position == (0.0, 500.0, 0.0)
    assert sum(part * part for part in play.world.ships["b"].position) ** 0.5 == pytest.approx(300.0)


def test_order_of_processing_and_second_look_at_departures() -> None:  # F0
    rows = [ship("A", GO, departure="( true )"), ship("W 1", "( false )")]
    wing = WingDef(
        "W", ships=["W 1"], arrival=ArrivalDef(cue=formula(GO)), departure=DepartureDef(cue=formula("( false )"))
    )
    play = Play(Mission(ships=rows, wings=[wing]))
    assert [cue.kind for cue in play.cues.cues] == [
        CueKind.SHIP_ARRIVAL, CueKind.WING_ARRIVAL, CueKind.SHIP_DEPARTURE, CueKind.WING_DEPARTURE,
    ]  # fmt: skip
    play.set("Go", 1)
    play.until(0.1)
    kinds = [kind for _, kind, _ in play.log()]
    assert kinds == ["ship-arrived", "ship-arrived", "wing-arrived", "ship-departed"]


def test_a_cue_with_nothing_new_does_nothing() -> None:
    """What a cached engine relies on: facts, the formula and due_us tell of everything."""
    play = Play(wing_mission())
    cue = play.cues.cues[0]
    assert cue.due_us == NEVER
    play.set("Go", 1)
    play.until(0.1)
    assert cue.due_us == 1_100_000
    before = (play.log(), cue.due_us, play.world.rng.draws)
    play.cues.process(cue)
    assert (play.log(), cue.due_us, play.world.rng.draws) == before
    assert ("wing", "gold", "state") in cue.facts


def test_a_formula_that_raises_counts_as_false_and_is_reported_once() -> None:
    play = Play(Mission(ships=[ship("A", GO)]))

    def fail() -> int:
        raise RuntimeError("broken")

    class Broken:
        owner = 'arrival cue of "A"'
        status = None
        evaluate = staticmethod(fail)

    play.cues.cues[0].formula = Broken()  # type: ignore[assignment]
    play.until(1)
    assert play.status("A") == "not-yet"
    assert play.cues.counters.errors == 10
    assert play.ctx.warning_count == 1


def test_requests_are_counted_and_reported() -> None:
    asked: list[tuple[str, int]] = []
    play = Play(Mission(ships=[ship("A", GO), ship("B", GO)]))
    play.cues.on_request = lambda kind, index: asked.append((kind, index))
    start = play.cues.counters.requests
    play.until(0.1)
    assert asked == [("cue", 0), ("cue", 1)]
    assert play.cues.counters.requests - start == 2
    assert play.world.ships["a"].status is ShipStatus.NOT_YET


def test_docked_ships_of_which_none_can_come_are_ruled_out() -> None:  # F44
    rows = [ship("Tug", "( false )"), ship("Box", "( false )", docked_with=[DockDef("Tug")]), ship("Other", GO)]
    play = Play(Mission(ships=rows))
    assert [found.arrival_allowed for found in play.world.ships.values()] == [False, False, True]
