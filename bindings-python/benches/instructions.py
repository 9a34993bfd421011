"""Counts what calls cost in Python, in instructions, and compares with the last section of `core/benches/instructions.md`.

A part of `make check-instructions`. Counted by callgrind over stdio, one call after the other, in one process that has served
some calls before: the interpreter, pydantic and the user's function are in it. `--write` and `--only` are as for Rust.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "core/benches/instructions.md"
SERVER = Path(__file__).with_name("served.py")

TOLERANCE = 0.03
"""As for Rust: the same calls of one process differ by less than a hundredth."""
WARM = 300
"""So many calls are made before those that are counted: the first build validators, and the I/O moves to where calls run."""
BATCHES = 4
"""The cheapest counts: on a busy machine a call takes so long now and then that the next goes to another thread."""

QUERY = {
    "query": {
        "text": "lamp",
        "filters": [{"field": "maker", "operator": "equals", "value": "brass"}],
        "range": {"first": 1, "last": 200},
    },
    "limit": 20,
}
ASKED: dict[str, tuple[int, dict[str, Any]]] = {
    "echo": (100, {"text": "hello"}),
    "echo_async": (100, {"text": "hello"}),
    "search": (20, QUERY),
    "search_made": (20, QUERY),
}
"""Tools, how many calls are counted, and their arguments."""

VERSION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
SECTION = "\n## Python\n"
ROW = re.compile(r"^\| `python (\w+)` \| ([\d,]+) \|$", re.MULTILINE)
ABOUT = """
Over stdio, one call after the other, with the interpreter, pydantic and the user's function in it; CPython {python}, pydantic
{pydantic}. `search` makes 20 records of a nested pydantic model; `search_made` returns those of the call before, so that it is
what oxmcp and pydantic's serializer cost.

| asked for | instructions |
|---|---:|
"""


class Counted:
    """The server under callgrind."""

    def __init__(self, folder: str) -> None:
        self._out = Path(folder) / "counts"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={self._out}", sys.executable, str(SERVER)]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        self._log = open(Path(folder) / "log", "w+")
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._log, env=environment, text=True)
        self._dumps = 0

    def __enter__(self) -> Counted:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._log.close()

    def call(self, tool: str, arguments: dict[str, Any], number: int) -> None:
        """Calls a tool so many times, one call after the other."""
        assert self._process.stdin is not None and self._process.stdout is not None
        params = {"name": tool, "arguments": arguments, "_meta": META}
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}) + "\n"
        answer = ""
        for _ in range(number):
            self._process.stdin.write(request)
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if '"content"' not in answer or '"isError"' in answer:
            self._log.seek(0)
            sys.exit(f"{tool} was answered {answer!r}\n{self._log.read()}")

    def total(self) -> int:
        """What was counted since this was asked last."""
        subprocess.run(["vgdb", f"--pid={self._process.pid}", "dump"], check=True, capture_output=True, timeout=120)
        self._dumps += 1
        dump = self._out.with_name(f"{self._out.name}.{self._dumps}")
        for _ in range(100):
            found = re.search(r"^totals: (\d+)", dump.read_text() if dump.exists() else "", re.MULTILINE)
            if found:
                return int(found[1])
            time.sleep(0.1)
        sys.exit(f"callgrind wrote no counts to {dump}")


def count(only: str, keep: str | None) -> dict[str, int]:
    """What one call of each tool costs."""
    costs: dict[str, int] = {}
    asked = {tool: case for tool, case in ASKED.items() if only in f"python {tool}"}
    if not asked:
        return costs
    with tempfile.TemporaryDirectory() as folder, Counted(keep or folder) as server:
        for tool, (calls, arguments) in asked.items():
            server.call(tool, arguments, WARM)
            server.total()
            batches = []
            for _ in range(BATCHES):
                server.call(tool, arguments, calls)
                batches.append(server.total() / calls)
            costs[tool] = round(min(batches))
    return costs


def written(costs: dict[str, int], before: str, why: str) -> str:
    """The file with these costs, and why they are no longer what they were."""
    import pydantic

    head, _, section = before.partition(SECTION)
    entries = [line for line in section.splitlines() if line.startswith("- ")]
    version = sys.version.split()[0]
    table = "".join(f"| `python {tool}` | {cost:,} |\n" for tool, cost in costs.items())
    about = ABOUT.format(python=version, pydantic=pydantic.VERSION)
    changes = "\n".join([f"- {date.today()} (CPython {version}): {why}", *entries])
    return f"{head.rstrip()}\n{SECTION}{about}{table}\n{changes}\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", metavar="WHY", help="write the counts down, and why they have changed")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="only lines with this text, for example 'python echo'"
    )
    parser.add_argument("--keep", metavar="FOLDER", help="leave what callgrind wrote there, for callgrind_annotate")
    options = parser.parse_args()
    text = FILE.read_text()
    known = {tool: int(cost.replace(",", "")) for tool, cost in ROW.findall(text)}
    counted = count(options.only, options.keep)
    higher, lower = [], []
    for tool, now in counted.items():
        change = None if tool not in known else now / known[tool] - 1
        print(f"{'python ' + tool:<34} {now:>12,}   {'new' if change is None else f'{change:+.1%}'}", flush=True)
        if change is None or change > TOLERANCE:
            higher.append(tool)
        elif change < -TOLERANCE:
            lower.append(tool)
    if options.write and counted:
        FILE.write_text(written({**known, **counted}, text, options.write))
        print(f"written to {FILE.relative_to(ROOT)}")
        return 0
    if higher:
        print(f"\nMore than {TOLERANCE:.0%} above {FILE.relative_to(ROOT)}: {', '.join(higher)}.", file=sys.stderr)
        print("Is it worth that? Then write it down: make check-instructions ARGS='--write \"why\"'", file=sys.stderr)
        return 1
    if lower:
        print(f"\nBelow {FILE.relative_to(ROOT)}: {', '.join(lower)}. Write it down, so that it stays so:")
        print("make check-instructions ARGS='--write \"why\"'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
