"""Status operators in general: all are there, what they return of absent ships, exact dues, the older dialect (H)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.catalog import CATALOG
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.values import CANT_EVAL, KNOWN_FALSE, KNOWN_TRUE, NAN, NAN_FOREVER, Status
from sexp_runtime.world.ships import ExitKind, ShipStatus
from sexp_runtime.world.world import World
from support.worlds import F, T, battle, evaluate_text, result_of, small_world


def test_every_operator_with_a_value_has_a_meaning() -> None:
    missing = [n for n, row in CATALOG.items() if row.kind not in ("action", "goal") and n not in MEANINGS]
    assert missing == []
    assert sum(row.kind not in ("action", "goal") for row in CATALOG.values()) == 252


def test_declared_special_results_cover_the_catalog() -> None:
    """What the original's code can return, by the catalog, is what a function may declare beside more of its own."""
    words = {
        "known-true": KNOWN_TRUE, "known-false": KNOWN_FALSE, "nan": NAN, "nan-forever": NAN_FOREVER,
        "cant-eval": CANT_EVAL,
    }  # fmt: skip
    lacking = {}
    for name, row in CATALOG.items():
        meaning = MEANINGS.get(name)
        if row.kind not in ("boolean", "integer") or meaning is None or meaning.traits & (Trait.CONTROL | Trait.ACTION):
            continue
        missing = {words[word] for word in row.special_results} - meaning.results
        if missing:
            lacking[name] = sorted(map(str, missing))
    # These return a special result only in branches that normal data cannot reach, or pass on an argument's by B14.
    assert lacking == LACKING_BY_INTENT


LACKING_BY_INTENT = {"skill-level-at-least": ["KNOWN_FALSE"]}

