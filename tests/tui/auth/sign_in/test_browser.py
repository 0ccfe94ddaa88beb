import sys
from pathlib import Path

import pytest

from tui.auth.sign_in.browser import browser_commands, open_in_browser

URL = "https://tenant.example/authorize?client_id=a&scope=openid+profile"

WRITES_ITS_ARGUMENTS = "import sys; open(sys.argv[1], 'a').write(repr(sys.argv[2:]) + '\\n')"


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
    assert browser_commands(URL, {"BROWSER": browser}) == commands


@pytest.mark.parametrize("browser", ["", ":", "'unbalanced"])
def test_without_a_usable_variable_the_systems_browser_is_asked(browser: str) -> None:
    (command,) = browser_commands(URL, {"BROWSER": browser})
    assert command[0] == sys.executable
    assert command[-1] == URL


@pytest.mark.parametrize("placeholder", [True, False])
async def test_the_browser_gets_the_address_as_one_argument(
    tmp_path: Path, placeholder: bool
) -> None:
    path = tmp_path / "told"
    assert await open_in_browser(URL, {"BROWSER": writing(path, placeholder=placeholder)})
    assert path.read_text() == repr((["--new"] if placeholder else []) + [URL]) + "\n"


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
