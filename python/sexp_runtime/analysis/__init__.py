"""Analysis of whole runs: profiles and their pages, trials of hints, replays of recordings."""
