"""Number types of command options; argparse reports invalid values."""

from __future__ import annotations

import argparse
import math


def positive_int(text: str) -> int:
    """Return a whole number of at least 1; raises ArgumentTypeError for anything else."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return number


def finite_number(text: str) -> float:
    """Return a number that is not infinite; raises ArgumentTypeError for anything else."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text!r} is not a finite number")
    return number
