"""When a request goes to the API once more, and when it does not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.clocks import START
from tests.support.tenants.bound import bound
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.services import Make
from tui.auth.authorized_request import AuthorizedRequest
from tui.auth.service import AuthService

NONCE = {"www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": "n"}
PROOF = {"www-authenticate": 'DPoP error="invalid_dpop_proof"'}
TOKEN = {"www-authenticate": 'Bearer error="invalid_token"'}


def request_of(service: AuthService) -> AuthorizedRequest:
    return AuthorizedRequest(service, "GET", CONFIG.api_url)


def dated(headers: Mapping[str, str], seconds: float) -> dict[str, str]:
    """The same from an API whose clock is behind by so much."""
    return {**headers, "date": format_datetime(START - timedelta(seconds=seconds), usegmt=True)}


async def test_nothing_goes_again_that_was_never_sent(make: Make) -> None:
    assert not request_of(make(bound())).goes_again(401, TOKEN)


@pytest.mark.parametrize("headers", [NONCE, dated(PROOF, 3600)])
async def test_a_token_that_is_bound_to_no_key_is_proven_by_nothing(
    make: Make, headers: Mapping[str, str]
) -> None:
    service = make(session())
    service.prover.learn(CONFIG.api_url, dated({}, 3600))  # its clock is known from other requests
    request = request_of(service)
    await request.authorization()
    assert not request.goes_again(401, headers)


async def test_a_token_that_was_not_refused_is_not_renewed(
    make: Make, tenant: ScriptedTenant
) -> None:
    request = request_of(make(session()))
    await request.authorization()
    await request.renew_refused()
    assert tenant.requests == []


@pytest.mark.parametrize(
    ("status", "headers", "known_skew_seconds", "again"),
    [
        (401, dated(PROOF, 3600), 0, True),
        (401, dated(PROOF, 3600), 3600, False),  # by that time it was proven
        (401, PROOF, 0, False),  # nothing tells the API's time
        (401, dated({}, 3600), 0, False),
        (403, dated(PROOF, 3600), 0, False),
        (401, dated(PROOF, 130), 100, False),  # as good as it gets: Date has whole seconds
        (401, dated(PROOF, 131), 100, True),
    ],
)
async def test_a_proof_goes_again_only_by_a_time_that_the_api_has_told(
    make: Make, status: int, headers: Mapping[str, str], known_skew_seconds: int, again: bool
) -> None:
    kept = bound(replace(session(), clock_skew_seconds=known_skew_seconds))
    request = request_of(make(kept))
    await request.authorization()
    assert request.goes_again(status, headers) is again


async def test_a_refused_token_is_renewed_once_whoever_does_it(
    make: Make, tenant: ScriptedTenant
) -> None:
    service = make(session())
    request = request_of(service)
    await request.authorization()
    assert request.goes_again(401, TOKEN)
    await service.renew_tokens()
    assert (await request.authorization()).access_token == "access-1"
    assert tenant.count("/token") == 1
    assert not request.goes_again(401, TOKEN)
