"""PerformanceHints: advice on expressions that cost more than necessary, from the measurements of a run.

Every rule uses evidence: how often a formula was evaluated, why, and how long it took. A rule never reports a formula
that cost nothing; the costliest formula is always named. Each hint names the part of the formula that it is about.
Rules that know a better text offer it; analysis.trial proves it and measures the saving.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from sexp_runtime.monitor.evidence import Evidence, Observed, Watched, gather
from sexp_runtime.monitor.rewrite import Rewrite, apply_all, offers
from sexp_runtime.operators.places import MEASURING
from sexp_runtime.syntax.printer import print_expression
from sexp_runtime.syntax.tree import NodeKind, SyntaxNode

#: Minimum share of frames for a formula to count as evaluated all the time.
OFTEN: Final = 0.5
#: Minimum share of frames for a hint about the order of arguments.
RARE: Final = 0.01
#: Minimum share of a formula's evaluations for one cause to count as the cause.
MOSTLY: Final = 0.8
#: Minimum number of operators in a repeated expression, and of formulas that contain it.
REPEATED_SIZE: Final = 4
REPEATED_TIMES: Final = 3
#: Maximum length of a part of a formula that a hint prints in full.
_PRINTED: Final = 160
#: Minimum share of the time of a formula for a part to count as the cause of its cost.
_COSTLY: Final = 0.5
#: The kind of the hint that names the costliest formula.
COSTLIEST: Final = "costliest"


@dataclass(slots=True)
class Hint:
    """One piece of advice.

    `kind` names the rule; `owner` names the formula, `part` is the text of the part that the hint is about, shortened
    if it is long, `file`, `line` and `column` are its place; `evidence` holds the numbers behind it; `saving` is the
    expected saving in evaluations per second of mission time (0 if it saves memory or adds clarity); `change` says
    what to do; `rewritten` is the formula's better text, "" if there is none; `safe` says that it may be applied
    without confirmation, because its results are the same as the original's.
    """

    kind: str
    owner: str
    message: str
    change: str
    evidence: dict[str, Any]
    saving: float = 0.0
    file: str = ""
    line: int = 0
    column: int = 0
    part: str = ""
    rewritten: str = ""
    safe: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the hint as plain values."""
        return asdict(self)


class PerformanceHints:
    """Finds hints in evidence; callers may append to `rules`."""

    def __init__(self) -> None:
        self.rules: list[Callable[[Evidence], Iterable[Hint]]] = [
            better_text,
            positions_without_bound,
            chatty_fact,
            clock_polling,
            acts_in_every_frame,
            computed_targets,
            repeated_expressions,
            never_fires,
            cache_too_small,
            never_hit,
            costliest,
        ]

    def analyze(self, session: Observed) -> list[Hint]:
        """Return the hints for a monitored session, see `find`."""
        return self.find(gather(session))

    def find(self, evidence: Evidence) -> list[Hint]:
        """Return the hints that the evidence supports: the costliest formula, then those with the largest saving.

        One formula can have several.
        """
        if not evidence.frames:
            return []
        found = [hint for rule in self.rules for hint in rule(evidence)]
        return sorted(found, key=lambda hint: (hint.kind != COSTLIEST, -hint.saving, hint.kind, hint.owner))


def _hint(
    kind: str, watched: Watched, message: str, change: str, evidence: Evidence, *, at: SyntaxNode | None = None,
    **fields: Any,
) -> Hint:  # fmt: skip
    """Return a hint on a formula; `at` is the part of it that the hint is about, None for the whole."""
    expression = watched.expression
    part = at if at is not None else expression.root
    numbers = {
        "evaluations": watched.evaluations, "frames": evidence.frames, "mean_us": round(watched.mean_us, 3),
        "causes": dict(sorted(watched.causes.items(), key=lambda item: -item[1])[:3]),
    }  # fmt: skip
    numbers.update(fields.pop("numbers", {}))
    return Hint(
        kind=kind, owner=expression.owner, message=message, change=change, evidence=numbers, file=expression.file,
        line=part.line, column=part.column, part=_shortened(print_expression(part)), **fields,
    )  # fmt: skip


def _shortened(text: str) -> str:
    return text if len(text) <= _PRINTED else text[:_PRINTED] + " ..."


def _is_hot(watched: Watched, evidence: Evidence) -> bool:
    return watched.evaluations >= OFTEN * evidence.frames


# --- rules ---------------------------------------------------------------------------------------------------------

_RULE_TEXT: Final = {
    "constant-number": ("constant-part", "a part of it is the same number each time"),
    "neutral-constant": ("constant-part", "a constant in it decides nothing"),
    "mission-time": ("clock-polling", "it reads the clock every second to find one moment"),
    "cheap-first": ("argument-order", "an expensive condition comes before a cheaper one; they can change places"),
}


