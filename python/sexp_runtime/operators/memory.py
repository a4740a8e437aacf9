"""What runtime nodes remember, copied from one tree to another tree of the same formula."""

from __future__ import annotations

from typing import Final

from sexp_runtime.operators.node import EvalNode

#: The fields of a node that an evaluation can change. `choice` and `subtree` follow from the others.
_MEMORY: Final = ("status", "valid", "selected", "cache", "looked_up", "lookup", "memory", "text", "literal")


def copy_memory(source: EvalNode, target: EvalNode) -> None:
    """Copy what each node remembers from one tree to the same node of another tree of the same formula."""
    for one, other in zip(source.walk(), target.walk(), strict=True):
        if one is not other:  # the nodes of `( true )` and `( false )` are shared by all formulas
            for field in _MEMORY:
                setattr(other, field, getattr(one, field))
            other.choice = None
