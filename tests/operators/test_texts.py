"""Texts, variables and containers (B45-B48, J1-J24, A33)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sexp_runtime.operators.strings import digits_of
from sexp_runtime.operators.variables import is_integer_text
from sexp_runtime.syntax.dialect import Dialect
from support.sexp_bench import Bench


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a1b2", 12),
        ("-5", -5),
        ("--5", -5),
        ("1,234.9", 1234),
        ("+-7", 7),
        ("", 0),
        ("x-3", -3),
        ("3-4", 34),
        (".5", 0),
    ],
)
def test_string_to_int(text: str, number: int) -> None:
    assert digits_of(text) == number
    assert Bench()(f'( string-to-int "{text}" )') == number  # B46


def test_string_to_int_in_wcs_stops_at_the_first_other_character() -> None:
    assert Bench(Dialect.WCS)('( string-to-int "a1b2" )') == 0
    assert Bench(Dialect.WCS)('( string-to-int "12b2" )') == 12


TEXT = st.text(st.characters(codec="utf-8", exclude_characters='"@&<\x00', exclude_categories=["Cc", "Cs"]), max_size=7)


@given(TEXT, TEXT)
def test_texts_compare_by_bytes(first: str, second: str) -> None:
    bench = Bench()
    one, two = first.encode(), second.encode()
    assert bench(f'( string-equals "{first}" "{second}" )') == int(one == two)
    assert bench(f'( string-less-than "{first}" "{second}" )') == int(one < two)
    assert bench(f'( string-greater-than "{first}" "{second}" )') == int(one > two)
    assert bench(f'( string-get-length "{first}" )') == len(first)


@pytest.mark.parametrize(
    ("text", "answer"),
    [("", True), ("-", True), ("+", True), ("12", True), ("-12", True), ("1-2", False), ("a", False)],
)
def test_construable_as_integer(text: str, answer: bool) -> None:
    assert is_integer_text(text) is answer  # A18


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('( modify-variable @n[0] "12abc" )', {"n": "12"}),  # J2
        ("( modify-variable @n[0] ( / 1 0 ) )", {"n": "0"}),
        ("( modify-variable @n[0] ( true ) )", {"n": "1"}),
        ('( modify-variable "@s[]" ( + 1 1 ) )', {"s": ""}),
        ('( modify-variable "@s[]" "@n[]" )', {"s": "7"}),
        ('( modify-variable "@s[]" "$who says $n" )', {"s": "tom says 7"}),  # J3, A23
        ('( modify-variable "@s[]" "$whom" )', {"s": "tomm"}),
        ('( modify-variable "@s[]" "next: &L&Get_First&" )', {"s": "next: a"}),  # A33
        ('( modify-variable "@s[]" "&M&k&+&L&At 1&" )', {"s": "v+b"}),
        ("( int-to-string 5 @n[0] )", {"n": "7"}),  # J4, J9
        ('( int-to-string ( / 1 0 ) "@s[]" )', {"s": "NaN"}),
        ('( string-concatenate-block "@s[]" "a" "b" "c" )', {"s": "abc"}),  # J5
        ('( string-get-substring "hello" -4 2 "@s[]" )', {"s": "he"}),  # J6, B60
        ('( string-get-substring "hello" ( / 1 0 ) 2 "@s[]" )', {"s": ""}),
        ('( string-set-substring "hello" 3 9 "p" "@s[]" )', {"s": "help"}),
        ('( string-set-substring "hello" ( / 1 0 ) 9 "p" "@s[]" )', {"s": "old"}),
        ('( modify-variable-xstr "@s[]" "yes" 5 )', {"s": "yes"}),  # J7
        ("( set-variable-by-index 0 -3 )", {"n": "-3"}),  # J8
        ("( set-variable-by-index -5 -3 )", {"n": "-3"}),
        ("( set-variable-by-index ( / 1 0 ) -3 )", {"n": "7"}),
        ("( set-variable-by-index 0 ( / 1 0 ) )", {"n": "NaN"}),
        ('( set-variable-by-index 1 "text" )', {"s": "text"}),
        ("( set-variable-by-index 900 1 )", {"n": "7"}),
        ("( copy-variable-between-indexes 1 2 )", {"who": "old"}),
        ("( copy-variable-between-indexes 0 2 )", {"who": "tom"}),
        ("( copy-variable-between-indexes 40 2 )", {"who": ""}),
    ],
)
def test_variables(text: str, expected: dict[str, str]) -> None:
    containers = {"L": {"list": ["a", "b"]}, "M": {"map": {"k": "v"}}}
    bench = Bench(variables={"n": 7, "s": "old", "who": "tom"}, containers=containers)
    assert bench(text) == 1
    for name, value in expected.items():
        assert bench.variable(name) == value


def test_reading_by_index() -> None:
    bench = Bench(variables={"n": 7, "s": "5"})
    assert bench("( get-variable-by-index 0 )") == 7
    assert bench("( get-variable-by-index 1 )") == "NAN_FOREVER"
    assert bench("( get-variable-by-index 2 )") == 0
    assert bench("( get-variable-by-index 999 )") == 0
    assert bench("( get-variable-by-index ( / 1 0 ) )") == "NAN"


def test_writing_an_unset_slot_makes_a_variable() -> None:
    bench = Bench(variables={"n": 7})
    bench('( set-variable-by-index 9 "some text" )')
    assert bench("( get-variable-by-index 9 )") == "NAN_FOREVER"
    bench('( set-variable-by-index 10 "-" )')
    assert bench("( get-variable-by-index 10 )") == 0
    bench("( set-variable-by-index 11 ( + 2 2 ) )")
    assert bench("( get-variable-by-index 11 )") == 4


def test_cut_to_31_bytes_of_whole_characters() -> None:
    bench = Bench(variables={"s": "", "a": "0123456789012345678901234567é"})
    bench('( string-concatenate "@a[]" "xéz" "@s[]" )')
    assert bench.variable("s") == "0123456789012345678901234567éx"
    assert len(bench.variable("s").encode()) == 31


NAMES = st.sampled_from(["a", "b", "c", "A"])


class Containers(RuleBasedStateMachine):
    """A list and a map against Python's own (J21, J23, J24)."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench(containers={"L": {"list": []}, "M": {"map": {}}}, variables={"s": ""})
        self.items: list[str] = []
        self.pairs: dict[str, str] = {}

    @rule(texts=st.lists(NAMES, min_size=1, max_size=3), back=st.booleans())
    def add(self, texts: list[str], back: bool) -> None:
        words = " ".join(f'"{text}"' for text in texts)
        self.bench(f"( add-to-list &&L ( {'true' if back else 'false'} ) {words} )")
        self.items = self.items + texts if back else texts[::-1] + self.items

    @rule(text=NAMES)
    def remove(self, text: str) -> None:
        self.bench(f'( remove-from-list &&l "{text}" )')
        if text in self.items:
            self.items.remove(text)

    @rule(key=NAMES, value=NAMES)
    def put(self, key: str, value: str) -> None:
        self.bench(f'( add-to-map &&M "{key}" "{value}" "lonely" )')
        self.pairs[key] = value

    @rule(key=NAMES)
    def drop(self, key: str) -> None:
        self.bench(f'( remove-from-map &&M "{key}" )')
        self.pairs.pop(key, None)

    @rule()
    def keys_to_list(self) -> None:
        self.bench("( get-map-keys &&M &&L ( false ) )")
        self.items += list(self.pairs)

    @rule(which=st.sampled_from(["LM", "LL", "ML"]))
    def filter(self, which: str) -> None:
        if which == "LM":  # the second must be a list
            self.bench("( apply-container-filter &&L &&M )")
        elif which == "ML":
            self.bench("( apply-container-filter &&M &&L )")
            for item in self.items:
                self.pairs.pop(item, None)
        else:
            self.bench("( apply-container-filter &&L &&L )")

    @rule(modifier=st.sampled_from(["Get_First", "get_last", "Remove_First", "REMOVE_LAST", "At 1", "Nonsense"]))
    def read(self, modifier: str) -> None:
        self.bench.setup.world.variables.set_text(0, "unread")
        self.bench(f'( modify-variable "@s[]" &L& ( {modifier} ) )')
        expected = ""
        word = modifier.lower()
        if word == "at 1":
            expected = self.items[1] if len(self.items) > 1 else ""
        elif self.items and word != "nonsense":
            at = 0 if word.endswith("first") else -1
            expected = self.items.pop(at) if word.startswith("remove") else self.items[at]
        assert self.bench.variable("s") == expected

    @invariant()
    def same(self) -> None:
        assert self.bench.container("L") == self.items
        assert self.bench.container("M") == self.pairs
        assert self.bench("( get-container-size &&M )") == len(self.pairs)
        assert self.bench("( is-container-empty &&L )") == int(not self.items)
        assert self.bench('( list-has-data &&L "a" "b" )') == int({"a", "b"} <= set(self.items))
        assert self.bench('( list-data-index &&L "c" )') == (self.items.index("c") if "c" in self.items else -1)
        assert self.bench('( map-has-key &&M "a" "A" )') == int({"a", "A"} <= set(self.pairs))


