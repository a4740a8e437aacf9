"""Exports of a profile: the page and the flame graph file."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

from sexp_runtime.analysis.page import profile_page
from sexp_runtime.analysis.profiling import Profile, profile_run
from sexp_runtime.analysis.series import Series
from sexp_runtime.analysis.speedscope import speedscope_file
from sexp_runtime.monitor.performance import Mode
from sexp_runtime.monitor.report import build_report
from support.sessions import FakeSession
from support.small_missions import mission, ship

CLOCK = "( every-time ( and ( > @Tick[0] -1 ) ( true ) ) ( modify-variable @Tick[0] ( + @Tick[0] 1 ) ) )"
MISSION = mission(
    [
        (CLOCK, "Clock <b>"),
        ('( when ( > ( distance "Barge" "Heron" ) 500 ) ( send-message "#Command" "High" "Hail" ) )', "Far"),
    ],
    ships=[ship("Barge", place="0, 0, 900")],
    variables=['\t0\t"Tick"\t"0"\t"number"'],
)  # fmt: skip


class Counter(HTMLParser):
    """Counts tags, keeps the text, and notices anything that would be loaded from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.outside: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and not (value or "").startswith("#"):
                self.outside.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(page: str) -> tuple[Counter, list[dict[str, Any]]]:
    """Return what is in a page, and the data of its plots."""
    parser = Counter()
    parser.feed(page)
    return parser, json.loads(re.findall(r"const PLOTS = (.*);\n", page)[0])


def test_the_page_is_self_contained_and_escapes_names() -> None:
    session = FakeSession()
    session.mission_name = "<script>alert(1)</script> & $x$"
    for number in range(30):
        session.frame(number % 3, 9)
    series = Series(session.counters, lambda: 1000)
    for second in range(1, 11):
        series.frame(float(second), 5_000)
        series.fired(float(second), "event", "Convoy </script> <b>", "true" if second % 2 else "failed")
    page, plots = parsed(profile_page(Profile(build_report(session), series)))
    assert page.tags["script"] == 2 and "b" in page.tags  # the library and the plots; figures are bold
    assert page.tags["table"] >= 3 and page.outside == []
    assert "<script>alert(1)</script>" in page.text
    assert [len(plot["series"]) for plot in plots] == [2, 3, 1, 2]
    assert plots[3]["names"] == ["Convoy </script> <b>"]
    assert {plot["group"] for plot in plots} == {"time"}
    assert {(plot["data"][0][0], plot["data"][0][-1]) for plot in plots} == {(0, 10)}
    assert all(len(line) == len(plot["data"][0]) for plot in plots for line in plot["data"])


def test_control_characters_of_names_are_no_part_of_the_page() -> None:
    name = "Red\x1b[31m\x9b\x7f"
    text = mission([(CLOCK.replace("every-time", "when"), name)], variables=['\t0\t"Tick"\t"0"\t"number"'])
    page = profile_page(profile_run(text, seconds=2, seed=1, fps=30, closer=True))
    body, plots = page.partition("<body>")[2].partition("<script>")[0], parsed(page)[1]
    assert body.count("Red\ufffd[31m\ufffd\ufffd") >= 3
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)
    assert plots[3]["names"] == ["Red\ufffd[31m\ufffd\ufffd"]


def test_a_run_without_anything_still_makes_a_page() -> None:
    page, plots = parsed(profile_page(Profile(build_report(FakeSession()), Series(dict, lambda: 0))))
    assert "table" not in page.tags and plots == []


def test_a_closer_look_shows_the_parts_of_the_costliest_formulas() -> None:
    profile = profile_run(MISSION, seconds=4, seed=1, fps=30, closer=True)
    costs = {cost.owner: cost.root for cost in profile.costs}
    clock = {part.text: part for _, part in costs['event "Clock <b>"'].walk()}
    assert list(clock) == ["every-time", "and", "> @Tick[0] -1", "true", "modify-variable @Tick[0]", "+ @Tick[0] 1"]
    whole, inner = clock["every-time"].time, clock["+ @Tick[0] 1"].time
    assert whole is not None and inner is not None and whole.calls == inner.calls == 120
    assert whole.total_ns >= sum(part.time.total_ns for part in costs['event "Clock <b>"'].parts if part.time)
    assert whole.self_ns < whole.total_ns and inner.self_ns == inner.total_ns
    assert clock["> @Tick[0] -1"].now.startswith("= 1 ") and "variable Tick" in clock["> @Tick[0] -1"].now
    assert MISSION.splitlines()[whole_line(profile) - 1].startswith("$Formula: ( every-time")
    page, _ = parsed(profile_page(profile))
    assert page.tags["details"] == len(profile.costs) and "modify-variable @Tick[0]" in page.text
    assert 'event "Clock <b>"' in page.text and any(hint.kind == "every-time" for hint in profile.hints)


def whole_line(profile: Profile) -> int:
    """Return the line of the first event's formula, as the profile says."""
    return next(cost.root.line for cost in profile.costs if "Clock" in cost.owner)


def test_formulas_of_the_same_name_have_their_own_numbers() -> None:
    seldom = "( when ( has-time-elapsed 1 ) ( do-nothing ) )"
    text = mission([(CLOCK, "Same"), (seldom, "Same")], variables=['\t0\t"Tick"\t"0"\t"number"'])
    profile = profile_run(text, seconds=4, seed=1, fps=30, mode=Mode.FULL, closer=True)
    evaluations = sorted(row["evaluations"] for row in profile.report["formulas"])
    assert [cost.owner for cost in profile.costs] == ['event "Same"'] * 2 and evaluations[0] < evaluations[1]
    shown = re.findall(r"of the time, ([\d,]+) evaluations", profile_page(profile))
    assert sorted(int(number.replace(",", "")) for number in shown) == evaluations


def test_a_closer_look_changes_no_measurement_of_the_run() -> None:
    plain = profile_run(MISSION, seconds=4, seed=1, fps=30)
    closer = profile_run(MISSION, seconds=4, seed=1, fps=30, closer=True)
    assert plain.report["counters"] == closer.report["counters"] and not plain.costs
    assert not plain.report["operators"] and closer.report["operators"]


def test_flame_graph_weights_add_up() -> None:
    stacks = {('event "A"', "when"): 3_000, ('event "A"', "when", "and"): 2_000, ('goal "B"', "and"): 500}
    content = json.loads(json.dumps(speedscope_file("mission", stacks)))
    profile = content["profiles"][0]
    assert profile["endValue"] == sum(profile["weights"]) == 5.5
    names = [frame["name"] for frame in content["shared"]["frames"]]
    assert len(names) == len(set(names)) == 4
    assert {tuple(names[frame] for frame in sample) for sample in profile["samples"]} == set(stacks)
