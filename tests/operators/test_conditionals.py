"""Conditionals and argument forms (B50-B53, C1-C42)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexp_runtime.syntax.dialect import Dialect
from support.sexp_bench import Bench

SHIPS = {
    "A": {"status": "present", "hull": 10},
    "B": {"status": "present", "hull": 90},
    "N": {"status": "not-yet"},
    "X": {"status": "exited", "exit": "destroyed"},
}
COUNT = "( modify-variable @n[0] ( + @n[0] 1 ) )"
NOTE = '( string-concatenate "@s[]" "<argument>" "@s[]" )'  # appends the candidate to variable s


def bench(**given: object) -> Bench:
    facts: dict[str, object] = {"ships": SHIPS, "variables": {"n": 0, "m": 0, "s": ""}}
    return Bench(**{**facts, **given})


def test_when_runs_only_on_exactly_one() -> None:
    world = bench()
    assert world(f"( when ( + 1 1 ) {COUNT} )") == 2  # C2
    assert world.variable("n") == "0"


def test_nested_when_that_became_known_false_is_never_run_again() -> None:
    world = bench()
    text = f'( when ( true ) ( when ( < ( hits-left "X" ) 1 ) {COUNT} ) )'
    assert world(text) == 1
    assert world(text, ships={"X": {"status": "present", "hull": 0}}) == 1
    assert world.variable("n") == "0"  # C5


def test_else_actions_run_once_and_the_result_is_known_false() -> None:
    world = bench()
    text = f"( if-then-else ( false ) ( do-nothing ) {COUNT} )"
    assert [world(text), world(text)] == ["KNOWN_FALSE", "KNOWN_FALSE"]
    assert world.variable("n") == "1"  # C6


def test_flush_of_the_shared_false_node_changes_the_result() -> None:
    world = bench()
    every = "( every-time ( false ) ( do-nothing ) )"
    assert world(f"( if-then-else ( false ) ( do-nothing ) {every} )") == 1  # C6


def test_cond_runs_the_first_true_clause_and_returns_its_last_value() -> None:
    world = bench()
    text = f"( cond ( ( = 1 2 ) {COUNT} ) ( ( = 1 1 ) {COUNT} ( + 2 3 ) ) ( ( true ) {COUNT} ) )"
    assert world(text) == 5  # C8
    assert world.variable("n") == "1"
    assert world("( cond ( ( = 1 2 ) ( do-nothing ) ) ( ( + 1 1 ) ( do-nothing ) ) )") == 2


def test_clauses_of_cond_are_trapped_below_an_argument_form() -> None:
    world = bench(variables={"n": 0, "s": ""})
    text = f'( when-argument ( any-of "A" "B" ) ( true ) ( cond ( ( < ( hits-left "<argument>" ) 50 ) {NOTE} ) ) )'
    assert world(text) == 1
    assert world.variable("s") == "A"
    trapped = '( when-argument ( any-of "A" "X" "B" ) ( true ) '
    trapped += f'( cond ( ( not ( < 50 ( hits-left "<argument>" ) ) ) {NOTE} ) ) )'
    world = bench(variables={"n": 0, "s": ""})
    world(trapped)
    # A: 10 is no more than 50; X: the number is none for ever, and stays so for B since the clause traps (B11).
    assert world.variable("s") == "AXB"


def test_switch_and_functional_forms() -> None:
    world = bench()
    assert world(f"( switch -1 {COUNT} )") == 1  # C9
    assert world("( functional-switch 5 1 2 )") == 0  # B51
    assert world("( functional-switch -1 ( / 1 0 ) )") == 0
    assert world('( functional-when ( true ) "Return-Value-Last" ( true ) ( do-nothing ) )') == 1  # B52
    assert world('( functional-when ( true ) "whatever" ( true ) ( do-nothing ) )') == "NAN"


def test_functional_when_order() -> None:
    first = '( functional-when ( = @n[0] 0 ) "return-value-first" ( true ) ' + COUNT + " )"
    last = first.replace("first", "last")
    assert bench()(first) == 1
    assert bench()(last) == 0


@pytest.mark.parametrize(
    ("provider", "expected", "applicable"),
    [
        ('any-of "A" "N" "X"', 1, "A"),
        ('any-of "X"', "KNOWN_FALSE", ""),
        ('any-of "N" "X"', 0, ""),
        ('every-of "A" "B"', 0, ""),
        ('every-of "A" "X"', "KNOWN_FALSE", ""),
        ('number-of 1 "A" "X" "N"', 1, "A"),
        ('number-of 3 "A" "X" "B"', "KNOWN_FALSE", ""),
        ('number-of ( / 1 0 ) "A"', 0, ""),
        ('number-of ( hits-left "X" ) "A"', "KNOWN_FALSE", ""),
        ('first-of 1 "B" "A" "A"', 1, "A"),
        ('first-of 0 "A"', 1, ""),
        ('in-sequence "N" "A"', 0, ""),
        ('in-sequence "X" "A"', "KNOWN_FALSE", ""),
        ('random-of "A"', 1, "A"),
        ('random-of "X"', "KNOWN_FALSE", ""),
        ('random-multiple-of "A"', 1, "A"),
    ],
)
def test_providers(provider: str, expected: int | str, applicable: str) -> None:
    world = bench()
    text = f'( when-argument ( {provider} ) ( < ( hits-left "<argument>" ) 50 ) {NOTE} )'
    assert world(text) == expected
    assert world.variable("s") == applicable


@given(st.integers(-6, 6), st.integers(-6, 6), st.integers(-3, 3))
def test_counter(first: int, last: int, step: int) -> None:
    world = bench()
    text = f'( when-argument ( for-counter {first} {last} {step} ) ( true ) ( modify-variable "@s[]" "<argument>" ) '
    text += "( modify-variable @n[0] ( num-valid-arguments ) ) )"
    numbers = list(range(first, last + (1 if step > 0 else -1), step)) if step else []
    if step == 0 or first == last or (last > first) != (step > 0):
        assert world(text) == "KNOWN_FALSE"
    else:
        assert world(text) == 1
        assert world.variable("s") == str(numbers[-1])
        assert world.variable("n") == str(len(numbers))


def test_loop_order() -> None:
    append = '( string-concatenate "@s[]" "<argument>" "@s[]" )'
    plain = '( string-concatenate "@s[]" "." "@s[]" )'
    text = f'( when-argument ( any-of "A" "B" ) ( true ) {append} {plain} {append} )'
    world = bench()
    world(text)
    assert world.variable("s") == "AB.AB"  # C20
    world = bench(options={"true_loop_arguments": True})
    world(text)
    assert world.variable("s") == "A.ABB"
    world = bench(options={"true_loop_arguments": True})
    world(f'( when-argument ( number-of 0 "N" ) ( is-in-mission "<argument>" ) {plain} )')
    assert world.variable("s") == ""


def test_nested_conditional_runs_once_when_nothing_is_applicable() -> None:
    world = bench()
    nested = '( when ( true ) ( string-concatenate "@s[]" "<argument>" "@s[]" ) )'
    world(f'( when-argument ( number-of 0 "N" ) ( is-in-mission "<argument>" ) {nested} {NOTE} )')
    assert world.variable("s") == "<argument>"  # C28, C29


def test_inner_form_has_its_own_candidates() -> None:
    world = bench()
    inner = f'( when-argument ( any-of "B" ) ( true ) {NOTE} )'
    world(f'( when-argument ( any-of "A" ) ( true ) {NOTE} {inner} {NOTE} )')
    assert world.variable("s") == "ABA"


def test_known_false_form_as_an_action_is_tried_again() -> None:
    world = bench()
    form = f'( when-argument ( any-of "X" ) ( < ( hits-left "<argument>" ) 50 ) {COUNT} )'
    assert world(form) == "KNOWN_FALSE"
    text = f"( when ( true ) {form} )"
    world(text)
    assert world.variable("n") == "0"
    world(text, ships={"X": {"status": "present", "hull": 10}})
    assert world.variable("n") == "1"  # nothing in or below a form is trapped (B11)


class TestValidity:
    """Valid and invalid candidates (C30-C33)."""

    def test_duplicates_one_at_a_time(self) -> None:
        world = bench()
        text = '( when-argument ( any-of "A" "A" ) ( true ) ( invalidate-argument "A" ) )'
        assert [world(text) for _ in range(3)] == [1, 1, "KNOWN_FALSE"]

    def test_count_of_number_of_is_a_listed_item(self) -> None:
        world = bench()
        text = '( when-argument ( number-of 2 "1" "2" ) ( true ) ( modify-variable @n[0] ( num-valid-arguments ) ) '
        text += '( invalidate-argument "2" ) )'
        assert world(text) == 1
        assert world.variable("n") == "3"  # C32
        assert world(text) == 1  # the count was marked, not the candidate
        assert world.variable("n") == "2"
        assert world(text) == "KNOWN_FALSE"

    def test_validate_brings_back(self) -> None:
        world = bench()
        text = '( when-argument ( any-of "A" ) ( true ) ( invalidate-all-arguments ) ( validate-argument "A" ) )'
        assert [world(text), world(text)] == [1, 1]

    def test_flags_survive_a_flush(self) -> None:
        world = bench()
        text = f'( every-time-argument ( any-of "A" ) ( true ) {COUNT} ( invalidate-argument "<argument>" ) )'
        assert [world(text), world(text)] == ["NAN", "NAN"]
        assert world.variable("n") == "1"

    def test_selected_candidate_that_became_invalid(self) -> None:
        world = bench()
        text = '( when-argument ( random-of "A" "B" ) ( true ) ( invalidate-argument "<argument>" ) )'
        assert [world(text), world(text), world(text)] == [1, 0, 0]  # C26

    def test_nothing_outside_forms(self) -> None:
        world = bench()
        assert world("( num-valid-arguments )") == 0
        assert world('( invalidate-argument "A" )') == 1
        text = '( when-argument ( any-of "A" ) ( true ) ( cond ( ( true ) ( invalidate-argument "A" ) ) ) '
        text += "( cond ( ( true ) ( modify-variable @n[0] ( num-valid-arguments ) ) ) ) )"
        assert [world(text), world(text)] == [1, 1]  # C33
        assert world.variable("n") == "0"


class TestSubstitution:
    """What the placeholder reads (C40, D7)."""

    def test_variable_candidate_is_read_live(self) -> None:
        world = bench(variables={"who": "A", "s": "", "n": 0})
        text = f'( when-argument ( any-of "@who[x]" ) ( true ) {NOTE} ( modify-variable "@who[x]" "B" ) {NOTE} )'
        world(text)
        assert world.variable("s") == "AB"

    def test_text_that_names_a_variable(self) -> None:
        world = bench(variables={"who": "A", "s": "", "n": 0})
        text = f'( when-argument ( any-of "who" ) ( true ) {NOTE} ( modify-variable @n[0] ( + "<argument>" 1 ) ) )'
        world(text)
        assert world.variable("s") == "A"
        assert world.variable("n") == "1"  # numbers read the plain text

    def test_look_up_is_lost_by_a_flush(self) -> None:
        world = bench(variables={"who": "A", "s": ""})
        text = f'( every-time-argument ( any-of "who" ) ( true ) {NOTE} )'
        world(text)
        world(text)
        assert world.variable("s") == "Awho"

    def test_variable_candidate_shows_its_index_after_a_flush(self) -> None:
        world = bench(variables={"x": "-", "who": "A", "s": ""})
        text = f'( every-time-argument ( any-of "@who[]" ) ( true ) {NOTE} )'
        world(text)
        world(text)
        assert world.variable("s") == "A1"
        restored = f'( every-time-argument ( any-of "@who[]" ) ( is-in-mission "<argument>" ) {NOTE} )'
        world = bench(variables={"x": "-", "who": "A", "s": ""})
        world(restored)
        world(restored)
        assert world.variable("s") == "AA"  # the ship look-up reads the candidate itself

    def test_number_read_first_hides_the_ship(self) -> None:
        world = bench()
        text = f'( when-argument ( any-of "A" ) ( = "<argument>" 0 ) ( when ( is-in-mission "<argument>" ) {COUNT} ) )'
        world(text)
        assert world.variable("n") == "0"  # D7

    def test_candidates_from_containers(self) -> None:
        world = bench(containers={"L": {"list": ["A", "N", "B"]}, "M": {"map": {"B": "1", "X": "2"}}})
        world(f'( when-argument ( any-of &&L &&M ) ( is-in-mission "<argument>" ) {NOTE} )')
        assert world.variable("s") == "ABB"  # C27

    def test_container_in_use_refuses_changes(self) -> None:
        world = bench(containers={"L": {"list": ["A"]}})
        guard = '( perform-actions-bool-first ( true ) ( add-to-list &&L ( true ) "B" ) )'
        world(f"( when-argument ( any-of &&L ) {guard} ( do-nothing ) )")
        assert world.container("L") == ["A"]
        world('( add-to-list &&L ( true ) "B" )')
        assert world.container("L") == ["A", "B"]


def test_do_for_valid_arguments() -> None:
    world = bench()
    world(f'( when-argument ( any-of "A" "B" "N" ) ( is-in-mission "<argument>" ) ( do-for-valid-arguments {COUNT} ) )')
    assert world.variable("n") == "2"  # C34
    world(f'( when-argument ( any-of "A" ) ( true ) ( do-for-valid-arguments {NOTE} ) )')
    assert world.variable("s") == ""
    assert any("do-for-valid-arguments" in warning for warning in world.context.warnings)


def test_ships_by_team_and_class() -> None:
    ships = {
        "A": {"status": "present", "team": "Friendly", "class": "Tug"},
        "B": {"status": "present", "team": "Hostile", "class": "Tug"},
        "C": {"status": "not-yet", "team": "Hostile", "class": "Tug"},
    }
    world = bench(ships=ships)
    world(f'( when-argument ( for-ship-team "hostile" "Friendly" ) ( true ) {NOTE} )')
    assert world.variable("s") == "BA"
    assert world('( when-argument ( for-ship-class "Barge" ) ( true ) ( do-nothing ) )') == 0


def test_wcs_knows_more() -> None:
    text = f'( when-argument ( any-of "A" "B" ) ( true ) {COUNT} )'
    world = Bench(Dialect.WCS, ships=SHIPS, variables={"n": 0})
    assert world(text) == 1
    assert world.formula(text).root.args[0].head.status.name == "KNOWN_TRUE"  # C25
