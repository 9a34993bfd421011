"""What is written of a run: BENCHMARKS.md."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from .cells import OPERATIONS, WIRES, Results
from .rounds import Run
from .sections import sections
from .tables import losses, markdown
from .targets import Verdict, judge

PICTURES = {
    "echo": "CPU time of the server for one plain call",
    "search": "CPU time of the server for one search",
    "connections": "Calls a second by the number of connections",
    "bytes": "CPU time of a call by the length of its text",
}

CAPTIONS = {
    "echo": "A text and back, 16 connections, each server in the way in which it answers JSON at least cost.",
    "search": "Nested arguments in, 20 records with an output schema out; otherwise as above.",
    "connections": "Each connection has one call under way; the load generator has a core of its own, the server the other.",
    "bytes": "Sixteen connections, from 100 kB on four.",
}

METHOD = """\
The server is pinned to one core and the load to another. What a request costs is the CPU time of the whole server process (all
threads, children included, the kernel's work for it too) between two readings of its CPU clock, divided by the answers
received between them. Every answer's id and content are checked, but for the servers that answer fixed bytes. Each connection
has one call under way; over stdio so many calls are under way in one pipe. A process is warmed up before its first
measurement, longer where a compiler works while the program runs, and a little before each further one. All servers take part
in every round, one after the other, and figures are medians of the rounds. CPU time is what to compare: calls a second and
waiting times depend on how fast the load generator gets its turn.

Servers of one language offer the same tools, with the same code where the packages allow it. `mcp` and `fastmcp` are measured
as `pip install` leaves them (asyncio, h11, their own logs); tuned is uvloop, httptools, quiet logs and coroutine functions.
`@modelcontextprotocol/server` serves 2026-07-28 by `createMcpHandler` as its documentation shows it. rmcp shares one table of
tools among all requests, and has no JSON answers in sessions. `fastmcp` of npm knows no output schemas: what it answers to a
`search` is a text, half as long as the others'. It lets each new session wait for a second, so that nobody holds a thousand of
them here. The Rust servers, hyper among them, are compiled with the same
settings and have the same allocator, mimalloc, which oxmcp recommends to those who write servers in Rust. Its addon for
Node has mimalloc as well; the native module of its Python package has the allocator of the system.

The ceilings do not speak the protocol. "hyper, fixed bytes" reads the request and answers as many bytes as oxmcp does;
"hyper, the request's own bytes" answers what it was sent; `node:http` parses the message, checks the arguments with zod, calls
the function and writes the answer.

TM Dev Lab's workload is that of the first of its two comparisons of MCP servers, whose tools need nothing but themselves: fifty
users with a session each, who list the tools, calculate a Fibonacci number (of 10), fetch something over HTTP (from a server
on the load's core), turn the texts of an object into capitals, and wait for a database that takes 10 ms. The arguments are
ours; there is no pause between requests, so that calls a second say what a server can do, and theirs, with pauses, do not.

oxmcp tells clients to come back when more than 1,000 sessions begin in a second; here it does not, or the load could not begin
as many at once. Its other limits are as they are, but for the longest body where texts are longer than that.

What fails is told with its reason; a server that hangs or ends is started anew for what is left to measure of it.

`make bench` repeats all of it, in less than an hour on two cores; `make bench-quick` some of it in five minutes.
`make bench ARGS="--help"` lists what it can be narrowed by; `--calm 5` waits for others before each measurement."""


def write(run: Run, about: Mapping[str, object], pictures: list[str], folder: str) -> str:
    """The whole document; `folder` is where its pictures are, as seen from it."""
    results = run.results
    verdicts = judge(results)
    parts = [
        "# Benchmarks",
        _about(about),
        _in_short(run, verdicts),
        *(f"![{PICTURES[name]}]({folder}/{name}.svg)\n\n{PICTURES[name]}. {CAPTIONS[name]}" for name in pictures),
        *sections(results, set(run.failures)),
        "## Where oxmcp is behind",
        _behind(results),
        "## Promises",
        _promises(verdicts),
        "## Noise",
        _noise(results, about),
        *(["## Not measured", _failures(run)] if run.failures else []),
        "## Method",
        METHOD,
        "## Machine and versions",
        _machine(about),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(about: Mapping[str, object]) -> str:
    kind = "A quick run, for a first impression: one short round." if about.get("quick") else ""
    narrowed = "Narrowed: not everything was measured." if about.get("narrowed") else ""
    written = (
        f"Written by `make bench` on {about['date']}, after {_counted(about['rounds'], 'round')} in "
        f"{_counted(about['minutes'], 'minute')}. "
        "oxmcp next to the packages it is compared with, and to servers that do nothing: what a request costs, how many a core "
        "answers, how long they wait. Smaller is better everywhere but for calls a second. How it is measured, with what, and "
        "how far to trust it is told at the end."
    )
    return "\n\n".join(part for part in (kind, narrowed, written) if part)


def _counted(number: object, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _in_short(run: Run, verdicts: list[Verdict]) -> str:
    """What a reader in a hurry must not miss: where it is not as good as one would think."""
    behind, missed = len(losses(run.results)), sum(not verdict.reached for verdict in verdicts)
    words = [f"In {behind or 'none'} of the figures below a peer is ahead: [where](#where-oxmcp-is-behind)."]
    if verdicts:
        words.append(f"Of {len(verdicts)} promises about speed {missed or 'none'} are missed: [which](#promises).")
    if run.failures:
        words.append(
            f"{_counted(len(run.failures), 'cell')} could not be measured, or not always: [why](#not-measured)."
        )
    return " ".join(words)


def _behind(results: Results) -> str:
    rows = losses(results)
    if not rows:
        return "Nowhere, among the peers measured in this run."
    heading = ["", "operation", "way", "figure", "oxmcp", "peer", "behind by"]
    words = "Every cell of this run in which a peer of the same language is ahead, in whatever figure."
    return words + "\n\n" + markdown(heading, rows, left=4)


def _promises(verdicts: list[Verdict]) -> str:
    if not verdicts:
        return "None of them concerns what was measured."
    missed = sum(not verdict.reached for verdict in verdicts)
    rows = [
        [
            verdict.target,
            verdict.where,
            verdict.limit,
            verdict.measured,
            "reached" if verdict.reached else "**missed**",
            verdict.detail,
        ]
        for verdict in verdicts
    ]
    words = (
        f"{len(verdicts) - missed} reached, {missed} missed. A ratio is ours to theirs, "
        "of CPU time unless something else is named."
    )
    return words + "\n\n" + markdown(["promise", "way", "limit", "measured", "", "figures"], rows, left=2)


def _noise(results: Results, about: Mapping[str, object]) -> str:
    spreads = sorted(spread for taken in results.values() if (spread := taken.spread("cpu_us")) is not None)
    others = [
        sample["others_percent"] for taken in results.values() for sample in taken.samples if "others_percent" in sample
    ]
    words = []
    if spreads:
        words.append(
            f"From the lowest to the highest of the rounds a cell's CPU time differed by {median(spreads):.0%} of its median "
            f"(half of the cells by less, one in ten by more than {spreads[len(spreads) * 9 // 10]:.0%})."
        )
    else:
        words.append("One round only: nothing is known about how far figures differ from one to the next.")
    rounds = int(str(about["rounds"]))
    in_rounds = [taken for cell, taken in results.items() if OPERATIONS[cell.operation].measure in ("load", "ask")]
    if fewer := sum(len(taken.samples) < rounds for taken in in_rounds):
        words.append(f"{fewer} of {len(in_rounds)} cells were measured in fewer than {rounds} rounds.")
    if others:
        loud = sum(other > 10 for other in others) / len(others)
        words.append(
            f"Other programs used {median(others):.1f} % of the machine's CPU time during half of the measurements or more, "
            f"{max(others):.0f} % at most; in {loud:.0%} of the measurements they used more than 10 %."
        )
    calm = dict(about.get("calm") or {})  # type: ignore[call-overload]
    if calm.get("each"):
        words.append(
            f"Before each measurement the others were waited for, for {calm['each']:g} s at most and {calm['waited']:.0f} s in "
            f"all, {calm['in_vain']} times in vain."
        )
    return " ".join(words)


def _failures(run: Run) -> str:
    rows = [[str(cell), why.replace("|", "\\|").replace("\n", " ")[:160]] for cell, why in run.failures.items()]
    return markdown(["cell", "why, in the last round"], rows, left=2)


def _machine(about: Mapping[str, object]) -> str:
    rows = [[name, str(value)] for part in ("machine", "versions") for name, value in dict(about[part]).items()]  # type: ignore[call-overload]
    ways = "; ".join(f"*{name}*: {meaning}" for name, meaning in WIRES.items() if name)
    return markdown(["", ""], rows, left=2) + f"\n\nWays to a server: {ways}."