TestContainers = Containers.TestCase


def test_references_between_containers() -> None:
    containers: dict[str, Any] = {
        "Index": {"map": {"now": "&Queue&"}},
        "Queue": {"list": ["one", "two"]},
        "Loop": {"list": ["&Loop&"]},
    }
    bench = Bench(containers=containers, variables={"s": "", "n": 0})
    bench('( modify-variable "@s[]" &Index& ( "now" Get_Last ) )')
    assert bench.variable("s") == "two"  # A32
    bench('( modify-variable "@s[]" &Index& ( "now" ) )')
    assert bench.variable("s") == ""
    bench('( modify-variable "@s[]" &Loop& ( Get_First Get_First ) )')
    assert bench.variable("s") == ""


def test_map_item_stores_its_key() -> None:
    bench = Bench(containers={"M": {"map": {"k": "v", "5": "w"}}}, variables={"s": "", "n": 0})
    assert bench('( map-has-data-item &&M "v" "@s[]" )') == 1
    assert bench('( map-has-data-item &&M "w" @n[0] )') == 1
    assert bench('( map-has-data-item &&M "x" "@s[]" )') == 0
    assert (bench.variable("s"), bench.variable("n")) == ("k", "5")


def test_missing_container_is_harmless() -> None:
    bench = Bench(containers={"L": {"list": []}})
    bench.world.containers.by_name.clear()
    assert bench("( get-container-size &&L )") == 0
    assert bench("( is-container-empty &&L )") == 0
    assert bench('( list-data-index &&L "a" )') == -1
