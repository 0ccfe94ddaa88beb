"""Whose a token is, for whom, and how complete."""

import pytest

from api_server.settings import Settings
from tests.support.apis.checked_api import K1, Api, refused
from tests.support.builders.tokens import AUDIENCE, ISSUER, claims, header, token

STRICT = Settings(ISSUER, AUDIENCE, strict=True)


@pytest.mark.parametrize(
    "audience",
    [
        "https://other.example",
        None,
        [],
        ["https://other.example"],
        7,
        {},
        [AUDIENCE, 7],
        AUDIENCE + "/",
    ],
)
async def test_wrong_or_missing_audience_is_401_and_names_both(api: Api, audience: object) -> None:
    said = await refused(api, token(K1, claims(aud=audience)))
    assert f"Expected audience {AUDIENCE}" in said


async def test_claim_is_told_at_a_length_that_a_person_reads(api: Api) -> None:
    audiences = ["a" * 100, "b", "c", "d"]
    said = await refused(api, token(K1, claims(aud=audiences)))
    assert said.endswith(f"the token has {'a' * 80}..., b, c, ...")


async def test_audience_list_that_holds_ours_is_let_in(api: Api) -> None:
    sent = token(K1, claims(aud=["https://other.example", AUDIENCE]))
    assert (await api.ping(sent)).status_code == 200


@pytest.mark.parametrize("issuer", ["https://evil.example/", ISSUER.rstrip("/"), None, 7, [ISSUER]])
async def test_wrong_or_missing_issuer_is_401_and_names_both(api: Api, issuer: object) -> None:
    said = await refused(api, token(K1, claims(iss=issuer)))
    assert f"Expected issuer {ISSUER}" in said


async def test_tokens_may_carry_another_issuer_than_discovery_where_that_is_configured() -> None:
    api = Api(settings=Settings(ISSUER, AUDIENCE, token_issuer="https://sts.example/t/"))
    assert (await api.ping(token(K1, claims(iss="https://sts.example/t/")))).status_code == 200
    said = await refused(api, token(K1))
    assert said == f"Expected issuer https://sts.example/t/, the token has {ISSUER}"


class TestAudienceInClientId:
    """Cognito's access tokens have `client_id` and `token_use`, and no `aud`."""

    @pytest.fixture
    def api(self) -> Api:
        return Api(settings=Settings(ISSUER, "doorkey-local", audience_claim="client_id"))

    async def test_token_of_the_client_is_let_in(self, api: Api) -> None:
        sent = token(K1, claims(aud=None, token_use="access"))
        assert (await api.ping(sent)).status_code == 200

    @pytest.mark.parametrize("client", ["other", None, 7, ["doorkey-local"]], ids=str)
    async def test_token_of_another_client_is_401(self, api: Api, client: object) -> None:
        sent = token(K1, claims(aud=None, token_use="access", client_id=client))
        assert "Expected client_id doorkey-local" in await refused(api, sent)

    @pytest.mark.parametrize("use", ["id", None, 7])
    async def test_id_token_is_401(self, api: Api, use: object) -> None:
        sent = token(K1, claims(aud="doorkey-local", token_use=use))
        assert "Expected token_use access" in await refused(api, sent)

    async def test_audience_does_not_count(self, api: Api) -> None:
        sent = token(K1, claims(aud="doorkey-local", token_use="access", client_id="other"))
        assert "Expected client_id" in await refused(api, sent)


async def test_client_id_is_no_audience_unless_configured(api: Api) -> None:
    sent = token(K1, claims(aud=None, client_id=AUDIENCE, token_use="access"))
    assert "Expected audience" in await refused(api, sent)


@pytest.mark.parametrize("name", ["sub", "iat", "client_id", "jti"])
async def test_claims_of_the_profile_may_lack(api: Api, name: str) -> None:
    assert (await api.ping(token(K1, claims(**{name: None})))).status_code == 200


@pytest.mark.parametrize("name", ["sub", "iat", "client_id", "jti"])
async def test_claims_of_the_profile_are_required_when_strict(name: str) -> None:
    said = await refused(Api(settings=STRICT), token(K1, claims(**{name: None})))
    assert f"lacks {name}" in said


async def test_complete_token_is_let_in_when_strict() -> None:
    assert (await Api(settings=STRICT).ping()).status_code == 200


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "JWT", "AT+JWT", None])
async def test_type_of_an_access_token_is_let_in(api: Api, typ: str | None) -> None:
    assert (await api.ping(token(K1, head=header(typ=typ)))).status_code == 200


@pytest.mark.parametrize(
    "typ", ["logout+jwt", "id_token", "id+jwt", "dpop+jwt", "secevent+jwt", ""]
)
async def test_type_of_another_token_is_401(api: Api, typ: str) -> None:
    await refused(api, token(K1, head=header(typ=typ)))


@pytest.mark.parametrize("typ", ["JWT", None])
async def test_type_must_be_at_jwt_when_strict(typ: str | None) -> None:
    await refused(Api(settings=STRICT), token(K1, head=header(typ=typ)))
