"""How Gradio is made to look like the rest: our tokens as its theme variables, and none of its own furniture.

Fonts are the system's: a theme with a web font would make every page ask the network for it.
"""

from __future__ import annotations

import gradio as gr
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from widgets.assets import asset_url, modules_of

TITLE = "Throughline"
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
.gradio-container > .main > .wrap[data-testid="status-tracker"] { visibility: hidden; }
.gradio-container .main.app { max-width: none !important; padding: 0 !important; }
.gradio-container .nav-holder { display: none !important; }
.gradio-container .column, .gradio-container .wrap { gap: 0; }
.gradio-container .block { overflow: visible !important; }
.gradio-container .html-container { padding: 0 !important; }
"""


def page_head() -> str:
    """What every page has in its head: title, icon, theme, and the style sheets that all pages share."""
    links = [("icon", "css/icon.svg"), ("stylesheet", "css/tokens.css"), ("stylesheet", "css/pages.css"),
             ("stylesheet", "css/work.css")]
    return (
        f'<title>{TITLE}</title><script src="{asset_url("js/first.js")}"></script>'
        + "".join(f'<link rel="{kind}" href="{asset_url(name)}">' for kind, name in links)
        + f"<style>{CSS}</style>"
    )


def head_of(path: str) -> str:
    """`page_head()`, and on the Annotate page a script that begins to open the video while Gradio is still starting.

    All modules of the workspace are named: a browser would else learn of them one level of imports after the other.
    """
    if not path.endswith("/annotate"):
        return page_head()
    links = (f'<link rel="modulepreload" href="{asset_url(name)}">' for name in modules_of("js/workspace.js"))
    return "".join([page_head(), f'<script type="module" src="{asset_url("js/ahead.js")}"></script>', *links])


class ServedHead:
    """Puts `head_of` a page into what Gradio serves.

    Gradio adds a head and style sheets of its users by script, after its own first paint: for a moment a person would
    see a white page and Gradio's furniture.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        chunks: list[bytes] = []

        async def send_with_head(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                if not _is_page(start):
                    await send(start)
            elif not start or not _is_page(start):  # a server's extensions may send messages of their own before
                await send(message)
            else:
                chunks.append(message.get("body", b""))
                if not message.get("more_body", False):
                    head = head_of(scope["path"]).encode()
                    page = b"".join(chunks).replace(b"</head>", head + b"</head>", 1)
                    MutableHeaders(scope=start)["Content-Length"] = str(len(page))
                    await send(start)
                    await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, send_with_head if scope["type"] == "http" else send)


def _is_page(start: Message) -> bool:
    return Headers(scope=start).get("content-type", "").startswith("text/html")
