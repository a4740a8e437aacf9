"""Operators of one dialect in a mission of the other: unknown there, in every position, on every engine."""

from __future__ import annotations

import pytest

import sexp_runtime.operators  # noqa: F401  # fills MEANINGS
from sexp_runtime.catalog import CATALOG
from sexp_runtime.operators.registry import MEANINGS
from sexp_runtime.syntax.dialect import Dialect
from support.equivalence import check_mission
from support.random_missions import EventPlan, MissionPlan

FIELDS = {"repeat": -1, "trigger": 1, "uses_trigger": False, "interval_ms": 0, "chain_delay_ms": -1}
#: Places in which an operator can stand; several have code of their own in the compiler.
PLACES = (
    "( when {} ( modify-variable @a[0] ( + @a[0] 1 ) ) )",
    "( when ( and ( = @b[0] 1 ) ( not {} ) ) ( modify-variable @a[0] ( + @a[0] 1 ) {} ) )",
    "( when ( < {} 5 ) {} ( modify-variable @a[0] {} ) )",
    "( every-time ( or {} ( = @b[0] 2 ) ) {} ( do-nothing ) )",
    '( when-argument ( any-of "Red" "Blue" ) {} {} ( do-nothing ) )',
    "{}",
)
ARGUMENTS = ("", "@a[0] 500", '"Red" "Blue" 5', "( = @a[0] 1 ) ( do-nothing )", '( any-of "Red" "Blue" ) ( true ) 1')


def unknown_names(dialect: Dialect) -> list[str]:
    """Return the operators that have a meaning but not in this dialect."""
    return sorted(MEANINGS.keys() - CATALOG.dialect_catalog(dialect.value).keys())


@pytest.mark.parametrize("dialect", list(Dialect))
def test_an_operator_of_the_other_dialect_means_nothing_on_every_engine(dialect: Dialect) -> None:
    names = unknown_names(dialect)
    assert names
    for number, name in enumerate(names):
        unknown = f"( {name} {ARGUMENTS[number % len(ARGUMENTS)]} )"
        plan = MissionPlan(dialect=dialect, seed=number + 1)
        plan.events = [EventPlan(place.replace("{}", unknown), dict(FIELDS)) for place in PLACES]
        plan.goals = [unknown]
        plan.frames = [[("time", 100_000), ("number", step % 2, step)] for step in range(4)]
        check_mission(plan)


@pytest.mark.parametrize("name", ["<=", "!="])
@pytest.mark.parametrize("arguments", ["@a[0] 500", "1 2 3"])
def test_a_comparison_that_the_older_dialect_lacks_is_false(name: str, arguments: str) -> None:
    plan = MissionPlan(dialect=Dialect.WCS)
    plan.events = [EventPlan(f"( when ( {name} {arguments} ) ( modify-variable @a[0] 99 ) )", dict(FIELDS))]
    plan.frames = [[("time", 100_000)]] * 3
    check_mission(plan)
