"""Clock, random numbers, log, variables and containers of the world."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.kernel import MersenneTwister
from sexp_runtime.values import atoi
from sexp_runtime.world import clock as clocks
from sexp_runtime.world.clock import Clock
from sexp_runtime.world.facts import FactBoard
from sexp_runtime.world.variables import MAX_TEXT_BYTES, VariableManager, cut_text
from sexp_runtime.world.world import World

_moments = st.integers(0, 40_000_000_000)


def _watched() -> tuple[World, list[object]]:
    world = World()
    touched: list[object] = []
    world.facts.observer = touched.append
    return world, touched


# Clock (G1, G2, F8b)


@pytest.mark.parametrize(
    ("us", "seconds", "msecs"),
    [(0, 0, 0), (999_999, 0, 999), (1_100_000, 1, 1099), (7_990_000, 7, 7989), (1_500_000, 1, 1500)],
)
def test_the_clock_reads_time_in_fixed_point(us: int, seconds: int, msecs: int) -> None:
    clock = Clock(us)
    assert (clock.seconds, clock.msecs, clock.event_ms) == (seconds, msecs, 10_000 + us // 1000)


@given(us=_moments)
def test_due_moments_are_the_first_at_which_a_reading_is_reached(us: int) -> None:
    clock = Clock(us)
    for first, reading in (
        (clocks.us_of_fix(clock.fix), "fix"),
        (clocks.us_of_msecs(clock.msecs), "msecs"),
        (clocks.us_of_event_ms(clock.event_ms), "event_ms"),
    ):
        assert 0 <= first <= us
        assert getattr(Clock(first), reading) == getattr(clock, reading)
        if first:
            assert getattr(Clock(first - 1), reading) < getattr(clock, reading)


def test_time_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Clock().advance_to(-1)


# Random numbers (I1)


def test_the_generator_is_mt19937_as_seeded_in_cpp() -> None:
    default = MersenneTwister()
    assert [default.next32() for _ in range(3)] == [3499211612, 581869302, 3890346734]
    for _ in range(9_996):
        default.next32()
    assert default.next32() == 4123659995  # the 10,000th output, which the C++ standard prescribes
    assert MersenneTwister().next31() == 3499211612 >> 1


def test_reseeding_follows_the_rand_operator() -> None:
    one, two = MersenneTwister(7), MersenneTwister(5489)
    one.reseed(0)
    assert one.state_hash() == MersenneTwister(7).state_hash()
    one.reseed(1)
    assert one.state_hash() == two.state_hash()
    assert [one.between(3, 9) for _ in range(50)] == [two.between(3, 9) for _ in range(50)]


@given(seed=st.integers(-5, 2**33), low=st.integers(-100, 100), size=st.integers(0, 100))
def test_draws_stay_in_their_range(seed: int, low: int, size: int) -> None:
    rng = MersenneTwister(seed)
    assert all(low <= rng.between(low, low + size) <= low + size for _ in range(20))
    assert rng.draws == 20


# Log


def test_the_log_finds_first_and_nth_entries() -> None:
    world, touched = _watched()
    log = world.log
    log.add("ship-arrived", "Tug", fix=10)
    log.add("ship-arrived", "TUG", fix=20)
    log.add("docked", "Tug", "Base", fix=30)
    log.add("docked", "Base", "tug", fix=40)
    log.add("subsystem-destroyed", "Tug", "engine", fix=50)
    assert log.first("ship-arrived", "tug") == 10
    assert log.first("ship-arrived", "nobody") is None
    assert [log.nth("docked", "Base", "Tug", count) for count in (0, 1, 2, 3)] == [None, 30, 40, None]
    assert log.first("subsystem-destroyed", "Tug", "Engine") == 50
    assert log.first("subsystem-destroyed", "engine", "Tug") is None
    assert touched == [
        ("log", "tug"), ("log", "tug"), ("log", "tug"), ("log", "base"), ("log", "base"), ("log", "tug"),
        ("log", "tug"), ("log", "engine"),
    ]  # fmt: skip


# Variables (J1-J3, A22, A23)


@given(text=st.text(max_size=60))
def test_variable_texts_are_cut_to_31_bytes_between_characters(text: str) -> None:
    cut = cut_text(text)
    assert text.startswith(cut) and len(cut.encode()) <= MAX_TEXT_BYTES
    assert cut == text or len(text[: len(cut) + 1].encode()) > MAX_TEXT_BYTES


@given(texts=st.lists(st.text("0123456789 -+ab", max_size=35), max_size=8))
def test_numbers_mirror_texts_and_only_changes_are_announced(texts: list[str]) -> None:
    facts = FactBoard()
    table = VariableManager(facts)
    table.declare("v", "")
    touched: list[object] = []
    facts.observer = touched.append
    for text in texts:
        before = table.text(0)
        announced = len(touched)
        assert table.set_text(0, text) == (cut_text(text) != before)
        assert (len(touched) > announced) == (cut_text(text) != before)
        assert table.number(0) == atoi(table.text(0))


def test_names_are_exact_and_declarations_are_checked() -> None:
    table = VariableManager(FactBoard(), 2)
    assert table.declare("a", 5) == 0
    assert table.index("A") is None
    with pytest.raises(ValueError, match="twice"):
        table.declare("a")
    table.declare("b", "x")
    with pytest.raises(ValueError, match="no room"):
        table.declare("c")
    assert (table.types[:2], table.snapshot()) == (["number", "string"], {"a": "5", "b": "x"})


def test_text_replacement_prefers_the_highest_index_and_does_not_rescan() -> None:
    table = VariableManager(FactBoard())
    table.declare("ship", "$ship")
    table.declare("shipname", "Tug")
    assert table.replace_in("$shipname, $ship, $other, $") == "Tug, $ship, $other, $"
    table.declare("s", "S")
    assert table.replace_in("$shipname") == "Shipname"


# Containers (J20-J24, A31-A33)


def test_lists_grow_at_both_ends_and_lose_the_first_equal_item() -> None:
    world, touched = _watched()
    world.containers.declare("Queue", "list", ["m"])
    touched.clear()
    assert world.containers.add_items("QUEUE", ["x", "y"], at_back=True)
    assert world.containers.add_items("queue", ["a", "b"], at_back=False)
    assert world.containers.snapshot() == {"Queue": ["b", "a", "m", "x", "y"]}
    assert world.containers.remove_items("queue", ["x", "none", "b"]) == ["none"]
    assert touched == [("container", "queue")] * 3
    assert world.containers.remove_items("queue", ["none"]) == ["none"]
    assert world.containers.add_items("nosuch", ["x"]) is False
    assert len(touched) == 3


def test_reading_follows_modifiers_references_and_removals() -> None:
    world, touched = _watched()
    store = world.containers
    store.declare("Outer", "map", ["to", "&Inner&", "plain", "1"])
    store.declare("Inner", "list", ["p", "q", "r"])
    store.declare("Loop", "list", ["&Loop&"])
    touched.clear()
    assert store.read("outer", ["to", "At", "1"]) == "q"
    assert store.read("outer", ["plain"]) == "1"
    assert [store.read("Inner", [word]) for word in ("Get_First", "GET_LAST", "bad")] == ["p", "r", ""]
    assert store.read("Inner", ["At", "7"]) == store.read("Inner", []) == store.read("nosuch", ["At"]) == ""
    assert store.read("Loop", ["Get_First"] * 50) == ""
    assert touched == []
    assert store.read("Inner", ["Remove_First"]) == "p"
    assert store.read("Inner", ["Remove_Random"]) in ("q", "r")
    assert touched == [("container", "inner")] * 2
    assert len(store.get("inner") or ()) == 1


def test_a_container_in_use_refuses_changes() -> None:
    world, _ = _watched()
    world.containers.declare("Queue", "list", ["m"])
    used = world.containers.use("queue")
    assert used is not None
    assert not world.containers.add_items("queue", ["x"])
    assert world.containers.remove_items("queue", ["m"]) is None
    assert not world.containers.clear("queue")
    assert world.containers.read("queue", ["Remove_First"]) == "m"
    used.in_use = False
    assert world.containers.snapshot() == {"Queue": ["m"]}
    assert world.containers.clear("queue")


def test_text_references_are_replaced_and_bounded() -> None:
    world, _ = _watched()
    store = world.containers
    store.declare("L", "list", ["one", "two"])
    store.declare("M", "map", ["k", "&L&Get_Last&"])
    store.declare("Self", "list", ["&Self&Get_First&"])
    assert store.replace_in("a &L&Get_First& b &L&At 1& c") == "a one b two c"
    assert store.replace_in("&M&k& & &No&x&") == "two & &No&x&"
    assert store.replace_in("&Self&Get_First&") == "&Self&Get_First&"


def test_copying_wants_equal_kinds_and_types() -> None:
    world, _ = _watched()
    store = world.containers
    store.declare("A", "list", ["1"])
    store.declare("B", "list", ["2"])
    store.declare("N", "list", data_type="number")
    store.declare("M", "map")
    assert store.copy("A", "B", clear_first=False)
    assert store.snapshot()["B"] == ["2", "1"]
    assert store.copy("A", "B")
    assert store.snapshot()["B"] == ["1"]
    assert not store.copy("A", "N") and not store.copy("A", "M") and not store.copy("A", "nosuch")
