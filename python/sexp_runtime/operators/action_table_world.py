"""Rows of the table of actions for everything that is no state of a ship or wing (rules N).

A line is `names | rule | what formulas can read afterwards | note`; `-` for an action that only the game carries out.
"""

from __future__ import annotations

from typing import Final

ROWS: Final = """
add-goal add-ship-goal add-wing-goal | N2.1 | orders, as time-elapsed-last-order sees them | priority 1 to 200
clear-goals clear-ship-goals clear-wing-goals | N2.13 | orders of ships, of wings and their members |
remove-goal | N2.14 | orders; the first of the same kind and priority | priority NaN: not compared
reset-orders | N2.16 | order, query-orders: what the player ordered is forgotten |
goals | N2.18 | orders that a ship of the file begins with |
good-rearm-time bad-rearm-time | N2.20 | - | side, seconds
good-primary-time good-secondary-time | N2.20 | - | side, weapon count, weapon
cap-waypoint-speed set-wing-formation set-squadron-wings | N2.20 | - |
enable-general-orders validate-general-orders set-player-orders set-order-allowed-for-target | N2.20 | - |
player-use-ai player-not-use-ai | N2.21 | is-player with `true` |
allow-dynamic-goals | N2.22 | - | WCS only
not-kamikaze debug lock-controls force-battle-music trigger-arrival-track | N15 | - | not of every dialect
set-object-position | N3.1 | place of ships, wings, waypoints; of the file's entry before arrival | metres
set-object-orientation | N3.4 | orientation, also before arrival | degrees
set-object-facing | N3.5 | orientation, also before arrival | turn time in ms: only one step is made then
set-object-facing-object | N3.7 | orientation, also before arrival | turn time in ms: only one step is made then
set-object-speed-x set-object-speed-y set-object-speed-z | N3.8 | velocity | m/s; `true`: along the ship's own axis
ship-maneuver ship-rot-maneuver ship-lat-maneuver | N3.9 | - | percent; ms
set-player-throttle-speed | N3.14 | get-throttle-speed of the player's ship | percent
set-gravity-accel | N3.14 | - |
add-nav-waypoint add-nav-ship | N4.1 | navigation points, eight at most | point 0 counts as 1
set-nav-visited unset-nav-visited | N4.3 | is-nav-visited |
del-nav | N4.5 | navigation points: the slot takes a copy of the next one |
hide-nav unhide-nav restrict-nav unrestrict-nav select-nav unselect-nav | N4.8 | - | nothing without such a point
use-autopilot use-nav-cinematics | N4.8 | - |
set-nav-color set-nav-visited-color | N4.8 | - | colour; a NaN counts as 0
set-jumpnode-name | N4.10 | the node's name for every operator |
hide-jumpnode show-jumpnode set-jumpnode-color set-jumpnode-display-name set-jumpnode-model | N4.10 | - |
set-training-context-fly-path set-training-context-speed | N4.13 | - |
set-time-compression reset-time-compression | N5.2 | - | percent, ms, percent to begin with
set-hud-timer-padding | N5.4 | - | seconds
supernova-start supernova-stop | N5.5 | get-supernova-stage | seconds, 5 at least
invalidate-goal validate-goal | N6.1 | whether incomplete goals are judged |
reset-goal | N6.4 | status of goals; formulas forget; entries in the log stay |
reset-event | N6.5 | results of events; formulas forget; counts stay used up |
invalidate-argument validate-argument | N7.1 | which candidates of the enclosing form are valid |
invalidate-all-arguments validate-all-arguments | N7.4 | which candidates of the enclosing form are valid |
send-message | N8.1 | - | sender, priority, message; the sender as the game is to show it
send-message-list | N8.5 | - | delays in ms, added up; a NaN ends the list
send-message-chain | N8.6 | - | event that ends the chain, then as send-message-list
send-random-message | N8.7 | random numbers drawn | one draw a call
training-msg | N8.9 | - | message, second message, seconds, seconds shown
send-builtin-message | N8.10 | - |
enable-builtin-messages disable-builtin-messages | N8.11 | flag no-builtin-messages | no ship named: all of the mission
scramble-messages unscramble-messages | N8.12 | flag scramble-messages | no ship named: the player's
set-mission-mood | N8.13 | - |
end-mission | N9.1 | the mission has ended | also while the player is dying: `true`
red-alert | N9.3 | the mission ends some seconds later |
force-jump | N9.4 | - | the game lets the player's ship depart
next-mission end-of-campaign | N9.5 | - | in campaign files
end-campaign | N9.6 | the mission has ended; nothing outside a campaign |
allow-ship allow-weapon | N9.10 | - | in campaigns only
tech-add-ships tech-add-weapons tech-reset-to-default | N9.10 | - | in campaigns only
tech-add-intel tech-add-intel-xstr tech-remove-intel tech-remove-intel-xstr | N9.10 | - | in campaigns only
grant-medal | N9.8 | was-medal-granted; in campaigns only | one medal a mission, the last
grant-promotion | N9.9 | was-promotion-granted; in campaigns only |
change-player-score | N9.11 | score of the player, 0 at least | points, ships
change-team-score set-respawns | N9.11 | - | of games with several players
set-debriefing-toggled set-debriefing-persona set-traitor-override allow-treason | N9.12 | - |
modify-variable | N10.1 | the variable | a NaN stores 0
modify-variable-xstr | N10.5 | the variable | text, number of its translation
set-variable-by-index variable-array-set | N10.6 | the variable | a NaN as value stores `NaN`
copy-variable-from-index | N10.7 | the variable | types have to agree
copy-variable-between-indexes | N10.8 | the variable | types have to agree
int-to-string | N11.1 | the variable | a NaN stores `NaN`
string-concatenate string-concatenate-block | N11.2 | the variable |
string-get-substring | N11.3 | the variable | position, length; a NaN stores the empty text
string-set-substring | N11.4 | the variable | position, length, text
add-to-list | N12.2 | the list | `true` adds at the end
remove-from-list | N12.3 | the list | the first equal item each
add-to-map remove-from-map | N12.4 | the map | keys with their values
get-map-keys | N12.5 | the list | `false` appends
copy-container | N12.6 | the second container | `false` adds instead of replacing
clear-container | N12.7 | the containers |
apply-container-filter | N12.8 | the container | the list that filters it
key-reset key-reset-multiple | N14.1 | key-pressed |
ignore-key | N14.2 | key-pressed | number of presses; below 0: until further notice
set-player-target clear-player-target | N14.3 | targeted |
set-fov reset-fov | N14.4 | get-fov | degrees
when every-time when-argument every-time-argument | C1 | what their actions change | a condition, then actions
if-then-else cond switch do-for-valid-arguments on-mission-skip | C6 | what their actions change |
do-nothing multi-eval | C11 | - |
lock-perspective set-camera reset-camera | N15 | - |
set-camera-position set-camera-facing set-camera-rotation | N15 | - | then three times in ms
set-camera-facing-object set-camera-fov | N15 | - | then three times in ms
set-camera-host set-camera-target set-camera-shudder | N15 | - |
allow-photo-mode set-motion-debris-override | N15 | - | `true` or `false`
fade-in fade-out | N15 | - | ms (0); red, green, blue 0 to 255 (black)
set-cutscene-bars unset-cutscene-bars | N15 | - | ms (0)
show-subtitle show-subtitle-text show-subtitle-image clear-subtitles | N15 | - |
hud-disable hud-disable-except-messages | N15 | - | not 0: on
hud-set-text hud-set-text-num hud-set-message hud-set-directive hud-set-xstr | N15 | - | gauge, text or number
hud-set-frame hud-set-coords hud-set-color hud-reset-color | N15 | - | gauge, numbers
hud-set-max-targeting-range | N15 | - | metres; 0: unlimited
hud-display-gauge | N15 | - | ms, element
hud-gauge-set-active hud-activate-gauge-type | N15 | - | gauge, `true` or `false`
hud-set-custom-gauge-active hud-set-builtin-gauge-active | N15 | - | `true` or `false`, gauges
hud-force-sensor-static hud-force-emp-effect hud-clear-messages flash-hud-gauge | N15 | - |
play-sound-from-file | N15 | - | file, loop (0), effects (0), variable for a handle
close-sound-from-file pause-sound-from-file | N15 | - | `true` or `false`, variable with the handle
play-sound-from-table | N15 | - | place, number or name of the sound
adjust-audio-volume | N15 | - | Music, Voice or Effects; percent (100), ms (0)
change-soundtrack | N15 | - | name
set-sound-environment update-sound-environment | N15 | - | preset, options with values in thousandths
set-skybox-model set-skybox-orientation set-skybox-alpha replace-skybox-texture | N15 | - |
mission-set-nebula mission-set-subspace | N15 | - | above 0: on
change-background | N15 | - | number from 1
add-background-bitmap add-background-bitmap-new | N15 | - | file, degrees, scales in percent, divisions, variable
add-sun-bitmap add-sun-bitmap-new | N15 | - | file, degrees, scale in percent, variable
remove-background-bitmap remove-sun-bitmap | N15 | - | number
nebula-change-storm nebula-change-pattern nebula-change-fog-color nebula-set-range | N15 | - |
nebula-toggle-poof nebula-fade-poof nebula-set-poofs nebula-fade-poofs volumetrics-toggle | N15 | - |
set-ambient-light set-post-effect reset-post-effects set-motion-debris clear-debris | N15 | - |
set-asteroid-field set-debris-field config-asteroid-field config-debris-field | N15 | - |
config-field-targets toggle-asteroid-field | N15 | - |
replace-texture trigger-ship-animation | N15 | - |
advance-moveable-animation update-moveable-animation stop-looping-animation | N15 | - |
script-eval script-eval-block script-eval-string | N15 | - | scripts of the game, which reports what they change
"""
