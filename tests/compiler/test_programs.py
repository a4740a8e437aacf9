"""Programs beside the interpreter: values, statuses, bits of geometry; and what of a formula is evaluated again."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from sexp_runtime.catalog import OPERATOR_NAMES
from sexp_runtime.compiler.formula import CompiledFormula
from sexp_runtime.loops import LANGUAGE
from sexp_runtime.operators import interpreter
from sexp_runtime.operators.building import build as build_tree
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.syntax.parser import SexpParser
from sexp_runtime.syntax.symbols import Symbols
from sexp_runtime.values import FALSE, TRUE, UNKNOWN
from sexp_runtime.world.world import World
from support.equivalence import build, check_mission
from support.fuzzing import in_fast
from support.random_missions import EventPlan, apply, random_mission

pytestmark = pytest.mark.skipif(LANGUAGE != "c", reason="the kernel is not compiled here")

if LANGUAGE == "c":
    from sexp_runtime.compiler.programs import Compiled, Programs

SHIPS = ("Alpha 1", "Alpha 2", "Beta 1", "Beta 2", "Gamma 1")
PARSER = SexpParser(Symbols(OPERATOR_NAMES, variables=["a", "b"]))


def world_of_ships() -> World:
    world = World(None)
    world.variables.declare("a", 1)
    world.variables.declare("b", 2)
    world.add_wing("Alpha", size=2)
    for number, name in enumerate(SHIPS):
        ship = world.add_ship(name, team="Hostile" if number > 2 else "Friendly", wing="alpha" if number < 2 else None)
        if number != 2:
            world.arrive(ship, (100.0 * number, 0.0, 0.0))
    world.set_waypoints("Path", [(10.0, 20.0, 30.0)])
    world.set_player("ship", "alpha 1")
    world.add_event("E")
    return world


def tree_of(text: str, ctx: EvaluationContext) -> EvalNode:
    expression = PARSER.parse(text).expression
    assert expression is not None, text
    return build_tree(expression, ctx)


def program(world: World, text: str) -> tuple[Compiled, EvalNode]:
    """Return the program of a formula, and its root node."""
    ctx = EvaluationContext(world)
    tree = tree_of(text, ctx)
    made = Programs(ctx, world.facts).of_formula(tree)
    assert made is not None, text
    return made, tree


def status_of(tree: EvalNode) -> object:
    return UNKNOWN if tree.status in (TRUE, FALSE) else tree.status


def change(world: World, rng: random.Random) -> None:
    """Change something that the formulas read."""
    ship = world.ships[rng.choice(SHIPS).lower()]
    kind = rng.randrange(8)
    if kind == 0:
        world.set_ship(ship, "hull", rng.choice((-3.0, 0.0, 12.5, 49.5, 50.0, 99.99, 100.0)))
    elif kind == 1:
        world.set_ship(ship, "shields", rng.choice((0.0, 7.0, 200.0)))
    elif kind == 2:
        angle = rng.uniform(-4, 4)
        turned = (math.cos(angle), 0.0, -math.sin(angle), 0.0, 1.0, 0.0, math.sin(angle), 0.0, math.cos(angle))
        world.move_ship(ship, tuple(rng.uniform(-900, 900) for _ in range(3)), (0.0, 0.0, 0.0), turned)
    elif kind == 3:
        world.arrive(ship)
    elif kind == 4 and rng.random() < 0.3:
        world.destroy(ship)
    elif kind == 5:
        world.set_waypoints("Path", [(rng.uniform(-50, 50), 0.0, 9.0)])
    elif kind == 6:
        world.variables.set_number(rng.randrange(2), rng.choice((-7, 0, 1, 3, 2**31 - 1)))
    else:
        world.set_ship(ship, "team", rng.choice(("Friendly", "Hostile")))


CONDITIONS = [
    '( < ( hits-left "Beta 1" ) 50 )',
    '( > ( shields-left "Gamma 1" ) @a[1] @b[2] )',
    '( < @a[1] ( hits-left "Beta 1" ) ( shields-left "Beta 2" ) )',
    '( < ( distance "Alpha 1" "Gamma 1" ) 300 )',
    '( < ( distance "Alpha" "<any hostile>" ) 300 )',
    '( < ( distance "Gamma 1" "Path:1" ) ( distance-to-center "Alpha" "Beta 1" ) )',
    '( is-facing "Alpha 1" "Gamma 1" 60 400 )',
    '( is-facing "Gamma 1" "Path:1" 90 )',
    '( > ( get-object-x "Alpha" ) ( get-object-y "Path:1" ) )',
    '( is-in-box "Alpha" -300 300 @a[1] 500 400 -400 )',
    '( is-in-box "Path:1" 100 -100 -100 @b[2] -100 100 "Gamma 1" )',
    '( is-in-box "Beta 1" -600 600 -600 600 -600 600 "Gamma 1" )',
    '( or ( is-in-box "Gamma 1" 0 500 -600 600 -600 600 "Beta 1" ) ( is-in-box "<any hostile>" 0 1 0 1 0 1 ) )',
    '( > ( + ( get-object-z "Beta 2" ) @a[1] ) ( / ( hits-left "Beta 1" ) @b[2] ) )',
    '( and ( not ( is-destroyed-delay 0 "Beta 1" ) ) ( or ( has-arrived-delay 0 "Beta 1" ) ( = @a[1] 1 ) ) )',
    '( xor ( < ( hits-left "Beta 1" ) 50 ) ( is-destroyed-delay 0 "Gamma 1" ) ( true ) )',
    '( not ( < ( mod ( hits-left "Beta 2" ) @a[1] ) ( * @b[2] @b[2] ) ) )',
    '( or ( false ) ( and ) ( is-destroyed-delay 0 "Beta 1" "Gamma 1" ) )',
    '( = 1 ( max @a[1] ( distance "Alpha 1" "Nobody" ) ) )',
    '( and @a[1] ( < ( - ( hits-left "Nobody" ) 3 ) 4 ) )',
]


@pytest.mark.parametrize("text", CONDITIONS)
@pytest.mark.parametrize("form", ["{}", "( when {} ( do-nothing ) )"], ids=["condition", "when"])
def test_a_program_means_what_the_interpreter_means(text: str, form: str) -> None:
    for seed in range(12):
        rng = random.Random(seed)
        world = world_of_ships()
        made, root = program(world, form.format(text))
        other = EvaluationContext(world)
        tree = tree_of(form.format(text), other)
        for step in range(60):
            for _ in range(rng.randrange(3)):
                change(world, rng)
            world.clock.advance_to(world.clock.us + rng.choice((0, 16_667, 1_000_000)))
            if rng.random() < 0.05:
                interpreter.flush(other, tree)
                made.program.forget()
            for _ in range(2):  # nothing may depend on how often
                assert made.program() == interpreter.evaluate(other, tree), (seed, step)
                assert status_of(root) is status_of(tree), (seed, step)


def test_formulas_that_share_a_distance_mean_what_the_interpreter_means() -> None:
    texts = [
        f'( < ( {name} "Alpha" "<any hostile>" ) {most} )'
        for name in ("distance", "distance-to-center")
        for most in (150, 400)
    ]
    for seed in range(12):
        rng = random.Random(seed)
        world = world_of_ships()
        ctx, other = EvaluationContext(world), EvaluationContext(world)
        programs = Programs(ctx, world.facts)
        made = [programs.of_formula(tree_of(text, ctx)) for text in texts]
        trees = [tree_of(text, other) for text in texts]
        for step in range(100):
            for _ in range(rng.randrange(3)):
                change(world, rng)
            for one, tree in zip(made, trees, strict=True):
                if rng.random() < 0.6:  # one that is not evaluated now must not take the change from another
                    assert one is not None
                    assert one.program() == interpreter.evaluate(other, tree), (seed, step)
        programs.close()


FORMS = [
    '( < ( hits-left "<argument>" ) ( * @a[1] 20 ) )',
    '( or ( < ( hits-left "<argument>" ) @b[2] ) ( is-facing "<argument>" "Beta 2" @a[1] @b[2] ) )',
    '( < ( hits-left "<argument>" ) 50 )',
    '( and ( < ( distance "<argument>" "Beta 2" ) 400 ) ( > @a[1] 0 ) )',
    '( or ( is-destroyed-delay 0 "<argument>" ) ( and ( = @b[2] 3 ) ( is-facing "<argument>" "Path:1" 90 ) ) )',
    '( and ( not ( is-destroyed-delay 0 "Beta 1" ) ) ( has-arrived-delay 0 "<argument>" ) )',
]


@pytest.mark.parametrize("text", FORMS)
@pytest.mark.parametrize("provider", ["any-of", "every-of"])
def test_an_argument_form_acts_for_the_candidates_that_the_interpreter_finds(text: str, provider: str) -> None:
    names = " ".join(f'"{name}"' for name in SHIPS)
    whole = (
        f'( when-argument ( {provider} {names} ) {text} ( add-goal "<argument>" ( ai-chase "<argument>" 50 ) ) '
        '( invalidate-argument "<argument>" ) )'
    )
    for seed in range(12):
        sides = []
        for is_program in (True, False):
            world = world_of_ships()
            told: list[Any] = []
            ctx = EvaluationContext(world, actions=lambda name, values, told=told: told.append((name, values)))  # type: ignore[misc]
            tree = tree_of(whole, ctx)
            made = Programs(ctx, world.facts).of_formula(tree) if is_program else None
            assert (made is not None) is is_program
            sides.append((world, told, ctx, tree, made, random.Random(seed)))
        for step in range(40):
            found = []
            for world, _told, ctx, tree, made, rng in sides:
                for _ in range(rng.randrange(3)):
                    change(world, rng)
                world.clock.advance_to(world.clock.us + 100_000)
                value = made.program() if made is not None else interpreter.evaluate(ctx, tree)
                found.append((value, status_of(tree)))
            assert found[0] == found[1] and sides[0][1] == sides[1][1], (seed, step)


EVERY_TIME = [
    '( every-time-argument ( any-of "Red" "Wolf 1" "Blue" "Green" ) ( < ( hits-left "<argument>" ) 60 ) '
    '( modify-variable @a[0] ( + @a[0] 1 ) ) ( add-goal "<argument>" ( ai-chase "<argument>" 50 ) ) )',
    '( every-time-argument ( any-of "Red" "Wolf 1" "Blue" ) '
    '( and ( > @b[0] 1 ) ( or ( is-destroyed-delay 1 "<argument>" ) ( < ( distance "<argument>" "Green" ) 400 ) ) ) '
    '( when ( < ( hits-left "<argument>" ) 60 ) ( modify-variable @a[0] ( + @a[0] 1 ) ) ) '
    '( invalidate-argument "<argument>" ) )',
    '( when ( > @b[0] 1 ) ( when-argument ( any-of "Red" "Wolf 1" "Blue" ) ( < ( hits-left "<argument>" ) @c[0] ) '
    '( modify-variable @a[0] ( + @a[0] 1 ) ) ( add-goal "<argument>" ( ai-chase "<argument>" 50 ) ) ) )',
    '( every-time-argument ( any-of "Red" "Wolf 1" "Blue" ) ( < ( hits-left "<argument>" ) 80 ) '
    '( when-argument ( every-of "Red" "Green" ) ( not ( is-destroyed-delay 1 "<argument>" ) ) '
    '( modify-variable @a[0] ( + @a[0] 1 ) ) ( add-goal "<argument>" ( ai-chase "<argument>" 50 ) ) ) )',
    '( every-time ( and ( > @b[0] 1 ) ( has-arrived-delay 1 "Blue" ) ) ( modify-variable @a[0] ( + @a[0] @b[0] ) ) )',
]


@pytest.mark.parametrize("wcs", [False, True])
@pytest.mark.parametrize("text", EVERY_TIME)
def test_what_acts_in_every_frame_does_so_in_the_same_frames(text: str, wcs: bool) -> None:
    for seed in range(in_fast(60)):
        plan = random_mission(random.Random(seed), wcs=wcs)
        plan.events[0] = EventPlan(text, {**plan.events[0].fields, "repeat": -1, "interval_ms": 0})
        check_mission(plan, ("interpreted", "cached", "checked", "pre_evaluated"))


def test_only_candidates_of_which_something_changed_are_evaluated_again() -> None:
    world = world_of_ships()
    names = " ".join(f'"{name}"' for name in SHIPS)
    made, _ = program(
        world,
        f"( when-argument ( any-of {names} ) "
        '( and ( < ( hits-left "<argument>" ) 50 ) ( is-destroyed-delay 0 "Beta 1" ) ) ( do-nothing ) )',
    )
    made.program()
    flags = made.program.flags  # type: ignore[attr-defined]
    assert not any(flags)
    world.set_ship(world.ships["gamma 1"], "hull", 30.0)
    assert [name for name, flag in zip(SHIPS, flags, strict=True) if flag] == ["Gamma 1"]
    assert ("ship", "gamma 1", "hull") in made.facts and ("log", "beta 1") in made.facts


def test_a_call_that_several_formulas_have_is_one_leaf() -> None:
    world = world_of_ships()
    ctx = EvaluationContext(world)
    programs = Programs(ctx, world.facts)
    for text in ('( is-destroyed-delay 0 "Beta 1" )', '( not ( is-destroyed-delay 0 "Beta 1" ) )'):
        made = programs.of_formula(tree_of(text, ctx))
        assert made is not None
        made.program()
    (leaf,) = [leaf for leaf, _facts in programs.parts._leaves.values()]
    assert leaf.evaluations == 1
    programs.close()
    assert not world.facts.readers


def test_what_does_not_fit_into_32_bits_is_left_to_python() -> None:
    world = world_of_ships()
    made, _ = program(world, '( > ( get-object-x "Gamma 1" ) 0 )')
    ctx = EvaluationContext(world)
    tree = tree_of('( > ( get-object-x "Gamma 1" ) 0 )', ctx)
    for place in (3e9, -3e9, 1e30, 2147483647.5, -2147483648.9):
        world.move_ship(world.ships["gamma 1"], (place, 0.0, 0.0))
        assert made.program() == interpreter.evaluate(ctx, tree)
    world.set_ship(world.ships["gamma 1"], "hull", math.nan)
    broken, _ = program(world, '( < ( hits-left "Gamma 1" ) 5 )')
    with pytest.raises(ValueError):
        broken.program()


def test_most_formulas_of_random_missions_are_programs() -> None:
    """Without this the tests of whole missions would compare other things with each other."""
    count = found = 0
    for seed in range(40):
        plan = random_mission(random.Random(seed))
        manager, _ = build(plan, "cached")
        for steps in plan.frames[:2]:
            for step in steps:
                apply(manager.world, step)
            manager.frame()
        for formula in manager.event_formulas:
            count += 1
            found += isinstance(formula, CompiledFormula) and formula.program is not None
    assert found > count / 4
