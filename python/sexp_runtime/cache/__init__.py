"""Caches: slots and flags for the formulas of a mission, ExpressionCache for ad-hoc text.

Begin with `slots.py`: the state of each slot, and the timer queue. `expression_cache.py` is independent of it. Nothing
here knows operators or events. Imports threads and world only.
"""
