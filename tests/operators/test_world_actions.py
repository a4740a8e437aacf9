"""Actions on orders, the player's record, texts and containers, as missions see them (N)."""

from __future__ import annotations

import pytest

from sexp_runtime.world.campaign import Campaign
from support.sexp_bench import Bench
from support.small_missions import Played, mission, ship, wing

GUARD = '$AI Goals: ( goals ( ai-guard "Heron" 50 ) )'


def at(second: int, action: str, name: str = "Act") -> tuple[str, str]:
    """Return an event that acts at a second."""
    return f"( when ( has-time-elapsed {second} ) {action} )", name


def idle(who: str, seconds: int, after: str = "") -> tuple[str, str]:
    """Return an event that comes true when no order was given for so long, once another event was true."""
    test = f'( time-elapsed-last-order {seconds} "{who}" )'
    if after:
        test = f'( and ( is-event-true-delay "{after}" 0 ) {test} )'
    return f"( when {test} ( do-nothing ) )", "Idle"


def orders(action: str, *, waits: int, after: str = "Act", goals: str = "") -> float | None:
    tug = ship("Tug", *([goals] if goals else []))
    rest = [ship("Barge", cue="( false )"), tug]
    return Played(mission([at(1, action), idle("Tug", waits, after)], ships=rest)).when("Idle")


def test_an_order_is_young_for_its_delay_and_the_same_again_is_younger() -> None:
    assert orders('( add-goal "Tug" ( ai-guard "Heron" 50 ) )', waits=2) == 3.0
    events = [
        at(1, '( add-goal "Tug" ( ai-guard "Heron" 50 ) )'),
        at(2, '( add-goal "Tug" ( ai-guard "Heron" 50 ) )', "Again"),
        idle("Tug", 2, "Act"),
    ]
    assert Played(mission(events, ships=[ship("Tug")])).when("Idle") == 4.0


@pytest.mark.parametrize(
    "action",
    [
        '( add-goal "Tug" ( ai-guard "Heron" ( get-object-x "Barge" ) ) )',  # no number as priority (N2.5)
        '( add-goal "Tug" ( ai-guard "Tug" 50 ) )',  # about itself (N2.7)
        '( clear-goals "Barge" "Nobody" "Tug" )',  # N2.13
        '( remove-goal "Tug" ( ai-guard "Nobody" 50 ) )',  # the subject does not count (N2.14)
        '( remove-goal "Tug" ( ai-guard "Nobody" 7 ) ( false ) ( true ) )',
        '( add-goal "Tug" ( ai-play-dead 90 ) )',  # empties the list (N2.11)
    ],
)
def test_the_list_of_orders_is_empty_afterwards(action: str) -> None:
    given = GUARD if "Heron" not in action and '"Tug" 50' not in action else ""
    assert orders(action, waits=30, goals=given) in (1.0, 1.1)


@pytest.mark.parametrize(
    "action",
    [
        '( remove-goal "Tug" ( ai-guard "Heron" 51 ) )',
        '( remove-goal "Tug" ( ai-chase "Heron" 50 ) )',
        '( add-goal "Barge" ( ai-play-dead 90 ) )',
    ],
)
def test_other_orders_stay(action: str) -> None:
    assert orders(action, waits=30, goals=GUARD) is None


def test_a_list_holds_five_orders_and_loses_the_oldest() -> None:
    warp = [f'( add-goal "Tug" ( ai-warp-out {60 + number} ) )' for number in range(5)]
    first = '( add-goal "Tug" ( ai-guard "Heron" 50 ) )'
    stuck = ship("Tug", flags='"no-subspace-drive"')
    for count, expected in ((4, None), (5, 1.0)):
        events = [at(1, " ".join([first, *warp[:count]])), idle("Tug", 30, "Act")]
        assert Played(mission(events, ships=[stuck])).when("Idle") == expected


def test_a_wing_remembers_an_order_for_waves_to_come_only() -> None:
    event = '( when ( time-elapsed-last-order 2 "Dip" ) ( do-nothing ) )', "Wing"
    for waves, expected in ((1, 0.0), (2, 3.0)):
        events = [at(1, '( add-goal "Dip" ( ai-guard "Heron" 50 ) )'), event]
        text = mission(events, ships=[ship("Dip 1")], wings=[wing("Dip", ["Dip 1"], waves=waves)])
        played = Played(text)
        tug = played.session.world.ships["dip 1"]
        assert [order.goal[0] for order in tug.orders] == ["ai-guard"]
        assert len(played.session.world.wings["dip"].orders) == waves - 1
        if waves == 1:
            assert played.when("Wing") == expected


def test_orders_of_the_file_count_from_the_arrival_and_a_wings_from_the_start() -> None:
    late = ship("Tug", GUARD, cue="( has-time-elapsed 1 )")
    assert Played(mission([idle("Tug", 2)], ships=[late])).when("Idle") == 3.0
    dip = wing("Dip", ["Dip 1"], GUARD, cue="( has-time-elapsed 3 )")
    assert Played(mission([idle("Dip 1", 2)], ships=[ship("Dip 1")], wings=[dip])).when("Idle") == 3.0


def test_an_order_about_a_ship_that_has_left_ends() -> None:
    played = Played(mission([at(1, '( ship-vanish "Barge" )')], ships=[
        ship("Barge"), ship("Tug", '$AI Goals: ( goals ( ai-guard "Barge" 50 ) ( ai-chase-any 20 ) )'),
    ]))  # fmt: skip
    assert [goal[0] for goal in played.session.world.ships["tug"].goals] == ["ai-chase-any"]


