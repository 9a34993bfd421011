"""Parameters of the interoperability tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import EVERYTHING_LANGUAGES, judged_stdio_command

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="module", params=EVERYTHING_LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """What the everything server that clients speak to is written in."""
    return str(request.param)


@pytest.fixture
def everything_command(language: str, tmp_path: Path) -> Iterator[list[str]]:
    """The command with which a client starts the everything server over pipes; what it says is judged."""
    with judged_stdio_command("everything_server", language, tmp_path / "misfits.txt") as command:
        yield command
