"""What one person does at every provider, by Doorkey's commands and the provider's own pages."""

import json
from datetime import datetime
from typing import Final

from tests.interop.provider import Provider

VALIDATED: Final = "Your Access Token was successfully validated!"

AGE_SECONDS: Final = 1.0
"""After which a token counts as old: longer than a busy machine takes for the exchange, by which
the life that is left of a new one is shorter."""

RENEWALS_IN_A_SECOND: Final = 60
"""More than there can be."""


def is_denied(provider: Provider, *arguments: str) -> None:
    """Say no on the provider's page; Doorkey says so, and nobody is signed in."""
    is_refused(provider, "did not", *arguments)  # you did not allow it, or it did not let you in


def is_refused(provider: Provider, reason: str, *arguments: str) -> None:
    """Ask for a sign-in that ends with a no; `reason` is what Doorkey says."""
    refused = provider.run("login", *arguments, denies=True)
    assert refused.returncode == 6
    assert reason in refused.stderr
    assert provider.run("status").returncode == 4


def signs_in(provider: Provider, *arguments: str) -> str:
    """Sign in; returns what Doorkey said."""
    done = provider.run("login", *arguments)
    assert done.returncode == 0, provider.pages()
    assert "Signed in as" in done.stderr
    status = json.loads(provider.run("status", "--json").stdout)
    assert status["signed_in"]
    assert status["issuer"] == provider.world.config.issuer
    return done.stderr


def pings(provider: Provider) -> None:
    """Call the bundled API with the provider's access token."""
    done = provider.run("ping")
    assert done.stdout == f"{VALIDATED}\n"
    assert done.returncode == 0


def is_well(provider: Provider, *proven: str) -> None:
    """Have the doctor find nothing wrong with what works, and prove what can be proven here."""
    done = provider.run("doctor", "--json")
    verdicts = {each["rule"]: each["verdict"] for each in json.loads(done.stdout)}
    assert [rule for rule, verdict in verdicts.items() if verdict == "wrong"] == []
    assert {rule: verdicts[rule] for rule in proven} == dict.fromkeys(proven, "ok")
    assert done.returncode == 0


def ping_is_refused(provider: Provider, reason: str) -> None:
    """Call the bundled API with an access token that it cannot take, and be told why."""
    done = provider.run("ping")
    assert done.returncode == 3
    assert reason in done.stderr


def renews(provider: Provider, *, times: int = 2) -> None:
    """Get another access token for the refresh token, twice, as a rotated one must work too."""
    status = json.loads(provider.run("status", "--json").stdout)
    expiry, obtained = (
        datetime.fromisoformat(status[name]) for name in ("access_token_expiry", "signed_in_at")
    )
    nearly_whole = str((expiry - obtained).total_seconds() - AGE_SECONDS)
    tokens = [provider.run("token").stdout]
    for _ in range(times):
        tokens.append(_another(provider, nearly_whole, tokens[-1]))
    assert len({*tokens}) == len(tokens), "the provider gave an older token again"


def _another(provider: Provider, min_validity: str, token: str) -> str:
    """Renew until the token is another: without a `jti`, those of one second are the same."""
    for _ in range(RENEWALS_IN_A_SECOND):
        done = provider.run("token", "--min-validity", min_validity)
        assert done.returncode == 0
        if done.stdout != token:
            return done.stdout
    raise AssertionError("the provider gave the same token again")


def logs_out(provider: Provider, *lines: str) -> None:
    """Log out here and at the provider; `lines` are what Doorkey says of the steps."""
    done = provider.run("logout")
    assert done.stderr.splitlines() == list(lines), provider.pages()
    assert done.returncode == (1 if any(line.startswith("✗") for line in lines) else 0)
    assert provider.run("token").returncode == 4


LOCAL: Final = "✓ Signed out here: nothing of the session is kept."
REVOKED: Final = "✓ The refresh token is revoked."
NOT_REVOKED: Final = (
    "- This tenant revokes for confidential clients only, which have a secret; "
    "the refresh token ends by itself."
)
NO_REVOCATION: Final = "- This tenant offers no revocation; the refresh token ends by itself."
SIGNED_OUT: Final = "✓ Signed out at the tenant, in the browser that opened."
NO_LOG_OUT_PAGE: Final = "- This tenant offers no log-out page."
