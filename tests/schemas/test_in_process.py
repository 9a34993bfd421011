"""What servers say that listen nowhere: to requests that a framework or a test hands them within the process."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest
from exchanges import Exchanges
from judge import Judge
from processes import NODE, ROOT

TESTS = ROOT / "bindings-node" / "tests"
WITHIN = 300.0
"""Seconds that all of them may take."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What was said in the tests of the npm package whose servers are handed requests, a file for each process."""
    folder = tmp_path_factory.mktemp("recorded")
    tests = [file for file in sorted(TESTS.glob("*.test.ts")) if "./support/http.js" in file.read_text("utf-8")]
    assert len(tests) > 5
    ran = subprocess.run(
        [NODE, "--import", "tsx", "--import", str(Path(__file__).with_name("record.mjs")), "--test", *map(str, tests)],
        cwd=ROOT,
        env={**os.environ, "RECORD_IN": str(folder)},
        capture_output=True,
        timeout=WITHIN,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout.decode()[-3000:]
    return sorted(folder.iterdir())


def test_all_that_servers_say_without_a_listener_fits_the_official_schemas(recorded: list[Path]) -> None:
    judge = Judge()
    for file in recorded:
        exchanges = Exchanges(judge)
        for line in file.read_text("utf-8").splitlines():
            record = json.loads(line)
            asked, told = ({name.lower(): value for name, value in record[which]} for which in ("asked", "told"))
            exchanges.judge_answer(asked, base64.b64decode(record["request"]), told, record["answer"].encode())
    assert judge.judged > 300 and judge.flaws == []
