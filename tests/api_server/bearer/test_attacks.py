"""Attacks, generated: whatever arrives, no 5xx, and nothing let in that should not be."""

import itertools
import json
import random
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api_server.bearer.credentials import refuse_parameter, sent_token
from api_server.bearer.refusal import Refusal
from tests.support.apis.checked_api import K1, Api, assert_refused
from tests.support.builders.tokens import base64url, claims, encoded, header, token
from tests.support.clocks import NOW
from tests.support.heavy import rounds
from tests.support.tenants.issuers import Issuer

GOOD = token(K1)
MUTATIONS = rounds(2_000, 100_000)
ODD_VALUES: list[object] = [
    None, True, False, 0, -1, 1.5, 10**400, "", "x", "\x00", "\ud800", "é", "a" * 300, [], [[]],
    {}, {"a": {}}, [None], ["x", 7],
]  # fmt: skip


async def assert_turned_away(api: Api, sent: str | bytes) -> None:
    value = sent if isinstance(sent, bytes) else sent.encode("latin-1", "replace")
    response = await api.get("/api/external", b"Bearer " + value)
    assert response.status_code in (400, 401, 431), (response.status_code, sent)
    if response.headers["www-authenticate"].count('"') % 2:
        pytest.fail(f"unbalanced quotes: {response.headers['www-authenticate']}")


def mutated(good: bytes, chance: random.Random) -> bytes:
    """The token with one to three changes: flipped, cut, swapped, repeated, inserted."""
    found = bytearray(good)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(found))
        until = min(len(found), at + chance.choice([1, 1, 1, 4, 40]))
        change = chance.randrange(6)
        if change == 0:
            found[at] ^= 1 << chance.randrange(8)
        elif change == 1:
            del found[at:until]
        elif change == 2:
            found[at:at] = bytes([chance.randrange(256)])
        elif change == 3:
            found[at:at] = found[at:until]
        elif change == 4:
            found[at:until] = reversed(found[at:until])
        else:
            found = found[:at] + b"." + found[at:]
        if not found:
            return b"."
    return bytes(found)


@pytest.mark.heavy
async def test_mutated_tokens_are_all_turned_away() -> None:
    api, chance, good = Api(), random.Random(20), GOOD.encode()
    tried = 0
    while tried < MUTATIONS:
        sent = mutated(good, chance)
        if sent == good or any(byte in b"\r\n\0" for byte in sent):
            continue
        await assert_turned_away(api, sent)
        tried += 1


async def test_every_truncation_is_turned_away() -> None:
    api = Api()
    for length in range(1, len(GOOD)):
        await assert_turned_away(api, GOOD[:length])


async def test_other_spellings_of_the_same_signature_are_turned_away() -> None:
    """The last character has spare bits; a lenient reader takes sixteen tokens for one."""
    api = Api()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for letter in letters:
        if letter != GOOD[-1]:
            await assert_turned_away(api, GOOD[:-1] + letter)


def odd_headers() -> Iterator[dict[str, object]]:
    for name, value in itertools.product(["alg", "kid", "typ", "crit"], ODD_VALUES):
        if name == "crit" or value is not None:
            yield {**header(), name: value}
    for kid in ["../../etc/passwd", "' OR 1=1 --", "k1\0", "k1 ", "K1", "http://evil.example/"]:
        yield header(kid=kid)


@pytest.mark.parametrize("head", list(odd_headers()), ids=lambda head: ascii(head)[:60])
async def test_odd_header_is_turned_away(head: dict[str, object]) -> None:
    await assert_turned_away(Api(), token(K1, head=head))


def odd_claims() -> Iterator[dict[str, object]]:
    for name, value in itertools.product(["iss", "aud", "exp", "nbf", "iat", "cnf"], ODD_VALUES):
        yield {**claims(), name: value}


@pytest.mark.parametrize("payload", list(odd_claims()), ids=lambda claim: ascii(claim)[-60:])
async def test_odd_claim_is_turned_away_unless_it_is_a_time_in_the_past(
    payload: dict[str, object],
) -> None:
    past = {0, 1.5}
    times = [payload.get("nbf"), payload.get("iat")]
    if any(type(moment) in (int, float) and moment in past for moment in times):
        assert (await Api().ping(token(K1, payload))).status_code == 200
    else:
        await assert_turned_away(Api(), token(K1, payload))


@pytest.mark.parametrize("name", ["sub", "client_id", "jti", "extra"])
@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda value: ascii(value)[:20])
async def test_claim_that_decides_nothing_may_be_anything(name: str, value: object) -> None:
    response = await Api().ping(token(K1, {**claims(), name: value}))
    assert response.status_code == 200


@pytest.mark.parametrize("part", ["header", "payload"])
@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000,
        '{"a":' * 900 + "1" + "}" * 900,
        '{"exp":NaN}',
        '{"exp":Infinity}',
        '{"exp":-Infinity}',
        '{"exp":' + "9" * 5000 + "}",
        "\ufeff{}",
        "{'exp': 1}",
        '{"exp": 1,}',
        '{"a": "\x01"}',
        '{"exp": 0x10}',
        "{} {}",
    ],
    ids=lambda text: ascii(text)[:20],
)
async def test_what_is_hardly_json_is_turned_away(part: str, text: str) -> None:
    sent = token(K1, head=text) if part == "header" else token(K1, text)
    await assert_turned_away(Api(), sent)


