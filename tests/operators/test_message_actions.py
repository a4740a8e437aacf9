"""Which messages are sent, and what the game gets of actions that change nothing (N8, N15)."""

from __future__ import annotations

from typing import Any

import pytest

from sexp_runtime.operators.actions import CONDITIONAL, PERFORMED
from support.sexp_bench import Bench


@pytest.fixture(name="bench")
def make_bench() -> Bench:
    ships: dict[str, Any] = {
        "Heron": {"status": "present"},
        "Late": {"status": "not-yet"},
        "Gone": {"status": "exited"},
    }
    bench = Bench(ships=ships, events={"E": {}})
    bench.world.set_player("ship", "heron")
    bench.world.messages = {"hail": None, "bye": None}
    bench.world.add_wing("Dip", size=1, ships=["Dip 1"])
    bench.world.add_ship("Dip 1", wing="dip")
    bench.world.jump_nodes["gate"] = (0.0, 0.0, 0.0)
    return bench


@pytest.mark.parametrize(
    ("sender", "priority", "is_sent"),
    [
        ("#Quay", "low", True),
        ("<any wingman>", "low", True),
        ("<none>", "low", True),
        ("<any allied>", "high", False),
        ("heron", "low", True),
        ("Late", "normal", False),
        ("Late", "High", True),
        ("Gone", "low", False),
        ("Dip", "low", False),
        ("Dip", "high", True),
        ("Nobody", "high", False),
    ],
)
def test_who_can_send(bench: Bench, sender: str, priority: str, is_sent: bool) -> None:
    bench(f'( send-message "{sender}" "{priority}" "Hail" )')
    assert bench.actions == ([("send-message", (sender, priority, "Hail"))] if is_sent else [])


def test_orders_of_arguments_and_unknown_priorities(bench: Bench) -> None:
    bench('( send-message "#Quay" "Hail" "high" )')
    bench('( send-message "#Quay" "urgent" "Hail" )')
    bench('( send-message "#Quay" "low" "Nonsense" )')
    assert [args for _, args in bench.actions] == [("#Quay", "high", "Hail"), ("#Quay", "Normal", "Hail")]


def test_a_traitor_hears_nothing(bench: Bench) -> None:
    bench.world.set_ship(bench.world.ships["heron"], "team", "Traitor")
    bench('( send-message "#Quay" "low" "Hail" )')
    assert bench.actions == []


def test_lists_keep_the_delays_of_what_is_not_sent(bench: Bench) -> None:
    groups = '"#Quay" "low" "Hail" 500 "Late" "low" "Bye" 200 "#Quay" "low" "Bye" ( * 3 250 )'
    sent = ("#Quay", "low", "Hail", 500, "#Quay", "low", "Bye", 950)
    bench(f"( send-message-list {groups} )")
    bench(f'( send-message-chain "E" {groups} )')
    bench(f'( send-message-chain "Unknown" {groups} )')
    bench('( send-message-list "#Quay" "low" "Hail" 5 "#Quay" "low" "Bye" ( get-object-x "Late" ) )')
    assert bench.actions == [
        ("send-message-list", sent),
        ("send-message-chain", ("E", *sent)),
        ("send-message-list", ("#Quay", "low", "Hail", 5)),
    ]


def test_a_random_message_is_one_of_those_given_and_drawn_anew(bench: Bench) -> None:
    for _ in range(30):
        bench('( send-random-message "#Quay" "low" "Hail" "Bye" )')
    assert {args for _, args in bench.actions} == {("#Quay", "low", "Hail"), ("#Quay", "low", "Bye")}


def test_flags_about_messages(bench: Bench) -> None:
    flag = '( are-ship-flags-set "Heron" "{}" )'
    bench("( disable-builtin-messages )")
    assert bench(flag.format("no-builtin-messages")) == 0
    bench('( disable-builtin-messages "Heron" )')
    bench("( scramble-messages )")
    assert (bench(flag.format("no-builtin-messages")), bench(flag.format("scramble-messages"))) == (1, 1)
    bench('( enable-builtin-messages "Heron" )')
    bench("( unscramble-messages )")
    assert (bench(flag.format("no-builtin-messages")), bench(flag.format("scramble-messages"))) == (0, 0)


@pytest.mark.parametrize(
    "text",
    [
        '( send-builtin-message "Arrive" "Late" ( false ) "#Command" )',
        '( send-builtin-message "Arrive" "<none>" ( false ) "Late" "Dip" )',
        '( hud-set-message "gauge" "Nonsense" )',
        '( set-guard-range "Late" 100 )',
        '( good-secondary-time "Friendly" 1 "Bomb" "Gone" )',
        '( ship-maneuver "Heron" 100 ( false ) 0 0 0 )',
        '( set-camera-facing-object "Gone" )',
        '( adjust-audio-volume "music" 5 )',
        "( nebula-set-range 0 )",
        '( set-jumpnode-name "Nowhere" "There" )',
        '( add-remove-hotkey ( true ) 8 "Heron" )',
        '( allow-ship "Skiff" )',
        '( set-respawns 3 "Heron" )',
        '( fade-in ( get-object-x "Late" ) )',
    ],
)
def test_the_game_does_not_get_an_action_without_effect(bench: Bench, text: str) -> None:
    bench(text)
    assert bench.actions == []


def test_some_actions_go_on_without_a_number(bench: Bench) -> None:
    none = '( get-object-x "Late" )'
    bench(f'( set-nav-color 1 {none} 3 "A" )')
    bench(f'( hud-set-text-num "gauge" {none} )')
    bench(f"( play-sound-from-table 1 2 3 {none} )")
    bench(f"( play-sound-from-table 1 {none} 3 4 )")
    assert bench.actions == [
        ("set-nav-color", (1, 0, 3, "A")),
        ("hud-set-text-num", ("gauge", "NaN")),
        ("play-sound-from-table", (1, 2, 3, "NaN")),
    ]


def test_a_jump_node_has_its_new_name_for_every_operator(bench: Bench) -> None:
    bench.world.set_player("node", "Gate")
    bench('( set-jumpnode-name "gate" "Door" )')
    assert (bench('( node-targeted "Door" 0 )'), bench('( node-targeted "Gate" 0 )')) == (1, 0)


def test_conditional_actions_have_a_function() -> None:
    assert {name for name, effect in PERFORMED.values() if effect is not None} >= CONDITIONAL
