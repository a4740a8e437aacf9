"""The whole test suite has the project's own pytest plugin, as an installed package brings it."""

pytest_plugins = ["sexp_runtime.testing.plugin"]
