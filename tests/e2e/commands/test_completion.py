"""`doorkey completion`, in the shells themselves."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.people.terminal import Terminal
from tests.support.processes.worlds import DOORKEY

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(doorkey completion bash)"'),
    "zsh": (
        ["zsh", "-f", "-i"],
        'autoload -U compinit; compinit -u -D; eval "$(doorkey completion zsh)"',
    ),
    "fish": (["fish", "--no-config", "-i"], "doorkey completion fish | source"),
}
"""How each is started without anybody's settings, and how it takes the script."""

MOVES = [
    ("doorkey stat", "doorkey status"),
    ("doorkey login --dev", "doorkey login --device"),
    ("doorkey call PAT", "doorkey call PATCH"),
    ("doorkey help exit", "doorkey help exit-codes"),
    ("doorkey --config auth_c", "doorkey --config auth_config.json"),
    ("doorkey --profile wo", "doorkey --profile work"),
    ("doorkey status --profile ho", "doorkey status --profile home"),
    ("doorkey call GET / -o answ", "doorkey call GET / -o answer.json"),
    ("doorkey call PUT / -d @answ", "doorkey call PUT / -d @answer.json"),
    ("doorkey call -d @answer.json PAT", "doorkey call -d @answer.json PATCH"),
]
"""What is typed before Tab, and what stands there after it."""


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if shutil.which(name) is None and "DOORKEY_REQUIRE_SHELLS" not in os.environ:
        pytest.skip(f"there is no {name} here")
    return name


@pytest.mark.pty
def test_tab_completes_commands_options_methods_topics_and_files(
    shell: str, tmp_path: Path
) -> None:
    command = tmp_path / "bin" / "doorkey"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {" ".join(DOORKEY)} "$@"\n')
    command.chmod(0o700)
    for name in ("auth_config.json", "answer.json"):
        (tmp_path / name).touch()
    profiles = tmp_path / "config" / "doorkey" / "profiles"
    profiles.mkdir(parents=True)
    for name in ("work.json", "home.json"):
        (profiles / name).touch()
    start, load = SHELLS[shell]
    environment = dict(os.environ) | {
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "TERM": "xterm",
        "PS1": "$ ",
    }
    with Terminal(start, environment, columns=120) as terminal:
        terminal.send(f"cd {tmp_path}; {load}; clear\r")
        terminal.send("echo rea''dy\r")
        terminal.wait_for("ready")
        for typed, completed in MOVES:
            terminal.send(f"{typed}\t")
            terminal.wait_for(completed)
            terminal.send("\x15")
