"""What formulas can read of the player, the pilot's statistics, and the orders given in play."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Player:
    """The player's state. World.set_player changes it and touches ("player", field).

    `ship` is the key of the player's ship, "" when there is none; `target` the key of the targeted ship, with the
    moment (fix) since when in `target_fix`, and likewise for the targeted subsystem, jump node and missile lock.
    `class_kills` counts the pilot's kills in this mission by lower-case class name.
    """

    ship: str = ""
    under_ai: bool = False
    target: str = ""
    target_fix: int = 0
    subsystem: str = ""
    subsystem_fix: int = 0
    node: str = ""
    node_fix: int = 0
    locked: bool = False
    lock_fix: int = 0
    throttle: float = 0.0
    cheating: bool = False
    last_cheat: str = ""
    promoted: bool = False
    medals: frozenset[str] = frozenset()
    kills: int = 0
    assists: int = 0
    score: int = 0
    deaths: int = 0
    class_kills: dict[str, int] = field(default_factory=dict)


#: Fields that one fact stands for: changing the first touches ("player", second).
PLAYER_FACTS: dict[str, str] = {
    "target_fix": "target",
    "subsystem_fix": "subsystem",
    "node_fix": "node",
    "lock_fix": "locked",
    "kills": "stats",
    "assists": "stats",
    "score": "stats",
    "deaths": "stats",
    "class_kills": "stats",
}


@dataclass(frozen=True, slots=True)
class PlayerOrder:
    """One order of the player: to whom, what, about whom, when (fix), from whom, which subsystem; keys lower-case."""

    to: str
    what: str
    target: str = ""
    fix: int = 0
    sender: str = ""
    subsystem: str = ""
