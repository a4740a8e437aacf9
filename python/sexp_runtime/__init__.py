"""SEXP runtime: FreeSpace-family mission scripts, evaluated only where something changed."""
