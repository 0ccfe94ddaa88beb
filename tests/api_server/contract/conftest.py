"""The API that the contract is about."""

import pytest

from tests.api_server.apis import Api


@pytest.fixture
def api() -> Api:
    return Api()
