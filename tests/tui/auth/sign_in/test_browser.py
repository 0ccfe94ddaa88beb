import asyncio
import os
import sys
import threading
from pathlib import Path

import pytest

from tui.auth.sign_in.browser import CONSOLE_BROWSERS, browser_commands, open_in_browser

URL = "https://tenant.example/authorize?client_id=a&scope=openid+profile"

WRITES_ITS_ARGUMENTS = "import sys; open(sys.argv[1], 'a').write(repr(sys.argv[2:]) + '\\n')"


def words_of(environ: dict[str, str]) -> list[list[str]]:
    return [command.words for command in browser_commands(URL, environ)]


def writing(path: Path, *, placeholder: bool = True) -> str:
    """Give a $BROWSER that writes what it is told into a file."""
    script = path.parent / "browser script.py"
    script.write_text(WRITES_ITS_ARGUMENTS)
    return f"{sys.executable} '{script}' {path}" + (" --new %s" if placeholder else "")


@pytest.mark.parametrize(
    ("browser", "commands"),
    [
        ("firefox", [["firefox", URL]]),
        ("firefox --new-tab %s", [["firefox", "--new-tab", URL]]),
        ("app --url=%s", [["app", f"--url={URL}"]]),
        ("first:second %s", [["first", URL], ["second", URL]]),
        ("'my browser' %s", [["my browser", URL]]),
    ],
)
def test_the_browser_variable_is_honoured(browser: str, commands: list[list[str]]) -> None:
    assert words_of({"BROWSER": browser}) == commands


@pytest.mark.parametrize("browser", ["", ":", "'unbalanced"])
def test_without_a_usable_variable_the_systems_browser_is_asked(browser: str) -> None:
    (command,) = words_of({"BROWSER": browser, "DISPLAY": ":0"})
    assert command[0] == sys.executable
    assert command[-1] == URL


@pytest.mark.parametrize("name", sorted(CONSOLE_BROWSERS))
def test_a_console_browser_never_takes_the_terminal_over(name: str) -> None:
    assert words_of({"BROWSER": f"/usr/bin/{name} %s:firefox"}) == [["firefox", URL]]
    assert words_of({"BROWSER": name}) == []
    (system,) = browser_commands(URL, {"BROWSER": name, "DISPLAY": ":0"})
    assert "BROWSER" not in system.environ


def test_without_a_display_no_browser_is_tried() -> None:
    assert words_of({"PATH": "/usr/bin"}) == []
    assert len(words_of({"WAYLAND_DISPLAY": "wayland-0"})) == 1


