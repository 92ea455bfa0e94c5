"""A folder of keys, made once."""

import shutil

import pytest

from station.identity import keys as folder_of_keys


@pytest.fixture(scope="session")
def made_keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys") / "keys"
    folder_of_keys.make(folder)
    return folder


@pytest.fixture
def keys(made_keys, tmp_path):
    """A copy, which the test may change."""
    return shutil.copytree(made_keys, tmp_path / "keys")
