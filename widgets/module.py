"""A Gradio component that is one of our ES modules: the bridge between Gradio's pages and `widgets/js`."""

from __future__ import annotations

import json
from typing import Any

import gradio as gr

from widgets.assets import asset_url


class Module(gr.HTML):
    """An ES module of `widgets/js` mounted in a Gradio page.

    The module exports `mount(element)`, which fills the element and talks to our own HTTP routes. The template is
    static and there are no props: Gradio evaluates a template again whenever a value changes and would remove what the
    module made.

    Args:
        path: of the module, under `widgets/`, for example "js/projects/home.js".
    """

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__(
            html_template='<div class="tl-mount"></div>',
            js_on_load=(
                f"import({json.dumps(asset_url(path))})"
                ".then((module) => module.mount(element.querySelector('.tl-mount')));"
            ),
            apply_default_css=False, padding=False, container=False, **options,
        )
