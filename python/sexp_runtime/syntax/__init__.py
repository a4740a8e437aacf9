"""Text to tree and back: parser, printer and diagnostics of SEXP formulas."""
