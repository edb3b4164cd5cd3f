"""How Gradio is made to look like the rest: our tokens as its theme variables, and none of its own furniture.

Fonts are the system's: a theme with a web font would make every page ask the network for it.
"""

from __future__ import annotations

import gradio as gr

from widgets.assets import asset_url

_SYSTEM_FONT = ("system-ui", "sans-serif")
_SYSTEM_MONO = ("ui-monospace", "monospace")

THEME = gr.themes.Base(font=_SYSTEM_FONT, font_mono=_SYSTEM_MONO).set(
    body_background_fill="var(--tl-bg)", body_background_fill_dark="var(--tl-bg)",
    body_text_color="var(--tl-text)", body_text_color_dark="var(--tl-text)",
    block_background_fill="transparent", block_background_fill_dark="transparent",
    block_border_width="0px", block_border_width_dark="0px",
    color_accent="var(--tl-accent)",
)

# Gradio centres a page in a padded column under a navigation bar; our pages fill the window and have their own bar.
CSS = """
body, gradio-app { background: var(--tl-bg) !important; }
.gradio-container .main.app { max-width: none !important; padding: 0 !important; }
.gradio-container .nav-holder { display: none !important; }
.gradio-container .column, .gradio-container .wrap { gap: 0; }
.gradio-container .block { overflow: visible !important; }
.gradio-container .html-container { padding: 0 !important; }
"""


def page_head() -> str:
    """What every page has in its head: our icon, and the style sheets of `widgets/css` that all pages share."""
    links = [("icon", "css/icon.svg"), ("stylesheet", "css/tokens.css"), ("stylesheet", "css/pages.css")]
    return "".join(f'<link rel="{kind}" href="{asset_url(name)}">' for kind, name in links)
