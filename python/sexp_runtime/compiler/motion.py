"""Comparisons of distances and coordinates: instead of marking them whenever something moved, work out until when the
objects are too slow to change the outcome."""

from __future__ import annotations

import operator as py
from collections.abc import Callable, Iterable
from typing import Any, Final

from sexp_runtime.compiler.plan import Watched
from sexp_runtime.compiler.recorder import FactRecorder
from sexp_runtime.operators.context import EvaluationContext
from sexp_runtime.operators.node import EvalKind, EvalNode
from sexp_runtime.operators.places import MEASURING, Presence, find_places, find_spot
from sexp_runtime.operators.registry import OperatorFunction, ReadsFunction
from sexp_runtime.values import Raw
from sexp_runtime.world.facts import FactKey
from sexp_runtime.world.ships import Ship

#: Fields of a ship that change whenever it flies or turns.
MOTION_FIELDS: Final = frozenset({"position", "velocity", "orientation"})
#: Fields to wait for instead: those that can make a ship faster, or move it at once.
_BOUND_FIELDS: Final = ("speed_bound", "docked", "jump", "radius")

_TESTS: Final[dict[str, Callable[[int, int], bool]]] = {
    "=": py.eq,
    "!=": py.ne,
    "<": py.lt,
    ">": py.gt,
    "<=": py.le,
    ">=": py.ge,
}
#: Metres of change per metre of relative movement; half diagonals of boxes count through the slack.
_DISTANCES: Final = {"distance": 1.1, "distance-to-center": 1.0, "distance-to-bbox": 3.0}
_COORDINATES: Final = MEASURING - _DISTANCES.keys()
_FOLDS: Final = frozenset({"+", "-", "min", "max", "abs"})
#: What remains of a computed time, for rounding in the positions that a game integrates.
_CAUTION: Final = 0.999
#: A turning cube's surface comes nearer by at most (sqrt(3) - 1) half edges; for each of two boxes.
_TURNING: Final = 0.75
_UNBOUNDED: Final = float("inf")
#: Sums beyond this are not bounded, and none for longer than it takes to change by so much: none wraps unseen.
_WRAPS: Final = 2.0**30
#: Attribute of a function that probes a position: the one that does not.
_UNPROBED: Final = "unprobed"


#: A value, the greatest speed at which it can change in units a second, and the jumps that rounding can add.
Reading = tuple[int, float, float]
Reader = Callable[[EvaluationContext], Reading | None]


class _Probe:
    """Remembers what a position operator returned at its last evaluation, None if there was none since `reset`."""

    __slots__ = ("raw",)

    def __init__(self) -> None:
        self.raw: Raw | None = None


def is_leaf(node: EvalNode) -> bool:
    """Whether an operator node reads a distance or coordinate in a form whose speed can be bounded."""
    if node.name in _DISTANCES:
        return len(node.args) == 2
    return node.name in _COORDINATES and len(node.args) == 1


def is_moving_comparison(node: EvalNode) -> bool:
    """Whether a comparison consists of distances and coordinates (at least one), atoms, and sums of such."""
    if node.name not in _TESTS or len(node.args) < 2:
        return False
    return all(_is_measurable(arg) for arg in node.args) and any(True for _ in leaves(node))


def _is_measurable(arg: EvalNode) -> bool:
    if arg.kind is EvalKind.ATOM:
        return not arg.is_name and not arg.is_placeholder
    head = arg.inner
    if head is None:
        return False
    if is_leaf(head):
        return all(atom.kind is EvalKind.ATOM and not atom.is_name for atom in head.args)
    if head.name in _FOLDS or (head.name == "*" and sum(part.inner is not None for part in head.args) <= 1):
        return bool(head.args) and (head.name != "abs" or len(head.args) == 1) and all(map(_is_measurable, head.args))
    return False


def leaves(node: EvalNode) -> Iterable[EvalNode]:
    """Yield the position operators below a comparison."""
    for inner in node.walk():
        if inner.kind is EvalKind.OPERATOR and is_leaf(inner):
            yield inner


def without_motion(keys: Iterable[FactKey]) -> list[FactKey]:
    """Return the facts that bound a motion in place of those that follow it."""
    kept: list[FactKey] = []
    for key in keys:
        if key[-1] in MOTION_FIELDS:
            kept.extend((*key[:-1], field) for field in _BOUND_FIELDS)
        else:
            kept.append(key)
    return kept


