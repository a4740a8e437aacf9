"""Actions that send messages: which messages are sent, and by which sender (N8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions import action, as_text, condition, fewest_arguments, read_arguments, texts
from sexp_runtime.operators.actions_targets import named_ship
from sexp_runtime.operators.context import NOTHING, ActionValue, Effect, NoEffect
from sexp_runtime.operators.node import EvalNode
from sexp_runtime.operators.registry import Trait, operator
from sexp_runtime.values import Raw
from sexp_runtime.world.order_upkeep import live
from sexp_runtime.world.ships import NOT_YET

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext
    from sexp_runtime.world.world import World

_PRIORITIES: Final = ("low", "normal", "high")
_HIGH: Final = "high"
#: Special words for senders: any wingman, no sender; and one that the original never lets send (N8.3).
_WINGMAN: Final = "<any wingman>"
_NOBODY: Final = "<none>"
_NEVER: Final = "<any allied>"
#: The flags of ships that send no built-in messages, and of ships that send scrambled ones.
NO_BUILTIN: Final = "no-builtin-messages"
SCRAMBLED: Final = "scramble-messages"
_TRAITOR: Final = "traitor"


def is_message(world: World, name: str) -> bool:
    """Whether the mission has a message of that name; a world made by hand has every message."""
    return world.messages is None or name.lower() in world.messages


def _player_hears(world: World) -> bool:
    """Whether the player gets messages: a traitor does not (N8.4)."""
    ship = world.ships.get(world.player.ship)
    return ship is None or ship.team.lower() != _TRAITOR


def _can_send(ctx: EvaluationContext, sender: str, priority: str) -> bool:
    """Whether a message from a sender is sent (N8.3); Command replaces an absent sender of a high-priority message."""
    world, key = ctx.world, sender.lower()
    if key == _NEVER:
        return False
    if sender.startswith("#") or key in (_WINGMAN, _NOBODY):
        return True
    is_high = priority.lower() == _HIGH
    wing = world.wing(sender)
    if wing is not None and wing.members:
        return is_high or any(NO_BUILTIN not in ship.flags for ship in world.wing_members(wing))
    ship = named_ship(world, sender)
    if ship is not None and live(ship):
        return True
    if ship is not None or wing is not None:
        return is_high
    ctx.warn(f"there is no sender {sender!r}; the message is not sent")
    return False


def _send(ctx: EvaluationContext, sender: str, priority: str, message: str) -> tuple[str, str, str] | None:
    """Return sender, priority and message to send, None if nothing is sent (N8.1 to N8.4)."""
    if message.lower() in _PRIORITIES and priority.lower() not in _PRIORITIES:
        priority, message = message, priority  # the old order
    if priority.lower() not in _PRIORITIES:
        ctx.warn(f"a message's priority is low, normal or high; {priority!r} counts as normal")
        priority = "Normal"
    if not is_message(ctx.world, message):
        ctx.warn(f"there is no message {message!r}")
        return None
    if not _player_hears(ctx.world) or not _can_send(ctx, sender, priority):
        return None
    return sender, priority, message


@operator("send-message", traits=Trait.ACTION)
def send_message(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Send a message of the mission to the player: sender, priority, message (N8.1 to N8.4)."""
    ctx.effects += 1
    if len(node.args) >= fewest_arguments(node.name, ctx.dialect):
        sent = _send(ctx, *(ctx.text(arg) for arg in node.args[:3]))
        if sent is not None:
            ctx.act(node.name, sent)
    return 1


