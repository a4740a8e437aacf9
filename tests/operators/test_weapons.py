"""Operators whose values only a game knows: energy, weapons, turrets (H.3)."""

from __future__ import annotations

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from support.worlds import T, battle, result_of


def test_the_games_word_counts_where_only_it_knows() -> None:
    world = battle()
    for text, op, args, value in (
        ('( primary-ammo-pct "Tug" 1 )', "primary-ammo-pct", ["tug", 1], 40),
        ('( get-secondary-ammo "Tug" ( + 1 1 ) )', "get-secondary-ammo", ["Tug", 2], 8),
        ('( get-ets-value "Engine" "Tug" )', "get-ets-value", ["engine", "TUG"], 12),
        ('( is-in-turret-fov "Tug" "Cruiser" "turret01" )', "is-in-turret-fov", ["Tug", "Cruiser", "turret01"], 1),
        ('( time-to-goal "Tug" )', "time-to-goal", ["Tug"], 33),
        ("( get-fov )", "get-fov", [], 90),
        (
            '( has-primary-weapon "Tug" "<all weapon banks>" "X" "Laser" )',
            "has-primary-weapon",
            ["Tug", -1, "laser"],
            1,
        ),
        ('( special-warp-dist "Tug" )', "special-warp-dist", ["Tug"], 70),
        ('( shield-quad-low "Tug" 10 )', "shield-quad-low", ["Tug"], 10),
    ):
        without = result_of(world, text)
        assert world.set_game(op, args, value)
        assert result_of(world, text) == value != without or (op == "shield-quad-low" and result_of(world, text) == T)
        assert world.set_game(op, args, None)
        assert result_of(world, text) == without
