"""Evaluate container data atoms: from `&name& ( modifiers )` in a formula to the text that it currently fetches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.node import EvalKind, EvalNode

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: List modifiers that draw a number or remove an item at every read (J22, I5).
_STEPPING: Final = frozenset({"remove_first", "remove_last", "remove_random", "get_random"})


def container_data_text(ctx: EvaluationContext, node: EvalNode) -> str:
    """Return the text a data atom fetches (A30-A32); each call is one read, with its draws and removals (J22, J23)."""
    modifiers = [str(ctx.number(arg)) if arg.kind is EvalKind.WRAPPER else ctx.text(arg) for arg in node.args]
    if any(modifier.lower() in _STEPPING for modifier in modifiers):
        ctx.effects += 1
    return ctx.world.containers.read(node.text, modifiers)
