"""Actions by the kernel: arguments, effects, statuses and what the game gets are those of the interpreter."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sexp_runtime import kernel
from sexp_runtime.compiler.formula import CompiledFormula
from sexp_runtime.session import MissionSession
from support.acting_missions import mission_of
from support.fuzzing import examples

if kernel.LANGUAGE == "c":
    from sexp_runtime.compiler import program_actions

FRAME_US = 100_000
TURNED = (0.0, 0.0, -1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0)


def play(text: str, engine: str, frames: int = 14, dialect: str = "fso") -> list[Any]:
    """Return what each frame left: actions, variables, waypoints, events, draws."""
    seen: list[Any] = []
    with closing(MissionSession.load(text, engine=engine, dialect=dialect, seed=3)) as session:
        world, acts = session.world, []
        session.on_action.append(lambda name, arguments: acts.append((name, arguments)))
        for tick in range(frames):
            session.set_variable("v0", tick % 3)
            ship, other = world.ship("Beta 1"), world.ship("Beta 2")
            assert ship is not None and other is not None
            if tick % 2:
                world.move_ship(ship, (10.0 * tick, -3.5, 1.25), orientation=TURNED)
            if tick == 9:
                world.destroy(other)
            session.step_us(FRAME_US)
            events = [(event.result, event.count, event.done) for event in world.events]
            seen.append(
                (list(acts), dict(world.variables.snapshot()), dict(world.waypoints), events, world.rng.draws)
            )  # fmt: skip
            acts.clear()
    return seen


_names = st.sampled_from(["Beta 1", "Beta 2", "Path:1", "Alpha 1", "Nobody"])
_atoms = st.sampled_from(["@v0[1]", "@v1[1]", "0", "1", "-40", "2147483647"])
_coordinates = st.one_of(
    st.builds(lambda axis, name: f'( get-object-{axis} "{name}" )', st.sampled_from("xyz"), _names),
    st.builds(
        lambda axis, name, part, count: (
            f'( get-object-{axis} "{name}" "{part}" {" ".join(["@v0[1]", "-800", "7"][:count])} )'
        ),
        st.sampled_from("xyz"), _names, st.sampled_from(["<none>", "none", "turret01"]), st.integers(0, 3),
    ),
)  # fmt: skip
_numbers = st.recursive(
    st.one_of(
        _atoms, _coordinates, st.sampled_from(["( rand-multiple 1 6 )", '( hits-left "Beta 2" )', "( / 1 @v0[1] )"])
    ),
    lambda kids: st.builds(lambda name, one, two: f"( {name} {one} {two} )", st.sampled_from("+-*"), kids, kids),
    max_leaves=3,
)  # fmt: skip
_truths = st.sampled_from(["( true )", "( false )", '( is-destroyed-delay 0 "Beta 2" )', "@v0[1]", "( > @v0[1] 0 )"])
_texts = st.sampled_from(["Path:1", "Path:2", "Beta 1", "Beta 2", "@word[calm]"])
_simple = st.one_of(
    st.builds(lambda name, x, y: f"( set-object-position {_quoted(name)} {x} {y} 5 )", _texts, _numbers, _numbers),
    st.builds(lambda name, x: f'( set-object-speed-x "{name}" {x} )', _names, _numbers),
    st.builds(lambda truth: f'( set-armor-type "Beta 1" {truth} "Heavy" "Hull" )', _truths),
    st.builds(lambda index, x: f"( modify-variable @v{index}[1] {x} )", st.integers(1, 3), _numbers),
    st.builds(lambda x: f'( hud-set-text-num "gauge" {x} )', _numbers),
    st.builds(lambda name, x: f'( turret-set-rate-of-fire "{name}" {x} "turret01" )', _names, _numbers),
    st.sampled_from(["( do-nothing )", "( modify-variable @word[calm] @v1[1] )"]),
    st.just('( add-goal "Beta 1" ( ai-guard "Alpha 1" 50 ) )'),
)  # fmt: skip
_parts = st.sampled_from(
    [
        "( < ( rand-multiple 1 6 ) 3 )",
        "( not ( > ( rand-multiple 0 @v0[1] ) 1 ) )",
        "( > @v0[1] 0 )",
        "( = @v0[1] 2 )",
        '( has-departed-delay ( rand-multiple 0 1 ) "Beta 2" )',
        '( not ( is-destroyed-delay 0 "Beta 2" ) )',
        '( string-equals @word[calm] "1" )',
        '( is-event-true-delay "e0" ( rand-multiple 0 1 ) )',
        "( < ( rand-multiple 1 6 ) 3 ( rand-multiple 1 9 ) )",
        "( < 2 ( / 6 ( rand-multiple 0 2 ) ) )",
        '( is-event-true-delay "e1" 0 )',
    ]
)
_conditions = st.one_of(
    st.builds(lambda one, two: f"( < {one} {two} )", _numbers, _numbers),
    st.sampled_from(["( true )", "( false )", '( is-destroyed-delay 0 "Beta 2" )', "( has-time-elapsed 1 )"]),
    st.just('( < ( distance "Alpha 1" "Beta 1" ) 90 )'),
    st.builds(
        lambda name, parts: f"( {name} {' '.join(parts)} )",
        st.sampled_from(["and", "or"]),
        st.lists(_parts, min_size=1, max_size=4),
    ),
)
_actions = st.recursive(
    _simple,
    lambda kids: st.builds(
        lambda name, condition, inner: f"( {name} {condition} {' '.join(inner)} )",
        st.sampled_from(["when", "if-then-else"]), _conditions, st.lists(kids, min_size=1, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip
_whens = st.builds(
    lambda name, condition, actions: f"( {name} {condition} {' '.join(actions)} )",
    st.sampled_from(["when", "when", "every-time"]), _conditions, st.lists(_actions, min_size=1, max_size=3),
)  # fmt: skip
_for_candidates = st.one_of(
    _actions,
    st.builds(lambda x: f'( set-object-speed-y "<argument>" {x} )', _numbers),
    st.builds(lambda x: f'( turret-set-rate-of-fire "Beta 1" {x} "<argument>" )', _numbers),
    st.sampled_from(
        [
            '( set-object-position "<argument>" ( get-object-x "<argument>" ) 1 2 )',
            '( invalidate-argument "<argument>" )',
            '( when ( < ( hits-left "<argument>" ) 200 ) ( ship-invulnerable "<argument>" ) )',
            '( when ( > @v0[1] 0 ) ( ship-invulnerable "<argument>" ) )',
            '( when ( > @v0[1] 0 ) ( reset-event "e0" ) )',
            '( when ( not ( is-destroyed-delay 0 "<argument>" ) ) ( modify-variable @v3[1] ( + @v3[1] 1 ) ) )',
        ]
    ),
)
_own_parts = st.sampled_from(
    [
        '( not ( is-destroyed-delay 0 "<argument>" ) )',
        '( is-destroyed-delay 0 "<argument>" )',
        '( < ( distance "<argument>" "Beta 1" ) 400 )',
        '( string-equals "<argument>" "Beta 2" )',
        '( has-arrived-delay ( rand-multiple 0 1 ) "<argument>" )',
        '( < ( hits-left "<argument>" ) ( rand-multiple 0 200 ) )',
    ]
)
_forms = st.builds(
    lambda name, provider, condition, actions: (
        f'( {name} ( {provider} "Beta 1" "Beta 2" "Alpha 1" ) {condition} {" ".join(actions)} )'
    ),
    st.sampled_from(["when-argument", "every-time-argument"]),
    st.sampled_from(["any-of", "every-of", "random-multiple-of", "in-sequence"]),
    st.one_of(
        st.just("( true )"),
        _own_parts,
        st.builds(
            lambda parts: f"( and {' '.join(parts)} )",
            st.lists(st.one_of(_parts, _own_parts), min_size=1, max_size=4),
        ),
    ),
    st.lists(_for_candidates, min_size=1, max_size=3),
)  # fmt: skip
_nested = st.builds(lambda condition, form: f"( when {condition} {form} ( do-nothing ) )", _conditions, _forms)


def _quoted(text: str) -> str:
    return text if text.startswith("@") else f'"{text}"'


@settings(max_examples=examples(120))
@given(st.lists(st.one_of(_whens, _whens, _forms, _nested), min_size=1, max_size=3), st.sampled_from(["fso", "wcs"]))
def test_every_frame_is_that_of_the_interpreter(formulas: list[str], dialect: str) -> None:
    text = mission_of(formulas)
    assert play(text, "cached", dialect=dialect) == play(text, "naive", dialect=dialect)


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
@settings(max_examples=examples(40))
@given(st.lists(st.one_of(_whens, _forms, _nested), min_size=1, max_size=3))
def test_it_does_not_matter_when_actions_get_their_program(formulas: list[str]) -> None:
    text = mission_of(formulas)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program_actions, "RUNS_INTERPRETED", 1)
        assert play(text, "cached") == play(text, "naive")


@pytest.mark.parametrize(
    "reset", ["( reset-event \"e0\" )", "( when ( > @v0[1] 1 ) ( reset-event \"e0\" ) )"]
)  # fmt: skip
def test_an_event_that_resets_itself_forgets_what_its_actions_remember(reset: str) -> None:
    formulas = [
        '( when ( >= @v0[1] 0 ) ( if-then-else ( is-destroyed-delay 0 "Beta 2" ) ( do-nothing ) '
        "( modify-variable @v1[1] ( + @v1[1] 1 ) ) ) "
        f'( when ( has-departed-delay 0 "Beta 2" ) ( do-nothing ) ) {reset} )',
        '( when ( is-event-true "e0" ) ( modify-variable @v2[1] ( + @v2[1] 1 ) ) )',
    ]
    text = mission_of(formulas)
    assert play(text, "cached", 20) == play(text, "naive", 20)


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_actions_that_run_often_are_a_program_that_is_counted() -> None:
    text = mission_of(
        ['( when ( true ) ( set-object-position "Path:1" ( get-object-x "Beta 1" "<none>" 0 800 0 ) 1 2 ) )']
    )
    with closing(MissionSession.load(text)) as session:
        (formula,) = (each for each in session.rows["event"].formulas if isinstance(each, CompiledFormula))
        session.step_us(FRAME_US)
        before = formula.nbytes()
        for _ in range(program_actions.RUNS_INTERPRETED):
            session.step_us(FRAME_US)
        assert formula.nbytes() > before


@pytest.mark.skipif(kernel.LANGUAGE != "c", reason="programs are compiled")
def test_actions_that_become_due_together_get_their_programs_two_in_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    build, built = program_actions.program_of_actions, [0]

    def counted(*parts: Any) -> Any:
        built[-1] += 1
        return build(*parts)

    monkeypatch.setattr(program_actions, "program_of_actions", counted)
    formula = '( when ( true ) ( set-object-position "Path:1" ( get-object-x "Beta 1" "<none>" 0 800 0 ) 1 2 ) )'
    with closing(MissionSession.load(mission_of([formula] * 5))) as session:
        for _ in range(program_actions.RUNS_INTERPRETED + 4):
            session.step_us(FRAME_US)
            built.append(0)
    assert [count for count in built if count] == [2, 2, 1]


@pytest.mark.parametrize("form", ["( when ( true ) {} )", '( when-argument ( any-of "Beta 1" ) ( true ) {} )'])
@pytest.mark.parametrize(
    "actions",
    [
        '( set-object-speed-x "Beta 1" ( + @v0[1] @v1[1] ) ) ' * 700,
        f"( send-message-list {'( + @v0[1] 1 ) ' * 20} )",
        f"( explosion-effect {'( + @v0[1] 1 ) ' * 18})",
        f"( damaged-escort-priority {'( + @v0[1] 1 ) ' * 17})",
    ],
    ids=["nodes", "messages", "numbers", "any"],
)
def test_actions_that_are_too_many_for_a_program_are_left_to_the_interpreter(form: str, actions: str) -> None:
    text = mission_of([form.format(actions)])
    assert play(text, "cached", 6) == play(text, "naive", 6)


@pytest.mark.parametrize("root", ["when", "every-time"])
def test_arguments_are_read_from_left_to_right_even_if_one_changes_another(root: str) -> None:
    change = '( perform-actions-bool-first ( = 1 1 ) ( modify-variable @word[calm] "Beta 2" ) )'
    text = mission_of(
        [
            f'( {root} ( true ) ( modify-variable @word[calm] "Beta 1" ) '
            f"( set-object-speed-x @word[calm] {change} ) ( do-nothing ) )"
        ]
    )
    assert play(text, "cached", 6) == play(text, "naive", 6)


@pytest.mark.parametrize("name", ["when-argument", "every-time-argument"])
def test_a_candidate_that_the_condition_reads_as_a_ship_is_one_for_its_actions(name: str) -> None:
    text = mission_of(
        [
            f'( {name} ( any-of "Beta 1" ) ( not ( is-destroyed-delay 0 "<argument>" ) ) '
            '( set-object-speed-x "<argument>" ( + "<argument>" @v0[1] ) ) '
            '( set-object-speed-y "<argument>" ( get-object-x "<argument>" ) ) )'
        ]
    )
    assert play(text, "cached") == play(text, "naive")
