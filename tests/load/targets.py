"""What the project promises about speed, held against the measurements of one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Key = tuple[str, str, str, str, int]
"""Scenario, server, call, era, connections (or calls in flight)."""
Results = Mapping[Key, Mapping[str, float]]


@dataclass(frozen=True)
class Verdict:
    """One promise in one cell."""

    target: str
    where: str
    measured: float
    limit: float
    reached: bool
    detail: str

    def __str__(self) -> str:
        mark = "reached" if self.reached else "MISSED "
        return (
            f"{mark}  {self.target:<52} {self.where:<22} {self.measured:>9.4g} (limit {self.limit:.4g}; {self.detail})"
        )


def judge(results: Results) -> list[Verdict]:
    """Every target in every cell that was measured on both sides."""
    return [*_http(results), *_stdio(results), *_start(results), *_list(results)]


def _at_most(target: str, where: str, ours: float, theirs: float, share: float, unit: str) -> Verdict:
    ratio = ours / theirs
    return Verdict(target, where, ratio, share, ratio <= share, f"{ours:,.1f} of {theirs:,.1f} {unit}")


def _http(results: Results) -> Iterator[Verdict]:
    for (scenario, server, call, era, width), ours in results.items():
        if (scenario, server) != ("http", "oxmcp"):
            continue
        where = f"{call} {era} c={width}"
        rivals = (
            ("CPU of a call: at most 1/20 of tuned mcp", ("http", "mcp tuned", "echo_async", era, width), 1 / 20),
            ("CPU of a call: at most 1/35 of mcp as installed", ("http", "mcp", call, era, width), 1 / 35),
            ("CPU of a call: at most twice bare hyper", ("http", "bare hyper", "fixed bytes", "modern", width), 2.0),
        )
        for target, rival, share in rivals:
            if theirs := results.get(rival):
                yield _at_most(target, where, ours["cpu_us"], theirs["cpu_us"], share, "µs")
        if width == 64:
            for name, rival in (("tuned mcp", rivals[0][1]), ("mcp as installed", rivals[1][1])):
                if theirs := results.get(rival):
                    target = f"p99 at 64 connections: at most 1/10 of {name}"
                    yield _at_most(target, where, ours["p99_us"], theirs["p99_us"], 1 / 10, "µs")


def _stdio(results: Results) -> Iterator[Verdict]:
    for (scenario, server, call, era, width), ours in results.items():
        theirs = results.get(("stdio", "mcp", call, era, width))
        if (scenario, server) != ("stdio", "oxmcp") or not theirs:
            continue
        where = f"{call} {era}"
        if width == 64:
            ratio = ours["per_second"] / theirs["per_second"]
            detail = f"{ours['per_second']:,.0f} to {theirs['per_second']:,.0f} calls/s"
            yield Verdict("stdio, 64 in flight: at least 15 times mcp's calls/s", where, ratio, 15, ratio >= 15, detail)
        else:
            target = "stdio, one at a time: at most 1/8 of mcp's CPU"
            yield _at_most(target, where, ours["cpu_us"], theirs["cpu_us"], 1 / 8, "µs")


def _start(results: Results) -> Iterator[Verdict]:
    ours = results.get(("start", "oxmcp", "initialize", "legacy", 1))
    if not ours:
        return
    theirs = results.get(("start", "mcp", "initialize", "legacy", 1), {})
    seconds = ours["cpu_us"] / 1e6
    detail = f"mcp {theirs['cpu_us'] / 1e6:.2f} s" if theirs else "mcp not measured"
    yield Verdict(
        "spawn to first answer: at most 0.15 s of CPU", "three plain tools", seconds, 0.15, seconds <= 0.15, detail
    )
    memory = ours["rss_mib"]
    detail = f"mcp {theirs['rss_mib']:.0f} MiB" if theirs else "mcp not measured"
    yield Verdict("resident after it: at most 35 MiB", "three plain tools", memory, 35, memory <= 35, detail)


def _list(results: Results) -> Iterator[Verdict]:
    for era in ("legacy", "modern"):
        ours = results.get(("list", "oxmcp", "tools/list", era, 1))
        theirs = results.get(("list", "mcp", "tools/list", era, 1))
        if ours and theirs:
            target = "CPU of a list of 500 tools: at most 1/50 of mcp's"
            yield _at_most(target, era, ours["cpu_us"], theirs["cpu_us"], 1 / 50, "µs")
