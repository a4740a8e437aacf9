"""Operators that change and read containers (J20-J24)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.reads import container_reads
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.operators.variables import store_text, target
from sexp_runtime.values import Raw, atoi
from sexp_runtime.world.containers import LIST, MAP, Container
from sexp_runtime.world.variables import STRING

if TYPE_CHECKING:
    from sexp_runtime.operators.context import ActionValue, EvaluationContext


def container_of(ctx: EvaluationContext, arg: EvalNode | None, kind: str | None = None) -> Container | None:
    """Return the container that an argument names; None with a warning if no container of that kind exists."""
    name = ctx.text(arg).lstrip("&")
    container = ctx.world.containers.get(name)
    if container is None or (kind is not None and container.kind != kind):
        ctx.warn(f"there is no {kind or 'container'} called {name!r}", arg)
        return None
    return container


def value_texts(ctx: EvaluationContext, args: Sequence[EvalNode]) -> list[str]:
    """Return the texts that arguments put into a container: an atom's text, an expression's number if it is one."""
    texts = []
    for arg in args:
        if not arg.is_expression:
            texts.append(ctx.text(arg))
            continue
        number = ctx.number(arg)
        if ctx.nan is None:
            texts.append(str(number))
        else:
            ctx.warn("not-a-number cannot be stored in a container; it is left out", arg)
    return texts


def _done(
    ctx: EvaluationContext, node: EvalNode, container: Container, changed: bool, args: Sequence[ActionValue] = ()
) -> None:
    """Offer an action to the game, or warn that the container refused it: it is in use or would be too large (N12.1).

    `args` are the evaluated arguments, with the container's name without `&`.
    """
    if changed:
        ctx.act(node.name, tuple(args))
        return
    store = ctx.world.containers
    why = f"it would exceed its {store.most_items} items" if store.is_full else "it is in use or does not fit"
    ctx.warn(f"container {container.name!r} cannot be changed by {node.name} now: {why}", node)


@operator("add-to-list", traits=Trait.ACTION)
def add_to_list(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Append texts to a list, or push each to its front in turn (J21)."""
    container = container_of(ctx, node.arg(0), LIST)
    at_back = ctx.truth(node.arg(1))
    if container is not None:
        texts = value_texts(ctx, node.args[2:])
        ctx.budget.pay_items(len(texts) * (1 if at_back else len(container)), node)
        changed = ctx.world.containers.add_items(container.name, texts, at_back=at_back)
        _done(ctx, node, container, changed, (container.name, int(at_back), *texts))
    return 1


