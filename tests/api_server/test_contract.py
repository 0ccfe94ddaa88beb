"""Every row of the contract: what the API answers to what it may be sent."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from api_server.settings import Settings

from .apis import K1, K2, Api, assert_refused, challenge_of
from .issuers import Issuer
from .tokens import (
    AUDIENCE,
    ISSUER,
    NOW,
    EcKey,
    RsaKey,
    base64url,
    claims,
    encoded,
    header,
    token,
)

STRICT = Settings(ISSUER, AUDIENCE, strict=True)
GOOD = token(K1)


@pytest.fixture
def api() -> Api:
    return Api()


async def refused(api: Api, sent: str) -> str:
    return assert_refused(await api.ping(sent), 401, "invalid_token")


async def test_good_token_gets_the_quickstarts_words(api: Api) -> None:
    response = await api.ping()
    assert response.status_code == 200
    assert response.json() == {"msg": "Your Access Token was successfully validated!"}


# --- how the token comes


async def test_no_credentials_are_401_without_an_error_code(api: Api) -> None:
    assert_refused(await api.get(), 401, None)


MALFORMED = {
    "no token": "Bearer",
    "space only": "Bearer ",
    "two spaces": f"Bearer  {GOOD}",
    "further part": f"Bearer {GOOD} more",
    "further part after a tab": f"Bearer {GOOD}\tmore",
    "tab": f"Bearer\t{GOOD}",
    "bare token": GOOD,
    "empty": "",
}


@pytest.mark.parametrize("value", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_authorization_is_400(api: Api, value: str) -> None:
    assert_refused(await api.get("/api/external", value), 400, "invalid_request")


@pytest.mark.parametrize("value", ["Basic YWxpY2U6c2VjcmV0", f"DPoP {GOOD}", "Digest a=b, c=d"])
async def test_another_scheme_is_401_without_an_error_code(api: Api, value: str) -> None:
    assert_refused(await api.get("/api/external", value), 401, None)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
async def test_scheme_is_read_in_any_case(api: Api, scheme: str) -> None:
    assert (await api.get("/api/external", f"{scheme} {GOOD}")).status_code == 200


@pytest.mark.parametrize("name", ["access_token", "access%5Ftoken", "%61ccess_token"])
async def test_token_in_the_query_is_400(api: Api, name: str) -> None:
    response = await api.get(f"/api/external?a=b&{name}={GOOD}")
    assert "URL" in assert_refused(response, 400, "invalid_request")


async def test_other_query_parameters_are_nobodys_business(api: Api) -> None:
    response = await api.get("/api/external?access=1&x=%20", f"Bearer {GOOD}")
    assert response.status_code == 200


async def test_token_in_a_form_body_is_400(api: Api) -> None:
    response = await api.send(
        "GET",
        "/api/external",
        body=f"a=b&access_token={GOOD}".encode(),
        content_type="application/x-www-form-urlencoded; charset=utf-8",
    )
    assert "form" in assert_refused(response, 400, "invalid_request")


async def test_token_in_two_places_is_400(api: Api) -> None:
    response = await api.get(f"/api/external?access_token={GOOD}", f"Bearer {GOOD}")
    assert_refused(response, 400, "invalid_request")


async def test_two_authorization_headers_are_400(api: Api) -> None:
    response = await api.get("/api/external", f"Bearer {GOOD}", f"Bearer {GOOD}")
    assert_refused(response, 400, "invalid_request")


# --- what the token is


@pytest.mark.parametrize(
    "sent",
    [
        "opaque",
        "a.b",
        "a.b.c",
        "..",
        "a.b.c.d.e",
        "!!!.???.***",
        GOOD + "=",
        GOOD.replace(".", ".=", 1),
        GOOD + "\xff",
    ],
)
async def test_what_is_no_jwt_is_401(api: Api, sent: str) -> None:
    await refused(api, sent)


async def test_expired_by_four_seconds_is_let_in(api: Api) -> None:
    assert (await api.ping(token(K1, claims(exp=NOW - 4)))).status_code == 200


async def test_expired_by_five_seconds_is_401_and_says_by_how_much(api: Api) -> None:
    assert "expired 5 s ago" in await refused(api, token(K1, claims(exp=NOW - 5)))


async def test_exp_missing_is_401(api: Api) -> None:
    assert "no exp" in await refused(api, token(K1, claims(exp=None)))


NOT_A_TIME = [
    '"1900000000"',
    "true",
    "false",
    "null",
    "9e99",
    "-1",
    "1e999",
    "[1]",
    "{}",
    "1" * 400,
]


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", NOT_A_TIME)
async def test_time_that_is_no_number_of_seconds_is_401(api: Api, name: str, value: str) -> None:
    rest = encoded_without(name)
    await refused(api, token(K1, f'{rest}, "{name}": {value}}}'))


def encoded_without(name: str) -> str:
    return json.dumps({key: value for key, value in claims().items() if key != name})[:-1]


async def test_nbf_three_seconds_ahead_is_let_in(api: Api) -> None:
    assert (await api.ping(token(K1, claims(nbf=NOW + 3)))).status_code == 200


async def test_nbf_a_minute_ahead_is_401(api: Api) -> None:
    assert "60 s in the future" in await refused(api, token(K1, claims(nbf=NOW + 60)))


async def test_iat_an_hour_ahead_is_401(api: Api) -> None:
    await refused(api, token(K1, claims(iat=NOW + 3600)))


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


async def test_audience_list_that_holds_ours_is_let_in(api: Api) -> None:
    sent = token(K1, claims(aud=["https://other.example", AUDIENCE]))
    assert (await api.ping(sent)).status_code == 200


@pytest.mark.parametrize("issuer", ["https://evil.example/", ISSUER.rstrip("/"), None, 7, [ISSUER]])
async def test_wrong_or_missing_issuer_is_401_and_names_both(api: Api, issuer: object) -> None:
    said = await refused(api, token(K1, claims(iss=issuer)))
    assert f"Expected issuer {ISSUER}" in said


async def test_signature_by_a_foreign_key_under_our_kid_is_401(api: Api) -> None:
    assert "signature" in await refused(api, token(RsaKey("k1", K2.private)))


async def test_tampered_payload_is_401(api: Api) -> None:
    head, _, signature = GOOD.split(".")
    await refused(api, f"{head}.{encoded(claims(sub='mallory'))}.{signature}")


async def test_key_that_the_token_brings_along_is_not_used(api: Api) -> None:
    evil = RsaKey("k1", K2.private)
    for brought in (
        {"jwk": evil.jwk()},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"x5c": ["MIIB"]},
    ):
        await refused(api, token(evil, head=header(**brought)))


async def test_unknown_kid_is_401(api: Api) -> None:
    assert "no RS256 key k9" in await refused(api, token(K1, head=header(kid="k9")))


@pytest.mark.parametrize("algorithm", ["RS384", "PS256"])
async def test_another_algorithm_than_the_keys_is_401(api: Api, algorithm: str) -> None:
    sign = {"RS384": K1.sign_384, "PS256": K1.sign_pss}[algorithm]
    signed = f"{encoded(header(alg=algorithm))}.{encoded(claims())}"
    await refused(api, f"{signed}.{base64url(sign(signed.encode()))}")
    # and under the name of the allowed algorithm
    signed = f"{encoded(header())}.{encoded(claims())}"
    await refused(api, f"{signed}.{base64url(sign(signed.encode()))}")


async def test_no_kid_is_let_in_when_there_is_one_key(api: Api) -> None:
    assert (await api.ping(token(K1, head=header(kid=None)))).status_code == 200


async def test_no_kid_with_several_keys_tries_each() -> None:
    api = Api(Issuer(K1, K2))
    assert (await api.ping(token(K2, head=header(kid=None)))).status_code == 200


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", None, "", "HS256"])
async def test_unsigned_and_symmetric_tokens_are_401(api: Api, algorithm: str | None) -> None:
    signed = f"{encoded(header(alg=algorithm))}.{encoded(claims())}"
    modulus = str(K1.jwk()["n"]).encode()
    mac = base64url(hmac.digest(modulus, signed.encode(), hashlib.sha256))
    for signature in ("", mac):
        await refused(api, f"{signed}.{signature}")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS384", "ES256"])
async def test_algorithm_that_is_not_allowed_is_said_and_costs_no_fetch(
    api: Api, algorithm: str
) -> None:
    said = await refused(api, token(K1, head=header(alg=algorithm)))
    assert said == f"Expected a token signed with RS256, this one says {algorithm}"
    assert api.issuer.discoveries == 0


@pytest.mark.parametrize("critical", [["exp"], ["b64"], [], "exp", None])
async def test_critical_extension_is_401(api: Api, critical: object) -> None:
    await refused(api, token(K1, head={**header(), "crit": critical, "b64": False}))


@pytest.mark.parametrize("payload", ["[]", '"text"', "7", "null", "true", "", "{", "{}x", "\xff"])
async def test_payload_that_is_no_object_is_401(api: Api, payload: str) -> None:
    await refused(api, token(K1, payload.encode("latin-1")))


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt", "JWT", "AT+JWT", None])
async def test_type_of_an_access_token_is_let_in(api: Api, typ: str | None) -> None:
    assert (await api.ping(token(K1, head=header(typ=typ)))).status_code == 200


@pytest.mark.parametrize(
    "typ", ["logout+jwt", "id_token", "id+jwt", "dpop+jwt", "secevent+jwt", ""]
)
async def test_type_of_another_token_is_401(api: Api, typ: str) -> None:
    await refused(api, token(K1, head=header(typ=typ)))


@pytest.mark.parametrize("name", ["sub", "iat", "client_id", "jti"])
async def test_claims_of_the_profile_may_lack(api: Api, name: str) -> None:
    assert (await api.ping(token(K1, claims(**{name: None})))).status_code == 200


@pytest.mark.parametrize("name", ["sub", "iat", "client_id", "jti"])
async def test_claims_of_the_profile_are_required_when_strict(name: str) -> None:
    said = await refused(Api(settings=STRICT), token(K1, claims(**{name: None})))
    assert f"lacks {name}" in said


@pytest.mark.parametrize("typ", ["JWT", None])
async def test_type_must_be_at_jwt_when_strict(typ: str | None) -> None:
    await refused(Api(settings=STRICT), token(K1, head=header(typ=typ)))


async def test_complete_token_is_let_in_when_strict() -> None:
    assert (await Api(settings=STRICT).ping()).status_code == 200


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


async def test_token_bound_to_a_key_is_no_bearer_token(api: Api) -> None:
    assert "cnf" in await refused(api, token(K1, claims(cnf={"jkt": "abc"})))


async def test_issuer_unreachable_and_no_key_known_is_503_with_retry_after(api: Api) -> None:
    api.issuer.down = True
    response = await api.ping()
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1
    assert response.json()["error"] == "temporarily_unavailable"
    assert "www-authenticate" not in response.headers


async def test_garbage_is_401_even_while_no_key_is_known(api: Api) -> None:
    api.issuer.down = True
    await refused(api, "garbage")
    assert api.issuer.discoveries == 0


async def test_token_over_8_kib_is_431(api: Api) -> None:
    response = await api.ping("a" * 8193)
    assert_refused(response, 431, "invalid_request")


async def test_token_of_8_kib_is_read() -> None:
    api = Api()
    filled = claims(pad="")
    spare = 8192 - len(token(K1, filled))
    sent = token(K1, claims(pad="x" * (spare * 3 // 4 - 2)))
    assert 8180 < len(sent) <= 8192
    assert (await api.ping(sent)).status_code == 200


async def test_unknown_path_is_404(api: Api) -> None:
    for path in ("/", "/api/external/", "/api/External", "/api/external/more"):
        response = await api.ping(path=path)
        assert response.status_code == 404
        assert response.json()["error"] == "not_found"


async def test_unknown_method_is_405_with_allow(api: Api) -> None:
    response = await api.send("POST", "/api/external", [f"Bearer {GOOD}"])
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"


async def test_es256_is_refused_unless_configured() -> None:
    key = EcKey.named("e1")
    sent = token(key, head=header(alg="ES256", kid="e1"))
    await refused(Api(Issuer(K1, key)), sent)
    both = replace(Settings(ISSUER, AUDIENCE), algorithms=("RS256", "ES256"))
    api = Api(Issuer(K1, key), both)
    assert (await api.ping(sent)).status_code == 200
    assert (await api.ping()).status_code == 200
    await refused(api, sent[:-4] + "AAAA")
