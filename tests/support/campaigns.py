"""A campaign of three small missions, written for tests: a branch, a side trip, movies and a briefing."""

from __future__ import annotations

from support.small_missions import ship

CAMPAIGN = """$Name: Lane
$Type: single
+Description:
XSTR("Three hauls.", -1)
$end_multi_text
$Mission: leg1.fs2
+Briefing Cutscene: start.ogg
+Flags: 0
+Formula: ( cond
	( ( is-previous-goal-true "leg1.fs2" "Done" ) ( next-mission "leg2.fs2" ) )
	( ( true ) ( next-mission "leg1.fs2" ) )
)
+Mission Loop:
+Mission Loop Text:
A detour.
$end_multi_text
+Formula: ( when ( is-previous-event-true "leg1.fs2" "Quick" ) ( next-mission "side.fs2" ) )
$Mission: side.fs2
+Formula: ( when ( true ) ( next-mission "leg2.fs2" ) )
$Mission: leg2.fs2
+Formula: ( cond ( ( true ) ( end-of-campaign ) ) )
#End
"""
MISSION = (
    """#Mission Info
$Name: Leg
#Sexp_variables
$Variables:
(
	0	"Won"	"0"	"number"
	1	"Quick"	"0"	"number"
	2	"Runs"	"0"	"number"	"save-on-mission-close"
)
#Cutscenes
$Briefing Cutscene: brief.ogg
+formula: ( = @Runs[0] 0 )
$Briefing Cutscene: again.ogg
+formula: ( > @Runs[0] 0 )
$Post-briefing Cutscene: go.ogg
$Debriefing Cutscene: won.ogg
+formula: ( is-goal-true-delay "Done" 0 )
#end
#Briefing
$start_briefing
$num_stages: 3
$start_stage
$multi_text
Run $Runs.
$end_multi_text
$voice: none.wav
$formula: ( true )
$end_stage
$start_stage
$multi_text
Alpha is there.
$end_multi_text
$voice: none.wav
$formula: ( hits-left "Alpha 1" )
$end_stage
$start_stage
$multi_text
Never.
$end_multi_text
$voice: none.wav
$formula: ( > @Runs[0] 99 )
$end_stage
$end_briefing
#Debriefing_info
$Num stages: 2
$Formula: ( is-goal-true-delay "Done" 0 )
$multi text
Well done.
$end_multi_text
$Voice: none.wav
$Recommendation text:
$end_multi_text
$Formula: ( is-goal-false-delay "Done" 0 )
$multi text
Again.
$end_multi_text
$Voice: none.wav
$Recommendation text:
Win.
$end_multi_text
#Objects
"""
    + ship("Alpha 1")
    + """
#Events
$Formula: ( when ( true ) ( modify-variable @Runs[0] ( + @Runs[0] 1 ) ) )
+Name: Run
$Formula: ( when ( = @Quick[0] 1 ) ( do-nothing ) )
+Name: Quick
#Goals
$Type: Primary
+Name: Done
$MessageNew: Done
$end_multi_text
$Formula: ( = @Won[0] 1 )
#End
"""
)
