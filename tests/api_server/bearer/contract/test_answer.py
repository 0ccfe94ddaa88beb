"""What there is to ask for, and whether it can be answered now."""

from tests.support.apis.checked_api import K1, Api, refused
from tests.support.builders.tokens import token


async def test_good_token_gets_the_quickstarts_words(api: Api) -> None:
    response = await api.ping()
    assert response.status_code == 200
    assert response.json() == {"msg": "Your Access Token was successfully validated!"}


async def test_unknown_path_is_404(api: Api) -> None:
    for path in ("/", "/api/external/", "/api/External", "/api/external/more"):
        response = await api.ping(path=path)
        assert response.status_code == 404
        assert response.json()["error"] == "not_found"
        assert "/api/messages" in response.json()["error_description"]


async def test_unknown_method_is_405_with_allow(api: Api) -> None:
    response = await api.send("POST", "/api/external", [f"Bearer {token(K1)}"])
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    response = await api.send("PUT", "/api/messages", [f"Bearer {token(K1)}"])
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, POST")


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
