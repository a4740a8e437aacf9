"""Providers that generate candidates: counters, ships, subsystems, players and container contents (C22)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sexp_runtime.operators.arguments import (
    Generated,
    any_of_result,
    generated,
    generator,
    try_candidates,
    use_container,
)
from sexp_runtime.operators.context import Candidate
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.reads import both, container_reads, fixed_reads, roster_reads, ship_reads
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.values import KNOWN_FALSE, NAN, Raw, Status
from sexp_runtime.world.ships import EXITED, NOT_YET, PRESENT
from sexp_runtime.world.variables import STRING

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.facts import FactKey
    from sexp_runtime.world.ships import Ship


@generator("for-counter")
def _counter(ctx: EvaluationContext, node: EvalNode) -> Generated:
    step_arg = node.arg(2)
    (first, last, step), nan = ctx.numbers((node.arg(0), node.arg(1), step_arg))
    if nan is not None:
        return 0 if nan is NAN else KNOWN_FALSE
    if step_arg is None:
        step = 1
    if step == 0 or first == last or (last > first) != (step > 0):
        return KNOWN_FALSE
    numbers = range(first, last + (1 if step > 0 else -1), step)
    most = ctx.world.quotas.candidates
    if len(numbers) > most:
        ctx.warn(f"for-counter stops after {most} of {len(numbers)} numbers (quota `candidates`)", node)
        numbers = numbers[:most]
    ctx.budget.pay(len(numbers), node)
    return [Candidate(str(number)) for number in numbers]


def _ship_matches(ctx: EvaluationContext, operator_name: str, ship: Ship, text: str) -> bool:
    if operator_name == "for-ship-class":
        return ship.class_name.lower() == text
    if operator_name == "for-ship-team":
        return ship.team.lower() == text
    data = ctx.world.class_table.get(ship.class_name)
    return bool((data.type if operator_name == "for-ship-type" else data.species).lower() == text)


@generator("for-ship-class", "for-ship-type", "for-ship-team", "for-ship-species")
def _ships(ctx: EvaluationContext, node: EvalNode) -> Generated:
    found: list[Candidate] = []
    most = ctx.world.quotas.candidates
    present = [ship for ship in ctx.world.ships.values() if ship.status is PRESENT]
    ctx.budget.pay(len(present) * len(node.args), node)
    for arg in node.args:
        text = ctx.name(arg)
        found.extend(Candidate(ship.name) for ship in present if _ship_matches(ctx, node.name, ship, text))
        if len(found) > most:
            ctx.warn(f"{node.name} stops after {most} candidates (quota `candidates`)", node)
            return found[:most]
    return found


@generator("for-subsystems")
def _subsystems(ctx: EvaluationContext, node: EvalNode) -> Generated:
    ship = ctx.ship(node.arg(0))
    if ship is None or ship.status is NOT_YET:
        return 0
    if ship.status is EXITED:
        return KNOWN_FALSE
    ctx.budget.pay(len(ship.subsystems), node)
    types = {ctx.name(arg) for arg in node.args[1:]}
    return [Candidate(part.name) for part in ship.subsystems.values() if not types or part.type.lower() in types]


@generator("for-players")
def _players(ctx: EvaluationContext, node: EvalNode) -> Generated:
    ship = ctx.world.ship(ctx.world.player.ship) if ctx.world.player.ship else None
    return [Candidate(ship.name)] if ship is not None and ship.status is PRESENT else ()


@generator("for-container-data", "for-map-container-keys")
def _contents(ctx: EvaluationContext, node: EvalNode) -> Generated:
    keys = node.name == "for-map-container-keys"
    found: list[Candidate] = []
    for arg in node.args:
        container = ctx.world.containers.get(ctx.text(arg).lstrip("&"))
        if container is None or (container.key_type if keys else container.data_type) != STRING:
            ctx.warn(f"{node.name} needs containers of text, not {ctx.text(arg)!r}", node)
            continue
        if keys:
            texts: list[str] = list(container.pairs)
        else:
            texts = container.items if container.kind == "list" else list(container.pairs.values())
        ctx.budget.pay(len(container), node)
        most = ctx.world.quotas.candidates - len(found)
        if len(texts) > most:
            ctx.warn(f"{node.name} stops after {ctx.world.quotas.candidates} candidates (quota `candidates`)", node)
        found.extend(Candidate(text) for text in texts[:most])
    return found


@operator("for-counter", traits=Trait.CONTROL, results=(KNOWN_FALSE,))
def for_counter(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The whole numbers from the first to the second argument, in steps of the third or 1 (C22, C42)."""
    made = generated(ctx, node)
    return made if isinstance(made, int | Status) else any_of_result(try_candidates(ctx, node, made))


def _class_reads(world: Any, texts: Sequence[str]) -> list[FactKey]:
    """Class and team of every ship: any may match."""
    return [("ship", key, field) for key in world.ships for field in ("status", "class", "team")]


@operator(
    "for-ship-class",
    "for-ship-type",
    "for-ship-team",
    "for-ship-species",
    traits=Trait.CONTROL,
    reads=both(roster_reads(), _class_reads),
)
def for_ships(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The ships present that match a constraint, by constraint and then in registry order; never known (C22)."""
    made = generated(ctx, node)
    return made if isinstance(made, int | Status) else int(try_candidates(ctx, node, made).any_true)


@operator("for-subsystems", traits=Trait.CONTROL, reads=ship_reads("subsystems"), results=(KNOWN_FALSE,))
def for_subsystems(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The subsystems of a ship, all or of the listed types (C22)."""
    made = generated(ctx, node)
    return made if isinstance(made, int | Status) else any_of_result(try_candidates(ctx, node, made))


@operator(
    "for-players",
    traits=Trait.CONTROL,
    reads=both(roster_reads(), fixed_reads(("player", "ship"))),
    results=(KNOWN_FALSE,),
)
def for_players(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The player's ship; false if there is none (C22)."""
    made = generated(ctx, node)
    if isinstance(made, int | Status) or not made:
        return 0
    return any_of_result(try_candidates(ctx, node, made))


@operator("for-container-data", "for-map-container-keys", traits=Trait.CONTROL, reads=container_reads(0, True))
def for_contents(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """The values or keys of containers of text, which refuse changes meanwhile; never known (C22, C27)."""
    made = generated(ctx, node)
    if isinstance(made, int | Status):
        return made
    for arg in node.args:
        use_container(ctx, node, ctx.text(arg).lstrip("&"))
    return int(try_candidates(ctx, node, made).any_true)
