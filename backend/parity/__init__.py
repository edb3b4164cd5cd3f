"""Parity: our models against numbers that the code of their authors gave, at weights made by a formula.

A case is a folder with `case.json` (what it is) and `data.npz` (inputs, and what came out). `formula.py` makes the
weights from the state-dict names, `cases.py` reads and compares, `run.py` finds the family of a case and runs it
through the loader and the code that serve users.
"""