def install(node: EvalNode, recorder: FactRecorder) -> int:
    """Make a comparison (see `is_moving_comparison`) note until when its outcome stands, and probe its positions.

    Returns how many nodes got a function of their own.
    """
    probes: dict[int, _Probe] = {}
    for leaf in leaves(node):
        probe = probes[id(leaf)] = _Probe()
        leaf.call = _probing(leaf.call, probe)
    node.call = _Comparison(node, node.call, probes, recorder)
    return 1 + len(probes)


def _probing(inner: OperatorFunction, probe: _Probe) -> OperatorFunction:
    def probing(ctx: EvaluationContext, node: EvalNode) -> Raw:
        raw = probe.raw = inner(ctx, node)
        return raw

    setattr(probing, _UNPROBED, inner)
    return probing


def unwatched(value: Any) -> Any:
    """Return what stands for something in code that need not note until when the outcome of a comparison stands."""
    if isinstance(value, _Comparison):
        return None
    return getattr(value, _UNPROBED, value)


class _Comparison(Watched):
    """The function of a comparison of positions."""

    __slots__ = ("first", "inner", "is_leaf", "others", "positions", "probes", "recorder", "reported", "test")

    def __init__(
        self,
        node: EvalNode,
        inner: OperatorFunction,
        probes: dict[int, _Probe],
        recorder: FactRecorder,
    ) -> None:
        self.inner = inner
        self.test = _TESTS[node.name]
        #: Those in each argument.
        self.probes = [tuple(probes[id(leaf)] for leaf in leaves(arg)) for arg in node.args]
        #: Whether the first argument is a position, not something worked out from some.
        self.is_leaf = id(node.args[0].head) in probes
        self.recorder = recorder
        #: What all its positions are read from; None if only running shows their names.
        self.positions = _sources(node)
        #: With which epoch and how many ships their facts were reported.
        self.reported = (-1, -1)
        self.first, *self.others = (self._reader(arg, probes) for arg in node.args)

    def __call__(self, ctx: EvaluationContext, node: EvalNode) -> Raw:
        self.begin(ctx)
        raw = self.inner(ctx, node)
        self.end(ctx)
        return raw

    def begin(self, ctx: EvaluationContext) -> None:
        """Forget what the positions were."""
        for probes in self.probes:
            for probe in probes:
                probe.raw = None

    def end(self, ctx: EvaluationContext) -> None:
        """Note until when the outcome stands."""
        soonest = ctx.world.clock.us + 1
        if ctx.due <= soonest:  # to be evaluated again in any case
            return
        first = self.first(ctx)
        if first is None:
            if self._is_open(ctx):
                ctx.due_us(soonest)
        else:
            value, rate, slack = first
            for read, probes in zip(self.others, self.probes[1:], strict=True):
                other = read(ctx)
                if other is None:
                    if _is_evaluated(probes):  # no number: the value is 0 in this pass, and the other side still moves
                        ctx.due_us(soonest)
                    break
                both = rate + other[1]
                margin = min(abs(value - other[0]) - slack - other[2], _WRAPS)
                if both == _UNBOUNDED:
                    self._wait_for_positions(ctx, soonest)
                elif margin <= 0.0:  # even a turning ship could flip it
                    ctx.due_us(soonest)
                elif both > 0.0:
                    stands = int(min(margin / both * _CAUTION, 1e6) * 1e6) - ctx.positions_age_us
                    ctx.due_us(soonest + max(stands, 0))
                if not self.test(value, other[0]):
                    break

    def _wait_for_positions(self, ctx: EvaluationContext, soonest: int) -> None:
        """Have the outcome stand until something moves: nothing says how fast that can be."""
        if self.positions is None:
            ctx.due_us(soonest)
            return
        world = ctx.world
        now = self.recorder.epoch, len(world.ships)
        if now != self.reported:
            self.reported = now
            for reads, texts in self.positions:
                self.recorder(reads(world, texts))

    def _is_open(self, ctx: EvaluationContext) -> bool:
        """Whether the outcome can change although no value of the first argument could be read."""
        probes = self.probes[0]
        if not _is_evaluated(probes):
            return False
        if all(isinstance(probe.raw, int) for probe in probes):  # a sum that wraps
            return True
        return ctx.wcs and not self.is_leaf  # there a sum counts what is no number as 0 (K)

    def _reader(self, arg: EvalNode, probes: dict[int, _Probe]) -> Reader:
        """Return what reads an argument as it was at the evaluation just made.

        The result is None if the argument was not evaluated, is no number, or may wrap. What is no number in first
        place decides, until a ship comes or goes, which is a fact.
        """
        head = arg.inner
        if head is None:
            if arg.variable is None:
                known = (arg.literal, 0.0, 0.0)
                return lambda ctx: known
            return lambda ctx: (ctx.atom_number(arg), 0.0, 0.0)
        probe = probes.get(id(head))
        if probe is not None:
            return self._leaf_reader(head, probe)
        parts = [self._reader(part, probes) for part in head.args]
        name = head.name
        if name in ("+", "-") and len(head.args) == 2 and _is_number(head.args[1]):
            return _shifted(parts[0], head.args[1].literal if name == "+" else -head.args[1].literal)

        def fold(ctx: EvaluationContext) -> Reading | None:
            readings = []
            for part in parts:
                reading = part(ctx)
                if reading is None:
                    return None
                readings.append(reading)
            return _fold(name, readings)

        return fold

    def _leaf_reader(self, leaf: EvalNode, probe: _Probe) -> Reader:
        speed = self._speed
        one = leaf.args[0]
        if leaf.name in _COORDINATES:

            def coordinate(ctx: EvaluationContext) -> Reading | None:
                raw = probe.raw
                return None if not isinstance(raw, int) else (raw, speed(ctx, one)[0], 2.0)

            return coordinate
        two, factor = leaf.args[1], _DISTANCES[leaf.name]

        def distance(ctx: EvaluationContext) -> Reading | None:
            raw = probe.raw
            if not isinstance(raw, int):
                return None
            fast, radius = speed(ctx, one)
            fast2, radius2 = speed(ctx, two)
            return raw, (fast + fast2) * factor, 2.0 + _TURNING * (radius + radius2)

        return distance

    def _speed(self, ctx: EvaluationContext, atom: EvalNode) -> tuple[float, float]:
        """Return the highest speed bound and radius of the things that a name stands for."""
        ship = ctx.ship(atom)
        if ship is not None:
            return self._bound_of(ctx, ship), ship.radius
        if find_spot(ctx, atom) is not None:  # a waypoint
            return 0.0, 0.0
        presence, places = find_places(ctx, atom)
        if presence is not Presence.HERE:
            return 0.0, 0.0
        speed = radius = 0.0
        for _, ship in places:
            if ship is not None:
                bound = self._bound_of(ctx, ship)
                if bound > speed:
                    speed = bound
                if ship.radius > radius:
                    radius = ship.radius
        return speed, radius

    def _bound_of(self, ctx: EvaluationContext, ship: Ship) -> float:
        if not ship.docked:
            return _speed_of(ship)
        group = ctx.world.docked_group(ship)
        self.recorder([("ship", member.key, field) for member in group for field in _BOUND_FIELDS])
        return max(_speed_of(member) for member in group)


