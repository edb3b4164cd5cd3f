"""The window annotators work in, as a Gradio component."""

from __future__ import annotations

from typing import Any

from widgets.module import Module


class Workspace(Module):
    """Tools, canvas, objects and timeline of one video, which `?video=ID&frame=N` of the page's address names."""

    def __init__(self, **options: Any) -> None:
        super().__init__("js/workspace.js", **options)
