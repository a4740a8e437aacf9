"""Orders in the simulation: which orders make a ship fight, guard, follow, fly a path, evade or rest."""

from __future__ import annotations

from typing import Final

#: Orders to fight the ship or wing named first.
CHASES: Final = frozenset(
    (
        "ai-chase",
        "ai-chase-wing",
        "ai-destroy-subsystem",
        "ai-disable-ship",
        "ai-disable-ship-tactical",
        "ai-disarm-ship",
        "ai-disarm-ship-tactical",
    )
)
#: Orders to fight whatever is near.
HUNTS: Final = frozenset(("ai-chase-any", "ai-chase-ship-class", "ai-chase-ship-type"))
#: Orders to stay near something and fight what comes near it.
GUARDS: Final = frozenset(("ai-guard", "ai-guard-wing"))
#: Orders only to stay near something.
FOLLOWS: Final = frozenset(("ai-stay-near-ship", "ai-form-on-wing", "ai-fly-to-ship", "ai-rearm-repair"))
PATHS: Final = frozenset(("ai-waypoints", "ai-waypoints-once"))
#: Orders to get away from everything.
EVASIONS: Final = frozenset(("ai-evade-ship", "ai-keep-safe-distance"))
#: Orders to do nothing.
RESTS: Final = frozenset(("ai-stay-still", "ai-play-dead", "ai-play-dead-persistent"))
