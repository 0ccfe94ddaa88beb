from dataclasses import replace

from tests.support.configs import CONFIG
from tui.auth.sign_in.callback_hint import allowed, callback_hint


def test_callback_urls_are_named_as_a_tenant_has_to_allow_them() -> None:
    uris = ("http://127.0.0.1:8642/callback", "http://127.0.0.1:18642/callback")
    hint = callback_hint(replace(CONFIG, redirect_uris=uris))
    assert hint.endswith(
        "client the-client: http://127.0.0.1:8642/callback, http://127.0.0.1:18642/callback"
    )


def test_nobody_is_told_to_allow_port_0() -> None:
    assert allowed(["http://127.0.0.1:0/callback", "http://[::1]:0/0:0/"]) == [
        "http://127.0.0.1/callback (with any port)",
        "http://[::1]/0:0/ (with any port)",
    ]
