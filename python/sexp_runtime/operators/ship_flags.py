"""The names of ship and wing flags in formulas, and the table of each (M5.9, M5.10, M5.13)."""

from __future__ import annotations

from typing import Final

#: The object's flag, and the file's flag that is its opposite (M5.11).
COLLIDES: Final = "collides"
NO_COLLIDE: Final = "no_collide"
#: The flag that means whether the cargo is known (M5.12).
CARGO_KNOWN: Final = "cargo-known"

#: Flags of a present ship that the mission file does not have: no effect before arrival (M5.9).
LIVE_ONLY: Final = frozenset(
    {"break-warp", "never-warp", "no-secondary-lock-on", "no-ship-passive-lightning", "glowmaps-disabled",
     "no-thrusters", "maneuver-despite-engines", "emp-doesn't-scramble-messages", "free-afterburner-use",
     "waypoints-no-formation"}
)  # fmt: skip
#: Flags of the file that a present ship does not have: are-ship-flags-set skips them (M5.10).
FILE_ONLY: Final = frozenset(
    {"guardian", "kamikaze", "ignore-count", "reinforcement", "player-start", "no-arrival-music",
     "no-arrival-warp", "locked", "ship-locked", "weapons-locked", "red-alert-carry", "special-warp",
     "nav-carry-status", "nav-needslink", "affected-by-gravity", "set-class-dynamically", "lock-all-turrets",
     "force-shields-on", "same-arrival-warp-when-docked", "same-departure-warp-when-docked"}
)  # fmt: skip
#: Flags that both have.
_BOTH: Final = frozenset(
    {"afterburners-locked", "ai-attackable-if-no-collide", "always-death-scream", "attackable-if-no-collide",
     "beam-protect-ship", "cannot-perform-scan", "cargo-known", "cloaked", "don't-change-orientation",
     "don't-change-position", "don't-collide-invisible", "escort", "fail-sound-locked-primary",
     "fail-sound-locked-secondary", "flak-protect-ship", "friendly-stealth-invisible", "hidden-from-sensors",
     "hide-in-mission-log", "hide-log-entries", "hide-ship-name", "immobile", "invulnerable",
     "laser-protect-ship", "missile-protect-ship", "no-builtin-messages", "no-changing-wings", "no-collide",
     "no-death-scream", "no-departure-warp", "no-disabled-self-destruct", "no-dynamic", "no-ets",
     "no-insignias", "no-passive-lightning", "no-self-destruct", "no-shields", "no-subspace-drive",
     "no-targeting-limits", "only-tagged-targets", "primaries-locked", "primitive-sensors", "protect-ship",
     "scannable", "scramble-messages", "secondaries-locked", "stealth", "targetable-as-bomb",
     "toggle-subsystem-scanning", "use-unique-orders", "vaporize", "no_collide"}
)  # fmt: skip
#: Flags that are-ship-flags-set reads.
READABLE: Final = LIVE_ONLY | _BOTH | {COLLIDES}
#: Flags that alter-ship-flag can give to an entry of the file.
OF_FILE: Final = _BOTH | FILE_ONLY
#: Flags of wings that formulas know (M5.13).
WING_FLAGS: Final = frozenset(
    {"no-arrival-music", "no-arrival-message", "no-first-wave-message", "no-arrival-warp", "no-departure-warp",
     "same-arrival-warp-when-docked", "same-departure-warp-when-docked", "waypoints-no-formation"}
)  # fmt: skip
