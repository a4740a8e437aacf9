"""Turns formulas into programs of the kernel, and finds the facts that a formula reads.

Begin with `formula.py` (a compiled formula) and `programs.py` (which formulas have programs); `facts.py` finds facts.
Imports values, kernel, catalog, syntax, world and operators only.
"""