@operator("remove-from-list", traits=Trait.ACTION)
def remove_from_list(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Remove the first equal item for each text (J21)."""
    container = container_of(ctx, node.arg(0), LIST)
    if container is not None:
        texts = value_texts(ctx, node.args[1:])
        ctx.budget.pay_items(len(texts) * len(container), node)
        missing = ctx.world.containers.remove_items(container.name, texts)
        _done(ctx, node, container, missing is not None, (container.name, *texts))
    return 1


@operator("add-to-map", traits=Trait.ACTION)
def add_to_map(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Set keys of a map to values; a last key without a value is dropped (J21)."""
    container = container_of(ctx, node.arg(0), MAP)
    if container is not None:
        texts = value_texts(ctx, node.args[1:])
        if len(texts) % 2:
            ctx.warn(f"{node.name}: key {texts[-1]!r} has no value and is left out", node)
        ctx.budget.pay_items(len(texts), node)
        pairs = list(zip(texts[::2], texts[1::2], strict=False))
        _done(ctx, node, container, ctx.world.containers.set_pairs(container.name, pairs), (container.name, *texts))
    return 1


@operator("remove-from-map", traits=Trait.ACTION)
def remove_from_map(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Remove keys of a map (J21)."""
    container = container_of(ctx, node.arg(0), MAP)
    if container is not None:
        texts = value_texts(ctx, node.args[1:])
        ctx.budget.pay_items(len(texts), node)
        missing = ctx.world.containers.remove_keys(container.name, texts)
        _done(ctx, node, container, missing is not None, (container.name, *texts))
    return 1


@operator("get-map-keys", traits=Trait.ACTION, reads=container_reads(0))
def get_map_keys(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Put a map's keys into a list; empties the list first unless an argument says otherwise (J21)."""
    source = container_of(ctx, node.arg(0), MAP)
    goal = container_of(ctx, node.arg(1), LIST)
    clear_first = node.arg(2) is None or ctx.truth(node.arg(2))
    if source is None or goal is None:
        return 1
    args = (source.name, goal.name, int(clear_first))[: len(node.args)]
    if source.key_type != goal.data_type:
        ctx.warn(f"{node.name}: the keys of {source.name!r} do not fit into {goal.name!r}", node)
        return 1
    ctx.budget.pay_items(len(source) + len(goal), node)
    keys = list(source.pairs)
    store = ctx.world.containers
    _done(ctx, node, goal, store.replace(goal.name, items=keys if clear_first else goal.items + keys), args)
    return 1


@operator("clear-container", traits=Trait.ACTION)
def clear_container(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Empty containers and skip unknown ones (N12.7). The game gets the names of the emptied containers."""
    emptied: list[str] = []
    for arg in node.args:
        container = container_of(ctx, arg)
        if container is None:
            continue
        if ctx.world.containers.clear(container.name):
            emptied.append(container.name)
        else:
            _done(ctx, node, container, False)
    if emptied:
        ctx.act(node.name, tuple(emptied))
    return 1


@operator("copy-container", traits=Trait.ACTION, reads=container_reads(0))
def copy_container(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Copy a container into another of the same kind and types, replacing or extending it (J21)."""
    source = container_of(ctx, node.arg(0))
    goal = container_of(ctx, node.arg(1))
    clear_first = node.arg(2) is None or ctx.truth(node.arg(2))
    if source is not None and goal is not None:
        args = (source.name, goal.name, int(clear_first))[: len(node.args)]
        ctx.budget.pay_items(len(source) + len(goal), node)
        _done(ctx, node, goal, ctx.world.containers.copy(source.name, goal.name, clear_first=clear_first), args)
    return 1


@operator("apply-container-filter", traits=Trait.ACTION, reads=container_reads(1))
def apply_container_filter(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Remove from a container, for each item of another list, one equal item or the key of that name (N12.8)."""
    goal = container_of(ctx, node.arg(0))
    chosen = container_of(ctx, node.arg(1), LIST)
    if goal is None or chosen is None:
        return 1
    args = (goal.name, chosen.name)
    if goal is chosen or (goal.kind == LIST and goal.data_type != chosen.data_type):
        ctx.warn(f"{node.name}: {chosen.name!r} cannot filter {goal.name!r}", node)
    elif chosen.items:
        store = ctx.world.containers
        remove = store.remove_items if goal.kind == LIST else store.remove_keys
        ctx.budget.pay_items(len(chosen) * (len(goal) if goal.kind == LIST else 1), node)
        _done(ctx, node, goal, remove(goal.name, list(chosen.items)) is not None, args)
    return 1


# -- reading --------------------------------------------------------------------------------------------------------


@operator("is-container-empty", reads=container_reads(0))
def is_container_empty(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether a container is empty; a missing container is not (J)."""
    container = container_of(ctx, node.arg(0))
    return int(container is not None and len(container) == 0)


@operator("get-container-size", reads=container_reads(0))
def get_container_size(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Number of items or keys in a container, 0 for a missing one (J)."""
    container = container_of(ctx, node.arg(0))
    return 0 if container is None else len(container)


@operator("list-has-data", reads=container_reads(0))
def list_has_data(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether all the texts are in a list (J24)."""
    container = container_of(ctx, node.arg(0), LIST)
    if container is None:
        return 0
    return int(all(text in container.items for text in _texts_in_turn(ctx, node.args[1:])))


@operator("list-data-index", reads=container_reads(0))
def list_data_index(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Position of the first equal item in a list, -1 if there is none (J24)."""
    container = container_of(ctx, node.arg(0), LIST)
    texts = value_texts(ctx, node.args[1:2])
    if container is None or not texts or texts[0] not in container.items:
        return -1
    return container.items.index(texts[0])


@operator("map-has-key", reads=container_reads(0))
def map_has_key(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether a map has all the keys (J24)."""
    container = container_of(ctx, node.arg(0), MAP)
    if container is None:
        return 0
    return int(all(text in container.pairs for text in _texts_in_turn(ctx, node.args[1:])))


def _texts_in_turn(ctx: EvaluationContext, args: Sequence[EvalNode]) -> list[str | None]:
    """Return the texts to search for; None for not-a-number, which nothing equals."""
    found: list[str | None] = []
    for arg in args:
        texts = value_texts(ctx, (arg,))
        found.append(texts[0] if texts else None)
    return found


@operator("map-has-data-item", traits=Trait.ACTION, reads=container_reads(0))
def map_has_data_item(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Whether a map has a value; stores the first key with it in a variable, if one is given (H.3)."""
    container = container_of(ctx, node.arg(0), MAP)
    texts = value_texts(ctx, node.args[1:2])
    if container is None or not texts:
        return 0
    ctx.budget.pay_items(len(container), node)
    key = next((key for key, value in container.pairs.items() if value == texts[0]), None)
    if key is None:
        return 0
    if node.arg(2) is not None:
        index = target(ctx, node, node.arg(2))
        if index is not None and ctx.world.variables.types[index] == STRING:
            store_text(ctx, node, index, key)
        elif index is not None:
            ctx.world.variables.set_number(index, atoi(key))
    return 1
