"""The tree of a formula: the values that the naive engine finds, what decides, and nothing changed by asking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest

from sexp_runtime import MissionSession, kernel
from sexp_runtime.events.explain_tree import explain_expression, explain_tree
from sexp_runtime.events.tree import ACTION, CANDIDATE, TreePart
from sexp_runtime.operators.building import build
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.interpreter import evaluate_head
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.registry import MEANINGS, Trait
from sexp_runtime.world.quotas import Quotas
from support.missions import MISSIONS, mission_paths, needs_missions
from support.small_missions import mission, ship

DEMO = Path("addons/sexp_runtime/demo/lantern_run.fs2")
ENGINES = ("naive", "compiled", "cached")
CHANGING = Trait.ACTION | Trait.FLUSHES | Trait.VOLATILE | Trait.RANDOM | Trait.STATEFUL


def session_of(*formulas: str, engine: str = "cached") -> MissionSession:
    """Return a session of events E0, E1, ... over three ships and two variables, a second after its start."""
    text = mission(
        [(formula, f"E{number}") for number, formula in enumerate(formulas)],
        ships=[ship("Barge", place="0, 0, 900"), ship("Kite", place="0, 0, 4000"), ship("Late", cue="( false )")],
        variables=['\t0\t"Count"\t"0"\t"number"', '\t1\t"Who"\t"Barge"\t"string"'],
    )
    session = MissionSession.load(text, engine=engine)
    session.step(1.0)
    return session


def tree_of(formula: str, engine: str = "cached") -> TreePart:
    """Return the tree of the only event's formula."""
    return session_of(formula, engine=engine).explain_tree("event", "E0")


def part(tree: TreePart, text: str) -> TreePart:
    """Return the first part that begins with a text."""
    return next(one for one in tree.walk() if one.text.startswith(text))


def deciding(tree: TreePart) -> list[str]:
    """Return the texts of the innermost parts that decide."""
    return [one.text for one in tree.walk() if one.decides and not any(inner.decides for inner in one.parts)]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_false_operands_of_an_and_decide(engine: str) -> None:
    tree = tree_of(
        '( when ( and ( true ) ( = @Count[0] 3 ) ( is-destroyed-delay 0 "Barge" ) ) ( end-mission ) )', engine
    )
    assert deciding(tree) == ["= @Count[0] 3", 'is-destroyed-delay 0 "Barge"']
    assert part(tree, "and").value == 0 and part(tree, "true").value == 1
    assert part(tree, "=").facts == {"variable Count": "'0'"}
    assert part(tree, "=").short_by == 3
    assert part(tree, "is-destroyed").facts["status of ship Barge"] == "present"
    action = part(tree, "( end-mission")
    assert action.role == ACTION and action.value is None and not action.decides


def test_the_true_operands_of_an_or_decide() -> None:
    tree = tree_of("( when ( or ( = @Count[0] 3 ) ( = @Count[0] 0 ) ) ( end-mission ) )")
    assert deciding(tree) == ["= @Count[0] 0"]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_candidate_that_came_closest_is_first(engine: str) -> None:
    tree = tree_of(
        '( when-argument ( any-of "Late" "Kite" "Barge" )'
        ' ( < ( distance "<argument>" "Heron" ) 100 ) ( end-mission ) )',
        engine,
    )
    provider = part(tree, "any-of")
    assert [one.text for one in provider.parts] == ["Barge", "Kite", "Late"]
    assert provider.value == 0 and provider.parts[0].role == CANDIDATE
    assert [one.decides for one in provider.parts] == [True, False, False]
    assert part(provider, "distance").text.startswith('distance "Barge"')


