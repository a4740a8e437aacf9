"""Whatever changes an operator's result is among the facts that it declares to read, or was announced as due."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.catalog import CATALOG
from sexp_runtime.operators.building import build
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import MEANINGS, OperatorMeaning, Trait
from sexp_runtime.syntax import SexpParser
from sexp_runtime.syntax.dialect import Dialect
from sexp_runtime.world.clock import NEVER
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.world import World
from support.fuzzing import examples
from support.worlds import (
    CLASSES,
    EVENTS,
    FLAGS,
    GOALS,
    SHIPS,
    SPECIAL,
    SUBSYSTEMS,
    TEAMS,
    WINGS,
    Change,
    Result,
    Touched,
    changes,
    small_world,
    symbols_of,
    time_steps,
)

_UNCACHED = Trait.ACTION | Trait.CONTROL | Trait.RANDOM | Trait.STATEFUL | Trait.VOLATILE | Trait.FLUSHES

#: Literals to try by argument type; a text in quotes unless it is a number or an expression.
POOLS: dict[str, tuple[str, ...]] = {
    "ship": SHIPS,
    "ship-or-none": SHIPS,
    "ship-point": (*SHIPS, "Path:1", "Path:2"),
    "wing": (*WINGS, "Ghost"),
    "ship-wing": (*SHIPS, *WINGS),
    "ship-wing-point": (*SHIPS, *WINGS, "Path:1"),
    "ship-wing-wholeteam": (*SHIPS, *WINGS, *TEAMS, "<any hostile>"),
    "ship-wing-shiponteam-point": (*SHIPS, *WINGS, "Path:1", "<any friendly>", "<any hostile>"),
    "order-recipient": ("Alpha 1", "Alpha"),
    "subsystem": SUBSYSTEMS,
    "subsys-or-generic": SUBSYSTEMS,
    "subsystem-or-none": (*SUBSYSTEMS, "<none>"),
    "subsystem-type": ("Engine", "Turrets", "Solar Panels", "bad"),
    "event-name": (*EVENTS, "Nope"),
    "goal-name": (*GOALS, "Nope"),
    "iff": TEAMS,
    "species": ("Terran", "Shivan"),
    "ship-class-name": CLASSES,
    "ship-type": ("fighter", "cruiser", "fighter/bomber", "nothing"),
    "ship-flag": (*FLAGS, "no such flag"),
    "wing-flag": ("no-dynamic",),
    "cargo": ("gold", "ore"),
    "armor-type": ("Heavy", "<none>"),
    "ai-class": ("Captain", "General"),
    "ai-order": ("Attack my target",),
    "waypoint-path": ("Path", "Nope"),
    "jump-node-name": ("Node",),
    "keypress": ("t", "h"),
    "skill-level": ("Very Easy", "Medium", "Insane", "bad"),
    "language": ("English", "German"),
    "medal-name": ("Star",),
    "mission-name": ("M1", "m1.fs2", "M9"),
    "list-container-name": ("&&Queue",),
    "map-container-name": ("&&Prices",),
    "container-name": ("&&Queue", "&&Prices"),
    "container-value": ("a", "apple", "zzz"),
    "bool": ("( true )", "( false )"),
    "number": ("0", "1", "-5", "60", "100", "@n[3]", "( / 1 0 )"),
    "positive": ("0", "1", "2", "33", "100", "( / 1 0 )"),
    "weapon-bank-number": ("0", "1"),
    "string": ("calm", "x", "www", "Alpha 1", "Beta", "weapons"),
}


def _literal(kind: str, choose: random.Random) -> str:
    text = choose.choice(POOLS.get(kind, POOLS["string"]))
    bare = kind in ("number", "positive", "bool", "weapon-bank-number") or text.startswith("&&")
    return text if bare else f'"{text}"'


def _names(dialect: Dialect) -> list[str]:
    rows = CATALOG.dialect_catalog(dialect.value)
    return sorted(
        name
        for name, meaning in MEANINGS.items()
        if name in rows and rows[name].kind not in ("action", "goal") and not meaning.traits & _UNCACHED
    )


def _texts(arguments: list[str]) -> list[str]:
    """The texts that the declaration of reads gets: none for an expression or a variable."""
    return ["" if text[:1] in "(@" else text.strip('"').removeprefix("&&") for text in arguments]


class Battery:
    """Formulas with random literals, several for each operator; each evaluation starts with fresh nodes."""

    def __init__(self, world: World, seed: int, each: int = 3) -> None:
        choose = random.Random(seed)
        rows = CATALOG.dialect_catalog(world.dialect.value)
        self.context = EvaluationContext(world)
        #: Text, meaning, facts declared at the start as a cache subscribes to them, and node of each formula.
        self.formulas: list[tuple[str, OperatorMeaning, set[FactKey], EvalNode]] = []
        parser = SexpParser(symbols_of(world))
        for name in _names(world.dialect):
            row = rows[name]
            most = row.min_args + 2 if row.max_args is None else row.max_args
            for _ in range(each if most else 1):
                count = choose.randint(row.min_args, most)
                arguments = [_literal(row.argument_type(at) or "string", choose) for at in range(count)]
                text = f"( {name} {' '.join(arguments)} )"
                expression = parser.parse(text).expression
                assert expression is not None, text
                meaning = MEANINGS[name]
                declared = set(meaning.reads(world, _texts(arguments))) if meaning.reads is not None else set()
                if "@n[3]" in text:
                    declared.add(("var", 0))
                self.formulas.append((text, meaning, declared, build(expression, self.context)))

    def evaluate(self) -> list[tuple[Result, int]]:
        """Return each formula's result, a special one as its status, and the moment at which it is due."""
        context = self.context
        results: list[tuple[Result, int]] = []
        for _, _, _, node in self.formulas:
            context.flush(node)
            context.due = NEVER
            value = context.evaluate(node)
            results.append((node.status if node.status in SPECIAL else value, context.due))
        return results


@pytest.mark.parametrize("dialect", list(Dialect), ids=lambda dialect: dialect.value)
@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000),
    history=st.lists(changes, max_size=8),
    later=st.lists(st.one_of(time_steps, changes), min_size=10, max_size=30),
)
def test_a_changed_result_was_announced(
    dialect: Dialect, seed: int, history: list[Change], later: list[Change]
) -> None:
    world = small_world(dialect)
    for name in SHIPS[:-1]:
        if (seed >> len(name)) % 4:
            world.arrive(world.ships[name.lower()], initial=True)
    for change in history:
        change(world)
    battery = Battery(world, seed)
    touched = Touched(world)
    touched.listen(key for _, _, declared, _ in battery.formulas for key in declared)
    before = battery.evaluate()
    touched.take()
    for change in later:
        change(world)
        keys = touched.take()
        after = battery.evaluate()
        for place, (text, meaning, declared, _) in enumerate(battery.formulas):
            result = after[place][0]
            old, moment = before[place]
            assert not (result in SPECIAL and result not in meaning.results), f"{text} gave undeclared {result}"
            due = world.clock.us >= moment
            if not (due or not keys.isdisjoint(declared)):
                shown = sorted(keys, key=str)
                assert type(old) is type(result) and old == result, f"{text}: {old} became {result}, touched {shown}"
                continue
            assert not due or Trait.TIME in meaning.traits, f"{text} is bound to time without saying so"
            before[place] = after[place]
        touched.take()
