"""A page that can import the modules of `widgets/js`, served as the application serves them."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, Page

from tests.browser import strict_page
from widgets.assets import asset_url, mount_assets

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def asset_server() -> Iterator[str]:
    """The address of a server with the assets and an empty page."""
    app = FastAPI()
    mount_assets(app)
    app.get("/", response_class=HTMLResponse)(lambda: "<!doctype html><link rel=icon href=data:,><body></body>")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def module_page(browser: Browser, asset_server: str) -> Iterator[Page]:
    """One page for the pure modules, which leave nothing behind in it."""
    with strict_page(browser) as page:
        page.goto(asset_server)
        yield page


@pytest.fixture
def js(module_page: Page) -> Call:
    """`js("rle.js", "(m, a) => m.runsOf(a)", argument)`: run a function on a module of widgets/js."""

    def call(module: str, function: str, argument: Any = None) -> Any:
        source = f"async ([url, argument]) => ({function})(await import(url), argument)"
        return module_page.evaluate(source, [asset_url(f"js/{module}"), argument])

    return call
