"""Operators that change and read containers (J20-J24, A32)."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from support.sexp_bench import Bench

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