def better_text(evidence: Evidence) -> Iterable[Hint]:
    """Formulas with an equivalent text that costs less."""
    costs = evidence.operator_us

    def cost(node: SyntaxNode) -> float:
        return sum(costs.get(part.operator or "", 0.1) for part in node.walk() if part.kind is NodeKind.LIST)

    for watched in evidence.formulas:
        if watched.evaluations < 2:
            continue
        root = watched.expression.root
        found = offers(root, cost if costs else None)
        if not found:
            continue
        if all(offer.rule == "cheap-first" for offer in found) and watched.evaluations < RARE * evidence.frames:
            continue
        rewritten = apply_all(root, cost if costs else None)
        kinds = {_RULE_TEXT[offer.rule][0] for offer in found}
        reasons = dict.fromkeys(_RULE_TEXT[offer.rule][1] for offer in found)
        ticks = watched.causes.get("time", 0) if "clock-polling" in kinds else 0
        kind = "clock-polling" if "clock-polling" in kinds else min(kinds)
        yield _hint(
            kind, watched, "; ".join(reasons), _spell_out(found), evidence,
            at=found[0].before, saving=evidence.per_second(ticks),
            rewritten=print_expression(rewritten), safe=True,
        )  # fmt: skip


def _spell_out(found: list[Rewrite]) -> str:
    parts = [f"write {print_expression(offer.after)} for {print_expression(offer.before)}" for offer in found[:3]]
    return "; ".join(parts) + ("; and so on" if len(found) > 3 else "")


def positions_without_bound(evidence: Evidence) -> Iterable[Hint]:
    """Formulas evaluated all the time because of a moving object without speed bound.

    A comparison of its distance has no earliest time of change, so the cause is time; for other reads of a position
    the cause is the position.
    """
    for watched in evidence.formulas:
        movers = {
            cause.split(" ", 1)[1].rsplit(" ", 1)[0]: count
            for cause, count in watched.causes.items()
            if cause.startswith(("ship ", "wing ")) and cause.endswith(" position")
        }
        measured = {
            atom.text.lower()
            for node in watched.expression.root.walk()
            if node.operator in MEASURING
            for atom in node.arguments
        }
        loose = sorted(evidence.unbounded & (movers.keys() | measured))
        moves = sum(movers.values()) + (watched.causes.get("time", 0) if measured & evidence.unbounded else 0)
        if loose and moves >= 0.1 * evidence.frames:
            yield _hint(
                "position-without-bound", watched,
                f"it is evaluated in nearly every frame, because there is no speed bound for {', '.join(loose[:3])}",
                "give these objects a speed bound (speed_bound of the object, or hints of evaluate)",
                evidence, at=_first(watched.expression.root, _names, loose),
                saving=evidence.per_second(moves), numbers={"moves": moves, "unbounded": loose[:10]},
            )  # fmt: skip


def chatty_fact(evidence: Evidence) -> Iterable[Hint]:
    """Formulas evaluated all the time because of one fact."""
    for watched in evidence.formulas:
        if not _is_hot(watched, evidence) or not watched.causes:
            continue
        cause, count = max(watched.causes.items(), key=lambda item: item[1])
        if " " not in cause or cause.endswith(" position") or cause in _GENERAL or count < MOSTLY * watched.evaluations:
            continue
        yield _hint(
            "chatty-fact", watched, f"one fact causes its evaluation in nearly every frame: {cause}",
            "write that fact less often, or read it only behind a condition in an earlier event",
            evidence, at=_first(watched.expression.root, _reads, cause),
            saving=evidence.per_second(count), numbers={"fact": cause},
        )  # fmt: skip


def _first(root: SyntaxNode, matches: Callable[[SyntaxNode, Any], bool], wanted: Any) -> SyntaxNode | None:
    """Return the first operator of a formula that matches what is wanted, None if none does."""
    return next((node for node in root.walk() if node.operator is not None and matches(node, wanted)), None)


def _is_one_of(node: SyntaxNode, operators: Iterable[str | None]) -> bool:
    return node.operator in operators


def _names(node: SyntaxNode, keys: Iterable[str]) -> bool:
    """Whether an operator that measures positions has one of these names among its arguments."""
    return node.operator in MEASURING and any(atom.text.lower() in keys for atom in node.arguments)


def _reads(node: SyntaxNode, fact: str) -> bool:
    """Whether an operator has the variable or name of a fact among its arguments; facts are `variable Score` ..."""
    for atom in node.arguments:
        text = atom.text.removeprefix("@").partition("[")[0]
        if atom.kind is NodeKind.LIST or not text:
            continue
        if fact == f"variable {text}" if atom.variable is not None else f" {text.lower()} " in f"{fact.lower()} ":
            return True
    return False


