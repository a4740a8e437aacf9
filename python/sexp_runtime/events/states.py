"""The states of a slot, one table for events and goals: who is visited, who rests, whom nobody asks."""

from __future__ import annotations

from typing import Final

#: It is visited when it is marked.
VISITED: Final = 0
#: It rests: the naive engine would ask in every frame with the same outcome, in the first-time pass (or the goal pass).
AT_REST_FIRST: Final = 1
#: The same for the repeat pass.
AT_REST_REPEAT: Final = 2
#: Nobody asks: the event waits, is bypassed or is done, the goal is invalid or decided. The passes skip it and leave
#: its dirty mark; only a wake mark has it visited.
UNASKED: Final = 3
