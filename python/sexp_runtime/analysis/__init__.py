"""Analysis: whole runs played to learn something: profiles, trials of hints, replays of recordings."""
