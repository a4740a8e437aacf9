"""A mission with an event for each word of a mission test, in Python and in GDScript."""

from __future__ import annotations

from support.small_missions import mission, ship

_EVENTS = (
    ('( when ( < ( hits-left "Barge" ) 50 ) ( send-message "#Command" "High" "Hail" ) )', "Hurt"),
    ('( when ( key-pressed "1" ) ( modify-variable @Count[0] ( + @Count[0] 1 ) ) )', "Pressed"),
    ('( when ( is-cargo-known-delay 0 "Barge" ) ( do-nothing ) )', "Scanned"),
    ('( when ( was-destroyed-by-delay 0 "Heron" "Barge" ) ( do-nothing ) )', "Killed"),
    ('( when ( has-departed-delay 0 "Barge" ) ( do-nothing ) )', "Gone"),
    ('( when ( has-arrived-delay 0 "Late" ) ( do-nothing ) )', "Arrived"),
    ('( when ( < ( distance "Barge" "Lane:2" ) 5 ) ( do-nothing ) )', "There"),
    ("( when ( has-time-elapsed 3 ) ( do-nothing ) )", "Three"),
    ('( when ( has-docked-delay "Barge" "Heron" 1 0 ) ( do-nothing ) )', "Docked"),
    ('( when ( is-subsystem-destroyed-delay "Barge" "engine" 0 ) ( do-nothing ) )', "Crippled"),
    ('( when ( cap-subsys-cargo-known-delay 0 "Barge" "engine" ) ( do-nothing ) )', "Engine scanned"),
    ('( when ( has-departed-delay 99 "Late" ) ( ship-subsys-guardian-threshold 0 "Late" "engine" ) )', "Never"),
)


def words_mission() -> str:
    """Return the mission's text."""
    text = mission(
        _EVENTS,
        ships=[ship("Barge", place="0, 0, 900").replace("Nothing", "Rum"), ship("Late", cue="( has-time-elapsed 99 )")],
        variables=['\t0\t"Count"\t"0"\t"number"'],
    )
    goal = "$Type: Primary\n+Name: Last\n$MessageNew: Last\n$end_multi_text\n$Formula: ( has-time-elapsed 3 )\n"
    return text.replace("#Goals\n", "#Goals\n" + goal)
