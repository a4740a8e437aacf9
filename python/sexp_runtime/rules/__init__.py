"""What happens when: events, goals and cues in the original's order (F0 to F48), and the naive engine, the oracle.

Each turn has two halves: an engine is *asked* for the result of a formula, and the result is *applied*. Engines differ
only in how they answer. Imports nothing that it judges: no compiler, no cache, no engine. Begin with `manager.py`.
"""
