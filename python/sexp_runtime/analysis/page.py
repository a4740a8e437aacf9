"""The profile page: one self-contained HTML file with plots and tables of a run (needs matplotlib)."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Final

from sexp_runtime.analysis.series import Series

_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1d2430; }
h1 { font-size: 1.6rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.figures { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; padding: 0; list-style: none; }
.figures li { background: #eef2f7; border-radius: .4rem; padding: .5rem .9rem; }
.figures b { display: block; font-size: 1.25rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .2rem .6rem; border-bottom: 1px solid #dde3ea; }
th:first-child, td:first-child, td.text { text-align: left; }
svg { width: 100%; height: auto; }
p.note { color: #5b6675; }
"""
#: Maximum number of formulas with a name beside the plot of firings.
_NAMED: Final = 90
_COLOURS: Final = ("#2563a8", "#d1622b", "#3a8a4d", "#8a4fa3")


def profile_page(report: dict[str, Any], series: Series, *, most: int = 25) -> str:
    """Return the page for a report and the series of the same run; tables and bars show at most `most` rows.

    Raises ImportError with the command that installs matplotlib if it is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("the profile page needs matplotlib: pip install 'sexp-runtime[cli]'") from error

    def plot(draw: Callable[[Any], None], height: float = 2.6) -> str:
        figure = Figure(figsize=(11, height), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", alpha=0.3)
        draw(axes)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
        text = out.getvalue()
        return text[text.index("<svg") :]

    frame_times = report["frame_time_us"]
    counters = report["counters"]
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
    formulas = report["formulas"][:most]
    sections = [
        f"<h1>{escape(report['mission'])}</h1>"
        f'<p class="note">{report["mission_time"]:.0f} s of mission time on the {escape(report["engine"])} engine, '
        f"{report['mode']} monitoring: {report['sampled_frames']:,} frames looked at closely.</p>",
        '<ul class="figures">' + "".join(f"<li><b>{value}</b>{name}</li>" for name, value in figures) + "</ul>",
        "<h2>Frame time over mission time</h2>",
        plot(lambda axes: _frame_times(axes, series)),
        "<h2>Hit rate</h2>",
        plot(lambda axes: _hit_rate(axes, series)),
        "<h2>Evaluations and invalidations per second</h2>",
        plot(lambda axes: _rates(axes, series)),
    ]
    if formulas:
        sections += [
            "<h2>Cost by formula</h2>",
            '<p class="note">Time in the frames looked at closely.</p>',
            plot(lambda axes: _bars(axes, formulas), height=0.6 + 0.24 * len(formulas)),
        ]
    if series.firings:
        names = len({firing.name for firing in series.firings})
        height = max(2.6, 0.6 + 0.15 * min(names, _NAMED))
        sections += ["<h2>When events fired</h2>", plot(lambda axes: _firings(axes, series), height=height)]
        if series.firings_dropped:
            sections.append(f'<p class="note">{series.firings_dropped:,} later ones are not shown.</p>')
    sections += [
        _table("Formulas", formulas, [
            ("owner", "formula", ""), ("evaluations", "evaluations", ",d"), ("total_us", "total us", ",.1f"),
            ("mean_us", "mean us", ".2f"), ("max_us", "max us", ".1f"), ("last_cause", "last cause", ""),
        ]),
        _table("Operators", report["operators"][:most], [
            ("name", "operator", ""), ("calls", "calls", ",d"), ("self_us", "self us", ",.1f"),
            ("inclusive_us", "inclusive us", ",.1f"),
        ]),
        _table("Causes of evaluation", report["causes"][:most], [
            ("cause", "cause", ""), ("evaluations", "evaluations", ",d"),
        ]),
        _table("Slowest evaluations", report["slowest"][:most], [
            ("owner", "formula", ""), ("us", "us", ".1f"), ("time", "at second", ".2f"), ("cause", "cause", ""),
        ]),
    ]  # fmt: skip
    body = "\n".join(section for section in sections if section)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(report['mission'])} - SEXP profile</title><style>{_STYLE}</style></head>\n"
        f"<body>{body}</body></html>\n"
    )


def _frame_times(axes: Any, series: Series) -> None:
    times = [row.time for row in series.intervals]
    axes.plot(times, [row.frame_max_us for row in series.intervals], color=_COLOURS[1], lw=0.8, label="worst")
    axes.plot(times, [row.frame_median_us for row in series.intervals], color=_COLOURS[0], label="median")
    axes.set_yscale("log")
    axes.set_ylabel("us")
    axes.legend(frameon=False, loc="upper right")


def _hit_rate(axes: Any, series: Series) -> None:
    axes.plot([row.time for row in series.intervals], [100 * row.hit_rate for row in series.intervals], _COLOURS[2])
    axes.set_ylabel("%")
    axes.set_ylim(top=100.5)


def _rates(axes: Any, series: Series) -> None:
    times = [row.time for row in series.intervals]
    axes.plot(times, [row.evaluations for row in series.intervals], _COLOURS[0], label="evaluations")
    axes.plot(times, [row.invalidations for row in series.intervals], _COLOURS[3], lw=0.8, label="invalidations")
    axes.set_yscale("symlog")
    axes.legend(frameon=False, loc="upper right")


def _bars(axes: Any, formulas: Sequence[dict[str, Any]]) -> None:
    rows = list(reversed(formulas))
    axes.barh([_short(row["owner"]) for row in rows], [row["total_us"] for row in rows], color=_COLOURS[0])
    axes.set_xlabel("us")
    axes.grid(axis="y", alpha=0)


def _firings(axes: Any, series: Series) -> None:
    names = list(dict.fromkeys(firing.name for firing in series.firings))
    row_of = {name: row for row, name in enumerate(names)}
    for colour, outcomes in ((_COLOURS[2], ("true", "complete")), (_COLOURS[1], ("failed",))):
        chosen = [firing for firing in series.firings if firing.outcome in outcomes]
        axes.scatter([f.time for f in chosen], [row_of[f.name] for f in chosen], s=9, color=colour)
    axes.invert_yaxis()
    axes.set_xlabel("seconds of mission time")
    if len(names) <= _NAMED:
        axes.set_yticks(range(len(names)), [_short(name) for name in names], fontsize=7)


def _short(text: str) -> str:
    """A shortened label; matplotlib would read dollar signs as formulas."""
    text = text if len(text) <= 44 else text[:43] + "…"
    return text.replace("$", r"\$")


def _table(title: str, rows: Sequence[dict[str, Any]], columns: Sequence[tuple[str, str, str]]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{name}</th>" for _key, name, _form in columns)
    lines = []
    for row in rows:
        cells = "".join(
            f"<td>{format(row[key], form)}</td>" if form else f'<td class="text">{escape(str(row[key]))}</td>'
            for key, _name, form in columns
        )
        lines.append(f"<tr>{cells}</tr>")
    return f"<h2>{title}</h2><table><tr>{head}</tr>{''.join(lines)}</table>"
