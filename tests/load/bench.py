"""The benchmark: what a request costs oxmcp, its peers, and servers that do nothing, side by side.

Usage: python tests/load/bench.py [--quick] [--servers …] [--languages …] [--operations …] [--wires …] [--widths …]

Everything: writes BENCHMARKS.md and its pictures (docs/benchmarks). Narrowed or quick: writes the same to target/load/report.
Not a test: the exit code does not depend on the numbers.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent))

from benchmark import effort, plots, report, rounds
from benchmark.cells import OPERATIONS, WIRES, Cell
from benchmark.clocks import Calm, allow_many_files
from benchmark.contenders import CONTENDERS, HERE, LANGUAGES, ROOT, TARGET_DIR
from benchmark.machine import machine, versions
from benchmark.measuring.load import LOAD_CORE
from benchmark.plan import plan
from benchmark.targets import judge

RESULTS = TARGET_DIR / "results.json"


def main() -> int:
    """Build what is ours, measure, write."""
    options = _options()
    if options.render:
        run, about = rounds.load(options.render)
        _write(run, about, options.render, options.render.parent / "report")
        return 0
    cells = [cell for cell in plan(options.quick) if _is_wanted(cell, options)]
    chosen = effort.QUICK if options.quick else effort.FULL
    chosen = replace(
        chosen,
        rounds=options.rounds or chosen.rounds,
        seconds=options.seconds or chosen.seconds,
        calls=options.calls or chosen.calls,
    )
    planned = rounds.planned_seconds(cells, chosen)
    chosen = replace(chosen, calm=Calm(options.calm, planned * CALM_SHARE))
    if options.list:
        print("\n".join(map(str, cells)))
        print(f"{len(cells)} cells, about {planned / 60:.0f} minutes")
        return 0
    if not cells:
        print("Nothing is measured that is all of this.", file=sys.stderr)
        return 2
    _build()
    RESULTS.unlink(missing_ok=True)  # of an earlier run, which nobody is to take for this one
    allow_many_files()
    os.sched_setaffinity(0, {LOAD_CORE})
    narrowed = any(getattr(options, name) for name in NARROWING)
    # Whoever ends it in whatever way ends the servers with it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        _measure(cells, chosen, planned, narrowed, options)
    except KeyboardInterrupt:
        print(f"\nEnded. If a round was over, --render {RESULTS} writes about it.", file=sys.stderr)
        return 130
    run, about = rounds.load(RESULTS)
    _write(run, about, RESULTS, TARGET_DIR / "report" if options.quick or narrowed else None)
    return 0


NARROWING = ("servers", "languages", "operations", "wires", "widths", "rounds", "seconds", "calls")
CALM_SHARE = 0.08
"""How much of the planned time may be spent on waiting for others, at most."""


def _measure(
    cells: list[Cell], chosen: effort.Effort, planned: float, narrowed: bool, options: argparse.Namespace
) -> None:
    """Into the file of results, which is there from the first round on: what ends a run does not end what it has measured."""
    begun = time.monotonic()
    about: dict[str, object] = {
        "date": date.today().isoformat(),
        "quick": options.quick,
        "narrowed": narrowed,
        "machine": machine(),
        "versions": versions(),
    }
    with tqdm(total=planned, unit="s", bar_format=BAR, disable=options.verbose) as bar:
        shown = rounds.Bar(bar.update, lambda words: bar.set_postfix_str(words[:72]))
        say = (lambda line: print(line, file=sys.stderr, flush=True)) if options.verbose else (lambda line: None)
        for run in rounds.run(cells, chosen, shown, say, begun + options.within * 60):
            about |= {
                "minutes": round((time.monotonic() - begun) / 60),
                "rounds": run.rounds,
                "calm": {"each": chosen.calm.each, "waited": chosen.calm.waited, "in_vain": chosen.calm.in_vain},
            }
            rounds.save(RESULTS, run, about)


BAR = "{percentage:3.0f} % |{bar:30}| {elapsed} gone, {remaining} left  {postfix}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short round of the most important cells")
    parser.add_argument(
        "--servers", nargs="+", choices=[*CONTENDERS, "node"], metavar="NAME", help=", ".join(CONTENDERS)
    )
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES)
    parser.add_argument(
        "--operations", nargs="+", metavar="NAME", help=", ".join(OPERATIONS) + "; * stands for anything"
    )
    parser.add_argument("--wires", nargs="+", choices=[wire for wire in WIRES if wire])
    parser.add_argument("--widths", nargs="+", type=int, help="connections, or calls under way over stdio")
    parser.add_argument("--rounds", type=int, help="instead of as many as usual")
    parser.add_argument("--seconds", type=float, help="of one measurement, instead of as many as usual")
    parser.add_argument("--calls", type=int, help="after which a server's memory is read last, instead of a million")
    parser.add_argument("--calm", type=float, default=0, help="wait so many seconds for others before each measurement")
    parser.add_argument("--within", type=float, default=55, help="minutes after which nothing more is begun (55)")
    parser.add_argument("--list", action="store_true", help="what would be measured, and how long that takes")
    parser.add_argument("--render", type=Path, metavar="FILE", help="write the report of an earlier run's results.json")
    parser.add_argument("--verbose", action="store_true", help="show every measurement instead of the bar")
    return parser.parse_args()


def _is_wanted(cell: Cell, options: argparse.Namespace) -> bool:
    contender = CONTENDERS.get(cell.server)
    return (
        (not options.servers or cell.server in options.servers)
        and (not options.languages or (contender is not None and contender.language in options.languages))
        and (not options.operations or any(fnmatch.fnmatch(cell.operation, name) for name in options.operations))
        and (not options.wires or cell.wire in options.wires)
        and (not options.widths or cell.width in options.widths)
    )


def _build() -> None:
    """With what cargo says: it is quick when nothing has changed, and takes minutes, or waits for another, when something has."""
    for crate in ("generator", "rust"):
        manifest = HERE / crate / "Cargo.toml"
        print(
            f"Building {manifest.parent.relative_to(ROOT)}, the first time for some minutes:",
            file=sys.stderr,
            flush=True,
        )
        command = ["cargo", "build", "--release", "--locked", "--manifest-path", str(manifest)]
        subprocess.run([*command, "--target-dir", str(TARGET_DIR)], check=True)


def _write(run: rounds.Run, about: dict[str, object], source: Path, elsewhere: Path | None) -> None:
    document = elsewhere / "BENCHMARKS.md" if elsewhere else ROOT / "BENCHMARKS.md"
    pictures = elsewhere / "plots" if elsewhere else ROOT / "docs" / "benchmarks"
    drawn = plots.write_all(run.results, pictures)
    document.write_text(report.write(run, about, drawn, str(pictures.relative_to(document.parent))))
    verdicts = judge(run.results)
    for verdict in verdicts:
        mark = "reached" if verdict.reached else "MISSED "
        print(
            f"{mark}  {verdict.target} ({verdict.where}): {verdict.measured}, limit {verdict.limit}  {verdict.detail}"
        )
    print(f"{len(run.results)} cells measured, {len(run.failures)} not; everything is in {document} and {source}.")


if __name__ == "__main__":
    sys.exit(main())
