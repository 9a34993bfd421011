"""The servers that are asked, and those who ask them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from places import Peer, Servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The everything servers, for all tests of this folder."""
    servers = Servers()
    yield servers
    servers.close()


@pytest.fixture
def peer(request: pytest.FixtureRequest, servers: Servers) -> Peer:
    """Who asks in one place; `everywhere` says which."""
    return servers.peer(request.param)


@pytest.fixture(scope="session")
def asking() -> Iterator[Servers]:
    """The asking servers, for all tests of this folder."""
    servers = Servers("asking_server")
    yield servers
    servers.close()


@pytest.fixture(scope="session")
def impatient() -> Iterator[Servers]:
    """Asking servers whose clients have to be quick."""
    servers = Servers("asking_server", {"STATE_SECONDS": "0.3"})
    yield servers
    servers.close()
