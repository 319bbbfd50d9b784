import pytest
from django.test import Client

from tests.people.alone import ground_alone  # noqa: F401


@pytest.fixture(autouse=True)
def _alone(ground_alone):  # noqa: F811
    """These tests are of the ground alone."""


@pytest.fixture
def client2():
    """Another browser."""
    return Client()
