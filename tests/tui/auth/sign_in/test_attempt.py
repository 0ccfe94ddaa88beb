"""What is asked of the tenant."""

import pytest

from tests.support.configs import CONFIG
from tui.auth.sign_in.attempt import SignInAttempt
from tui.auth.sign_in.options import SignInOptions
from tui.auth.tenant.metadata import Metadata


@pytest.mark.parametrize("mark", ['"', "\x1b", " ", "\\", "<"])
def test_an_address_that_could_steer_a_shell_or_a_terminal_is_not_given(mark: str) -> None:
    metadata = Metadata(
        CONFIG.issuer, authorization_endpoint=f"https://tenant.example/authorize{mark}",
        token_endpoint="", jwks_uri="", userinfo_endpoint="", revocation_endpoint="",
        end_session_endpoint="", device_authorization_endpoint="", answers_with_iss=True,
    )  # fmt: skip
    attempt = SignInAttempt.fresh(CONFIG, metadata, CONFIG.redirect_uris[0], SignInOptions())
    with pytest.raises(ValueError, match="no place in a URL"):
        _ = attempt.url
