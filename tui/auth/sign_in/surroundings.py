"""Where this program runs, as far as it matters for signing in: SSH, container, WSL, display."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from tui.web_address import split_web_address

ROOT: Final = Path("/")

CONTAINER_MARKS: Final = (".dockerenv", "run/.containerenv")
"""Files that Docker and Podman put into their containers."""

CONTAINER_VARIABLES: Final = ("container", "KUBERNETES_SERVICE_HOST", "CODESPACES")

USUAL_SSH_PORT: Final = "22"

USER: Final = re.compile(r"\w[\w.-]{0,63}")
"""A name of a user that means nothing else to a shell, nor to ssh."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around this program. Nothing is decided by it but the order of hints."""

    over_ssh: bool = False
    in_container: bool = False
    in_wsl: bool = False
    has_display: bool = True
    """Whether a browser with windows can be shown by a program that is started here."""
    on_web_page: bool = False
    """Whether the app is shown in a browser, of this machine or of another."""
    ssh_target: str = "HOST"
    """What `ssh` takes to come here: `pat@192.0.2.7`, with `-p` where the port is another."""

    @property
    def browser_is_elsewhere(self) -> bool:
        """Whether the person's browser is most likely on another machine."""
        return self.over_ssh or self.in_container

    def tunnel(self, *ports: int) -> str:
        """Return the command that makes `ports` of the person's own machine lead here."""
        leads = " ".join(f"-L {port}:127.0.0.1:{port}" for port in dict.fromkeys(ports))
        return f"ssh {leads} {self.ssh_target}"


def look_around(
    environ: Mapping[str, str] = os.environ, root: Path = ROOT, platform: str = sys.platform
) -> Surroundings:
    """Recognise where this program runs; takes a few milliseconds at most, and never fails."""
    in_wsl = platform == "linux" and bool(environ.get("WSL_DISTRO_NAME"))
    window_system = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    return Surroundings(
        over_ssh=bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY")),
        in_container=any((root / mark).exists() for mark in CONTAINER_MARKS)
        or any(environ.get(name) for name in CONTAINER_VARIABLES),
        in_wsl=in_wsl,
        has_display=platform in ("darwin", "win32") or in_wsl or bool(window_system),
        ssh_target=_ssh_target(environ),
    )


def ports_for_browser(url: str, redirect_uri: str) -> tuple[int, ...]:
    """Return which ports of this machine a browser elsewhere needs; none where no port waits.

    That is the one of `redirect_uri`, and the tenant's where `url`, of the authorization request,
    is on this machine, too.
    """
    waiting = split_web_address(redirect_uri).port if redirect_uri else None
    if not url or not waiting:
        return ()
    tenant = split_web_address(url)
    return (waiting, tenant.port or 80) if tenant.is_local else (waiting,)


def _ssh_target(environ: Mapping[str, str]) -> str:
    """Read it from SSH_CONNECTION: the client's address and port, then the server's."""
    user = environ.get("USER") or environ.get("LOGNAME") or ""
    parts = environ.get("SSH_CONNECTION", "").split()
    host, port = (parts[2], parts[3]) if len(parts) == 4 else ("", "")
    try:
        # Whatever may follow a %: it is this machine's name of an interface, and no other's.
        host = "HOST" if "%" in host else str(ip_address(host))
    except ValueError:
        host = "HOST"
    # The line is there to be copied into a shell, and ssh takes what begins with - for an option.
    user = user if USER.fullmatch(user) else ""
    target = f"{user}@{host}" if user else host
    is_other = port.isascii() and port.isdecimal() and port != USUAL_SSH_PORT
    return f"-p {port} {target}" if is_other else target
