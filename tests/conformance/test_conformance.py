"""The official conformance suite as a test: see run.py for a report one can read."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from processes import EVERYTHING_LANGUAGES

RUNNER = Path(__file__).with_name("run.py")


@pytest.mark.parametrize("language", EVERYTHING_LANGUAGES, indirect=True)
@pytest.mark.skipif(shutil.which("npm") is None, reason="the suite comes from npm")
def test_the_official_suite_finds_nothing_wrong(language: str, tmp_path: Path) -> None:
    """All versions, all scenarios, warnings counted as failures."""
    command = [sys.executable, str(RUNNER), "--server", language, "--output", str(tmp_path)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    print(finished.stdout, finished.stderr)
    assert finished.returncode == 0