def test_every_of_waits_for_each_that_is_false() -> None:
    tree = tree_of('( when-argument ( every-of "Barge" "Late" ) ( is-in-mission "<argument>" ) ( end-mission ) )')
    assert [(one.text, one.value, one.decides) for one in part(tree, "every-of").parts] == [
        ("Barge", 1, False), ("Late", 0, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "formula, text, note",
    [
        ("( when ( = ( rand-multiple 1 3 ) 2 ) ( end-mission ) )", "rand-multiple", "draws at random"),
        ("( when ( is-true-for-duration 5 ( true ) ) ( end-mission ) )", "is-true-for-duration", "depends on earlier"),
        ('( when ( script-eval-bool "x" ) ( end-mission ) )', "script-eval-bool", "asks the game"),
        ('( when-argument ( random-of "Barge" "Kite" ) ( false ) ( end-mission ) )', "random-of", ""),
        (
            '( when-argument ( random-multiple-of "Barge" ) ( true ) ( end-mission ) )',
            "random-multiple-of",
            "draws one",
        ),
    ],
)
def test_what_would_change_the_mission_is_not_evaluated(formula: str, text: str, note: str) -> None:
    session = session_of(formula)
    before = session.world.rng.state_hash(), session.digest()
    found = part(session.explain_tree("event", "E0"), text)
    assert found.note.startswith(note) and (found.value is None) is bool(note)
    assert (session.world.rng.state_hash(), session.digest()) == before


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_when_it_can_change_next() -> None:
    session = session_of(
        "( when ( has-time-elapsed 5 ) ( end-mission ) )",
        '( when ( < ( distance "Barge" "Kite" ) 100 ) ( end-mission ) )',
    )
    for name in ("Barge", "Kite"):
        session.world.change_ship(session.world.ships[name.lower()], "speed_bound", 50.0)
    elapsed = part(session.explain_tree("event", "E0"), "has-time-elapsed")
    assert elapsed.next_at == pytest.approx(5.0) and elapsed.next_by == "time"
    near = part(session.explain_tree("event", "E1"), "<")
    assert near.next_by == "motion" and near.next_at is not None and 15.0 < near.next_at < 31.0
    assert near.short_by == 2991


def test_the_text_shows_values_and_marks_what_decides() -> None:
    lines = tree_of("( when ( = @Count[0] 3 ) ( end-mission ) )").lines()
    assert lines[0] == "> when"
    assert lines[1].startswith("  > = @Count[0] 3  ") and lines[1].endswith(" = 0 misses by 3 [variable Count '0']")
    assert lines[2].strip() == "( end-mission )"


def test_long_trees_are_cut() -> None:
    tree = tree_of("( when ( and " + "( true ) " * 200 + ") ( end-mission ) )")
    assert len(tree.lines(80)) == 81 and tree.lines(80)[-1] == "  ... and 123 more lines"


def test_of_very_many_candidates_only_some_are_compared_and_true_ones_come_first() -> None:
    session = session_of(
        '( when-argument ( for-counter 1 40000 ) ( = ( string-to-int "<argument>" ) 3000 ) ( end-mission ) )',
        '( when-argument ( for-counter 1 40000 ) ( = ( string-to-int "<argument>" ) 0 ) ( end-mission ) )',
    )
    began = process_time()
    provider = part(session.explain_tree("event", "E0"), "for-counter")
    assert (provider.parts[0].text, provider.parts[0].value) == ("3000", 1)
    assert provider.parts[-1].text == "and 39992 more candidates"
    assert part(session.explain_tree("event", "E1"), "for-counter").parts[0].value == 0
    assert process_time() - began < 3.0


def test_an_evaluation_beyond_the_budget_has_no_value() -> None:
    text = mission(
        [('( when-argument ( for-counter 1 40000 ) ( = ( string-to-int "<argument>" ) 0 ) ( end-mission ) )', "E0")],
        ships=[ship("Barge", place="0, 0, 900")],
    )
    session = MissionSession.load(text, quotas=Quotas(steps=1000))
    session.step(1.0)
    assert part(session.explain_tree("event", "E0"), "for-counter").note == "takes more steps than an evaluation may"


def test_the_value_of_an_expression_without_its_parts() -> None:
    session = session_of("( when ( true ) ( end-mission ) )")
    for text, value, note in (
        ("( + 1 ( * 2 3 ) )", 7, ""),
        ('( and ( true ) ( = @Count[0] 0 ) )', 1, ""),
        ("( + 1 ( rand 1 6 ) )", None, "draws at random"),
        ("( or ( true ) ( end-mission ) )", None, "not run"),
    ):  # fmt: skip
        found = explain_expression(session.context, session.parse(text))
        assert (found.value, found.note, found.parts) == (value, note, []), text


def test_names_that_are_not_there() -> None:
    session = session_of("( when ( true ) ( end-mission ) )")
    with pytest.raises(KeyError):
        session.explain_tree("event", "nobody")
    with pytest.raises(KeyError):
        session.explain_tree("goal", 7)


def test_cues_have_trees() -> None:
    session = session_of("( when ( true ) ( end-mission ) )")
    tree = session.explain_tree("cue", "Late")
    assert (tree.text, tree.value, tree.status) == ("false", 0, "KNOWN_FALSE")


# -- against the naive engine ----------------------------------------------------------------------------------------


def remembered(session: MissionSession, root: EvalNode) -> EvalNode:
    """Return a copy of a naive formula's nodes with everything that they remember."""
    assert root.syntax is not None
    copied = build(root.syntax, session.context)
    shared = (session.context.constants.true, session.context.constants.false)
    for mine, theirs in zip(copied.walk(), root.walk(), strict=True):
        if mine not in shared:
            for name in ("cache", "literal", "looked_up", "lookup", "memory", "selected", "status", "text", "valid"):
                setattr(mine, name, getattr(theirs, name))
    return copied


def parts_outside_forms(root: EvalNode) -> Iterator[int]:
    """Yield the positions, in text order, of operators that may be evaluated alone."""
    for position, node in enumerate(root.walk()):
        if node.kind is not EvalKind.OPERATOR or node.form is not None or node.syntax is None:
            continue
        inner = list(node.walk())
        kept = all(one.spec is None or not one.spec.traits & CHANGING for one in inner)
        known = all(one.kind is not EvalKind.OPERATOR or MEANINGS.get(one.name) is one.spec for one in inner)
        if kept and known and not any(one.kind is EvalKind.CONTAINER_DATA for one in inner):
            yield position


def compare_with_naive(session: MissionSession) -> int:
    """Compare every part of every event and goal with the naive evaluation of that part alone; return how many."""
    compared = 0
    world = session.world
    context = EvaluationContext(world, dialect=session.mission.dialect, options=session.settings.options)
    for kind, rows, formulas in (
        ("event", world.events, session.manager.event_formulas),
        ("goal", world.goals, session.manager.goal_formulas),
    ):
        for row, formula in zip(rows, formulas, strict=True):
            root = next(formula.walk(), None)
            if root is None:
                continue
            tree = session.explain_tree(kind, row.index)
            values = {(one.line, one.column): one.value for one in tree.walk() if one.role == "part"}
            for position in parts_outside_forms(root):
                copied = remembered(session, root)
                node = list(copied.walk())[position]
                assert node.syntax is not None
                place = node.syntax.line, node.syntax.column
                if place in values:
                    assert values[place] == evaluate_head(context, node), (row.name, node)
                    compared += 1
    return compared


def test_the_demo_as_naive_finds_it() -> None:
    session = MissionSession.load(DEMO, engine="naive", scenario=True, seed=3)
    assert sum(compare_with_naive(session) for frame in session.play(60, 1.0) if frame % 10 == 0) > 200


@needs_missions
@pytest.mark.missions
@pytest.mark.parametrize("path", mission_paths()[::12], ids=lambda path: path.relative_to(MISSIONS).as_posix())
def test_real_missions_as_naive_finds_them_and_as_before(path: Path) -> None:
    ends = []
    for engine, asks in (("naive", True), ("cached", True), ("cached", False)):
        session = MissionSession.load(path, engine=engine, scenario=True, seed=5)
        compared = trees = 0
        for frame in session.play(60, 3.0):
            if asks and frame % 20 == 0:
                if engine == "naive":
                    compared += compare_with_naive(session)
                for event in session.world.events:
                    if next(session.manager.event_formulas[event.index].walk(), None) is not None:
                        trees += bool(
                            explain_tree(session.context, session.manager.event_formulas[event.index]).lines()
                        )
        ends.append((session.digest(), session.world.rng.state_hash()))
        assert not asks or trees or not session.world.events
        session.close()
    assert ends[0] == ends[1] == ends[2]
