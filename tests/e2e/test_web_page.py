"""The app as `textual serve` runs it: packets through pipes in the place of a terminal."""

import json
import subprocess
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.support.heavy import some
from tests.support.people.person import visit
from tests.support.processes.worlds import DOORKEY, PATIENCE_SECONDS, new_world, run_servers


class Page:
    """What `textual serve` stands between: the app's pipes and a browser."""

    def __init__(self, app: "subprocess.Popen[bytes]") -> None:
        assert app.stdin is not None
        assert app.stdout is not None
        self._in: BinaryIO = app.stdin  # type: ignore[assignment] # a pipe of bytes
        self._out: BinaryIO = app.stdout  # type: ignore[assignment]
        self.shown = b""
        assert self._out.readline() == b"__GANGLION__\n"

    def type(self, keys: str) -> None:
        self._in.write(b"D" + len(keys).to_bytes(4, "big") + keys.encode())
        self._in.flush()

    def until_shown(self, words: bytes) -> None:
        while words not in self.shown:
            kind, content = self._packet()
            self.shown += content if kind == b"D" else b""

    def until_ended(self) -> None:
        while kind := self._out.read(1):
            content = self._out.read(int.from_bytes(self._out.read(4), "big"))
            self.shown += content if kind == b"D" else b""

    def opened(self) -> str:
        """The address that the app has asked the browser to open."""
        while True:
            kind, content = self._packet()
            if kind == b"M" and (message := json.loads(content))["type"] == "open_url":
                return str(message["url"])

    def _packet(self) -> tuple[bytes, bytes]:
        kind = self._out.read(1)
        assert kind, self.shown[-2000:]
        return kind, self._out.read(int.from_bytes(self._out.read(4), "big"))


@pytest.mark.pty
def test_a_sign_in_opens_in_the_browser_that_shows_the_app(tmp_path: Path) -> None:
    with run_servers(new_world(tmp_path)) as world:
        environment = world.environment | {
            "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
            "DOORKEY_WEB": "1",
            "BROWSER": "false",
        }
        with subprocess.Popen(
            [*DOORKEY, "--config", str(world.config.path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=tmp_path,
        ) as app:  # fmt: skip
            try:
                page = Page(app)
                page.until_shown(b"signed out")
                page.type("l")
                assert visit(page.opened()) == 0
                page.until_shown(b"Hello, ")
                page.type("q")
                page.until_ended()
                assert app.wait(PATIENCE_SECONDS) == 0
            finally:
                app.kill()


@pytest.mark.pty
@pytest.mark.heavy
@pytest.mark.parametrize("command", some([[], ["dev"]], 1), ids=str)
def test_under_a_bare_textual_serve_nothing_is_opened(command: list[str], tmp_path: Path) -> None:
    """security.md 56: whatever a website presses there, no config is read and nothing shown."""
    world = new_world(tmp_path)
    world.config.path.write_text("{")
    environment = world.environment | {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}
    with subprocess.Popen(
        [*DOORKEY, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment, cwd=tmp_path,
    ) as app:  # fmt: skip
        try:
            page = Page(app)
            page.until_shown(b"Doorkey does not open here")
            page.type("l2v3pcutdq")
            page.until_ended()
            assert app.wait(PATIENCE_SECONDS) == 2
            assert app.stderr is not None
            assert b"Run `doorkey web`" in app.stderr.read()
        finally:
            app.kill()
