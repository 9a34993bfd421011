"""Measurements as tables of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

from .cells import NO_WIRE, OPERATIONS, Cell, Results
from .contenders import CONTENDERS, LANGUAGES, OURS, PEER
from .plan import BEST_JSON, MODERN, MODERN_STREAM, SESSION, SESSION_STREAM

NOTHING = "–"
FAILED = "✗"


@dataclass(frozen=True)
class Figure:
    """One of the numbers of a measurement, and how it is written."""

    name: str
    unit: str
    scale: float = 1.0

    def text(self, number: float | None) -> str:
        """With as many digits as mean something."""
        if number is None:
            return NOTHING
        number *= self.scale
        return f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.1f}" if abs(number) >= 1 else f"{number:,.2f}"


CPU = Figure("cpu_us", "CPU µs")
RATE = Figure("per_second", "calls/s")
P50, P99 = Figure("p50_us", "p50 ms", 1e-3), Figure("p99_us", "p99 ms", 1e-3)
MEMORY = Figure("rss_mib", "MiB")


@dataclass(frozen=True)
class Column:
    """A column of a table: which cell of a server, and which of its figures."""

    heading: str
    figure: Figure
    cell: Callable[[str], Cell | None]


def markdown(heading: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """A table; the first columns to the left, the others to the right."""
    lines = ["| " + " | ".join(heading) + " |"]
    lines.append("|" + "|".join("---" if number < left else "---:" for number in range(len(heading))) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def by_server(results: Results, columns: Sequence[Column], failed: Container[Cell] = ()) -> str:
    """A row for each server that was measured in one of the columns, languages one after the other, ours first in bold.

    `failed`: cells that were tried; a server that could do nothing of a table has its row as well.
    """
    rows = []
    for language in LANGUAGES:
        contenders = [contender for contender in CONTENDERS.values() if contender.language == language]
        for contender in contenders:
            figures = []
            for column in columns:
                cell = column.cell(contender.name)
                taken = results.get(cell) if cell else None
                is_failure = cell in failed and taken is None
                number = taken.get(column.figure.name) if taken else None
                figures.append(FAILED if is_failure else column.figure.text(number))
            if any(figure != NOTHING for figure in figures):
                title = f"**{contender.title}**" if contender.role == OURS else contender.title
                rows.append([language, title, *figures])
    return markdown(["", "server", *(column.heading for column in columns)], rows, left=2)


def best_wire(server: str) -> str:
    """Where it answers JSON at least cost."""
    return BEST_JSON.get(server, MODERN)


def at(operation: str, width: int, wire: str | None = None) -> Callable[[str], Cell]:
    """The cell of an operation; in the server's best way where none is named."""
    return lambda server: Cell(operation, server, best_wire(server) if wire is None else wire, width)


def first_of(results: Results, operation: str, width: int, *wires: str) -> Callable[[str], Cell | None]:
    """The first of these ways that was measured."""

    def find(server: str) -> Cell | None:
        cells = (Cell(operation, server, wire, width) for wire in wires)
        return next((cell for cell in cells if cell in results), None)

    return find


COMPARED = (CPU, P99, RATE, MEMORY)
"""What one can be behind in."""
FAMILIES = {MODERN: MODERN, SESSION: MODERN, MODERN_STREAM: MODERN_STREAM, SESSION_STREAM: MODERN_STREAM}
"""Where a peer has no such way, ours is held against it in the other era, as people would choose it."""


def losses(results: Results) -> list[list[str]]:
    """Every cell in which a peer of the same language is ahead of ours, the plainest ones first."""
    found: list[tuple[float, list[str]]] = []
    for cell, theirs in results.items():
        contender = CONTENDERS.get(cell.server)
        if not contender or contender.role != PEER or cell.wire == NO_WIRE:
            continue
        name = f"oxmcp-{contender.language.lower()}"
        same = Cell(cell.operation, name, cell.wire, cell.width, cell.cores)
        other = Cell(cell.operation, name, FAMILIES.get(cell.wire, cell.wire), cell.width, cell.cores)
        ours = results.get(same) or results.get(other)
        if not ours:
            continue
        for figure in COMPARED:
            mine, other_number = ours.get(figure.name), theirs.get(figure.name)
            if not mine or not other_number:
                continue
            # In some scenarios a rate is fixed by a pause, and in all of them a memory by what was done before.
            behind = other_number / mine if figure is RATE else mine / other_number
            if behind > 1:
                row = [
                    contender.language,
                    cell.operation,
                    f"{cell.wire}, {cell.width} wide",
                    figure.unit,
                    figure.text(mine),
                    f"{contender.title}: {figure.text(other_number)}",
                    f"{behind:.2f} ×",
                ]
                found.append((behind, row))
    return [row for _, row in sorted(found, key=lambda entry: -entry[0])]


def title_of(operation: str) -> str:
    """What an operation is, in words."""
    return OPERATIONS[operation].title
