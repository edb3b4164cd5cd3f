"""The pages people meet, as one multipage Gradio application under /ui.

Gradio serves and routes the pages; what is on them are modules of `widgets/js` that use the HTTP interface of
docs/http.md, so that a page can do nothing a route does not check.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import gradio as gr
from fastapi import FastAPI, Request
from starlette.middleware import Middleware

from app.pages.annotate import build_annotate_page
from app.pages.theme import THEME, TITLE, ServedHead
from widgets.module import Module

_MODULES = (
    ("Datasets", "datasets", "js/datasets/page.js"),
    ("Review", "review", "js/review/page.js"),
    ("Quality", "quality", "js/quality/page.js"),
    ("Time", "activity", "js/activity/page.js"),
    ("People", "people", "js/people/page.js"),
)


def build_pages() -> gr.Blocks:
    """All pages; Home is at /. Their bar is ours, so Gradio's lists none of them."""
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True) as pages:
        Module("js/projects/page.js")
    for name, path, module in _MODULES:
        with pages.route(name, path, show_in_navbar=False):
            Module(module)
    with pages.route("Annotate", "annotate", show_in_navbar=False):
        build_annotate_page()
    return pages


def mount_pages(app: FastAPI, user_name: Callable[[Request], str | None]) -> None:
    """Mount the pages on `app` at /ui.

    Args:
        user_name: the name of the person who asks, None for nobody (Gradio then answers 401).
    """
    with warnings.catch_warnings():
        # Gradio says so of every mounted multipage application, also of one that did not ask for it.
        warnings.filterwarnings("ignore", message="SSR mode is not supported")
        gr.mount_gradio_app(
            app, build_pages(), path="/ui", auth_dependency=user_name, theme=THEME, footer_links=[],
            run_history=False, ssr_mode=False, show_error=True, app_kwargs={"middleware": [Middleware(ServedHead)]},
        )
