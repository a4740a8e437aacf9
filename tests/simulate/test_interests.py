"""The simulator knows what formulas are about: keys in their time, named targets and subsystems, docks."""

from __future__ import annotations

from itertools import pairwise

from sexp_runtime.session import MissionSession
from sexp_runtime.simulate.interests import Interests
from support.small_missions import mission, ship

FPS = 20


def played(text: str, seconds: float, seed: int = 3) -> dict[str, float]:
    """Return when each event of a simulated mission first came true."""
    with MissionSession.load(text, seed=seed, scenario=True) as session:
        found: dict[str, float] = {}
        session.on_event_satisfied.append(lambda name, _: found.setdefault(name, session.mission_time))
        for _ in session.play(round(seconds * FPS), FPS):
            pass
        return found


def hostile(name: str, place: str = "0, 0, 1500") -> str:
    return ship(name, place=place).replace("$Team: Friendly", "$Team: Hostile")


def test_wishes_name_what_formulas_wait_for() -> None:
    with MissionSession.load(
        mission([
            ('( when ( and ( is-event-true-delay "Before" 2 ) ( key-pressed "Alt-J" ) ) ( end-mission ) )', "After"),
            ('( when ( is-subsystem-destroyed-delay "Hulk" "engine" 0 ) ( do-nothing ) )', "Before"),
            ('( when ( has-docked-delay "Tug" "Hulk" 1 0 ) ( do-nothing ) )', "Dock"),
        ])
    ) as session:  # fmt: skip
        wishes = Interests.of(session.mission)
        (key,) = wishes.keys
        assert (key.texts, key.event, key.needs, key.ends) == (("Alt-J",), 0, ("before",), True)
        assert [wish.texts for wish in wishes.prey] == [("Hulk", "engine")]
        assert [wish.texts for wish in wishes.docks] == [("Tug", "Hulk")]
        assert not key.is_open(session.world) and wishes.prey[0].is_open(session.world)
        session.world.events[1].satisfied_time = 5
        session.world.events[1].done = True
        assert key.is_open(session.world) and not wishes.prey[0].is_open(session.world)


def test_keys_are_pressed_when_an_event_waits_for_them_and_not_all_at_once() -> None:
    keys = [(f'( when ( key-pressed "{number}" ) ( do-nothing ) )', f"Key {number}") for number in range(1, 6)]
    keys.append(('( when ( and ( is-event-true-delay "Key 1" 0 ) ( key-pressed "Y" ) ) ( do-nothing ) )', "Yes"))
    keys.append(('( when ( key-pressed "Alt-J" ) ( end-mission ) )', "Jump out"))
    times = played(mission(keys), 280)
    assert len(times) == 6 and "Jump out" not in times and min(times.values()) >= 8
    assert times["Yes"] > times["Key 1"]
    ordered = sorted(times.values())
    assert all(later - earlier > 1.9 for earlier, later in pairwise(ordered))
    times = played(mission(keys), 400)
    assert times["Jump out"] >= 300


def test_a_named_subsystem_is_shot_at() -> None:
    event = ('( when ( is-subsystem-destroyed-delay "Hulk" "engine" 0 ) ( do-nothing ) )', "Crippled")
    hulk = hostile("Hulk", "0, 0, 600").replace("$Class: Skiff", "$Class: GTFr Hulk")
    found = [played(mission([event], ships=[hulk]), 120, seed) for seed in range(1, 6)]
    assert sum("Crippled" in times for times in found) >= 3


def test_ships_dock_and_undock_without_an_order() -> None:
    events = [
        ('( when ( has-docked-delay "Tug" "Crate" 1 0 ) ( do-nothing ) )', "Docked"),
        ('( when ( has-undocked-delay "Tug" "Crate" 1 0 ) ( do-nothing ) )', "Undocked"),
    ]
    ships = [ship("Tug", place="0, 900, 0"), ship("Crate", place="0, 900, 300")]
    times = played(mission(events, ships=ships), 300)
    assert times["Docked"] + 15 < times["Undocked"]


def test_named_enemies_are_attacked_more_often() -> None:
    near = [hostile(f"Near {number}", f"{100 * number}, 0, 700") for number in range(8)]
    wing = [ship(f"Friend {number}", place=f"{100 * number}, 0, 0") for number in range(4)]
    ships = [*near, *wing, hostile("Far", "0, 0, 2500")]
    destroyed = {}
    for formula in ('( when ( is-destroyed-delay 9 "Far" ) ( do-nothing ) )', "( when ( true ) ( do-nothing ) )"):
        destroyed[formula] = 0
        for seed in range(1, 9):
            with MissionSession.load(mission([(formula, "E")], ships=ships), seed=seed, scenario=True) as session:
                for _ in session.play(90 * FPS, FPS):
                    pass
                destroyed[formula] += session.world.ships["far"].status.value != "present"
    named, unnamed = destroyed.values()
    assert named > unnamed, destroyed
