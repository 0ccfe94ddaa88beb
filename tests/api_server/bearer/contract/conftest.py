"""The API that the contract is about."""

import pytest

from tests.support.apis.checked_api import Api


@pytest.fixture
def api() -> Api:
    return Api()
