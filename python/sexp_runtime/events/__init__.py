"""The cached engine: the rules applied to results that are evaluated only where something could have changed them.

Begin with `cached.py` (events and goals) and `cached_cues.py`. `answers.py` holds the results and why they were
evaluated, `passes.py` the pass over a row of flags. The states of a slot are in `cache/slots.py`. Imports only rooms to
its left in docs/architecture.md.
"""
