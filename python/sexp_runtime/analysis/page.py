"""The profile page: plots, the costliest formulas as trees, hints and tables of one run, in one HTML file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sexp_runtime.analysis.costs import FormulaCost
from sexp_runtime.analysis.plots import COLOURS, Plots, cell, share_cell, table
from sexp_runtime.analysis.profiling import Profile
from sexp_runtime.analysis.series import Series
from sexp_runtime.markup import escaped
from sexp_runtime.monitor.hints import Hint

#: Names beside the plot of firings that get a line of their own; more share the height.
_NAMED: Final = 60
#: Trees that are open at first.
_OPEN: Final = 2
_GROUP: Final = "time"
_SECONDS: Final = "mission time (s)"


def profile_page(profile: Profile, *, most: int = 25) -> str:
    """Return the page of a profile; tables show at most `most` rows."""
    plots = Plots()
    body = "".join(_body(profile, plots, most))
    return plots.page(f"{profile.report['mission']} - SEXP profile", body)


def _body(profile: Profile, plots: Plots, most: int) -> Iterator[str]:
    report, series = profile.report, profile.series
    yield f"<h1>{escaped(report['mission'])}</h1>\n"
    yield (
        f'<p class="note">{report["mission_time"]:.0f} s of mission time on the {escaped(report["engine"])} engine,'
        f" {report['mode']} monitoring: {report['sampled_frames']:,} frames measured closely.</p>\n"
    )
    yield _figures(report)
    if series.intervals:
        yield (
            '<p class="note">Drag over a plot to zoom in on all, double-click to zoom out; a click on a name shows or'
            " hides it.</p>\n"
        )
        yield from _over_time(series, plots)
    yield from _trees(profile.costs, report)
    yield from _hints(profile.hints)
    yield from _tables(report, most)


def _figures(report: dict[str, Any]) -> str:
    frame_times, counters = report["frame_time_us"], report["counters"]
    figures = [
        ("frames", f"{report['frames']:,}"),
        ("hit rate", f"{report['hit_rate']:.2%}"),
        ("evaluations", f"{counters['evaluations']:,}"),
        ("frame median", f"{frame_times['p50']:.1f} us"),
        ("frame p99", f"{frame_times['p99']:.1f} us"),
        ("worst frame", f"{frame_times['max']:.0f} us"),
        ("memory", f"{sum(report['memory'].values()) / 1e6:.2f} MB"),
        ("errors", f"{counters['errors']:,}"),
    ]
    return '<ul class="figures">' + "".join(f"<li><b>{value}</b>{name}</li>" for name, value in figures) + "</ul>\n"


def _over_time(series: Series, plots: Plots) -> Iterator[str]:
    rows = series.intervals
    times = [0.0, *(row.time for row in rows)]  # every plot of the group has the same first and last moment

    def lines(*values: Sequence[float]) -> list[Sequence[float | None]]:
        return [times, *([None, *line] for line in values)]

    yield "<h2>Frame time</h2>\n"
    data = lines([row.frame_median_us for row in rows], [row.frame_max_us for row in rows])
    yield plots.add(
        _SECONDS, "microseconds", data, ("median in a second", "worst in a second"), log=True, unit="us", group=_GROUP
    )
    yield "<h2>Evaluations and invalidations in each second</h2>\n"
    data = lines([row.requests for row in rows], [row.evaluations for row in rows],
                 [row.invalidations for row in rows])  # fmt: skip
    names = ("requests", "evaluations", "invalidations")
    yield plots.add(_SECONDS, "in a second", data, names, counts=True, group=_GROUP)
    yield "<h2>Hit rate</h2>\n"
    data = lines([100 * row.hit_rate for row in rows])
    yield plots.add(_SECONDS, "%", data, ("hit rate",), percent=True, height=200, group=_GROUP)
    if series.firings:
        yield "<h2>When events came true and goals changed</h2>\n"
        yield _firings(series, times[-1], plots)
        if series.firings_dropped:
            yield f'<p class="note">{series.firings_dropped:,} later ones are not shown.</p>\n'


def _firings(series: Series, end: float, plots: Plots) -> str:
    names = list(dict.fromkeys(firing.name for firing in series.firings))
    row_of = {name: row for row, name in enumerate(names)}
    good = [firing.outcome in ("true", "complete") for firing in series.firings]
    rows = [row_of[firing.name] for firing in series.firings]
    data: list[Sequence[float | None]] = [
        [0.0, *(firing.time for firing in series.firings), end],
        [None, *(row if true else None for row, true in zip(rows, good, strict=True)), None],
        [None, *(None if true else row for row, true in zip(rows, good, strict=True)), None],
    ]
    kinds = [
        {"name": "came true", "show": True, "colour": COLOURS[2]},
        {"name": "failed or still open", "show": True, "colour": COLOURS[1]},
    ]
    height = max(200, 90 + 16 * min(len(names), _NAMED))
    return plots.add(_SECONDS, "", data, kinds, names=names, height=height, group=_GROUP)


def _trees(costs: Sequence[FormulaCost], report: dict[str, Any]) -> Iterator[str]:
    if not costs:
        return
    rows = {(row["kind"], row["index"]): row for row in report["formulas"]}
    whole = sum(row["total_us"] for row in report["formulas"]) or 1.0
    yield "<h2>The costliest formulas, part by part</h2>\n"
    yield (
        '<p class="note">The same run again, with every operator timed. The times compare the parts of one formula;'
        " compiled formulas are faster. Values are those at the end of the run; a marked part decides the value of"
        " its formula.</p>\n"
    )
    heads = [("part", True), ("time", False), ("evaluations", False), ("us each", False), ("line", False),
             ("at the end", True)]  # fmt: skip
    for position, cost in enumerate(costs):
        row = rows.get((cost.kind, cost.index))
        told = ""
        if row is not None:
            told = (
                f" &middot; {row['total_us'] / whole:.0%} of the time, {row['evaluations']:,} evaluations of"
                f" {row['mean_us']:.2f} us, last because of {escaped(row['last_cause'])}"
            )
        yield f"<details{' open' if position < _OPEN else ''}><summary><b>{escaped(cost.owner)}</b>{told}</summary>\n"
        total = cost.root.time.total_ns if cost.root.time is not None else 0
        lines = []
        for depth, part in cost.root.walk():
            mark = " decides" if part.decides else ""
            text = (
                f'<td class="text{mark}" style="padding-left:{depth + 0.3}rem"><code>{escaped(part.text)}</code></td>'
            )
            if part.time is None or not total:
                numbers = "<td></td><td></td><td></td>"
            else:
                each = part.time.total_ns / part.time.calls / 1000
                numbers = share_cell(part.time.total_ns / total) + cell(part.time.calls, ",d") + cell(each, ".2f")
            lines.append(text + numbers + cell(part.line, "d") + cell(part.now))
        yield table(heads, lines, "tree") + "</details>\n"


def _hints(hints: Sequence[Hint]) -> Iterator[str]:
    if not hints:
        return
    yield "<h2>Hints</h2>\n<ul>\n"
    for hint in hints:
        place = f"{hint.file}:{hint.line}: " if hint.line else ""
        part = f" In <code>{escaped(hint.part)}</code>:" if hint.part else ""
        yield f"<li>{escaped(place)}<b>{escaped(hint.owner)}</b>: {escaped(hint.message)}.{part}"
        yield f" <i>{escaped(hint.change)}</i></li>\n"
    yield "</ul>\n"


def _tables(report: dict[str, Any], most: int) -> Iterator[str]:
    formulas = report["formulas"]
    if formulas:
        whole = sum(row["total_us"] for row in formulas) or 1.0
        heads = [("formula", True), ("share", False), ("evaluations", False), ("total us", False), ("mean us", False),
                 ("max us", False), ("last cause", True)]  # fmt: skip
        rows = [
            cell(row["owner"]) + share_cell(row["total_us"] / whole) + cell(row["evaluations"], ",d")
            + cell(row["total_us"], ",.1f") + cell(row["mean_us"], ".2f") + cell(row["max_us"], ".1f")
            + cell(row["last_cause"])
            for row in formulas[:most]
        ]  # fmt: skip
        yield "<h2>Cost by formula</h2>\n<p class='note'>Time in the frames measured closely.</p>\n"
        yield table(heads, rows)
    yield _plain("Operators", report["operators"][:most], [
        ("name", "operator", ""), ("calls", "calls", ",d"), ("self_us", "self us", ",.1f"),
        ("inclusive_us", "inclusive us", ",.1f"),
    ])  # fmt: skip
    yield _plain("Causes of evaluation", report["causes"][:most], [
        ("cause", "cause", ""), ("evaluations", "evaluations", ",d"),
    ])  # fmt: skip
    yield _plain("Slowest evaluations", report["slowest"][:most], [
        ("owner", "formula", ""), ("us", "us", ".1f"), ("time", "at second", ".2f"), ("cause", "cause", ""),
    ])  # fmt: skip


def _plain(title: str, rows: Sequence[dict[str, Any]], columns: Sequence[tuple[str, str, str]]) -> str:
    if not rows:
        return ""
    heads = [(name, not form) for _key, name, form in columns]
    lines = ["".join(cell(row[key], form) for key, _name, form in columns) for row in rows]
    return f"<h2>{title}</h2>\n{table(heads, lines)}"
