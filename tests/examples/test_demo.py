"""The demo, as `make demo` runs it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


def test_the_demo_runs_to_its_end_without_colour_where_there_is_no_terminal() -> None:
    done = subprocess.run(
        [sys.executable, str(DEMO)],
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=150,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    assert re.search(r"Python +HTTP, modern +2026-07-28", done.stdout)
    assert re.search(r"TypeScript +HTTP, modern +2026-07-28", done.stdout)
    assert "All eight ways gave the same answers" in done.stdout
