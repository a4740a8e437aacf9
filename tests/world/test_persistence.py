"""Persistent variables: what is kept, and that no failure loses what was kept before (J10, J25)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.world.campaign import Campaign
from sexp_runtime.world.persistence import (
    MAGIC,
    PersistentStores,
    Store,
    StoredContainer,
    StoredVariable,
    StoreError,
    read_store,
    safe_name,
    write_store,
)
from sexp_runtime.world.variables import SAVE_ON_CLOSE, SAVE_ON_PROGRESS
from sexp_runtime.world.world import World


def _world() -> World:
    world = World()
    world.set_campaign(Campaign("c"))
    world.variables.declare("Score", 0, persistence=SAVE_ON_PROGRESS)
    world.variables.declare("Closed", 0, persistence=SAVE_ON_CLOSE)
    world.variables.declare("Medals", 0, eternal=True, persistence=SAVE_ON_PROGRESS)
    world.variables.declare("Plain", 0)
    world.containers.declare("Names", "list", ["a"], persistence=SAVE_ON_PROGRESS)
    world.containers.declare("Prices", "map", ["k", "1"], eternal=True, persistence=SAVE_ON_CLOSE)
    return world


def _play(world: World) -> None:
    for index in range(4):
        world.variables.set_number(index, 10 + index)
    world.containers.add_items("Names", ["b"])
    world.containers.set_pairs("Prices", [("k", "2"), ("l", "3")])


def test_an_accepted_mission_carries_everything_persistent_over(tmp_path: Path) -> None:
    first = _world()
    _play(first)
    PersistentStores(tmp_path, "War").save_from(first, accepted=True)
    second = _world()
    stores = PersistentStores(tmp_path, "War")
    stores.load_into(second)
    assert not stores.problems
    assert second.variables.numbers[:4] == [10, 11, 12, 0]
    assert second.containers.snapshot() == {"Names": ["a", "b"], "Prices": ["k", "2", "l", "3"]}


def test_a_rejected_mission_keeps_only_what_is_saved_on_close(tmp_path: Path) -> None:
    world = _world()
    _play(world)
    PersistentStores(tmp_path, "War").save_from(world, accepted=False)
    again = _world()
    PersistentStores(tmp_path, "War").load_into(again)
    assert again.variables.numbers[:4] == [0, 11, 0, 0]
    assert again.containers.snapshot() == {"Names": ["a"], "Prices": ["k", "2", "l", "3"]}


def test_eternal_variables_follow_the_pilot_into_another_campaign(tmp_path: Path) -> None:
    world = _world()
    _play(world)
    PersistentStores(tmp_path, "War").save_from(world, accepted=True)
    other = _world()
    PersistentStores(tmp_path, "Peace").load_into(other)
    assert other.variables.numbers[:4] == [0, 0, 12, 0]


def test_nothing_is_kept_or_taken_outside_a_campaign(tmp_path: Path) -> None:
    world = _world()
    world.set_campaign(None)
    _play(world)
    stores = PersistentStores(tmp_path, "War")
    stores.save_from(world, accepted=True)
    assert list(tmp_path.iterdir()) == []
    stores.campaign.variables["score"] = StoredVariable("Score", "7")
    stores.load_into(world)
    assert world.variables.text(0) == "10"


def test_names_compare_without_case_and_loading_touches_the_variable(tmp_path: Path) -> None:
    world = World()
    world.set_campaign(Campaign("c"))
    world.variables.declare("SCORE", 1, persistence=SAVE_ON_PROGRESS)
    touched: list[object] = []
    world.facts.observer = touched.append
    stores = PersistentStores(tmp_path, "War")
    stores.campaign.variables["score"] = StoredVariable("Score", "7")
    stores.load_into(world)
    assert world.variables.number(0) == 7
    assert touched == [("var", 0)]


def test_a_container_of_another_type_is_not_taken(tmp_path: Path) -> None:
    world = _world()
    stores = PersistentStores(tmp_path, "War")
    stores.campaign.containers["names"] = StoredContainer("Names", "list", "number", "string", ("9",))
    stores.load_into(world)
    assert world.containers.snapshot()["Names"] == ["a"]


_texts = st.text(max_size=40)


@given(
    variables=st.dictionaries(_texts, st.tuples(_texts, st.booleans()), max_size=5),
    lists=st.dictionaries(_texts, st.lists(_texts, max_size=4), max_size=3),
)
def test_packing_and_unpacking_is_the_identity(
    variables: dict[str, tuple[str, bool]], lists: dict[str, list[str]]
) -> None:
    store = Store()
    for name, (text, eternal) in variables.items():
        store.variables[name.lower()] = StoredVariable(name, text, "string", eternal)
    for name, items in lists.items():
        store.containers[name.lower()] = StoredContainer(name, "list", "string", "string", tuple(items))
    assert Store.unpack(store.pack()) == store


@given(data=st.binary(max_size=200), behind_magic=st.booleans())
def test_any_bytes_are_a_store_or_a_store_error(data: bytes, behind_magic: bool) -> None:
    with contextlib.suppress(StoreError):
        Store.unpack(MAGIC + data if behind_magic else data)


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "newer"])
def test_a_damaged_file_is_reported_and_kept(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "x.msgpack"
    write_store(path, Store({"a": StoredVariable("a", "1")}))
    data = bytearray(path.read_bytes())
    if damage == "cut":
        del data[-3:]
    elif damage == "flip":
        data[len(MAGIC)] ^= 0x55
    elif damage == "empty":
        data.clear()
    else:
        at = data.index(b"version") + len(b"version")
        data[at] = 99
    path.write_bytes(data)
    load = read_store(path)
    assert load.store == Store()
    assert "damaged" in load.problem and load.kept_as is not None
    assert load.kept_as.read_bytes() == data
    assert not path.exists()
    write_store(path, Store())
    assert load.kept_as.read_bytes() == data


def test_two_damaged_files_in_one_second_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.msgpack"
    kept = []
    for content in (b"one", b"two"):
        path.write_bytes(content)
        kept.append(read_store(path).kept_as)
    assert [file.read_bytes() for file in kept if file is not None] == [b"one", b"two"]


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.msgpack"
    write_store(path, Store({"a": StoredVariable("a", "1")}))
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"No space left on device; the previous file is unchanged"):
        write_store(path, Store({"a": StoredVariable("a", "2")}))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["x.msgpack"]


def test_a_crash_between_writing_and_renaming_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.msgpack"
    write_store(path, Store({"a": StoredVariable("a", "1")}))
    before = path.read_bytes()

    def stop(source: str, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write_store(path, Store())
    assert path.read_bytes() == before


def test_an_unreadable_file_is_an_error_not_an_empty_store(tmp_path: Path) -> None:
    path = tmp_path / "x.msgpack"
    path.mkdir()
    with pytest.raises(StoreError):
        read_store(path)


@given(first=st.text(max_size=12), second=st.text(max_size=12))
def test_file_names_are_safe_and_differ_for_different_names(first: str, second: str) -> None:
    for name in (safe_name(first), safe_name(second)):
        assert name and "/" not in name and "\\" not in name and name.isascii() and "." not in name
    assert (safe_name(first) == safe_name(second)) == (first == second) or "=" in (first + second)
