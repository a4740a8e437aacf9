"""Sums of coordinates of one thing, as scripts steer by them: code looks up once where it is, for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sexp_runtime.compiler.plan import Form, Plan
from sexp_runtime.compiler.source import SourceWriter
from sexp_runtime.operators.node import EvalKind, EvalNode

_AXES: Final = {"get-object-x": 0, "get-object-y": 1, "get-object-z": 2}
_FOLDS: Final = ("+", "-", "*")
#: Plans that are numbers whatever happens, without looking at anything but variables.
_NUMBERS: Final = (Form.CONSTANT, Form.VARIABLE)


def one_place(plans: Iterable[Plan]) -> EvalNode | None:
    """Return the atom of which plans read coordinates, if they are sums of such and numbers and read nothing else.

    None if they read no coordinate, or coordinates of two things: an evaluation that stops at a missing thing does not
    look up the next one.
    """
    place: EvalNode | None = None
    for plan in plans:
        for leaf in _leaves(plan):
            if leaf is None:
                return None
            atom = leaf.head.args[0]
            if place is not None and _identity(atom) != _identity(place):
                return None
            place = place or atom
    return place


def _leaves(plan: Plan) -> Iterator[Plan | None]:
    """Yield the coordinates in a sum, and None for anything but them and numbers."""
    if plan.form in _NUMBERS:
        return
    head = plan.head
    if head.spec is None or head.call is not head.spec.function:  # one that also reports what it reads
        yield None
    elif head.name in _AXES and len(head.args) == 1 and head.args[0].kind is EvalKind.ATOM:
        yield plan
    elif head.name in _FOLDS and plan.kids:
        for kid in plan.kids:
            yield from _leaves(kid)
    else:
        yield None


def _identity(atom: EvalNode) -> tuple[bool, int | None, str]:
    return atom.is_placeholder, atom.variable, atom.text


def sum_of_coordinates(writer: SourceWriter, plan: Plan, point: str) -> str:
    """Return an expression for the value of a plan accepted by `one_place`, of a thing that is at `point`."""
    if plan.form in _NUMBERS:
        return writer.value(plan)
    whole = writer.fresh_name("t")
    code = _unwrapped(writer, plan, point)
    return f"({whole} if -2147483648 <= ({whole} := {code}) <= 2147483647 else wrap32({whole}))"


def _unwrapped(writer: SourceWriter, plan: Plan, point: str) -> str:
    """As `sum_of_coordinates`, but for wrapping to 32 bits, which may be done once and last for sums and products."""
    if plan.form in _NUMBERS:
        return writer.value(plan)
    axis = _AXES.get(plan.head.name)
    if axis is not None:
        return f"int({point}[{axis}])"
    return f"({f' {plan.head.name} '.join(_unwrapped(writer, kid, point) for kid in plan.kids)})"
