"""Rows of the table of actions for everything that is no state of a ship or wing (rules N).

A line is `names | rule | what formulas can read afterwards | note`; `-` for an action that a game is only told of.
"""

from __future__ import annotations

from typing import Final

ROWS: Final = """
"""
