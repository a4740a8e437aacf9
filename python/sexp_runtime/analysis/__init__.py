"""Analysis: whole runs played to learn something: profiles and their pages, trials of hints, replays of recordings."""
