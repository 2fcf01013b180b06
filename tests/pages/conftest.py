"""What several tests of the pages start from."""

import pytest

from tests.toy import Toy, forget


@pytest.fixture
def toy(tmp_path, monkeypatch):
    yield Toy(tmp_path, monkeypatch)
    forget()
