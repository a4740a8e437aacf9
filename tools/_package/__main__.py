"""Runs tools/package in its own environment: `python tools/_package ARGUMENTS...`."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from _package.command import main

sys.exit(main(sys.argv[1:]))
