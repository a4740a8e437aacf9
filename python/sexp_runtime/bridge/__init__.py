"""The bridge: Godot's signals become changes of the world, the world's changes become Godot signals.

Only `runtime`, `monitors` and modules that say so import `godot`; the others run, and are tested, in any Python.
"""
