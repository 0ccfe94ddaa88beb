"""What a dataclass prints of itself, in a traceback or a log, has no secret in it."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

import pytest

from tests.support import ROOT

SECRETS = {
    "access_token", "client_secret", "code", "d", "device_code", "form", "id_token", "location",
    "nonce", "nonce_secret", "password", "password_hash", "payload", "private", "proof",
    "refresh_token", "request_uri", "response", "secret", "session", "signature", "signed", "token",
    "verification_uri_complete", "verifier", "environ", "headers", "body", "content", "target",
    "words", "url", "claims", "profile", "state", "user_code", "database",
}  # fmt: skip
"""Names of fields that hold one, or what may hold one: a head, a body, an address, a person."""

HARMLESS = {
    "Account.state", "ServerStatus.state", "TcpSocket.state",  # words of ours
    "LoginEvent.state", "ReturnAddress.state",  # the application's own, for itself
    "AuthorizationRequest.nonce", "Grant.nonce", "Proof.nonce",  # sent in the open, and used once
    "BundledServer.url", "PingResult.url", "ServerStatus.url",  # of an API or a server
    "ClipboardTool.words", "Rule.words",  # of a table in the code
    "Config.profile",  # a name
    "DeviceRequest.user_code", "SignIn.device_code",  # a digest, and what the page shows
    "Profile.claims",  # shown on purpose: whoever holds a profile leaves it out
    "Request.body",  # a flow, which prints nothing of what it carries
}  # fmt: skip


def files() -> Iterator[str]:
    for top in ("tui", "api_server"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "@dataclass" in path.read_text("utf-8"):
                yield str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", files())
def test_a_field_that_may_hold_a_secret_is_left_out_of_the_repr(path: str) -> None:
    module = import_module(".".join(Path(path).with_suffix("").parts))
    kinds = [
        each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__
    ]
    shown = {
        f"{kind.__name__}.{field.name}"
        for kind in kinds
        if isinstance(kind, type) and is_dataclass(kind)
        for field in fields(kind)
        if field.repr and field.name in SECRETS
    }
    assert shown <= HARMLESS
