"""Exports of a profile: the page and the flame graph file."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from sexp_runtime.analysis.page import profile_page
from sexp_runtime.analysis.series import Series
from sexp_runtime.analysis.speedscope import speedscope_file
from sexp_runtime.monitor.report import build_report
from support.sessions import FakeSession


class Counter(HTMLParser):
    """Counts tags and notices anything that would be loaded from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and not (value or "").startswith("#"):
                self.outside.append(f"{tag} {name}={value}")


def test_the_page_is_self_contained_and_escapes_names() -> None:
    pytest.importorskip("matplotlib")
    session = FakeSession()
    session.mission_name = "<script>alert(1)</script> & $x$"
    for number in range(30):
        session.frame(number % 3, 9)
    series = Series(session.counters, lambda: 1000)
    for second in range(1, 11):
        series.frame(float(second), 5_000)
        series.fired(float(second), "event", "Convoy $arrives$ <b>", "true" if second % 2 else "failed")
    text = profile_page(build_report(session), series)
    parser = Counter()
    parser.feed(text)
    assert parser.tags["svg"] == 5
    assert parser.tags["table"] >= 3
    assert "script" not in parser.tags
    assert parser.outside == []


def test_a_run_without_anything_still_makes_a_page() -> None:
    pytest.importorskip("matplotlib")
    assert "<table" not in profile_page(build_report(FakeSession()), Series(dict, lambda: 0))


def test_flame_graph_weights_add_up() -> None:
    stacks = {('event "A"', "when"): 3_000, ('event "A"', "when", "and"): 2_000, ('goal "B"', "and"): 500}
    content = json.loads(json.dumps(speedscope_file("mission", stacks)))
    profile = content["profiles"][0]
    assert profile["endValue"] == sum(profile["weights"]) == 5.5
    names = [frame["name"] for frame in content["shared"]["frames"]]
    assert len(names) == len(set(names)) == 4
    assert {tuple(names[frame] for frame in sample) for sample in profile["samples"]} == set(stacks)