PATTERNS: list[tuple[str, tuple[Status | int, ...]]] = [
    # Beta 2 (not yet), Alpha 1 (dying), Alpha 2 (departed), Beta 1 (vanished), Nobody (unknown)
    ("( hits-left {} )", (NAN, NAN_FOREVER, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( weapon-energy-pct {} )", (NAN, NAN_FOREVER, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( get-ets-value \"engine\" {} )", (NAN, NAN_FOREVER, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( is-ship-stealthy {} )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( is_tagged {} )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( has-primary-weapon {} 0 \"Laser\" )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( primary-fired-since {} 0 100 )", (CANT_EVAL, F, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( targeted {} )", (F, F, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( is-facing {} \"Tug\" 10 )", (F, T, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( is-destroyed {} )", (CANT_EVAL, KNOWN_TRUE, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( has-departed {} )", (CANT_EVAL, F, KNOWN_TRUE, KNOWN_FALSE, F)),
    ("( destroyed-or-departed-delay 0 {} )", (CANT_EVAL, KNOWN_TRUE, KNOWN_TRUE, KNOWN_FALSE, F)),
    ("( depart-node-delay 0 \"node\" {} )", (CANT_EVAL, F, KNOWN_TRUE, KNOWN_FALSE, F)),
    ("( was-destroyed-by-delay 0 \"cruiser\" {} )", (CANT_EVAL, KNOWN_TRUE, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( is-in-mission {} )", (F, T, F, F, F)),
    ("( is-iff \"Friendly\" {} )", (F, T, T, NAN_FOREVER, NAN)),
    ("( is-iff \"Hostile\" {} )", (T, F, KNOWN_FALSE, NAN_FOREVER, NAN)),
    ("( is-ship-class \"GTF Ulysses\" {} )", (T, T, T, NAN_FOREVER, NAN)),
    ("( is-ship-type \"fighter\" {} )", (T, T, T, NAN_FOREVER, NAN)),
    ("( is-cargo-known {} )", (CANT_EVAL, F, KNOWN_FALSE, NAN_FOREVER, F)),
    ("( has-been-tagged-delay 0 {} )", (CANT_EVAL, F, KNOWN_FALSE, NAN_FOREVER, F)),
    ("( is-ship-emp-active {} )", (CANT_EVAL, F, KNOWN_FALSE, NAN_FOREVER, F)),
    ("( get-damage-caused {} \"Cruiser\" )", (F, F, F, NAN_FOREVER, NAN)),
    ("( get-collision-group {} )", (F, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( time-ship-destroyed {} )", (NAN, 8, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( time-ship-departed {} )", (NAN, NAN, 5, NAN_FOREVER, NAN)),
    ("( time-ship-arrived {} )", (NAN, NAN, NAN, NAN, NAN)),
    ("( distance {} \"Tug\" )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( current-speed {} )", (F, F, NAN, NAN, F)),
    ("( get-object-x {} )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( get-object-speed-z {} )", (NAN, F, NAN_FOREVER, NAN_FOREVER, NAN)),
    ("( is-in-box {} -9 9 -9 9 -9 9 )", (F, T, KNOWN_FALSE, KNOWN_FALSE, F)),
    ("( num-ships-in-battle {} )", (F, T, F, F, F)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "results"), PATTERNS, ids=[form.split()[1] + str(i) for i, (form, _) in enumerate(PATTERNS)]
)
def test_absent_ships_decide_by_the_patterns(form: str, results: tuple[Status | int, ...]) -> None:
    world = battle()
    found = [result_of(world, form.format(f'"{n}"')) for n in ("Beta 2", "Alpha 1", "Alpha 2", "Beta 1", "Nobody")]
    assert found == list(results)


def _entered(world: World, kind: str, name: str, second: str = "") -> None:
    world.log.add(kind, name, second)


DUES: list[tuple[str, Callable[[World], object]]] = [
    ('( is-destroyed-delay 3 "Tug" )', lambda w: w.destroy(w.ships["tug"])),
    ('( destroyed-or-departed-delay 3 "Tug" )', lambda w: w.depart(w.ships["tug"])),
    ('( has-arrived-delay 2 "Beta 2" )', lambda w: _entered(w, "ship-arrived", "Beta 2")),
    ('( has-departed-delay 1 "Tug" )', lambda w: w.depart(w.ships["tug"])),
    ('( is-disabled-delay 4 "Tug" )', lambda w: _entered(w, "disabled", "Tug")),
    ('( has-docked-delay "Tug" "Cruiser" 1 2 )', lambda w: w.dock(w.ships["tug"], w.ships["cruiser"])),
    (
        '( is-subsystem-destroyed-delay "Tug" "engine" 2 )',
        lambda w: _entered(w, "subsystem-destroyed", "Tug", "engine"),
    ),
    ('( are-waypoints-done-delay "Tug" "Path" 2 )', lambda w: w.finish_waypoints(w.ships["tug"], "Path")),
    ('( depart-node-delay 2 "Node" "Tug" )', lambda w: w.depart(w.ships["tug"], "Node")),
    ('( was-destroyed-by-delay 2 "Cruiser" "Tug" )', lambda w: w.destroy(w.ships["tug"], "Cruiser")),
    ('( is-cargo-known-delay 2 "Tug" )', lambda w: w.reveal_cargo(w.ships["tug"])),
    ('( cap-subsys-cargo-known-delay 30 "Tug" "nosuch" )', lambda w: None),
    ('( has-been-tagged-delay 2 "Tug" )', lambda w: w.tag(w.ships["tug"])),
    ('( key-pressed "t" 2 )', lambda w: w.press_key("T")),
    ('( targeted "Tug" 2 )', lambda w: (w.set_player("target", "tug"), w.set_player("target_fix", w.clock.fix))),
    ('( node-targeted "Node" 2 )', lambda w: (w.set_player("node", "Node"), w.set_player("node_fix", w.clock.fix))),
    (
        "( missile-locked 2 )",
        lambda w: (w.set_player("target", "tug"), w.set_player("locked", True), w.set_player("lock_fix", w.clock.fix)),
    ),
    ('( query-orders "Tug" "Depart" 2 )', lambda w: w.give_order("Tug", "Depart")),
    ('( time-elapsed-last-order 2 "Tug" )', lambda w: w.set_ship(w.ships["tug"], "goals", (("ai-chase", "X", 1),))),
    (
        '( primary-fired-since "Tug" 0 250 )',
        lambda w: w.set_game("primary-fired-since", ["Tug", 0], w.clock.us // 1000),
    ),
    ('( turret-fired-since "Tug" "turret01" 99 )',
     lambda w: w.set_game("turret-fired-since", ["Tug", "turret01"], w.clock.us // 1000)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "happens"), DUES, ids=[text.split()[1] for text, _ in DUES])
@pytest.mark.parametrize("moment", [20_000_000, 20_123_457, 21_999_999])
def test_time_changes_a_result_exactly_when_it_is_due(
    text: str, happens: Callable[[World], object], moment: int
) -> None:
    world = battle()
    world.clock.advance_to(moment)
    happens(world)
    before, context = evaluate_text(world, text)
    due = context.due
    world.clock.advance_to(due - 1)
    assert result_of(world, text) == before
    world.clock.advance_to(due)
    assert result_of(world, text) != before


def test_states_set_from_outside_read_as_such() -> None:
    world = small_world()
    tug = world.ships["tug"]
    world.set_ship(tug, "exit", ExitKind.VANISHED)
    world.set_ship(tug, "status", ShipStatus.EXITED)
    assert result_of(world, '( is-cargo-known "Tug" )') is NAN_FOREVER
