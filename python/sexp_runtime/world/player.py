"""What formulas can read about the player: state, the pilot's statistics, and orders given in play."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Player:
    """The player's state. World.set_player changes it and touches ("player", field).

    `ship` is the key of the player's ship, "" when there is none. `target` is the key of the targeted ship and
    `target_fix` the time (fix) of targeting; likewise for the targeted subsystem, jump node and missile lock.
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


#: Fields that share a fact with another field: changing the first touches ("player", second).
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
    """One order of the player: recipient, order, subject, time (fix), sender, subsystem; keys are lower-case."""

    to: str
    what: str
    target: str = ""
    fix: int = 0
    sender: str = ""
    subsystem: str = ""
