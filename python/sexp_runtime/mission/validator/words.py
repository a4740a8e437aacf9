"""Fixed words: the texts that argument types with a closed set of literals accept (Q10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sexp_runtime.catalog import nearest_names
from sexp_runtime.syntax.diagnostics import quoted


@dataclass(frozen=True, slots=True)
class WordSet:
    """The words of one argument type. `what` names one of them in messages.

    exact: case-sensitive. prefixes: also accepts a text that only begins with a word.
    severe: the original refuses the mission for an unknown word; otherwise it plays.
    """

    what: str
    words: tuple[str, ...]
    exact: bool = False
    severe: bool = True
    prefixes: bool = False

    def accepts(self, text: str) -> bool:
        """Whether the text is one of the words."""
        if self.exact:
            return text in self.words
        text = text.lower()
        if self.prefixes:
            return text.startswith(tuple(word.lower() for word in self.words))
        return any(text == word.lower() for word in self.words)

    def complaint(self, text: str) -> str:
        """Return the message for a text that is none of the words: lists all words, or the most similar ones."""
        if len(self.words) <= 12:
            return f"{quoted(text)} is not a known {self.what}: {', '.join(self.words)}"
        nearest = nearest_names(text, self.words)
        hint = f" (did you mean {', '.join(nearest)}?)" if nearest else ""
        return f"{quoted(text)} is not a known {self.what}{hint}"


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text with commas between them."""
    return tuple(" ".join(word.split()) for word in text.split(","))


#: Flags of ships: those of objects, ships, mission files and AI together (Q10.4).
SHIP_FLAGS: Final = _words(
    """
    affected-by-gravity, afterburners-locked, ai-attackable-if-no-collide, always-death-scream, aspect-immune,
    beam-protect-ship, break-warp, cannot-perform-scan, cannot-perform-scan-hide-cargo,
    cannot-perform-scan-show-cargo, cargo-known, cloaked, collides, don't-change-orientation, don't-change-position,
    don't-collide-invisible, emp-doesn't-scramble-messages, escort, fail-sound-locked-primary,
    fail-sound-locked-secondary, flak-protect-ship, force-shields-on, free-afterburner-use,
    friendly-stealth-invisible, glowmaps-disabled, guardian, hidden-from-sensors, hide-in-mission-log,
    hide-ship-name, ignore-count, immobile, invulnerable, kamikaze, laser-protect-ship, lock-all-turrets, locked,
    maneuver-despite-engines, missile-protect-ship, nav-carry-status, nav-needslink, never-warp, no-arrival-music,
    no-arrival-warp, no-builtin-messages, no-death-scream, no-departure-warp, no-disabled-self-destruct, no-dynamic,
    no-ets, no-scanned-cargo, no-secondary-lock-on, no-shields, no-ship-passive-lightning, no-subspace-drive,
    no-targeting-limits, no-thrusters, no_collide, player-start, primaries-locked, primitive-sensors, protect-ship,
    red-alert-carry, reinforcement, same-arrival-warp-when-docked, same-departure-warp-when-docked, scannable,
    scramble-messages, secondaries-locked, set-class-dynamically, ship-locked, special-warp, stealth,
    targetable-as-bomb, toggle-subsystem-scanning, vaporize, waypoints-no-formation, weapons-locked
    """
)
#: Built-in gauges of the HUD (Q10.10).
GAUGES: Final = _words(
    """
    afterburner energy, auto speed, auto target, center reticle, comm menu, countermeasures, damage, directives,
    escort list, ets engines, ets retail, ets shields, ets weapons, extra target data, fixed messages, flight path,
    hardpoints, hostile direction, kills, lag indicator, lead indicator, lead sight, lock indicator, messages, mini
    shield, missile indicator, mission time, multiplayer messages, objective notifier, offscreen indicator,
    orientation, ping, player shield, primary weapons, radar, radar bsg, radar orb, scripting, secondary weapons,
    supernova, support, talking head, target direction, target monitor, target shield, targeting brackets, text
    warnings, threat indicator, throttle, training messages, voice status, warhead count, weapon energy, weapon
    linking, weapons, wingman status
    """
)
#: Gauges by their old names, which only flash-hud-gauge takes (Q10.10).
OLD_GAUGES: Final = _words(
    """
    afterburner_energy, attacking target count, auto_speed, auto_target, center_reticle, cmeasure_gauge,
    damage_gauge, directives_view, escort_view, ets_gauge, hostile_triangle, kills gauge, lag guage, lead_indicator,
    message box, message_lines, missile_warning_arrow, mission_time, objectives_notify_gauge, offscreen range,
    offscreen_indicator, orientation_tee, player_shield_icon, reticle_circle, squad message, support guage,
    talking_head, targer_mini_icon, target_monitor, target_monitor_extra_data, target_shield_icon, target_triangle,
    text flash, threat_gauge, throttle_gauge, weapon_linking_gauge, weapons_energy, weapons_gauge, wingmen_status
    """
)
#: Presets of sound environments (Q10.11).
SOUND_ENVIRONMENTS: Final = _words(
    """
    <none>, alley, arena, auditorium, bathroom, carpeted hallway, cave, city, concert hall, dizzy, drugged, forest,
    generic, hallway, hangar, living room, mountains, padded cell, parking lot, plain, psychotic, quarry, room,
    sewer pipe, stone corridor, stone room, underwater
    """
)
#: Ship types of the standard table (Q10.12).
SHIP_TYPES: Final = _words(
    """
    awacs, bomber, capital, cargo, corvette, cruiser, drydock, escape pod, fighter, fighter/bomber, freighter, gas
    miner, knossos device, navbuoy, sentry gun, super cap, support, transport
    """
)
#: Flags of wings that formulas can change (Q10.5).
WING_FLAGS: Final = _words(
    """
    no-arrival-music, no-arrival-message, no-first-wave-message, no-arrival-warp, no-departure-warp,
    same-arrival-warp-when-docked, same-departure-warp-when-docked, waypoints-no-formation
    """
)
#: Flags of wings in a mission file: those above, and the ones that no formula changes (Q14.12).
WING_FILE_FLAGS: Final = (*WING_FLAGS, *_words("ignore-count, reinforcement, no-dynamic, nav-carry-status"))
#: Flags of ships and wings in a mission file that only WCS knows.
WCS_FILE_FLAGS: Final = _words("no-arrival-log, no-departure-log, is_harmless, hide-log-entries")
#: Teams that every game has (Q10.12).
TEAMS: Final = _words("Friendly, Hostile, Neutral, Unknown, Traitor")
#: Types of subsystems (Q10.16).
SUBSYSTEM_TYPES: Final = _words(
    """
    None, Engines, Turrets, Radar, Navigation, Communications, Weapons, Sensors, Solar panels, Gas collection,
    Activation, Unknown
    """
)
#: Words for several subsystems of a ship (Q9.13), except `<all none>`.
GENERIC_SUBSYSTEMS: Final = tuple(f"<all {kind.lower()}>" for kind in (*SUBSYSTEM_TYPES[1:], "subsystems"))
#: Ways to arrive and depart (Q10.3). All except the first need an anchor.
ARRIVALS: Final = _words(
    """
    Hyperspace, Near Ship, In front of ship, In back of ship, Above ship, Below ship, To left of ship,
    To right of ship, Docking Bay
    """
)
DEPARTURES: Final = _words("Hyperspace, Docking Bay")
_ANIMATIONS: Final = _words(
    """
    initial, inital, on-spawn, docking-stage-1, docking-stage-2, docking-stage-3, docking, docked, primary-bank,
    primary_bank, secondary-bank, secondary_bank, fighterbay, door, afterburner, turret-firing, turret firing,
    scripted, turret-fired, primary-fired, secondary-fired
    """
)
_SKYBOX_FLAGS: Final = _words("force-clamp, add-lighting, no-transparency, add-zbuffer, add-culling, no-glowmaps")

