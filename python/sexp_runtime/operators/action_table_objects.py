"""Rows of the table of actions for ships, wings, subsystems, weapons, cargo and docking (rules M).

A line is `names | rule | what formulas can read afterwards | note`; `-` for an action that only the game carries out.
"""

from __future__ import annotations

from typing import Final

ROWS: Final = """
set-subsystem-strength | M3.1 | hits of subsystems, hull, simulated hull; a hull at 0 destroys | percent 0 to 100
repair-subsystem | M3.5 | hits of subsystems, hull, simulated hull | percent of the maximum that is added; 0: nothing
sabotage-subsystem | M3.6 | hits of subsystems, hull, simulated hull; a hull at 0 destroys | percent that is taken off
destroy-subsys-instantly | M3.9 | hits of subsystems, their entries in the log |
subsys-set-random | M3.10 | hits of subsystems | one draw, low to high, for each subsystem that is not spared
ship-copy-damage | M3.11 | hull, shields and hits of subsystems with their maxima; file entry before arrival |
ship-guardian ship-no-guardian | M3.17 | what damage does to the hull; flag of the file entry before arrival |
ship-guardian-threshold | M3.17 | what damage does to the hull | percent, not limited above
ship-subsys-guardian-threshold | M3.20 | what damage does to subsystems | percent; Hull: the ship's own
ship-subsys-vanish | M3.21 | later loss of the subsystem is not logged | `true` or `false`, then subsystems
ship-subsys-no-replace ship-subsys-no-live-debris ship-subsys-ignore_if_dead | M3.21 | - |
ship-subsys-targetable ship-subsys-untargetable turret-subsys-target-disable turret-subsys-target-enable | M3.21 | - |
change-subsystem-name | M3.22 | - | the shown name; formulas keep the model's name
lock-rotating-subsystem free-rotating-subsystem reverse-rotating-subsystem | M3.23 | - |
lock-translating-subsystem free-translating-subsystem reverse-translating-subsystem | M3.23 | - |
rotating-subsys-set-turn-time translating-subsys-set-speed trigger-submodel-animation | M3.23 | - | in thousandths
awacs-set-radius primitive-sensors-set-range | M3.23 | - | the game supplies what is-ship-visible then reads
set-shield-energy | M4.1 | shields of all quadrants | percent 0 to 100; ships without shields are skipped
shields-off shields-on | M4.2 | flag no-shields, shields; energy settings; flag of the file entry before arrival |
set-weapon-energy | M4.4 | weapon-energy-pct | percent 0 to 100
set-afterburner-energy | M4.4 | afterburner-energy-pct | percent 0 to 100
set-ets-values | M4.5 | get-ets-value | made to add up to 12; stops at the first ship that is not there
set-num-countermeasures | M4.7 | get-num-countermeasures | below 0 is 0
set-primary-ammo set-secondary-ammo | M4.9 | ammunition, its percent of the rearm limit | limit: capacity
set-primary-weapon set-secondary-weapon | M4.10 | weapon of a bank, its ammunition | rounds left out: kept
turret-set-primary-ammo turret-set-secondary-ammo | M4.11 | ammunition of a turret's bank |
turret-change-weapon | M4.11 | weapon of a turret's bank | primary bank, secondary bank; 0 for the other one
force-glide set-thrusters-status clear-weapons remove-weapons | M4.13 | - |
fire-beam fire-beam-at-coordinates beam-create call-ssm-strike | M4.13 | - |
force-rearm abort-rearm | M4.14 | - | the game does it over time; stops at the first ship that is not there
protect-ship unprotect-ship beam-protect-ship beam-unprotect-ship | M5.1 | flags, of the file entry before arrival |
ship-invulnerable ship-vulnerable | M5.1 | flag invulnerable, what damage does; also before arrival |
ship-invisible ship-visible ship-stealthy ship-unstealthy | M5.1 | flags, is-ship-visible; also before arrival |
friendly-stealth-invisible friendly-stealth-visible | M5.1 | flag, is-friendly-stealth-visible; also before arrival |
ship-targetable-as-bomb ship-untargetable-as-bomb ship-vaporize ship-no-vaporize | M5.1 | flags, also before arrival |
don't-collide-invisible collide-invisible disable-ets enable-ets | M5.1 | flags, also before arrival |
lock-primary-weapon unlock-primary-weapon | M5.1 | flags, also before arrival |
lock-secondary-weapon unlock-secondary-weapon | M5.1 | flags, also before arrival |
break-warp fix-warp never-warp allow-warp | M5.1 | flags, whether a departure cue is looked at; also before arrival |
lock-afterburner unlock-afterburner | M5.3 | flag of ships that are there |
set-subspace-drive | M5.3 | flag no-subspace-drive of ships that are there | `true` clears the flag
set-immobile set-mobile | M5.5 | flags immobile, don't-change-position, don't-change-orientation; also before arrival |
turret-protect-ship turret-unprotect-ship | M5.6 | flag, also before arrival | beam, flak, laser or missile
alter-ship-flag | M5.7 | any flag of object, ship or AI | future `true`: file entries as well; no name: all ships
alter-wing-flag | M5.13 | one of eight flags of wings | no wing named: all wings
add-remove-escort | M5.18 | flag escort | priority; 0 takes the ship off the list
kamikaze | M5.19 | - | damage; 0 ends it
set-guard-range ship-effect set-alpha-multiplier change-team-color | M5.19 | - |
activate-glow-maps deactivate-glow-maps activate-glow-points deactivate-glow-points | M5.19 | - |
activate-glow-point-bank deactivate-glow-point-bank | M5.19 | - |
set-scannable ship-hide-name | M5.1 | flag, also before arrival | WCS only
set-forward-deceleration | M5.19 | - | WCS only
change-iff | M6.1 | side of ships, wings, whole sides and of what is still to arrive | WCS: no whole sides
change-iff-color | M6.7 | - | numbers outside 0 to 255 count as 255
change-ship-class | M7.1 | class, hull, shields, subsystems, AI class, armor, weapons; file entry before arrival |
change-ai-class | M7.6 | AI class of the ship, or of the subsystems named |
set-armor-type | M7.7 | armor of hull, shields, subsystems | `false`: the class's own armor
ship-set-damage-type ship-set-shockwave-damage-type weapon-set-damage-type field-set-damage-type | M7.9 | - |
set-friendly-damage-caps set-explosion-option | M7.9 | - | a NaN leaves only that number out
self-destruct | M8.1 | the ship begins to die, with its entry in the log |
destroy-instantly destroy-instantly-with-debris | M8.3 | the ship has gone, with its entry | the player's ship is spared
ship-vanish | M8.5 | the ship and what is docked to it have gone, without entries | the player's ship: the mission ends
explosion-effect warp-effect create-bolt | M8.11 | - | the game applies any damage
set-cargo | M9.1 | cargo of a ship, of its file entry before arrival, of a subsystem |
transfer-cargo | M9.3 | cargo of both ships |
cargo-no-deplete | M9.4 | whether transfer-cargo empties the ship | left out: 1; a NaN is 0
exchange-cargo | M9.5 | cargo of two ships that are docked to each other |
set-scanned | M9.6 | cargo known now, entry in the log; of subsystems if named |
set-unscanned | M9.7 | cargo not known; of subsystems if named |
ship-tag | M9.10 | is_tagged for so many seconds, has-been-tagged-delay | level 1 or 2; other levels: the game decides
ship-untag | M9.11 | is_tagged |
set-docked | M10.1 | docked to each other at once, without entry | both docking points must be free
jettison-cargo | M10.3 | undocked from the ships named or from all, with entries | speed 25; metres a second
jettison-cargo-delay | M10.3 | undocked at once, with entries | the delay has no effect in the original
special-warpout-name | M10.7 | - |
ship-create | M11.1 | a new ship, present at once, with its entry (WCS: without) | side left out: the first of the table
weapon-create | M11.8 | - | nothing changes until it hits
prop-create prop-vanish | M11.11 | - |
cancel-future-waves | M12.8 | number of waves; a wing without ships is then gone |
set-arrival-info | M13.1 | when and where a ship or wing arrives | all terms are set; the delay is not waited for
set-departure-info | M13.4 | when and where a ship or wing departs | a delay below 0 is waited for, any other is not
set-support-ship | M13.10 | - |
add-to-collision-group remove-from-collision-group | M14.1 | get-collision-group, also before arrival | groups 0 to 31
add-to-collision-group-new remove-from-collision-group-new | M14.1 | as add-to-collision-group | groups 0 to 31
set-nav-carry unset-nav-carry | M14.2 | is-nav-linked of ships; of a wing for ships that arrive later |
set-nav-needslink unset-nav-needslink | M14.2 | flag nav-needslink; setting it clears the link |
ship-change-alt-name ship-change-callsign ship-change-display-name | M14.3 | - | shown names; empty or `<any>` clears
turret-lock turret-lock-all turret-free turret-free-all | M14.4 | - |
beam-lock beam-lock-all beam-free beam-free-all | M14.4 | - |
turret-tagged-only turret-tagged-clear turret-tagged-specific turret-tagged-clear-specific | M14.4 | - |
turret-set-direction-preference turret-set-rate-of-fire turret-set-optimum-range | M14.4 | - |
turret-set-target-order ship-turret-target-order turret-set-target-priorities turret-set-inaccuracy | M14.4 | - |
turret-set-forced-target turret-set-forced-subsys-target turret-clear-forced-target | M14.4 | - |
add-remove-hotkey | M14.5 | - | the game keeps the sets; get-hotkey reads what the file has
set-persona set-death-message damaged-escort-priority damaged-escort-priority-all | M14.6 | - |
"""
