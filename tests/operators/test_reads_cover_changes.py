"""Whatever changes an operator's result is among the facts that it declares to read, or was announced as due."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
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
    Touched,
    changes,
    evaluate_text,
    small_world,
)

import sexp_runtime.operators  # noqa: F401 - fills MEANINGS
from sexp_runtime.catalog import CATALOG
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.syntax.dialect import Dialect

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
    "number": ("0", "1", "-5", "60", "100", "@n[3]"),
    "positive": ("0", "1", "2", "33", "100"),
    "weapon-bank-number": ("0", "1"),
    "string": ("calm", "x", "www", "Alpha 1", "Beta", "weapons"),
}


def _literal(kind: str) -> st.SearchStrategy[str]:
    def shown(text: str) -> str:
        bare = kind in ("number", "positive", "bool", "weapon-bank-number") or text.startswith("&&")
        return text if bare else f'"{text}"'

    return st.sampled_from(POOLS.get(kind, POOLS["string"])).map(shown)


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


@pytest.mark.parametrize("dialect", list(Dialect), ids=lambda dialect: dialect.value)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_changed_result_was_announced(dialect: Dialect, data: st.DataObject) -> None:
    rows = CATALOG.dialect_catalog(dialect.value)
    world = small_world(dialect)
    for change in data.draw(st.lists(changes, max_size=12), label="history"):
        change(world)
    formulas: dict[str, list[str]] = {}
    for name in data.draw(st.lists(st.sampled_from(_names(dialect)), min_size=12, max_size=12), label="operators"):
        row = rows[name]
        most = row.min_args + 2 if row.max_args is None else row.max_args
        count = data.draw(st.integers(row.min_args, most))
        arguments = [data.draw(_literal(row.argument_type(at) or "string")) for at in range(count)]
        formulas[f"( {name} {' '.join(arguments)} )"] = arguments
    touched = Touched(world)
    before = {text: evaluate_text(world, text) for text in formulas}
    touched.take()
    for change in data.draw(st.lists(changes, min_size=1, max_size=6), label="changes"):
        change(world)
        keys = touched.take()
        after = {text: evaluate_text(world, text) for text in formulas}
        for text, arguments in formulas.items():
            result, context = after[text]
            old, old_context = before[text]
            name = text.split()[1]
            meaning = MEANINGS[name]
            assert not (result in SPECIAL and result not in meaning.results), f"{text} gave undeclared {result}"
            if old == result and type(old) is type(result):
                continue
            declared = set(meaning.reads(world, _texts(arguments))) if meaning.reads is not None else set()
            if "@n[3]" in text:
                declared.add(("var", 0))
            assert keys & declared or world.clock.us >= old_context.due, (
                f"{text}: {old} became {result}, touched {sorted(keys, key=str)}"
            )
            if world.clock.us >= old_context.due:
                assert Trait.TIME in meaning.traits, f"{text} is bound to time without saying so"
        touched.take()
        before = {
            text: (after[text] if after[text][0] != before[text][0] or context_due_passed(world, before[text]) else before[text])
            for text in formulas
        }


def context_due_passed(world: object, entry: tuple[object, object]) -> bool:
    """Whether an evaluation's announced moment has come, so that a later one must be waited for instead."""
    return bool(world.clock.us >= entry[1].due)  # type: ignore[attr-defined]