def test_a_red_alert_ends_the_mission_four_seconds_later_and_anew_at_each_call() -> None:
    def end(*events: tuple[str, str]) -> float:
        return round(Played(mission(events), seconds=12).session.mission_time, 1)

    assert end(at(1, "( red-alert )")) == 5.0
    assert end(at(1, "( red-alert )"), at(3, "( red-alert )", "Again")) == 7.0


def test_the_end_of_a_campaign_is_nothing_outside_one() -> None:
    text = mission([at(1, "( end-campaign )"), at(1, '( grant-medal "Star" )', "Medal")])
    alone = Played(text, seconds=2)
    assert not alone.session.world.mission_over
    assert alone.told == []
    within = Played(text, seconds=2, campaign=Campaign("War"))
    assert within.session.world.mission_over
    assert [name for name, _ in within.told] == ["end-campaign", "grant-medal"]


def test_a_supernova_goes_through_its_stages() -> None:
    bench = Bench()

    def stage(second: float) -> object:
        return bench("( get-supernova-stage )", time=second)

    bench("( supernova-start 4 )")
    assert stage(1) == 0
    bench("( supernova-start 20 )")
    assert [stage(1), stage(5.9), stage(6), stage(15.9), stage(16), stage(30)] == [1, 1, 2, 2, 3, 3]
    bench("( supernova-stop )")
    assert stage(30) == 3  # too late


@pytest.mark.parametrize(("given", "read"), [(60, 60), (75, 74), (100, 99), (450, 90), (-10, 75)])
def test_the_field_of_view_is_read_through_single_precision(given: int, read: int) -> None:
    bench = Bench()
    bench(f"( set-fov {given} )")
    assert bench("( get-fov )") == read
    bench("( reset-fov )")
    assert bench("( get-fov )") == 75


def test_ignored_presses_of_a_key_do_not_count() -> None:
    bench = Bench()
    bench('( ignore-key 2 "K" )')
    for expected in (0, 0, 1):
        bench.world.press_key("k")
        assert bench('( key-pressed "K" )') == expected
    bench('( key-reset-multiple "K" )')
    bench('( ignore-key -1 "K" )')
    bench.world.press_key("k")
    assert bench('( key-pressed "K" )') == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('( add-to-list &&L ( false ) "a" "b" )', ("L", 0, "a", "b")),
        ('( remove-from-list &&L "m" )', ("L", "m")),
        ('( add-to-map &&M "k" "v" )', ("M", "k", "v")),
        ('( remove-from-map &&M "q" )', ("M", "q")),
        ("( get-map-keys &&M &&L ( false ) )", ("M", "L", 0)),
        ("( clear-container &&L &&M )", ("L", "M")),
        ("( copy-container &&L &&N )", ("L", "N")),
        ("( apply-container-filter &&N &&L )", ("N", "L")),
        ("( modify-variable @n[0] ( + 1 2 ) )", ("n", 3)),
        ('( modify-variable "@s[]" "$n" )', ("s", "$n")),
        ('( string-concatenate "a" "b" "@s[]" )', ("a", "b", "s")),
        ('( string-set-substring "harbour" 3 2 "X" "@s[]" )', ("harbour", 3, 2, "X", "s")),
        ("( set-variable-by-index 0 ( + 1 2 ) )", (0, 3)),
        ('( reset-event "E" "F" )', ("E", "F")),
    ],
)
def test_the_game_gets_all_arguments_as_they_were_evaluated(text: str, told: tuple[object, ...]) -> None:
    containers = {"L": {"list": ["m"]}, "N": {"list": ["n"]}, "M": {"map": {"q": "x"}}}
    bench = Bench(containers=containers, variables={"n": 7, "s": ""}, events={"E": {}, "F": {}})
    bench(text)
    assert bench.actions == [(text.split()[1], told)]


@pytest.mark.parametrize(
    "text",
    ["( copy-container &&L &&L ( false ) )", "( apply-container-filter &&L &&L )", '( add-to-list &&M ( true ) "x" )'],
)
def test_a_refused_change_of_a_container_is_not_offered(text: str) -> None:
    bench = Bench(containers={"L": {"list": ["m"]}, "M": {"map": {}}})
    bench(text)
    assert bench.actions == []
    assert bench.container("L") == ["m"]


def test_a_source_of_candidates_refuses_changes_until_its_form_ends() -> None:
    bench = Bench(containers={"L": {"list": ["m"]}})
    form = "( when-argument ( for-container-data &&L ) ( true )"
    bench(f'{form} ( add-to-list &&L ( true ) "x" ) )')
    assert bench.container("L") == ["m"]
    bench(f'{form} {form} ( do-nothing ) ) ( add-to-list &&L ( true ) "x" ) )')  # the inner end frees it
    assert bench.container("L") == ["m", "x"]


@pytest.mark.parametrize(
    ("text", "start", "length", "expected"),
    [("harbour", 2, 3, "haXur"), ("harbour", 4, 3, "harbX"), ("abc", 0, 3, "Xabc"), ("abcdef", 2, 0, "abX")],
)
def test_a_piece_of_a_text_that_reaches_the_end(text: str, start: int, length: int, expected: str) -> None:
    bench = Bench(variables={"s": ""})
    bench(f'( string-set-substring "{text}" {start} {length} "X" "@s[]" )')
    assert bench.variable("s") == expected  # N11.4


def test_key_names_are_replaced_in_stored_texts() -> None:
    bench = Bench(variables={"s": "", "n": 5})
    bench('( modify-variable "@s[]" "$Alt-H$ or $n$T$ $other" )')
    assert bench.variable("s") == "Alt-H or 5T $other"
