"""The default model: a small network of our own that prompts, memory and masks of all objects go through.

`network/` and `training/` need torch and are imported by `launch.py train` only; at work it runs on ONNX Runtime.
"""

from backend.models.compact.model import SPEC, load, missing

__all__ = ["SPEC", "load", "missing"]
