"""The system's clipboard, by tools that stand in for the real ones."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from tui.terminal.clipboard import clipboard_tools, copy_to_system_clipboard


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder in which tools are looked for; an X server seems to be there."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("WSL_DISTRO_NAME", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("tui.terminal.clipboard.TOOL_SECONDS", 30.0)  # for a busy machine
    return tmp_path


def tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def names(environ: dict[str, str], platform: str) -> list[str]:
    return [found.words[0] for found in clipboard_tools(environ, platform)]


def test_each_system_has_its_tools() -> None:
    assert names({}, "darwin") == ["pbcopy"]
    assert names({}, "win32") == ["clip.exe"]
    assert names({"WSL_DISTRO_NAME": "Debian", "DISPLAY": ":0"}, "linux")[0] == "clip.exe"
    everything = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}
    assert names(everything, "linux") == ["wl-copy", "xclip", "xsel"]
    assert names({}, "linux") == []


async def test_the_tool_gets_the_text_and_nobody_else_sees_it(tools: Path) -> None:
    tool(tools, "xclip", f'echo "$@" > {tools}/words; /bin/cat > {tools}/clipboard')
    assert await copy_to_system_clipboard("the-token") == "yes"
    assert (tools / "clipboard").read_text() == "the-token"
    assert (tools / "words").read_text() == "-selection clipboard\n"


async def test_a_tool_that_fails_has_copied_nothing_and_stays_silent(
    tools: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tool(tools, "xclip", 'echo "Error: Can\'t open display" >&2; echo out; exit 1')
    tool(tools, "xsel", "exit 1")
    assert await copy_to_system_clipboard("the-token") == "perhaps"
    assert capfd.readouterr() == ("", "")


async def test_a_tool_that_fails_means_the_next_one(tools: Path) -> None:
    tool(tools, "xclip", "exit 1")
    tool(tools, "xsel", f"/bin/cat > {tools}/clipboard")
    assert await copy_to_system_clipboard("the-token") == "yes"
    assert (tools / "clipboard").read_text() == "the-token"


async def test_a_tool_that_hangs_is_ended(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.terminal.clipboard.TOOL_SECONDS", 0.1)
    tool(tools, "xclip", "exec /bin/sleep 60")
    tool(tools, "xsel", "exit 1")
    began = time.perf_counter()
    assert await copy_to_system_clipboard("the-token") == "perhaps"
    assert time.perf_counter() - began < 50


async def test_nobody_waiting_any_more_ends_the_tool(tools: Path) -> None:
    os.mkfifo(tools / "told")
    tool(tools, "xclip", f"echo $$ > {tools}/told; exec /bin/sleep 60")
    copying = asyncio.create_task(copy_to_system_clipboard("the-token"))
    process = int(await asyncio.to_thread((tools / "told").read_text))
    copying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await copying
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.parametrize(
    ("said", "taken"),
    [("echo external", "no"), ("echo off", "no"), ("echo on", "perhaps"), ("exit 1", "perhaps")],
)
async def test_tmux_is_asked_whether_it_lets_a_copy_through(
    tools: Path, monkeypatch: pytest.MonkeyPatch, said: str, taken: str
) -> None:
    tool(tools, "tmux", f'echo "$@" > {tools}/words; {said}')
    monkeypatch.delenv("DISPLAY")
    assert await copy_to_system_clipboard("the-token") == "perhaps"
    assert not (tools / "words").exists()  # one is not in tmux
    monkeypatch.setenv("TMUX", "default,1,0")
    assert await copy_to_system_clipboard("the-token") == taken
    assert (tools / "words").read_text() == "show-options -gv set-clipboard\n"
