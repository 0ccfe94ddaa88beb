"""A real, headless Chromium for tests: Debian's, driven by Playwright."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

EXECUTABLE = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Quiet: nothing is fetched from anywhere but the servers under test."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Yield a fresh browser, which takes a second; skip where there is none, unless required."""
    if EXECUTABLE is None:
        if os.environ.get("DOORKEY_REQUIRE_BROWSER"):
            pytest.fail("no Chromium, and DOORKEY_REQUIRE_BROWSER is set")
        pytest.skip("no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=EXECUTABLE, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def chromium_page(**context: Any) -> AsyncIterator[Page]:
    """Yield a page of a fresh browser; `context` is what Playwright's `new_page` takes."""
    async with chromium() as browser:
        yield await browser.new_page(**context)
