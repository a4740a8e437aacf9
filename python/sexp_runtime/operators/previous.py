"""Operators on earlier missions of a campaign: how their goals and events ended (H.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.reads import fixed_reads
from sexp_runtime.operators.registry import operator
from sexp_runtime.values import KNOWN_FALSE, KNOWN_TRUE, Raw
from sexp_runtime.world.campaign import FAILED, INCOMPLETE, SATISFIED

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext


def _known(truth: bool) -> Raw:
    return KNOWN_TRUE if truth else KNOWN_FALSE


def _previous(ctx: EvaluationContext, node: EvalNode, wanted: str, events: bool) -> Raw:
    """Compare a stored status with the wanted one (H.1).

    The optional truth is always evaluated first; it decides outside campaigns and for skipped missions. A mission
    or name that the campaign does not have is not true, but counts as false and as incomplete.
    """
    truth = ctx.truth(node.arg(2)) if len(node.args) > 2 else wanted == SATISFIED
    campaign = ctx.world.campaign
    if campaign is None:
        return _known(truth)
    record = campaign.mission(ctx.text(node.arg(0)))
    if record is None:
        return _known(wanted != SATISFIED)
    if record.skipped:
        return _known(truth)
    status = (record.events if events else record.goals).get(ctx.name(node.arg(1)))
    if status is None:
        return _known(wanted != SATISFIED)
    return _known(status == wanted)


def _register(name: str, wanted: str, events: bool) -> None:
    @operator(name, reads=fixed_reads(("campaign",)), results=(KNOWN_FALSE, KNOWN_TRUE))
    def previous(ctx: EvaluationContext, node: EvalNode) -> Raw:
        """KT or KF by how a goal or event of an earlier mission ended (H.1)."""
        return _previous(ctx, node, wanted, events)


for _suffix, _wanted in (("true", SATISFIED), ("false", FAILED), ("incomplete", INCOMPLETE)):
    _register(f"is-previous-goal-{_suffix}", _wanted, events=False)
    _register(f"is-previous-event-{_suffix}", _wanted, events=True)
