"""What all cross tests share: the way to the server processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "servers"))

from processes import (
    DATABASE_ASSISTANT,
    LANGUAGES,
    NODE,
    SERVERS,
    HttpProcess,
    StdioProcess,
    free_port,
    serve_http,
    serve_stdio,
)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """What the server under test is written in: a test that uses a server runs once for each."""
    return str(request.param)


@pytest.fixture(scope="module")
def everything_http(language: str) -> Iterator[HttpProcess]:
    """The everything server over HTTP, one process for the whole file."""
    with serve_http("everything_server", language) as server:
        yield server


@pytest.fixture
def everything_stdio(language: str) -> Iterator[StdioProcess]:
    """The everything server over pipes, a fresh process for each test."""
    with serve_stdio("everything_server", language) as server:
        yield server


@pytest.fixture(scope="module")
def assistant_http() -> Iterator[HttpProcess]:
    """The example's database assistant over HTTP."""
    port = free_port()
    with HttpProcess([sys.executable, str(DATABASE_ASSISTANT), "--http", str(port)], port=port) as server:
        yield server


@pytest.fixture(scope="module")
def express_app() -> Iterator[HttpProcess]:
    """An express app that mounts the TypeScript server, as people of both official packages do."""
    port = free_port()
    with HttpProcess([NODE, str(SERVERS / "express_app.mjs"), "--port", str(port)], port=port, path="/sessions") as app:
        yield app


@pytest.fixture(scope="module")
def hono_app() -> Iterator[HttpProcess]:
    """A hono app that mounts the TypeScript server."""
    port = free_port()
    with HttpProcess([NODE, str(SERVERS / "hono_app.mjs"), "--port", str(port)], port=port) as app:
        yield app
