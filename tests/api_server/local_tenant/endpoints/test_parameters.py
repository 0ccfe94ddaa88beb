from collections.abc import AsyncIterator

import pytest

from api_server.local_tenant.endpoints.parameters import parse
from api_server.local_tenant.errors import RequestRefused
from tests.support.people.visitor import Visitor

KIB = 1024


def test_request_of_32_kib_is_read_and_one_byte_more_is_not() -> None:
    """security.md 16, 22: what is read is bounded."""
    assert parse(b"a=" + b"x" * (32 * KIB - 2)).get("a") == "x" * (32 * KIB - 2)
    with pytest.raises(RequestRefused, match="longer than 32768 bytes") as refused:
        parse(b"a=" + b"x" * (32 * KIB - 1))
    assert refused.value.status == 413


def test_64_parameters_are_read_and_65_are_not() -> None:
    assert len(parse(b"&".join(b"a%d=1" % each for each in range(64))).pairs) == 64
    with pytest.raises(RequestRefused, match="cannot be read"):
        parse(b"&".join(b"a%d=1" % each for each in range(65)))


def test_parameters_without_a_value_count_as_absent() -> None:
    # RFC 6749 3.1
    assert parse(b"a=&b&c=1").pairs == (("c", "1"),)


@pytest.mark.parametrize(
    ("name", "said"),
    [("scope", "parameter scope"), ("x" * 39, "x" * 39), ("x" * 40, "of that name")],
)
def test_repeated_name_is_said_where_it_is_harmless(name: str, said: str) -> None:
    with pytest.raises(RequestRefused, match=f"{said} came twice"):
        parse(f"{name}=1&{name}=2".encode()).refuse_repeated()


@pytest.mark.parametrize("name", ["<b>", "a b", "\u00fc", '"'])
def test_repeated_name_that_could_do_harm_is_not_said(name: str) -> None:
    with pytest.raises(RequestRefused, match="of that name came twice"):
        parse(f"{name}=1&{name}=2".encode()).refuse_repeated()


async def test_body_that_never_ends_is_read_to_the_cap_only(visitor: Visitor) -> None:
    """security.md 22."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += KIB
            yield b"a" * KIB

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await visitor.client.post("/token", content=endless(), headers=form)
    assert response.status_code == 413
    assert sent <= 34 * KIB
