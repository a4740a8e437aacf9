"""Actions on the end of the mission, the campaign and the pilot's record (N9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sexp_runtime.operators.actions import action, as_number, as_text, condition, texts
from sexp_runtime.operators.context import NOTHING, ActionValue, NoEffect
from sexp_runtime.world.ships import DEATH_ROLL, PRESENT, Ship

if TYPE_CHECKING:
    from sexp_runtime.operators.context import EvaluationContext

#: How many hotkeys there are.
HOTKEYS: Final = 8
#: Actions that change only the campaign: nothing happens outside a campaign (N9.7).
CAMPAIGN_ACTIONS: Final = (
    "allow-ship", "allow-weapon", "tech-add-ships", "tech-add-weapons", "tech-add-intel", "tech-add-intel-xstr",
    "tech-remove-intel", "tech-remove-intel-xstr", "tech-reset-to-default",
)  # fmt: skip
#: Actions on scores and lives of several players: nothing happens in single player (N9.11).
MULTIPLAYER_ACTIONS: Final = ("change-team-score", "set-respawns")


def player_ship(ctx: EvaluationContext) -> Ship | None:
    """Return the player's ship, None if there is none."""
    return ctx.world.ships.get(ctx.world.player.ship)


def _player_is_dying(ctx: EvaluationContext) -> bool:
    ship = player_ship(ctx)
    return ship is not None and ship.status is DEATH_ROLL


@action("end-mission")
def end_mission(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """End the mission after this pass; with false as first argument, not while the player's ship is dying (N9.1).

    The event manager decides what happens to goals and events (F25).
    """
    if not as_number(values, 0, 1) and _player_is_dying(ctx):
        return NOTHING
    ctx.world.end_mission()
    return None


@action("end-campaign")
def end_campaign(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """End the campaign and with it the mission; nothing happens outside a campaign (N9.6).

    A running supernova ends the campaign itself.
    """
    if ctx.world.campaign is None:
        return NOTHING
    if not as_number(values, 0, 1) and _player_is_dying(ctx):
        return NOTHING
    ctx.world.campaign_ended = True
    if not ctx.world.supernova.is_running:
        ctx.world.end_mission()
    return None


@action("red-alert")
def red_alert(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """End the mission in four seconds; until then the player's ship cannot die. Each call restarts the time (N9.3)."""
    world, ship = ctx.world, player_ship(ctx)
    if ship is None or ship.status is not PRESENT or ship.hull <= 0.0:
        return NOTHING
    if not ship.guardian:
        world.set_ship(ship, "guardian", 1)
    world.red_alert.start()
    return None


def _in_a_campaign(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    return NOTHING if ctx.world.campaign is None else None


def _never(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    return NOTHING


condition(*CAMPAIGN_ACTIONS)(_in_a_campaign)
condition(*MULTIPLAYER_ACTIONS)(_never)


@action("grant-medal")
def grant_medal(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Award a medal in a campaign; it replaces a medal awarded earlier in this mission (N9.8)."""
    if ctx.world.campaign is None:
        return NOTHING
    if ctx.world.player.medals:
        ctx.warn("a second medal in one mission replaces the first")
    ctx.world.set_player("medals", frozenset((as_text(values, 0).lower(),)))
    return None


@action("grant-promotion")
def grant_promotion(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Promote the player in a campaign; was-promotion-granted reads it in this mission (N9.9)."""
    if ctx.world.campaign is None:
        return NOTHING
    ctx.world.set_player("promoted", True)
    return None


@action("change-player-score")
def change_player_score(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> None:
    """Add points, possibly negative, once for each mention of the player's ship; the score stays at least 0 (N9.11)."""
    player = ctx.world.player
    for name in texts(values, 1):
        if name.lower() == player.ship:
            ctx.world.set_player("score", max(player.score + as_number(values, 0), 0))
        else:
            ctx.warn(f"change-player-score: {name!r} is not the player's ship")


@condition("add-remove-hotkey")
def add_remove_hotkey(ctx: EvaluationContext, values: tuple[ActionValue, ...]) -> NoEffect | None:
    """Have the game add ships and wings to a hotkey or remove them; get-hotkey reads only the file's hotkey (N9.13)."""
    return None if 0 <= as_number(values, 1) < HOTKEYS else NOTHING
