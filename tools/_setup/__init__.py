"""Set-up shared by the commands in tools/: Python, engine, build and import, with the standard library only."""