@pytest.mark.parametrize("part", ["header", "payload"])
async def test_not_utf8_is_turned_away(part: str) -> None:
    raw = json.dumps(header() if part == "header" else claims()).encode()[:-1] + b',"x":"\xff"}'
    await assert_turned_away(Api(), token(K1, head=raw) if part == "header" else token(K1, raw))


async def test_member_given_twice_is_turned_away() -> None:
    """Two readers may believe different ones."""
    twice = json.dumps(claims())[:-1] + ', "sub": "mallory"}'
    await assert_turned_away(Api(), token(K1, twice))
    nested = json.dumps(claims())[:-1] + ', "x": {"a": 1, "a": 2}}'
    await assert_turned_away(Api(), token(K1, nested))
    twice_alg = json.dumps(header())[:-1] + ', "alg": "RS256"}'
    await assert_turned_away(Api(), token(K1, head=twice_alg))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
async def test_number_that_is_not_json_is_turned_away_wherever_it_is(value: str) -> None:
    payload = json.dumps(claims())[:-1] + f', "extra": {value}}}'
    await assert_turned_away(Api(), token(K1, payload))


async def test_encrypted_and_nested_forms_are_turned_away() -> None:
    api = Api()
    await assert_turned_away(api, ".".join(["e30"] * 5))
    await assert_turned_away(api, token(K1, GOOD, header(cty="JWT")))
    await assert_turned_away(api, encoded({"payload": "x", "signatures": []}))


def inject(text: str) -> dict[str, object]:
    return claims(iss=text, aud=text, scope=text)


@pytest.mark.parametrize(
    "text", ['", error="none', "a\r\nSet-Cookie: x=1", "\\", "\x00\x1b[2J", "é漢\u202e", "\ud800"]
)
async def test_claims_cannot_break_out_of_the_challenge(text: str) -> None:
    response = await Api().ping(token(K1, inject(text)))
    assert_refused(response, 401, "invalid_token")
    challenge = response.headers["www-authenticate"]
    assert challenge.isprintable()
    assert "\\" not in challenge
    assert challenge.count('error="') == 1
    assert "set-cookie" not in response.headers
    # and the same in the answer for a missing scope
    response = await Api().ping(token(K1, claims(scope=text)), "/api/messages")
    assert_refused(response, 403, "insufficient_scope")


TEXT = st.text(max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["alg", "kid", "typ", "crit", "iss", "aud", "exp", "nbf", "iat", "scope"])
GENTLY = settings(
    max_examples=rounds(25, 1000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@GENTLY
@given(value=st.binary(max_size=200).filter(lambda raw: not set(raw) & set(b"\r\n\0")))
async def test_any_authorization_header_is_answered(value: bytes) -> None:
    response = await Api().get("/api/external", value)
    assert response.status_code in (400, 401)


PARAMETERS = st.text("access_tokn%&=+;5Ff\x00\xe9\u6f22", max_size=60).map(str.encode)


@GENTLY
@given(query=PARAMETERS, form=PARAMETERS | st.binary(max_size=60))
async def test_any_query_and_form_are_answered(query: bytes, form: bytes) -> None:
    with suppress(Refusal):
        sent_token({"headers": [], "query_string": query})
    with suppress(Refusal):
        refuse_parameter(form, "form")


@GENTLY
@given(head=st.dictionaries(NAMES | TEXT, JSON, max_size=6))
async def test_any_header_is_answered_and_only_a_right_one_let_in(head: dict[str, object]) -> None:
    response = await Api().ping(token(K1, head=head))
    right = (
        head.get("alg") == "RS256"
        and head.get("kid") in (None, "k1")
        and "crit" not in head
        and str(head.get("typ") or "JWT").lower().removeprefix("application/") in ("jwt", "at+jwt")
    )
    assert response.status_code == (200 if right else 401)


@GENTLY
@given(changes=st.dictionaries(NAMES | TEXT, JSON, min_size=1, max_size=4))
async def test_any_claims_are_answered(changes: dict[str, object]) -> None:
    response = await Api().ping(token(K1, {**claims(), **changes}))
    if response.status_code == 200:
        assert not {"iss", "aud", "cnf"} & set(changes)
        assert "exp" not in changes or float(str(changes["exp"])) > NOW - 5
    else:
        assert_refused(response, 401, "invalid_token")


@GENTLY
@given(signature=st.binary(max_size=300))
async def test_no_invented_signature_is_let_in(signature: bytes) -> None:
    signed = GOOD.rpartition(".")[0]
    await assert_turned_away(Api(), f"{signed}.{base64url(signature)}")


async def test_thousands_of_unknown_kids_cost_one_fetch_and_no_memory() -> None:
    api = Api(Issuer(K1))
    assert (await api.ping()).status_code == 200
    for serial in range(2_000):
        await assert_turned_away(api, token_of(serial))
    assert api.issuer.fetches == 2


def token_of(serial: int) -> str:
    return f"{encoded(header(kid=f'k-{serial}'))}.{encoded(claims())}.{base64url(b'x' * 256)}"