def test_under_wsl_the_browser_of_windows_is_asked_and_no_shell_sees_the_address(
    tmp_path: Path,
) -> None:
    for name in ("wslview", "rundll32.exe", "explorer.exe"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    found = words_of({"WSL_DISTRO_NAME": "Debian", "PATH": str(tmp_path)})
    assert found == [
        [f"{tmp_path}/wslview", URL],
        [f"{tmp_path}/rundll32.exe", "url.dll,FileProtocolHandler", URL],
        [f"{tmp_path}/explorer.exe", URL],
    ]


async def test_explorer_has_opened_the_page_although_it_exits_with_1(tmp_path: Path) -> None:
    explorer = tmp_path / "explorer.exe"
    explorer.write_text("#!/bin/sh\nexit 1\n")
    explorer.chmod(0o755)
    assert await open_in_browser(URL, {"WSL_DISTRO_NAME": "Debian", "PATH": str(tmp_path)})


@pytest.mark.parametrize("placeholder", [True, False])
async def test_the_browser_gets_the_address_as_one_argument(
    tmp_path: Path, placeholder: bool
) -> None:
    path = tmp_path / "told"
    assert await open_in_browser(URL, {"BROWSER": writing(path, placeholder=placeholder)})
    assert path.read_text() == repr((["--new"] if placeholder else []) + [URL]) + "\n"


async def test_what_a_browser_says_stays_off_our_screen_and_our_keys_stay_ours(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, script = tmp_path / "told", tmp_path / "browser.py"
    script.write_text(
        "import os, sys; print('out'); print('err', file=sys.stderr);"
        "open(sys.argv[1], 'w').write(str(os.getsid(0) == os.getpid()))"
    )
    assert await open_in_browser(URL, {"BROWSER": f"{sys.executable} {script} {path}"})
    assert path.read_text() == "True"  # no part of our session: Ctrl-C does not reach it
    assert capfd.readouterr() == ("", "")


async def test_no_shell_sees_the_address(tmp_path: Path) -> None:
    path = tmp_path / "told"
    url = "https://tenant.example/$(touch${IFS}x);&|'"
    assert await open_in_browser(url, {"BROWSER": writing(path)})
    assert path.read_text() == repr(["--new", url]) + "\n"


async def test_a_browser_that_fails_means_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "told"
    browsers = f"/bin/false:/no/such/browser:{writing(path)}"
    assert await open_in_browser(URL, {"BROWSER": browsers})
    assert path.exists()


@pytest.mark.parametrize("browser", ["/bin/false", "/no/such/browser"])
async def test_no_browser_at_all_is_said(browser: str) -> None:
    assert not await open_in_browser(URL, {"BROWSER": browser})


async def test_a_machine_without_a_browser_is_no_crash(tmp_path: Path) -> None:
    assert not await open_in_browser(URL, {"PATH": str(tmp_path)})


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "https://", "https://x/\n", "-version", "",
     "https://x/ y", "https://user@x/"],
)  # fmt: skip
async def test_what_is_no_web_address_never_reaches_a_browser(tmp_path: Path, url: str) -> None:
    path = tmp_path / "told"
    with pytest.raises(ValueError, match="it "):
        await open_in_browser(url, {"BROWSER": writing(path)})
    assert not path.exists()


async def test_our_own_helper_ends_with_the_sign_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, never = tmp_path / "told", tmp_path / "never"
    os.mkfifo(told)
    os.mkfifo(never)
    helper = f"import os; open({str(told)!r}, 'w').write(str(os.getpid())); open({str(never)!r})"
    monkeypatch.setattr("tui.auth.sign_in.browser.SYSTEM_BROWSER", helper)
    opening = asyncio.create_task(open_in_browser(URL, {"DISPLAY": ":0"}))
    process = int(await asyncio.to_thread(told.read_text))
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    for thread in threading.enumerate():
        if thread.name == "browser":  # it ends with the helper, and reaps it
            await asyncio.to_thread(thread.join, 10)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_a_browser_that_is_opening_when_the_sign_in_ends_stays_open(tmp_path: Path) -> None:
    told, go, script = tmp_path / "told", tmp_path / "go", tmp_path / "browser"
    os.mkfifo(told)
    os.mkfifo(go)
    script.write_text(f"#!/bin/sh\necho open > {told}\nread line < {go}\necho closed > {told}\n")
    script.chmod(0o755)
    opening = asyncio.create_task(open_in_browser(URL, {"BROWSER": str(script)}))
    assert await asyncio.to_thread(told.read_text) == "open\n"
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await asyncio.to_thread(go.write_text, "go\n")
    assert await asyncio.to_thread(told.read_text) == "closed\n"
    for thread in threading.enumerate():
        if thread.name == "browser":  # it ends with the script, and reaps it
            await asyncio.to_thread(thread.join)


async def test_a_browser_that_stays_in_the_foreground_has_opened_and_does_not_hold_our_exit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.auth.sign_in.browser.SETTLED_SECONDS", 0)
    go, script = tmp_path / "go", tmp_path / "browser"
    os.mkfifo(go)
    script.write_text(f"#!/bin/sh\nread line < {go}\n")
    script.chmod(0o755)
    assert await open_in_browser(URL, {"BROWSER": str(script)})
    (waiting,) = (each for each in threading.enumerate() if each.name == "browser")
    assert waiting.daemon
    await asyncio.to_thread(go.write_text, "go\n")
    await asyncio.to_thread(waiting.join)
