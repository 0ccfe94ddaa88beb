"""What `doorkey login --json` writes: one object in each line, as things happen."""

import json

from tui.auth.session import DevicePrompt, LoginEvent, SignInProgress
from tui.json_value import Json
from tui.text import printable, write_line


class EventTeller:
    """Writes each piece of news once, in the order in which it comes."""

    def __init__(self) -> None:
        self._told_address = False
        self._told_code = ""

    def tell(self, progress: SignInProgress) -> None:
        """Write what is new."""
        if progress.url and not self._told_address:
            self._told_address = True
            _write("address", {"url": progress.url, "redirect_uri": progress.redirect_uri})
            _write("waiting", {})
        if progress.device and progress.device.user_code != self._told_code:
            self._told_code = progress.device.user_code
            _write("code", _code_members(progress.device))
            _write("waiting", {})

    def greet(self, event: LoginEvent) -> None:
        """Write who is signed in now."""
        members: dict[str, Json] = {"remarks": [printable(remark) for remark in event.remarks]}
        if event.profile is not None:
            members |= {
                "subject": event.profile.subject,
                "name": event.profile.name,
                "email": event.profile.email,
            }
        _write("signed_in", members)


def _code_members(prompt: DevicePrompt) -> dict[str, Json]:
    return {
        "user_code": prompt.user_code,
        "verification_uri": prompt.verification_uri,
        "verification_uri_complete": prompt.verification_uri_complete,
        "expires_at": prompt.deadline.isoformat(timespec="seconds"),
    }


def _write(event: str, members: dict[str, Json]) -> None:
    write_line(json.dumps({"event": event, **members}))
