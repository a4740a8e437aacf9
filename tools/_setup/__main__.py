"""The start of each command in tools/: `python3 tools/_setup NAME ARGUMENTS...`, before any environment exists."""

import os
import sys

if sys.version_info < (3, 9):  # noqa: UP036 - this file must report it on any Python
    sys.exit("tools/ need Python 3.9 or newer to start: apt-get install python3 libpython3-dev python3-venv")

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from _setup.commands import main

sys.exit(main(sys.argv[1:]))