#: Causes that are not facts.
_GENERAL: Final = frozenset({"every pass", "first evaluation", "other causes"})


_CLOCKS: Final = frozenset({"mission-time", "mission-time-msecs"})


def clock_polling(evidence: Evidence) -> Iterable[Hint]:
    """Formulas that read mission time in a way that cannot be rewritten automatically."""
    for watched in evidence.formulas:
        ticks = watched.causes.get("time", 0)
        if ticks < 0.5 * evidence.seconds or ticks < 10 or offers(watched.expression.root):
            continue
        asks = [node for node in watched.expression.root.walk() if node.operator in _CLOCKS]
        if asks:
            yield _hint(
                "clock-polling", watched, "it is evaluated whenever mission time changes",
                "wait for a moment with has-time-elapsed, or chain the event with a delay",
                evidence, at=asks[0], saving=evidence.per_second(ticks),
                numbers={"ticks": ticks},
            )  # fmt: skip


def acts_in_every_frame(evidence: Evidence) -> Iterable[Hint]:
    """every-time events with a condition that nearly always holds, so that their actions run in every frame."""
    for watched in evidence.formulas:
        name = watched.expression.root.operator
        if name in ("every-time", "every-time-argument") and _is_hot(watched, evidence):
            again = watched.causes.get("unsettled", 0) + watched.causes.get("every pass", 0)
            if again >= MOSTLY * watched.evaluations:
                yield _hint(
                    "every-time", watched, "its actions run in nearly every frame",
                    "use `when` with a repeat count and an interval, or let the game keep the state they set",
                    evidence, at=next(iter(watched.expression.root.arguments[1:]), None),
                    saving=evidence.per_second(watched.evaluations),
                )  # fmt: skip


def computed_targets(evidence: Evidence) -> Iterable[Hint]:
    """Formulas evaluated in every pass because the values they read, draw or remember cannot be predicted."""
    for watched in evidence.formulas:
        root = watched.expression.root
        if not _is_hot(watched, evidence) or root.operator in ("every-time", "every-time-argument"):
            continue
        again = watched.causes.get("unsettled", 0) + watched.causes.get("every pass", 0)
        if again < MOSTLY * watched.evaluations:
            continue
        restless = sorted({node.operator for node in root.walk() if node.operator in _RESTLESS})
        if restless:
            yield _hint(
                "never-at-rest", watched, f"it must be evaluated in every frame: {', '.join(map(str, restless))}",
                "put the conditions that seldom change into an earlier event, and chain this one to it",
                evidence, at=_first(root, _is_one_of, restless),
                saving=evidence.per_second(watched.evaluations), numbers={"operators": restless},
            )  # fmt: skip


_RESTLESS: Final = frozenset(
    ("rand-multiple", "random-multiple-of", "is-true-for-duration", "script-eval-bool", "script-eval-num",
     "when-argument", "map-has-data-item", "directive-value")
)  # fmt: skip


