"""Requests to the tenant: how often each is sent, and what a refusal may not repeat."""

from dataclasses import replace

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.people.visitor import claims_of
from tests.support.tenants.bound import KEY
from tui.auth.dpop.session_key import SessionKey
from tui.auth.tenant.signed_requests import Client, SignedRequests
from tui.config.keys import IN_KEYRING

WANTED = {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"', "DPoP-Nonce": "n"}
INVALID = {"WWW-Authenticate": 'DPoP error="invalid_token"', "DPoP-Nonce": "n"}


class Userinfo:
    """Answers the first request as a test wants it, and each further one with 200."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.first = httpx.Response(status, headers=headers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.first if len(self.asked) == 1 else httpx.Response(200)


@pytest.mark.parametrize(
    ("key", "status", "headers", "nonces"),
    [
        (KEY, 200, {}, [None]),
        (KEY, 401, WANTED, [None, "n"]),
        (KEY, 401, INVALID, [None]),
        (KEY, 401, {}, [None]),
        (None, 200, {}, []),
        (None, 401, WANTED, []),
    ],
)
async def test_only_a_proof_that_lacks_a_nonce_goes_again_to_userinfo(
    key: SessionKey | None, status: int, headers: dict[str, str], nonces: list[str | None]
) -> None:
    """RFC 9449 8.2, 9."""
    userinfo = Userinfo(status, headers)
    requests = SignedRequests(CONFIG, Clock(), httpx.MockTransport(userinfo))
    answer = await requests.get(f"{CONFIG.issuer}userinfo", "the-token", key)
    proofs = [each.headers["dpop"] for each in userinfo.asked if "dpop" in each.headers]
    assert [claims_of(proof).get("nonce") for proof in proofs] == nonces
    assert len(userinfo.asked) == max(1, len(nonces))
    assert answer.status == (200 if len(nonces) == 2 else status)
    await requests.http.aclose()


@pytest.mark.parametrize(
    ("secret", "left_out"), [(None, []), (IN_KEYRING, []), ("s3cr3t", ["s3cr3t"])]
)
async def test_what_no_refusal_repeats_is_the_secret_that_is_known(
    secret: str | None, left_out: list[str]
) -> None:
    requests = SignedRequests(replace(CONFIG, client_secret=secret), Clock())
    assert [*requests.http.secrets] == left_out
    await requests.http.aclose()


def test_nothing_in_a_form_is_sent_instead_of_the_client() -> None:
    other = {"client_id": "another", "client_secret": "another", "code": "c"}
    signed = Client("the-client", "s3cr3t").sign(other, ["client_secret_post"])
    assert signed.form == {"client_id": "the-client", "client_secret": "s3cr3t", "code": "c"}
    assert Client("the-client").sign(other, []).form["client_id"] == "the-client"
