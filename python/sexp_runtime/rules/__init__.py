"""When things happen: events, goals and cues in the original's order (F0 to F48), and the naive engine, the oracle.

Each visit has two halves: it *requests* the value of a formula, then *applies* it. Engines differ only in the first
half. Imports neither compiler nor cache nor another engine, because it judges them. Begin with `manager.py`, then
`cues.py`.
"""
