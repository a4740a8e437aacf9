"""Set-up shared by the commands in tools/: engine, Python environment, build and import, with the standard library only."""
