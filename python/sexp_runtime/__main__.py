"""`python -m sexp_runtime`: the command line."""

import sys

from sexp_runtime.cli import main

if __name__ == "__main__":
    sys.exit(main())
