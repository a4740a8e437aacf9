"""The states of a slot, the same for events and goals: visited, idle, or not requested."""

from __future__ import annotations

from typing import Final

#: Visited when its flag is set.
ACTIVE: Final = 0
#: Idle: the naive engine would request it in every frame with the same outcome, in the first-time pass or goal pass.
IDLE_FIRST: Final = 1
#: The same for the repeat pass.
IDLE_REPEAT: Final = 2
#: Not requested: the event waits, is bypassed or is done, the goal is invalid or decided. The passes skip it and leave
#: its dirty flag; only a wake flag causes a visit.
UNREQUESTED: Final = 3
