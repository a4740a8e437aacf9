"""Where each command in tools/ starts: `python3 tools/_setup NAME ARGUMENTS...`, before any environment exists."""

import sys

if sys.version_info < (3, 9):
    sys.exit("tools/ need Python 3.9 or newer to start; python3 here is %s.%s" % sys.version_info[:2])

import os

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from _setup.commands import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
