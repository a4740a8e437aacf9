"""The mission log: first and later entries, and the facts that an entry touches."""

from __future__ import annotations

from sexp_runtime.world.world import World


def _watched() -> tuple[World, list[object]]:
    world = World()
    touched: list[object] = []
    world.facts.observer = touched.append
    return world, touched


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
