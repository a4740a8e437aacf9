"""Every action of the catalog thrown at a running battle: nothing raises, and the wings' books stay right."""

from __future__ import annotations

import os
from random import Random

import pytest

from sexp_runtime.catalog import CATALOG
from sexp_runtime.mission import make_symbols
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.evaluator import SexpEvaluator
from sexp_runtime.rules.cues import CueManager
from sexp_runtime.rules.formula import interpreted
from sexp_runtime.syntax import SexpParser
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world.ships import ShipStatus
from sexp_runtime.world.state import IN_SPACE
from sexp_runtime.world.world import World
from support.battle import battle, run, start

SEEDS = range(40 if os.environ.get("SEXP_LONG") else 4)
ACTIONS = [
    name
    for name in CATALOG
    if CATALOG[name].kind == "action"
    and not {"argument-context", "not-evaluated"} & CATALOG[name].flags
    and name not in ("end-mission", "end-campaign", "red-alert")
]


def words(kind: str, draw: Random, world: World) -> str:
    """Return an argument of a type, mostly one that names something."""
    if kind in ("number", "positive", "ambiguous"):
        return draw.choice(["0", "1", "7", "50", "100", "2000", "( - 0 3 )", "( mod 1 0 )"])
    if kind == "bool":
        return draw.choice(["( true )", "( false )"])
    if kind == "null":
        return "( do-nothing )"
    names = [*(ship.name for ship in world.ships.values()), *(wing.name for wing in world.wings.values())]
    if kind == "ai-goal":
        goal = draw.choice(["ai-chase", "ai-guard", "ai-disable-ship", "ai-evade-ship", "ai-stay-near-ship"])
        return f'( {goal} "{draw.choice(names)}" {draw.randrange(100)} )'
    if kind == "ship-class-name":
        return draw.choice(['"GTC Big"', '"GTF Box"'])
    if kind == "iff":
        return draw.choice(['"Friendly"', '"Hostile"', '"Traitor"'])
    if "subsys" in kind:
        return draw.choice(['"engine"', '"hull"', '"<all turrets>"', '"sensors"'])
    if kind == "ship-flag":
        return draw.choice(['"escort"', '"immobile"', '"cargo-known"', '"no-subspace-drive"'])
    return f'"{draw.choice([*names, "Lane", "Nobody", "Hostile"])}"'


def formula_text(name: str, dialect: Dialect, draw: Random, world: World) -> str:
    """Return an action with arguments of the right types and a count that is allowed."""
    row = CATALOG.dialect_catalog(dialect).get(name) or CATALOG[name]
    most = row.max_args if row.max_args is not None else row.min_args + 4
    count = draw.randint(row.min_args, max(row.min_args, most))
    kinds = [row.argument_type(index) or "string" for index in range(count)]
    return f"( {name} {' '.join(words(kind, draw, world) for kind in kinds)} )"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dialect", list(Dialect))
def test_actions_in_a_battle(seed: int, dialect: Dialect) -> None:
    draw = Random(seed)
    mission = battle()
    mission.dialect = dialect
    world, scenario = start(mission, seed)
    ctx = EvaluationContext(world, dialect=dialect, actions=lambda name, args: scenario.on_action(world, name, args))
    cues = CueManager(
        world, mission, ctx, lambda expression: interpreted(expression, ctx, ""), leave=scenario.leave, seed=seed
    )
    evaluator = SexpEvaluator(ctx)
    parser = SexpParser(make_symbols(dialect, [], {}))
    names = draw.sample(ACTIONS, len(ACTIONS))
    for position, name in enumerate(names):
        text = formula_text(name, dialect, draw, world)
        parsed = parser.parse(text)
        if parsed.expression is None:
            continue
        value = evaluator.evaluate(evaluator.build(parsed.expression))
        assert isinstance(value, int), text
        if position % 8 == 0:
            cues.frame()
            run(world, scenario, 1.0)
    run(world, scenario, 20.0)
    for wing in world.wings.values():
        there = [ship for ship in world.ships.values() if ship.wing == wing.key and ship.status in IN_SPACE]
        assert wing.current == len(wing.members) == len(there), wing
        assert wing.arrived == wing.current + wing.destroyed + wing.departed + wing.vanished, wing
    for ship in world.ships.values():
        assert all(ship.key in world.ships[other].docked for other in ship.docked), ship
        assert not ship.docked or ship.status is not ShipStatus.EXITED, ship
        assert ship.hull <= ship.max_hull, ship
