"""Events, goals and cues: what runs when, in the original's order."""
