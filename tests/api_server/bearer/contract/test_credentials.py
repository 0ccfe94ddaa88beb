"""How the token comes."""

import pytest

from tests.support.apis.checked_api import K1, Api, assert_refused
from tests.support.builders.tokens import token

FORM = "application/x-www-form-urlencoded"
GOOD = token(K1)


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


MALFORMED |= {
    f"DPoP: {name}": value.replace("Bearer", "DPoP")
    for name, value in MALFORMED.items()
    if "Bearer" in value
}


@pytest.mark.parametrize("value", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_authorization_is_400(api: Api, value: str) -> None:
    assert_refused(await api.get("/api/external", value), 400, "invalid_request")


@pytest.mark.parametrize(
    "value",
    ["Basic YWxpY2U6c2VjcmV0", "Digest a=b, c=d"],
    ids=["basic", "digest"],
)
async def test_another_scheme_is_401_without_an_error_code(api: Api, value: str) -> None:
    assert_refused(await api.get("/api/external", value), 401, None)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR"])
async def test_scheme_is_read_in_any_case(api: Api, scheme: str) -> None:
    assert (await api.get("/api/external", f"{scheme} {GOOD}")).status_code == 200


@pytest.mark.parametrize("name", ["access_token", "access%5Ftoken", "%61ccess_token"])
async def test_token_in_the_query_is_400(api: Api, name: str) -> None:
    response = await api.get(f"/api/external?a=b&{name}={GOOD}")
    assert "URL" in assert_refused(response, 400, "invalid_request")


@pytest.mark.parametrize(
    "query", ["access=1&x=%20", "Access_Token=1", "x;access_token=1", "%ff", "%C3%A9&%zz%=", "%00"]
)
async def test_other_query_parameters_are_nobodys_business(api: Api, query: str) -> None:
    response = await api.get(f"/api/external?{query}", f"Bearer {GOOD}")
    assert response.status_code == 200


@pytest.mark.parametrize("form_type", [FORM, f"{FORM}; charset=utf-8", FORM.title()])
async def test_token_in_a_form_body_is_400(api: Api, form_type: str) -> None:
    sent = f"a=b&access_token={GOOD}".encode()
    response = await api.send("GET", "/api/external", body=sent, content_type=form_type)
    assert "form" in assert_refused(response, 400, "invalid_request")


async def test_form_that_is_announced_and_does_not_come_is_nobodys_business(api: Api) -> None:
    response = await api.send("GET", "/api/external", [f"Bearer {GOOD}"], content_type=FORM)
    assert response.status_code == 200


async def test_token_in_two_places_is_400(api: Api) -> None:
    response = await api.get(f"/api/external?access_token={GOOD}", f"Bearer {GOOD}")
    assert_refused(response, 400, "invalid_request")


async def test_two_authorization_headers_are_400(api: Api) -> None:
    response = await api.get("/api/external", f"Bearer {GOOD}", f"Bearer {GOOD}")
    assert_refused(response, 400, "invalid_request")
