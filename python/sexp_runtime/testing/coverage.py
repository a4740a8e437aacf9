"""Coverage of missions: which events, goals, branches, candidates, actions and cues tests have reached.

A covered run uses the naive engine, which evaluates every part by walking its node; a counter is put around each node
(`EvalNode.call`). The results are those of every other engine, and runs without coverage cost nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sexp_runtime.files import write_text
from sexp_runtime.operators.arguments import LISTED
from sexp_runtime.operators.node import ARGUMENT_FORMS, EvalKind, EvalNode
from sexp_runtime.operators.registry import Trait
from sexp_runtime.rules.formula import InterpretedFormula
from sexp_runtime.syntax.printer import print_expression
from sexp_runtime.values import KNOWN_TRUE, Status

if TYPE_CHECKING:
    from sexp_runtime.mission.model import Mission
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.session import MissionSession
    from sexp_runtime.values import Raw

#: The engine of covered runs.
ENGINE: Final = "naive"
#: Maximum length of a point's text.
_MOST_TEXT: Final = 100
_GUARDS: Final = {"when": 0, "every-time": 0, "functional-when": 2}
_CHOICES: Final = frozenset({"if-then-else", "functional-if-then-else"})


@dataclass(slots=True)
class Point:
    """One thing that a run can reach.

    kind: `event`, `goal`, `cue`, `branch`, `candidate` or `action`. line: in the mission file. text: for people. owner:
    whose formula it is in. count: how often it was reached, over all runs.
    """

    kind: str
    line: int
    text: str
    owner: str
    count: int = 0


@dataclass(slots=True)
class MissionCoverage:
    """The coverage of one version of a mission file over some runs."""

    file: str
    digest: str
    runs: int = 0
    points: list[Point] = field(default_factory=list)

    @property
    def reached(self) -> int:
        """How many points were reached at least once."""
        return sum(point.count > 0 for point in self.points)

    @property
    def share(self) -> float:
        """The share of points reached, 0 to 1; 1 for a mission without any."""
        return self.reached / len(self.points) if self.points else 1.0

    def missed(self) -> list[Point]:
        """Return the points never reached, in the order of the file."""
        return sorted((point for point in self.points if not point.count), key=lambda point: point.line)

    def lines(self) -> dict[int, int]:
        """Return how often each line with points was reached: the least count of its points."""
        found: dict[int, int] = {}
        for point in self.points:
            found[point.line] = min(found.get(point.line, point.count), point.count)
        return dict(sorted(found.items()))


class Coverage:
    """Coverage of all missions that tests have played, by file and content."""

    def __init__(self) -> None:
        self.missions: dict[tuple[str, str], MissionCoverage] = {}

    def watch(self, session: MissionSession) -> None:
        """Count what a session reaches from now on; ValueError if its engine is not the one of covered runs."""
        if session.engine != ENGINE:
            raise ValueError(f"coverage needs the engine {ENGINE!r}, not {session.engine!r}")
        probes = _Probes(session)
        file = session.mission.file
        if file and Path(file).is_file():
            file = str(Path(file).resolve())
        key = (file, _digest(session.mission, probes.points))
        known = self.missions.get(key)
        if known is None:
            known = self.missions[key] = MissionCoverage(*key, points=probes.points)
        else:
            probes.count_into(known.points)
        known.runs += 1

    def merge(self, other: Coverage) -> None:
        """Add the counts of another coverage, of the same or of other missions."""
        for key, theirs in other.missions.items():
            ours = self.missions.get(key)
            if ours is None:
                ours = self.missions[key] = MissionCoverage(
                    *key, points=[Point(one.kind, one.line, one.text, one.owner) for one in theirs.points]
                )
            ours.runs += theirs.runs
            for mine, one in zip(ours.points, theirs.points, strict=True):
                mine.count += one.count

    def as_dict(self) -> dict[str, Any]:
        """Return it as data for JSON; `from_dict` reads it."""
        return {
            "missions": [
                {
                    "file": one.file,
                    "digest": one.digest,
                    "runs": one.runs,
                    "points": [[point.kind, point.line, point.text, point.owner, point.count] for point in one.points],
                }
                for one in self.missions.values()
            ]
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Coverage:
        """Return the coverage that `as_dict` gave."""
        found = cls()
        for row in data["missions"]:
            points = [Point(*point) for point in row["points"]]
            one = MissionCoverage(row["file"], row["digest"], row["runs"], points)
            found.missions[(one.file, one.digest)] = one
        return found

    def write(self, path: Path) -> None:
        """Write it to a file as JSON; raises OSError."""
        write_text(path, json.dumps(self.as_dict()))

    @classmethod
    def read(cls, path: Path) -> Coverage:
        """Return what `write` wrote; raises OSError."""
        return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))


#: The coverage that tests of this process add to, None if none is wanted.
_active: Coverage | None = None


def collect(coverage: Coverage | None) -> None:
    """Have all tests that begin from now on add to a coverage; None ends it."""
    global _active
    _active = coverage


def active() -> Coverage | None:
    """Return the coverage that tests add to, if one is wanted."""
    return _active


def _digest(mission: Mission, points: Iterable[Point]) -> str:
    """Return what tells versions of a file apart: a digest of its formulas and points."""
    whole = hashlib.sha256()
    for formula in mission.formulas():
        whole.update(f"{formula.line} {print_expression(formula)}\n".encode("utf-8", "replace"))
    for point in points:
        whole.update(f"{point.kind} {point.line} {point.text}\n".encode("utf-8", "replace"))
    return whole.hexdigest()[:16]


class _Probes:
    """The points of one session, and the counters around its nodes."""

    def __init__(self, session: MissionSession) -> None:
        self.points: list[Point] = []
        self._counted = self.points
        self._owner = ""
        manager, mission = session.manager, session.mission
        self._events = [self._point("event", row.line, f'event "{row.name}"', "") for row in mission.events]
        goals = {row.name.lower(): self._point("goal", row.line, f'goal "{row.name}"', "") for row in mission.goals}
        for formula in (*manager.event_formulas, *manager.goal_formulas):
            self._formula(formula)
        for cue in session.cues.cues:
            self._formula(cue.formula, is_cue=True)

        def completed(name: str, status: str) -> None:
            if status == "complete" and name.lower() in goals:
                self._reach(goals[name.lower()])

        session.on_event_satisfied.append(lambda _, index: self._reach(self._events[index]))
        session.on_goal_changed.append(completed)

    def count_into(self, points: list[Point]) -> None:
        """Count into the same points of an earlier run."""
        self._counted = points

    def _point(self, kind: str, line: int, text: str, owner: str | None = None) -> int:
        owner = self._owner if owner is None else owner
        short = text if len(text) <= _MOST_TEXT else text[: _MOST_TEXT - 3] + "..."
        self.points.append(Point(kind, line, short, owner))
        return len(self.points) - 1

    def _reach(self, number: int) -> None:
        self._counted[number].count += 1

    def _count(self, node: EvalNode, number: int, wanted: tuple[int, ...] = ()) -> None:
        """Have a node reach a point with each evaluation, or with those of a wanted value."""

        def note(ctx: EvaluationContext, value: int) -> None:
            if not wanted or value in wanted:
                self._reach(number)

        _around(node, note)

    def _formula(self, formula: object, *, is_cue: bool = False) -> None:
        if not isinstance(formula, InterpretedFormula) or formula.root.syntax is None:
            return  # absent, or one of the shared constants
        self._owner = formula.owner
        if is_cue:
            number = self._point("cue", formula.root.syntax.line, formula.owner)
            self._count(formula.root, number, (1,))
        is_event = formula.owner.startswith("event ")
        for node in list(formula.root.walk()):
            if node is formula.root and is_event and node.name in _GUARDS:
                continue  # the event is the point
            if node.kind is EvalKind.OPERATOR and node.syntax is not None:
                self._node(node)

    def _node(self, node: EvalNode) -> None:
        spec = node.spec
        if spec is not None and Trait.ACTION in spec.traits:
            number = self._point("action", _line(node), _text(node))
            self._count(node, number)
        if node.name in ARGUMENT_FORMS:
            self._form(node)
        elif node.name in _GUARDS:
            position = _GUARDS[node.name]
            self._outcomes(node.arg(position), (1,), node.name)
        elif node.name in _CHOICES:
            self._outcomes(node.arg(0), (1, 0), node.name)
        elif node.name == "cond":
            for clause in node.args:
                if clause.kind is EvalKind.CLAUSE:
                    self._outcomes(clause.arg(0), (1,), "cond")
        elif node.name == "switch":
            for position, choice in enumerate(node.args[1:]):
                if choice.inner is not None and choice.inner.syntax is not None:
                    number = self._point("branch", _line(choice.inner), f"switch {position}: {_text(choice.inner)}")
                    self._count(choice.inner, number)

    def _outcomes(self, condition: EvalNode | None, wanted: tuple[int, ...], name: str) -> None:
        """Add a branch for each wanted value of a condition; none for constants, which have no choice."""
        head = None if condition is None else condition.inner
        if head is None or head.syntax is None:
            return
        numbers = {
            value: self._point("branch", _line(head), f"{name} {'true' if value else 'false'}: {_text(head)}")
            for value in wanted
        }

        def count(ctx: EvaluationContext, value: int) -> None:
            if value in numbers:
                self._reach(numbers[value])

        _around(head, count)

    def _form(self, node: EvalNode) -> None:
        """Add the candidates that a form lists, or one branch if its provider finds them itself."""
        provider, condition = node.arg(0), node.arg(1)
        if provider is None or provider.inner is None or condition is None:
            return
        listed: dict[int, int] = {}
        if provider.inner.name in LISTED:
            for atom in _atoms(provider.inner):
                text = f'{node.name} candidate "{atom.text}"'
                listed[id(atom)] = self._point("candidate", _line(atom) or _line(node), text)
        if not listed:
            number = self._point("branch", _line(node), f"{node.name} any candidate: {_text(provider.inner)}")
            self._count(provider.inner, number, (1,))
            return
        head = condition.inner
        if head is not None and head.syntax is not None:

            def tried(ctx: EvaluationContext, value: int) -> None:
                candidate = ctx.candidate
                if value == 1 and candidate is not None and id(candidate.node) in listed:
                    self._reach(listed[id(candidate.node)])

            _around(head, tried)
            return

        def chosen(ctx: EvaluationContext, value: int) -> None:  # the condition is constant: every candidate counts
            for candidate in ctx.applicable[-1] if ctx.applicable else ():
                if id(candidate.node) in listed:
                    self._reach(listed[id(candidate.node)])

        _around(provider.inner, chosen)


def _atoms(provider: EvalNode) -> Iterator[EvalNode]:
    """Yield the candidates that stand in a provider's text, without the number that some begin with."""
    for arg in provider.args:
        if arg.kind is EvalKind.ATOM and not arg.is_name and not arg.is_placeholder and arg.syntax is not None:
            if arg is provider.args[0] and provider.name in ("number-of", "first-of", "random-multiple-of"):
                continue
            yield arg


def _around(node: EvalNode, note: Callable[[EvaluationContext, int], object]) -> None:
    """Call a function with the value of each evaluation of an operator node."""
    inner = node.call

    def call(ctx: EvaluationContext, current: EvalNode) -> Raw:
        raw = inner(ctx, current)
        note(ctx, _number(raw))
        return raw

    node.call = call


def _number(raw: Raw) -> int:
    """Return the number that the caller of an evaluation sees (B10)."""
    return (1 if raw is KNOWN_TRUE else 0) if isinstance(raw, Status) else int(raw)


def _line(node: EvalNode) -> int:
    syntax = node.syntax
    if syntax is None:
        return 0
    return syntax.line or (syntax.children[0].line if syntax.children else 0)


def _text(node: EvalNode) -> str:
    return "" if node.syntax is None else " ".join(print_expression(node.syntax).split())
