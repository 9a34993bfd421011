"""Counts what requests cost in instructions, and compares with what `instructions.md` says: `make check-instructions`.

Counted by callgrind, so that it does not matter who else uses the machine: what so many more requests cost, divided by
their number.
`--write WHY` writes the counts down, with the reason; `--only TEXT` looks at the lines that have this text in them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_suffix(".md")
TOLERANCE = 0.03

# Calls in Node, whose compiler and garbage collector are in the counts: more of them, and a wider tolerance.
NODE_CALLS = {"echo": 40_000, "search": 6_000}
NODE_TOLERANCE = 0.05
NODE_PROGRAM = ROOT / "bindings-node" / "benches" / "instructions.mjs"
# On one thread, with nothing left to chance, and so much room that little is collected.
NODE_FLAGS = ["--single-threaded", "--hash-seed=1", "--random-seed=1", "--predictable-gc-schedule"]
NODE_FLAGS += ["--min-semi-space-size=64", "--max-semi-space-size=64"]

# What is asked for, and of how many requests the cost is taken.
ASKED = {"echo": 1000, "search": 100, "echo-1000000": 6, "list-50": 200}
TRANSPORTS = ["memory", "http"]
VERSIONS = ["2025-11-25", "2026-07-28"]
# What must not cost more where there is more of it; sessions are of the older versions, over HTTP.
GROWTH = {
    ("tools-1000", "http", "2025-11-25"): 1000,
    ("tools-1000", "http", "2026-07-28"): 1000,
    ("sessions-10", "http", "2025-11-25"): 1000,
    ("sessions-10000", "http", "2025-11-25"): 1000,
}
CASES = {
    (what, where, version): calls for what, calls in ASKED.items() for where in TRANSPORTS for version in VERSIONS
} | GROWTH
NODE_CASES = {(what, "node", "2026-07-28"): calls for what, calls in NODE_CALLS.items()}
ROW = re.compile(r"^\| `(\S+)` \| (\w+) \| (\S+) \| ([\d,]+) \|$", re.MULTILINE)

INSTALL = """valgrind is missing, which counts the instructions:
  Debian, Ubuntu: sudo apt-get install valgrind
  Fedora: sudo dnf install valgrind
  Arch: sudo pacman -S valgrind
It does not run on macOS with Apple's processors, nor on Windows."""


def build() -> str:
    """Compiles the program that is counted, as it is released; returns its path."""
    command = ["cargo", "bench", "--locked", "-p", "oxmcp-core", "--bench", "instructions", "--no-run"]
    command += ["--message-format=json-render-diagnostics"]
    # Names cost nothing and tell callgrind_annotate where the instructions are.
    environment = {**os.environ, "CARGO_PROFILE_BENCH_STRIP": "none"}
    built = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    return next(path for message in messages if (path := message.get("executable")))


def instructions(program: str, arguments: list[str]) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, *arguments]
    # Without randomised addresses, as far as that can be had, the same is counted each time.
    ran = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=600)
    collected = re.search(r"Collected : (\d+)", ran.stderr)
    if ran.returncode != 0 or collected is None:
        sys.exit(f"{' '.join(command)} failed:\n{ran.stderr}")
    return int(collected[1])


def cost_in_node(case: tuple[str, str, str]) -> int:
    what, calls = case[0], NODE_CALLS[case[0]]
    # By then everything is compiled that will be.
    few = calls // 2
    counted = [
        instructions("node", [*NODE_FLAGS, str(NODE_PROGRAM), what, str(number)]) for number in (few, few + calls)
    ]
    return round((counted[1] - counted[0]) / calls)


def cost(program: str, case: tuple[str, str, str]) -> int:
    calls = CASES[case]
    few, many = max(1, calls // 5), max(1, calls // 5) + calls
    counted = [instructions(program, [*case, str(number)]) for number in (few, many)]
    return round((counted[1] - counted[0]) / calls)


def written(costs: dict[tuple[str, str, str], int], before: str, why: str) -> str:
    """The file with these costs, and why they are no longer what they were."""
    head, _, rest = before.partition("| asked for |")
    table = "| asked for | transport | version | instructions |\n|---|---|---|---:|\n"
    table += "".join(
        f"| `{what}` | {where} | {version} | {cost:,} |\n" for (what, where, version), cost in costs.items()
    )
    changes = rest[rest.index("\n## ") :]
    heading, _, entries = changes.strip().partition("\n\n")
    compiler = subprocess.run(["rustc", "--version"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    entry = f"- {date.today()} ({compiler.stdout.split()[1]}): {why}"
    return f"{head}{table}\n{heading}\n\n{entry}\n{entries}".rstrip() + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", metavar="WHY", help="write the counts down, and why they have changed")
    parser.add_argument("--only", default="", metavar="TEXT", help="only lines with this text, for example 'echo http'")
    options = parser.parse_args()
    try:
        subprocess.run(["valgrind", "--version"], stdout=subprocess.DEVNULL, check=True)
    except FileNotFoundError:
        print(INSTALL, file=sys.stderr)
        return 1
    text = FILE.read_text()
    known = {(what, where, version): int(count.replace(",", "")) for what, where, version, count in ROW.findall(text)}
    cases = [case for case in [*CASES, *NODE_CASES] if options.only in " ".join(case)]
    if not cases:
        return 0
    program = build() if any(case in CASES for case in cases) else ""
    if any(case in NODE_CASES for case in cases):
        subprocess.run(["npm", "run", "--silent", "build"], cwd=ROOT, check=True)
    costs = dict(known) if options.only else {}
    higher, lower = [], []
    for case in cases:
        line = " ".join(case)
        in_node = case in NODE_CASES
        costs[case] = now = cost_in_node(case) if in_node else cost(program, case)
        tolerance = NODE_TOLERANCE if in_node else TOLERANCE
        before = known.get(case)
        change = None if before is None else now / before - 1
        told = "new" if change is None else f"{change:+.1%}"
        print(f"{line:<34} {now:>12,}   {told}", flush=True)
        if change is None or change > tolerance:
            higher.append(line)
        elif change < -tolerance:
            lower.append(line)
    if options.write:
        counted = {case: costs[case] for case in [*CASES, *NODE_CASES] if case in costs}
        FILE.write_text(written(counted, text, options.write))
        print(f"written to {FILE.relative_to(ROOT)}")
        return 0
    if higher:
        print(
            f"\nMore than {TOLERANCE:.0%} (in Node {NODE_TOLERANCE:.0%}) above {FILE.relative_to(ROOT)}: {', '.join(higher)}.",
            file=sys.stderr,
        )
        print("Is it worth that? Then write it down: make check-instructions ARGS='--write \"why\"'", file=sys.stderr)
        return 1
    if lower:
        print(f"\nBelow {FILE.relative_to(ROOT)}: {', '.join(lower)}. Write it down, so that it stays so:")
        print("make check-instructions ARGS='--write \"why\"'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
