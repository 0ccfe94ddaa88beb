"""Commands where the terminal, the disk or the folder is not as one would have it."""

import io
import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.builders.configs import write_config
from tui.cli import main
from tui.config.load import Config
from tui.config.paths import WEB_VARIABLE

COMMANDS = ["token", "ping", "status", "logout", "login", "api", "tenant"]


def test_an_interrupt_exits_130(
    config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("tui.commands.status.status", interrupt)
    assert main(["status"]) == 130
    assert capsys.readouterr().err == "doorkey: cancelled\n"
    stderr = io.StringIO()
    monkeypatch.setattr(stderr, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", stderr)
    assert main(["status"]) == 130
    assert stderr.getvalue() == "\ndoorkey: cancelled\n", "not behind the terminal's ^C"


def test_output_that_nobody_reads_is_no_error(signed_in: Config) -> None:
    doorkey = f"{sys.executable} -m tui status"
    run = subprocess.run(
        ["/bin/sh", "-c", f"{doorkey} | true"], capture_output=True, text=True, check=True
    )
    assert run.stderr == ""


@pytest.mark.parametrize("arguments", ["token", "status"])
@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", "2>&-", ">&- 2>&-"])
def test_output_that_has_nowhere_to_go_is_no_traceback(
    signed_in: Config, arguments: str, redirection: str
) -> None:
    run = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m tui {arguments} {redirection}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in run.stderr
    assert "Exception ignored" not in run.stderr
    assert run.returncode == (1 if "full" in redirection else 0)


@pytest.mark.parametrize("variable", ["DOORKEY_STATE_DIR", "DOORKEY_CONFIG"])
def test_a_folder_of_nobody_is_wrong_usage(
    config: Config,
    variable: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(variable, "~nobody-of-that-name/x")
    assert main(["status"]) == 2
    assert variable in capsys.readouterr().err


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    run = subprocess.run(
        ["/bin/sh", "-c", f"mkdir gone; cd gone; rmdir ../gone; {sys.executable} -P -m tui status"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert run.returncode == 2
    assert "gone" in run.stderr


def test_a_port_for_the_page_that_is_taken_is_told_with_its_holder(
    config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(WEB_VARIABLE, "")  # which the command sets for the apps that it starts
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        assert main(["web", "--port", str(port)]) == 2
    told = capsys.readouterr().err
    assert re.match(
        rf"doorkey: Port {port} (is held by process {os.getpid()} \(.+\)|cannot be listened on) "
        r"\([^()]+\)\. End that program, or name another port with --port; 0 is any free one\.\n$",
        told,
    )


def test_no_command_leaves_a_core_dump(config: Config) -> None:
    """security.md 64."""
    code = (
        "import resource; from tui.cli import main; main(['token']);"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    run = subprocess.run(
        ["/bin/sh", "-c", f'ulimit -S -c "$(ulimit -H -c)"; exec {sys.executable} -c "{code}"'],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.stdout == "0\n"


def test_a_path_with_escapes_in_it_does_not_steer_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """security.md 50."""
    folder = tmp_path / "\x1b]0;x\x07"
    folder.mkdir()
    path = write_config(folder)

    def execve(_path: str, command: list[str], _environ: Mapping[str, str]) -> None:
        sys.stderr.write(" ".join(command))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "execve", execve)
    for command in COMMANDS:
        main([command, "--config", str(path)])
    for member in ({"domain": "tenant.example"}, {"typo": 1}):
        write_config(folder, **member)
        for command in ("tenant", "status"):
            main([command, "--config", str(path)])
    output = capfd.readouterr()
    assert "]0;x" in output.err
    assert all(line.isprintable() for line in (output.out + output.err).splitlines())