def repeated_expressions(evidence: Evidence) -> Iterable[Hint]:
    """Expressions that several formulas evaluate again and again."""
    places: dict[str, list[tuple[Watched, SyntaxNode]]] = defaultdict(list)
    for watched in evidence.formulas:
        if watched.evaluations < 2:
            continue
        condition = watched.expression.root.arguments[:1]
        for node in (part for argument in condition for part in argument.walk()):
            if node.operator is None or sum(part.operator is not None for part in node.walk()) < REPEATED_SIZE:
                continue
            places[print_expression(node)].append((watched, node))
    told: set[str] = set()
    for text, uses in sorted(places.items(), key=lambda item: -len(item[0])):
        owners = {use.expression.owner for use, _node in uses}
        if len(owners) < REPEATED_TIMES or any(text in longer for longer in told):
            continue
        told.add(text)
        evaluations = sum(use.evaluations for use, _node in uses)
        first, node = uses[0]
        yield _hint(
            "repeated-expression", first, f"{len(owners)} formulas have the same condition in them",
            "evaluate it in one event, and test that event with is-event-true in the others",
            evidence, at=node, saving=evidence.per_second(evaluations * (len(owners) - 1) // len(owners)),
            numbers={"formulas": sorted(owners)[:8], "evaluations": evaluations},
        )  # fmt: skip


def never_fires(evidence: Evidence) -> Iterable[Hint]:
    """Events that did not come true in the run and, by their text, cannot."""
    for watched in evidence.formulas:
        if watched.kind != "event" or watched.came_true:
            continue
        reason = _why_never(watched.expression.root)
        if reason is not None:
            why, node = reason
            yield _hint(
                "never-fires", watched, f"it cannot come true: {why}",
                "remove the event, or correct its condition",
                evidence, at=node, saving=evidence.per_second(watched.evaluations),
            )  # fmt: skip


def _why_never(root: SyntaxNode) -> tuple[str, SyntaxNode] | None:
    """Return why a conditional's condition can never hold, with the node that decides it; None if it can hold."""
    if root.operator not in ("when", "every-time") or not root.arguments:
        return None
    stack = [root.arguments[0]]
    while stack:
        node = stack.pop()
        if node.operator == "false":
            return "( false ) decides its condition", node
        if node.operator == "and":
            stack.extend(node.arguments)
        elif node.operator == "not" and node.arguments and node.arguments[0].operator == "true":
            return "( not ( true ) ) decides its condition", node
    return None


def cache_too_small(evidence: Evidence) -> Iterable[Hint]:
    """An ExpressionCache that evicts entries needed again."""
    cache = evidence.cache
    thrown = cache["evictions"].get("size", 0) + cache["evictions"].get("bytes", 0)
    if thrown >= 10 and thrown >= 0.1 * cache["misses"] and cache["misses"] > cache["currsize"]:
        bound = "cache_entries" if cache["evictions"].get("size", 0) >= thrown / 2 else "cache_bytes"
        yield Hint(
            kind="cache-too-small", owner="expression cache",
            message=f"{thrown} values were evicted for lack of room, {cache['misses']} look-ups missed",
            change=f"raise {bound} (now {cache['maxsize']} entries, {cache['max_bytes']} bytes)",
            evidence=dict(cache), saving=evidence.per_second(min(thrown, cache["misses"])),
        )  # fmt: skip


def never_hit(evidence: Evidence) -> Iterable[Hint]:
    """Ad-hoc expressions that occupy the cache and are never evaluated again."""
    if len(evidence.never_hit) >= 20:
        yield Hint(
            kind="never-hit", owner="expression cache",
            message=f"{len(evidence.never_hit)} cached expressions were never evaluated again",
            change="pass ExpressionHints(cacheable=False) for single evaluations, or put what varies into variables",
            evidence={"examples": evidence.never_hit[:5], "count": len(evidence.never_hit)},
        )  # fmt: skip


def costliest(evidence: Evidence) -> Iterable[Hint]:
    """The formula that takes the most time, with its costliest part, whether or not it can be improved."""
    whole = sum(watched.steady_us for watched in evidence.formulas)
    first = max(evidence.formulas, key=lambda watched: watched.steady_us, default=None)
    if first is None or not first.steady_us:
        return
    part = _costly_part(first)
    cause, count = max(first.causes.items(), key=lambda item: item[1], default=("", 0))
    message = (
        f"the costliest formula: {first.steady_us / whole:.0%} of the time of all, {first.evaluations:,} evaluations of"
        f" {first.mean_us:.2f} us"
    )
    if count:
        message += f", {count:,} of them because of {cause}"
    numbers: dict[str, Any] = {"share": round(first.steady_us / whole, 3)}
    time, total = first.parts.get((part.line, part.column)), first.parts.get(_place(first.expression.root))
    if part is not first.expression.root and time is not None and total is not None:
        numbers["share_of_part"] = round(time.total_ns / total.total_ns, 3)
        message += f"; this part takes {time.total_ns / total.total_ns:.0%} of its time"
    yield _hint(COSTLIEST, first, message, _advice(cause), evidence, at=part, numbers=numbers)


def _place(node: SyntaxNode) -> tuple[int, int]:
    return node.line, node.column


def _costly_part(watched: Watched) -> SyntaxNode:
    """Return the smallest part of a formula that still takes most of its time, the whole if parts were not measured."""
    root = part = watched.expression.root
    whole = watched.parts.get(_place(root))
    if whole is None or not whole.total_ns:
        return root
    while True:
        inner = {child: watched.parts.get(_place(child)) for child in part.arguments if child.kind is NodeKind.LIST}
        times = {child: time.total_ns for child, time in inner.items() if time is not None}
        largest = max(times, key=times.__getitem__, default=None)
        if largest is None or times[largest] < _COSTLY * whole.total_ns:
            return part
        part = largest


def _advice(cause: str) -> str:
    """Return advice for the most frequent cause of evaluation."""
    if cause in ("unsettled", "every pass"):
        return "give the event an interval, or a cheap condition before this part that is seldom true"
    if cause == "time" or cause.endswith(" position"):
        return (
            "put a cheap condition before this part (in an `and`) that is false as long as the distance does not matter"
        )
    if cause in ("first evaluation", ""):
        return "no action needed: it is seldom evaluated"
    return "put a cheap condition before this part (in an `and`), or change that fact less often"