#: Argument type -> its words.
WORDS: Final[Mapping[str, WordSet]] = {
    "priority": WordSet("message priority", ("Low", "Normal", "High"), severe=False),
    "skill-level": WordSet("skill level", ("Very Easy", "Easy", "Medium", "Hard", "Insane")),
    "arrival-location": WordSet("arrival location", ARRIVALS),
    "departure-location": WordSet("departure location", DEPARTURES),
    "ship-flag": WordSet("flag of ships", SHIP_FLAGS),
    "wing-flag": WordSet("flag of wings", WING_FLAGS),
    "explosion-option": WordSet(
        "explosion option",
        ("damage", "blast", "inner radius", "outer radius", "shockwave speed", "death roll time"),
        exact=True,
    ),
    "audio-volume-option": WordSet("kind of sound", ("Music", "Voice", "Effects"), exact=True),
    "turret-target-order": WordSet("kind of target", ("Bombs", "Ships", "Asteroids")),
    "skybox-flags": WordSet("flag of skyboxes", _SKYBOX_FLAGS),
    "hud-element": WordSet("HUD element", ("warpout",), exact=True),
    "builtin-hud-gauge": WordSet("built-in gauge", GAUGES),
    "flashed-gauge": WordSet("built-in gauge", (*GAUGES, *OLD_GAUGES)),
    "sound-environment": WordSet("sound environment", SOUND_ENVIRONMENTS, severe=False),
    "sound-environment-option": WordSet(
        "option of sound environments", ("volume", "decay time", "damping"), exact=True, severe=False
    ),
    "ship-type": WordSet("ship type", SHIP_TYPES, severe=False),
    "functional-when-eval-type": WordSet("kind of result", ("return-value-first", "return-value-last")),
    "animation-type": WordSet("kind of animation", _ANIMATIONS, prefixes=True),
    "turret-type": WordSet("kind of turret", ("Beam", "Flak", "Laser", "Missile")),
    "subsystem-type": WordSet("type of subsystems", SUBSYSTEM_TYPES),
}
