"""The Annotate page: nothing but the workspace, which fills the window. Address: /ui/annotate?video=ID&frame=N."""

from __future__ import annotations

from widgets.workspace import Workspace


def build_annotate_page() -> None:
    """Lay out the page inside the `demo.route(...)` block that is open."""
    Workspace(elem_id="annotate")
