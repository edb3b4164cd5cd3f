"""What produces every figure the docs quote: a module each, with `ABOUT` and `run(quick=False)` -> JSON-able dict.

`launch.py bench [--only NAME] [--json FILE]` runs them. Modules that start with an underscore are shared helpers.
"""
