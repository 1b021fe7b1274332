"""The fixture of the tests of batch inference."""

from __future__ import annotations

import pytest
from batches import Batch


@pytest.fixture
def batch(client):
    """Batch inference with one bucket."""
    return Batch(client)
