import pytest
from django.test import Client


@pytest.fixture
def client2():
    """Another browser."""
    return Client()
