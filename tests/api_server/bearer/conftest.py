"""A verifier of proofs and the clock that it looks at."""

import pytest

from api_server.bearer.dpop import ProofVerifier
from tests.support.clocks import Seconds


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def verifier(clock: Seconds) -> ProofVerifier:
    return ProofVerifier(clock)
