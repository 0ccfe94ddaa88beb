"""The state of things: tenant, API, config, session, each with its word and details."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.app.account import Account
from tui.app.keys.caps import key_cap
from tui.app.widgets.status_row import Kind, StatusRow
from tui.config.load import Config, reload_config
from tui.config.paths import CONFIG_NAME, built_in_path, shown
from tui.errors import ConfigInvalid
from tui.text import printable

if TYPE_CHECKING:
    from tui.servers.checks import Finding
    from tui.servers.processes import ServerStatus

SERVER_KINDS: Final[dict[str, Kind]] = {
    "starting": "busy",
    "ready": "good",
    "stopped": "bad",
    "failed": "bad",
}

CHANGED: Final = "Its file says something else by now."
GONE: Final = "▸ Its file has gone. What it said stays in use until the app ends."
WRONG: Final = "▸ What it said before stays in use."

LOOK_SECONDS: Final = 2.0
"""Between two looks whether the config's file has changed."""

WITHOUT_REFRESH: Final = (
    "The access token has expired, and the tenant gave no refresh token to renew it with."
)


class StatePanel(Vertical):
    """What works and what does not, so that nobody has to guess."""

    def __init__(self, config: Config, storage: str) -> None:
        super().__init__(classes="panel")
        self._config = config
        # How it is kept; where, which takes two rows, stands in Profile's Session.
        in_file = storage.partition(", ")[2]
        how = f"in a file {in_file}" if in_file else storage.removeprefix("Kept ")
        self._storage = how.removesuffix(".")
        self._failed: set[str] = set()
        self._seen: tuple[int, ...] | None = None
        """What the config's file was like at the last look; None for one that is not there."""
        self._tenants_key = ""
        self._asked = ""
        """When somebody asked to look, in words."""
        self._below = {"checked": "", "doctor": "", "logs": ""}
        self.border_title = "The state of things"

    def compose(self) -> ComposeResult:
        """Yield one row for each thing."""
        yield StatusRow("Tenant", "looking", self._config.issuer, "busy", id="tenant-row")
        yield StatusRow("API", "looking", self._config.api_url, "busy", id="api-row")
        yield StatusRow("Clock", "looking", "compared with the tenant's", "busy", id="clock-row")
        path = shown(self._config.path)
        if self._config.path == built_in_path():
            words = f"the local tenant's: no {CONFIG_NAME} is here"
            yield StatusRow("Config", "built in", words, "good")
        else:
            yield StatusRow("Config", "read", path, "good", id="config-row")
        yield StatusRow("Session", "", self._storage, id="session-row")

    def on_mount(self) -> None:
        """Keep looking at the config's file."""
        self.set_interval(LOOK_SECONDS, self._look_at_config)

    def name_keys(self, doctor: str, tenants: str) -> None:
        """Say by which key all the checks are to be had; name another where the config changes."""
        self._tenants_key = tenants
        self._below["doctor"] = f"{doctor} looks at everything"
        self._say_below()

    def look_again(self, now: datetime) -> None:
        """Say that all is looked at again, and then, though all be as before, that it was."""
        self._asked = f"checked at {now:%H:%M:%S}"
        for name, url in (("tenant", self._config.issuer), ("api", self._config.api_url)):
            if name not in self._failed:
                self.query_one(f"#{name}-row", StatusRow).show("looking", url, "busy")

    def show_account(self, account: Account) -> None:
        """Say whether a session is kept, and where."""
        row = self.query_one("#session-row", StatusRow)
        if account.state == "restoring":
            row.show("looking", self._storage, "busy")
        elif account.state == "expired":
            row.show("expired", f"{self._storage}. {WITHOUT_REFRESH}", "warning")
        elif account.signed_in:
            is_bound = account.session is not None and account.session.key is not None
            words = f"to a key; kept {self._storage}" if is_bound else self._storage
            row.show("bound" if is_bound else "kept", words, "good")
        else:
            row.show("none", f"will be kept {self._storage}", "plain")

    def show_findings(self, findings: "tuple[Finding, ...]") -> None:
        """Say what the last look around has found, each trouble with its remedy."""
        for finding in findings:
            if finding.name in self._failed:
                continue  # somebody may answer there, and it is not our server
            remedy = finding.remedy
            if finding.can_start:
                key = key_cap(self, "start-servers")
                remedy = f"{key} starts it here, for as long as the app is open."
            detail = f"{finding.detail}\n▸ {remedy}" if remedy else finding.detail
            row = self.query_one(f"#{finding.name}-row", StatusRow)
            row.show(finding.word, detail, finding.health)
        self._below["checked"] = self._asked if findings else ""
        self._say_below()
        if findings and all(finding.name != "clock" for finding in findings):
            self._say_no_clock()

    def show_servers(self, statuses: "tuple[ServerStatus, ...]") -> None:
        """Say for each bundled server whether it is up, and where to look if it is not."""
        self._failed = {status.name for status in statuses if status.is_down}
        for status in statuses:
            url = self._config.issuer if status.name == "tenant" else status.url
            where = f"{url}, {status.detail}" if status.detail else url
            if status.is_down:
                where = status.detail or url
            if status.log is not None and status.is_down:
                where += f"\nlog: {status.log.name}\n▸ {key_cap(self, 'start-servers')} starts it."
            row = self.query_one(f"#{status.name}-row", StatusRow)
            row.show(status.state, where, SERVER_KINDS[status.state])
        if "tenant" in self._failed:  # whose time the clock is compared with
            self._failed.add("clock")
            self._say_no_clock()
        logs = {shown(status.log.parent) for status in statuses if status.log}
        self._below["logs"] = f"logs in {printable(', '.join(sorted(logs)))}" if logs else ""
        self._say_below()

    def _look_at_config(self) -> None:
        """Say whether the file is the one that was read, whoever has changed it since."""
        seen = _signature(self._config.path)
        if seen != self._seen:
            self._seen = seen
            for row in self.query("#config-row").results(StatusRow):
                row.show(*self._state_of_config(has_gone=seen is None))

    def _state_of_config(self, *, has_gone: bool) -> tuple[str, str, Kind]:
        path = shown(self._config.path)
        if has_gone:
            return "gone", f"{path}\n{GONE}", "warning"
        try:
            is_as_read = reload_config(self._config) == self._config
        except ConfigInvalid as error:
            return "wrong", f"{printable(error)}\n{WRONG}", "warning"
        if is_as_read:
            return "read", path, "good"
        return (
            "changed",
            f"{path}\n▸ {CHANGED} {self._tenants_key} and Enter take it over.",
            "warning",
        )

    def _say_no_clock(self) -> None:
        row = self.query_one("#clock-row", StatusRow)
        row.show("unknown", "the tenant does not tell the time now", "plain")

    def _say_below(self) -> None:
        self.border_subtitle = Content(" · ".join(each for each in self._below.values() if each))


def _signature(path: Path) -> tuple[int, ...] | None:
    """Return what is another once a file has been written anew; None where there is none."""
    with suppress(OSError):
        found = path.stat()
        return found.st_mtime_ns, found.st_size, found.st_ino
    return None
