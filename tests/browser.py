"""The browser of all browser tests: Chromium, loopback only, and a page that fails on any error of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Playwright, Route

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
)
FAILED = Path(__file__).parent.parent / "build" / "failed-test.png"
LOOPBACK = ("127.0.0.1", "localhost")


def chromium_path() -> str | None:
    """The Chromium to drive: $CHROMIUM, one installed on the machine, or None for playwright's own."""
    names = (os.environ.get("CHROMIUM"), "/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def launch_chromium(playwright: Playwright) -> Browser:
    """A headless Chromium; close it yourself."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS), headless=True)


@contextmanager
def strict_page(browser: Browser, *, width: int = 1280, height: int = 720, dark: bool = False) -> Iterator[Page]:
    """A page in a fresh context that fails, when left, if a script raised or anything but loopback was asked for."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    faults: list[str] = []

    def guard(route: Route) -> None:
        if urlsplit(route.request.url).hostname in LOOPBACK:
            route.fallback()
        else:
            faults.append(f"request to {route.request.url}")
            route.abort()

    context.route(lambda url: url.startswith(("http:", "https:", "ws:", "wss:")), guard)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    try:
        yield page
    except BaseException:
        FAILED.parent.mkdir(exist_ok=True)
        page.screenshot(path=FAILED)
        print(f"\nthe page when it failed: {FAILED}\n" + "\n".join(faults))
        raise
    finally:
        context.close()
    assert not faults, "\n".join(faults)
