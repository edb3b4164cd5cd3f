"""The login page: plain HTML that needs nothing of Gradio, which answers only people who are signed in.

Its form is made by js/login.js, in the language of the browser.
"""

from __future__ import annotations

from widgets.assets import asset_url

_PAGE = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Throughline</title>
<link rel="icon" href="{icon}">
<link rel="stylesheet" href="{tokens}">
<link rel="stylesheet" href="{style}">
<script src="{first}"></script>
</head>
<body>
<main class="tl-login">
  <svg viewBox="0 0 320 72" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round"
    aria-hidden="true"><path d="M4 52c44 0 52-34 104-34s60 34 104 34 60-20 104-20"/>
    <circle cx="108" cy="18" r="8" fill="currentColor" stroke="none"/>
  </svg>
</main>
<script type="module" src="{script}"></script>
</body>
</html>
"""


def login_page() -> str:
    """The page as HTML. It signs in by `POST /api/session` and goes on to the page named in its address as `next`."""
    return _PAGE.format(
        icon=asset_url("css/icon.svg"), tokens=asset_url("css/tokens.css"), style=asset_url("css/login.css"),
        first=asset_url("js/first.js"), script=asset_url("js/login.js"),
    )
