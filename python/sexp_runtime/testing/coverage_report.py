"""Reports of coverage: text for the terminal, one HTML file, and LCOV for editors and CI services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sexp_runtime.markup import escaped
from sexp_runtime.mission.source import read_source
from sexp_runtime.syntax.preprocess import unify_newlines
from sexp_runtime.testing.coverage import Coverage, MissionCoverage

_KINDS: Final = ("event", "goal", "cue", "branch", "candidate", "action")
_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1d2430; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; }
th, td { text-align: right; padding: .2rem .7rem; border-bottom: 1px solid #dde3ea; }
th:first-child, td:first-child, td.text { text-align: left; }
pre { font: 13px/1.45 ui-monospace, monospace; background: #f6f8fa; padding: .6rem 0; overflow-x: auto; }
pre span { display: block; padding: 0 .8rem; }
pre i, pre b { display: inline-block; width: 4.5rem; color: #5b6675; font-style: normal; font-weight: normal; }
pre b { text-align: right; margin-right: 1rem; }
.hit { background: #e3f4e6; } .missed { background: #fbdcd9; }
p.note { color: #5b6675; }
"""


def coverage_text(coverage: Coverage, *, most: int = 50) -> str:
    """Return a table of all missions, and what was never reached, at most `most` lines for each mission."""
    lines = []
    for one in _sorted(coverage):
        lines.append(
            f"coverage of {_name(one)}: {one.reached} of {len(one.points)} ({one.share:.0%}), {_runs(one.runs)}"
        )
        lines.append("  " + ", ".join(f"{kind} {reached} of {count}" for kind, reached, count in _by_kind(one)))
        missed = one.missed()
        lines += [
            f"  never: {_name(one)}:{point.line}: {_described(point.kind, point.text, point.owner)}"
            for point in missed[:most]
        ]
        if len(missed) > most:
            lines.append(f"  ... and {len(missed) - most} more")
    return "\n".join(lines)


def coverage_lcov(coverage: Coverage) -> str:
    """Return the tracefile: events are functions, and a line has the least count of its points."""
    lines: list[str] = []
    for one in _sorted(coverage):
        if not one.file:
            continue  # a mission given as text has no lines that a reader could open
        lines += ["TN:", f"SF:{one.file}"]
        events = [point for point in one.points if point.kind == "event"]
        lines += [f"FN:{point.line},{point.text}" for point in events]
        lines += [f"FNDA:{point.count},{point.text}" for point in events]
        lines += [f"FNF:{len(events)}", f"FNH:{sum(point.count > 0 for point in events)}"]
        branches = [point for point in one.points if point.kind in ("branch", "candidate")]
        numbers: Counter[int] = Counter()
        for point in branches:
            taken = str(point.count) if one.runs else "-"
            lines.append(f"BRDA:{point.line},0,{numbers[point.line]},{taken}")
            numbers[point.line] += 1
        lines += [f"BRF:{len(branches)}", f"BRH:{sum(point.count > 0 for point in branches)}"]
        by_line = one.lines()
        lines += [f"DA:{line},{count}" for line, count in by_line.items()]
        lines += [f"LF:{len(by_line)}", f"LH:{sum(count > 0 for count in by_line.values())}", "end_of_record"]
    return "\n".join(lines) + "\n"


def coverage_html(coverage: Coverage) -> str:
    """Return one self-contained page: the missions, what was never reached, and the source with counts."""
    return "".join(_page(coverage))


def _page(coverage: Coverage) -> Iterator[str]:
    yield "<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>Mission coverage</title>"
    yield f"<style>{_STYLE}</style>\n"
    yield "<h1>Mission coverage</h1>\n<table><tr><th>mission</th><th>runs</th><th>reached</th>"
    yield "".join(f"<th>{_plural(kind)}</th>" for kind in _KINDS) + "</tr>\n"
    missions = _sorted(coverage)
    for number, one in enumerate(missions):
        kinds = {kind: f"{reached} of {count}" for kind, reached, count in _by_kind(one)}
        cells = "".join(f"<td>{kinds.get(_plural(kind), '')}</td>" for kind in _KINDS)
        yield (
            f"<tr><td><a href='#m{number}'>{escaped(_name(one))}</a></td><td>{one.runs}</td>"
            f"<td>{one.share:.0%}</td>{cells}</tr>\n"
        )
    yield "</table>\n"
    yield "<p class='note'>The number before a line counts how often its least reached part was reached.</p>\n"
    for number, one in enumerate(missions):
        yield f"<h2 id='m{number}'>{escaped(_name(one))}</h2>\n"
        missed = one.missed()
        if missed:
            yield "<table><tr><th>never reached</th><th></th><th>line</th></tr>\n"
            for point in missed:
                what = escaped(_described(point.kind, point.text, point.owner))
                link = f"<a href='#m{number}l{point.line}'>{point.line}</a>"
                yield f"<tr><td>{point.kind}</td><td class='text'>{what}</td><td>{link}</td></tr>\n"
            yield "</table>\n"
        yield _source(one, number)
    yield "</html>\n"


def _source(one: MissionCoverage, number: int) -> str:
    text = read_source(one.file)[0] if one.file else None
    if not text:
        return "<p class='note'>The source is missing.</p>\n"
    counts = one.lines()
    rows = []
    for line, content in enumerate(unify_newlines(text).removesuffix("\n").split("\n"), 1):
        count = counts.get(line)
        look = "" if count is None else " class='hit'" if count else " class='missed'"
        shown = "" if count is None else str(count)
        rows.append(f"<span id='m{number}l{line}'{look}><i>{line}</i><b>{shown}</b>{escaped(content)}</span>")
    return f"<pre>{''.join(rows)}</pre>\n"


def _sorted(coverage: Coverage) -> list[MissionCoverage]:
    return sorted(coverage.missions.values(), key=lambda one: (one.file, one.digest))


def _by_kind(one: MissionCoverage) -> Iterator[tuple[str, int, int]]:
    """Yield each kind of point that a mission has, in the plural, with how many were reached and how many there are."""
    for kind in _KINDS:
        points = [point for point in one.points if point.kind == kind]
        if points:
            yield _plural(kind), sum(point.count > 0 for point in points), len(points)


def _plural(kind: str) -> str:
    return "branches" if kind == "branch" else kind + "s"


def _name(one: MissionCoverage) -> str:
    if not one.file:
        return "(text)"
    try:
        return Path(one.file).relative_to(Path.cwd()).as_posix()
    except ValueError:
        return one.file


def _described(kind: str, text: str, owner: str) -> str:
    return text if kind in ("event", "goal", "cue") else f"{kind} {text} [{owner}]"


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"