@operator("send-random-message", traits=Trait.ACTION)
def send_random_message(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Send one of several messages, drawn at each call; the game gets only that message (N8.7)."""
    ctx.effects += 1
    if len(node.args) < fewest_arguments(node.name, ctx.dialect):
        return 1
    sender, priority, *messages = (ctx.text(arg) for arg in node.args)
    sent = _send(ctx, sender, priority, messages[ctx.world.rng.below(len(messages))])
    if sent is not None:
        ctx.act(node.name, sent)
    return 1


def _groups(ctx: EvaluationContext, values: Sequence[ActionValue], end: int) -> list[ActionValue]:
    """Return the groups of sender, priority, message and delay to send, up to the argument `end`.

    Delays add up: the delay of a group that is not sent counts for the next (N8.5).
    """
    found: list[ActionValue] = []
    waited = 0
    for at in range(0, end - 3, 4):
        sender, priority, message, delay = values[at : at + 4]
        waited += delay if isinstance(delay, int) else 0
        sent = _send(ctx, str(sender), str(priority), str(message))
        if sent is not None:
            found += [*sent, waited]
            waited = 0
    return found


def _send_list(ctx: EvaluationContext, node: EvalNode, first: int) -> Raw:
    """Send the groups from argument `first` on; a delay that is not a number ends the list there (N1.2)."""
    values, no_numbers = read_arguments(ctx, node.name, node.args)
    end = len(values) if ctx.wcs or not no_numbers else no_numbers[0]
    if (len(values) - first) % 4:
        ctx.warn(f"{node.name}: its arguments come in groups of four; the last one is not sent", node)
    groups = _groups(ctx, values[first:], end - first)
    if groups:
        ctx.act(node.name, (*values[:first], *groups))
    return 1


@operator("send-message-list", traits=Trait.ACTION)
def send_message_list(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Send messages one after the other: groups of sender, priority, message and delay in milliseconds (N8.5)."""
    ctx.effects += 1
    return _send_list(ctx, node, 0)


@operator("send-message-chain", traits=Trait.ACTION)
def send_message_chain(ctx: EvaluationContext, node: EvalNode) -> Raw:
    """Send messages like `send-message-list` until an event is true: event, then the groups (N8.6)."""
    ctx.effects += 1
    if ctx.world.event(ctx.text(node.arg(0))) is None:
        ctx.warn(f"there is no event {ctx.text(node.arg(0))!r}", node)
        return 1
    return _send_list(ctx, node, 1)


@condition("send-builtin-message")
def send_builtin_message(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Have the game send one of its built-in messages: type, subject, whether to shuffle, possible senders (N8.10)."""
    world, about = ctx.world, as_text(values, 1)
    ship = named_ship(world, about)
    if about.lower() != _NOBODY and (ship is None or not live(ship)):
        return NOTHING
    return None if any(_has_voice(world, name) for name in texts(values, 3)) else NOTHING


def _has_voice(world: World, name: str) -> bool:
    if name.startswith("#") or name.lower() == _WINGMAN:
        return True
    ship, wing = named_ship(world, name), world.wing(name)
    if ship is not None:
        return live(ship)
    return wing is not None and any(NO_BUILTIN not in member.flags for member in world.wing_members(wing))


def _builtin_messages(on: bool) -> Effect:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        """Allow or forbid built-in messages of ships; without names, of all ships, but sets no flag then (N8.11)."""
        world = ctx.world
        for name in texts(values):
            if name.lower() == _WINGMAN:
                ships = [ship for ship in world.ships.values() if ship.wing is not None and live(ship)]
            else:
                ship = named_ship(world, name)
                ships = [ship] if ship is not None and (live(ship) or ship.status is NOT_YET) else []
            for one in ships:
                world.set_flag(one, NO_BUILTIN, not on)

    return effect


action("enable-builtin-messages")(_builtin_messages(True))
action("disable-builtin-messages")(_builtin_messages(False))


def _scramble(on: bool) -> Effect:
    def effect(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
        """Start or stop scrambling the messages of ships, or without names those of the player's ship (N8.12)."""
        world = ctx.world
        for name in texts(values) if values else (world.player.ship,):
            ship = named_ship(world, name)
            if ship is not None and (live(ship) or ship.status is NOT_YET):
                world.set_flag(ship, SCRAMBLED, on)

    return effect


action("scramble-messages")(_scramble(True))
action("unscramble-messages")(_scramble(False))


@condition("hud-set-message")
def hud_set_message(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Have the game show a message of the mission in a gauge; an unknown message shows nothing (N15)."""
    return None if is_message(ctx.world, as_text(values, 1)) else NOTHING