def _sources(node: EvalNode) -> list[tuple[ReadsFunction, list[str]]] | None:
    """Return what the position operators below a comparison read, as functions and texts; None if a text varies."""
    found: list[tuple[ReadsFunction, list[str]]] = []
    for leaf in leaves(node):
        reads = leaf.spec.reads if leaf.spec is not None else None
        if reads is None or any(atom.variable is not None or atom.is_placeholder for atom in leaf.args):
            return None
        found.append((reads, [atom.text for atom in leaf.args]))
    return found


def _is_evaluated(probes: Iterable[_Probe]) -> bool:
    return any(probe.raw is not None for probe in probes)


def _is_number(arg: EvalNode) -> bool:
    return arg.kind is EvalKind.ATOM and arg.variable is None


def _shifted(read: Reader, offset: int) -> Reader:
    """Return what reads a value to which a number is added, as most comparisons of coordinates do."""

    def shifted(ctx: EvaluationContext) -> Reading | None:
        reading = read(ctx)
        if reading is None:
            return None
        value = reading[0] + offset
        return (value, reading[1], reading[2]) if -_WRAPS < value < _WRAPS else None

    return shifted


def _speed_of(ship: Ship) -> float:
    return _UNBOUNDED if ship.speed_bound is None else ship.speed_bound


def _fold(name: str, readings: list[Reading]) -> Reading | None:
    """Combine arguments as the operator does; rates add up, and what may wrap is None."""
    values = [reading[0] for reading in readings]
    rate = sum(reading[1] for reading in readings)
    slack = sum(reading[2] for reading in readings)
    if name == "+":
        value = sum(values)
    elif name == "-":
        value = values[0] - sum(values[1:])
    elif name == "*":  # only one factor is an expression; atoms have no slack
        value = factor = 1
        for each, _, jumps in readings:
            value *= each
            if jumps == 0.0:
                factor *= abs(each)
        rate, slack = (rate * factor, slack * factor) if factor else (0.0, 0.0)
    elif name == "min":
        value = min(values)
    elif name == "max":
        value = max(values)
    else:
        value = abs(values[0])
    return (value, rate, slack) if -_WRAPS < value < _WRAPS else None
