"""What tests of several rooms share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import launch_chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the whole session: playwright runs once in a process."""
    with sync_playwright() as playwright:
        browser = launch_chromium(playwright)
        yield browser
        browser.close()
