"""The workspace as a Gradio component: an empty element that our own ES module fills."""

from __future__ import annotations

import json
from typing import Any, Literal

import gradio as gr

from widgets.assets import asset_url

# Gradio evaluates the template again on every update and replaces the DOM where the text changed: it must stay static, and
# neither masks nor pictures may travel in props. The module fetches all it needs over docs/http.md.
_TEMPLATE = '<div class="tl-workspace" role="application" aria-label="Annotation workspace"></div>'

_ON_LOAD = """
import(%(module)s).then(
  (module) => module.mountFromAddress(element.querySelector(".tl-workspace"), %(options)s),
  (error) => {
    element.textContent = "The workspace could not be loaded (" + error.message + "). Reload the page.";
  },
);
"""


class Workspace(gr.HTML):
    """The window annotators and reviewers work in. Which video and frame it opens stands in the page's address.

    Args:
        mode: "annotate", or "review" for the page that adds the review panels.
    """

    def __init__(self, mode: Literal["annotate", "review"] = "annotate", **kwargs: Any) -> None:
        super().__init__(
            value="",
            html_template=_TEMPLATE,
            css_template="",
            js_on_load=_ON_LOAD % {
                "module": json.dumps(asset_url("js/workspace.js")), "options": json.dumps({"mode": mode}),
            },
            head="".join(
                f'<link rel="stylesheet" href="{asset_url(name)}">'
                for name in ("css/tokens.css", "css/workspace.css", "css/panels.css")
            ),
            apply_default_css=False,
            **kwargs,
        )

    def api_info(self) -> dict[str, Any]:
        """It carries no value through Gradio's own interface."""
        return {"type": "string"}
