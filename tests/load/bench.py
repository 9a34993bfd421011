"""The benchmark behind `make bench-python` and `make bench-node`: what one request costs a server, next to its peers.

Usage: python tests/load/bench.py python|node [--quick] [--only http stdio start list …] [--servers oxmcp mcp …] [--json FILE]

The method is told in method.py, the servers in python_suite.py and node_suite.py. Not a test: the exit code does not
depend on the numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import node_suite
import python_suite
from method import HERE, LOAD_CORE, TARGET_DIR, run, table

SUITES = {"python": python_suite.SUITE, "node": node_suite.SUITE}


def main() -> int:
    """Build the generator, measure, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--quick", action="store_true", help="one short round, for development: not for publication")
    scenarios = ("http", "stdio", "start", "list", "ask", "ask-pipe", "import", "size")
    parser.add_argument("--only", nargs="+", choices=scenarios, help="some scenarios")
    parser.add_argument("--servers", nargs="+", help="some servers")
    parser.add_argument("--calls", nargs="+", help="some calls")
    parser.add_argument("--eras", nargs="+", help="some eras: legacy modern")
    parser.add_argument("--connections", nargs="+", type=int, help="some numbers of connections")
    parser.add_argument("--rounds", type=int, help="instead of as many as usual")
    parser.add_argument("--calm", type=float, default=0, help="wait so many seconds for others before each measurement")
    parser.add_argument("--json", type=Path, help="write everything to this file")
    parser.add_argument("--verbose", action="store_true", help="show every run")
    options = parser.parse_args()
    suite = SUITES[options.suite]
    cargo = ["cargo", "build", "--release", "--quiet", "--manifest-path", str(HERE / "generator" / "Cargo.toml")]
    subprocess.run([*cargo, "--target-dir", str(TARGET_DIR)], check=True)
    os.sched_setaffinity(0, {LOAD_CORE})
    chosen = [
        cell
        for cell in suite.cells(options.quick)
        if (not options.only or cell.scenario in options.only)
        and (not options.servers or cell.server in options.servers)
        and (not options.calls or cell.call in options.calls)
        and (not options.eras or cell.era in options.eras)
        and (not options.connections or cell.connections in options.connections)
    ]
    effort = suite.quick if options.quick else suite.full
    effort = replace(effort, patience=options.calm)
    if options.rounds:
        effort = replace(effort, rounds=options.rounds)
    say = (lambda line: print(line, file=sys.stderr, flush=True)) if options.verbose else (lambda line: None)
    results = run(suite, chosen, effort, say)
    if not options.only or "size" in options.only:
        results |= suite.sizes()
    verdicts = list(suite.judge(results))
    print(table(results))
    print()
    print("\n".join(str(verdict) for verdict in verdicts))
    if options.json:
        machine = {"kernel": platform.release(), "cores": str(os.cpu_count())}
        document = {
            "versions": machine | suite.versions(),
            "quick": options.quick,
            "cells": [asdict(cell) | measured for cell, measured in results.items()],
            "targets": [asdict(verdict) for verdict in verdicts],
        }
        options.json.write_text(json.dumps(document, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
