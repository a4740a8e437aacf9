"""The commands of `python -m sexp_runtime`, one module each with `add_arguments(parser)` and `run(args) -> int`."""
