"""What the pictures of the screens are taken with."""

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.support.app.looks import Looks, svg


@pytest.fixture
def looks(snapshot: SnapshotAssertion) -> Looks:
    """Compare a screen with its accepted pictures."""
    return Looks(svg(snapshot))
