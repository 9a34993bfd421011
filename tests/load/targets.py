"""How what was promised about speed is held against the measurements of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One thing that is measured."""

    scenario: str  # http, stdio, list, start, ask, ask-pipe, import, size
    server: str
    call: str
    era: str
    connections: int  # calls in flight over stdio
    cores: int = 1  # that the server may use; with two it shares the second with the load

    @staticmethod
    def heading() -> str:
        """What the parts of a line are."""
        return f"{'scenario':<8} {'server':<14} {'call':<11} {'era':<7} {'width':>5} {'cores':>5}"

    def __str__(self) -> str:
        era = f"{self.era:<7} {self.connections:>5} {self.cores:>5}"
        return f"{self.scenario:<8} {self.server:<14} {self.call:<11} {era}"


Results = Mapping[Cell, Mapping[str, float]]


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
            f"{mark}  {self.target:<52} {self.where:<34} {self.measured:>9.4g} (limit {self.limit:.4g}; {self.detail})"
        )


def at_most(target: str, where: str, ours: float, theirs: float, share: float, unit: str) -> Verdict:
    """We cost no more than this share of what they cost."""
    ratio = ours / theirs
    return Verdict(target, where, ratio, share, ratio <= share, f"{ours:,.1f} of {theirs:,.1f} {unit}")


def at_least(target: str, where: str, ours: float, theirs: float, times: float, unit: str) -> Verdict:
    """We do at least so many times what they do."""
    ratio = ours / theirs
    return Verdict(target, where, ratio, times, ratio >= times, f"{ours:,.0f} to {theirs:,.0f} {unit}")


def below(target: str, where: str, ours: float, limit: float, detail: str) -> Verdict:
    """We cost no more than this."""
    return Verdict(target, where, ours, limit, ours <= limit, detail)
