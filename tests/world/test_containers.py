"""Containers: lists and maps, references, containers in use (J20-J24, A31-A33)."""

from __future__ import annotations

from sexp_runtime.world.world import World


def _watched() -> tuple[World, list[object]]:
    world = World()
    touched: list[object] = []
    world.facts.observer = touched.append
    return world, touched


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
