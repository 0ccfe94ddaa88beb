"""What a token was granted."""

import pytest

from tests.support.apis.checked_api import K1, Api, assert_refused, challenge_of, refused
from tests.support.builders.tokens import claims, token


async def test_missing_scope_is_403_and_says_which(api: Api) -> None:
    response = await api.ping(token(K1, claims(scope="openid")), "/api/messages")
    said = assert_refused(response, 403, "insufficient_scope")
    assert said == "This needs the scope read:messages; the token has openid"
    assert 'scope="read:messages"' in challenge_of(response)


async def test_scope_that_was_granted_opens_the_messages(api: Api) -> None:
    response = await api.ping(path="/api/messages")
    assert response.status_code == 200
    assert [message["id"] for message in response.json()] == [1, 2, 3]


@pytest.mark.parametrize("granted", [{"scp": "read:messages"}, {"scp": ["read:messages"]}])
async def test_scopes_are_found_where_entra_and_okta_put_them(
    api: Api, granted: dict[str, object]
) -> None:
    sent = token(K1, claims(scope=None, **granted))
    assert (await api.ping(sent, "/api/messages")).status_code == 200


@pytest.mark.parametrize("scope", [7, {}, [7], True])
async def test_scope_of_another_type_is_401(api: Api, scope: object) -> None:
    await refused(api, token(K1, claims(scope=scope)))
