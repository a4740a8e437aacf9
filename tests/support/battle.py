"""A small battle written here, and a way to play it and to write down what happened."""

from __future__ import annotations

import hashlib
from typing import Any

from sexp_runtime.mission import make_symbols
from sexp_runtime.mission.model import ArrivalDef, DepartureDef, Mission, ShipDef, WaypointPath, WingDef
from sexp_runtime.simulate import Scenario
from sexp_runtime.syntax import SexpParser
from sexp_runtime.syntax.tree import SexpExpression
from sexp_runtime.world.world import World

SYMBOLS = make_symbols(variables=[], containers={})
FRAME_US = 16_667


def formula(text: str) -> SexpExpression:
    """Parse one formula."""
    parsed = SexpParser(SYMBOLS).parse(text)
    assert parsed.expression is not None, parsed.diagnostics
    return parsed.expression


def ship(name: str, team: str = "Friendly", class_name: str = "GTF Box", goals: str = "", **fields: Any) -> ShipDef:
    """Return a ship that is there from the start."""
    row = ShipDef(name, class_name, team, **fields)
    row.arrival = ArrivalDef(cue=formula("( true )"))
    row.departure = DepartureDef(cue=formula("( false )"))
    row.goals = formula(goals) if goals else None
    return row


def battle() -> Mission:
    """Return a mission with two sides, a freighter on a path, a tug and a player."""
    rows = [
        ship(f"{team} {index}", team, location=(300.0 * index, 40.0 * index, 2000.0 * (team == "Hostile")))
        for team in ("Friendly", "Hostile")
        for index in range(6)
    ]
    rows[0].flags = frozenset(("player-start",))
    goal = '( goals ( ai-waypoints-once "Lane" 80 ) ( ai-warp-out 50 ) )'
    rows.append(ship("Barge", "Neutral", "GTFr Barge", goal, location=(-5000.0, 0.0, 0.0), cargo="Ore"))
    rows.append(
        ship("Tug", "Neutral", "GTT Tug", '( goals ( ai-dock "Crate" "a" "b" 80 ) )', location=(-9000.0, 0.0, 0.0))
    )
    rows.append(ship("Crate", "Neutral", "TAC Crate", location=(-9000.0, 0.0, 500.0)))
    wing = WingDef(
        "Rebels",
        waves=2,
        ships=["R 1", "R 2"],
        arrival=ArrivalDef(cue=formula("( has-time-elapsed 10 )")),
        departure=DepartureDef(cue=formula("( false )")),
        goals=formula("( goals ( ai-chase-any 60 ) )"),
    )
    rows += [ship(name, "Hostile", location=(0.0, 2500.0, 0.0)) for name in wing.ships]
    lane = WaypointPath("Lane", [(-5000.0, 0.0, 300.0), (-4800.0, 0.0, 400.0)])
    return Mission(ships=rows, wings=[wing], waypoints=[lane])


def start(mission: Mission, seed: int = 1) -> tuple[World, Scenario]:
    """Return a world with all ships without a wing present, and its scenario."""
    world = World(mission, seed=1)
    scenario = Scenario(mission, seed)
    scenario.begin(world)
    for found in world.ships.values():
        if found.wing is None:
            world.arrive(found, initial=True)
    return world, scenario


def run(world: World, scenario: Scenario, seconds: float) -> None:
    """Step the scenario alone."""
    end = world.clock.us + round(seconds * 1_000_000)
    while world.clock.us < end:
        world.clock.advance_to(world.clock.us + FRAME_US)
        scenario.step(world, FRAME_US)


def trace(world: World) -> str:
    """Return a check sum of every ship's state and of the log, exact to the last bit."""
    lines = []
    for found in world.ships.values():
        numbers = (*found.position, *found.velocity, *found.orientation, found.hull, found.shields)
        lines.append(f"{found.key} {found.status.value} {[number.hex() for number in numbers]}")
        lines.append(f"{sorted(found.flags)} {sorted(found.docked)} {found.cargo_known} {found.tagged}")
    lines += [f"{entry.fix} {entry.kind} {entry.name} {entry.second}" for entry in world.log]
    lines.append(f"{world.player.target} {sorted(world.keys.items())} {world.orders}")
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=8).hexdigest()
