"""A whole run: every cell, as often as planned, the servers one after the other in every round."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from .cells import OPERATIONS, Cell, Numbers, Taken
from .effort import Effort
from .measuring.asking import measure_asking
from .measuring.http import BACKEND, FAILURES, by_process, http_server, measure_http, measure_idle, measure_uptime
from .measuring.load import LOAD_CORE
from .measuring.stdio import measure_import, measure_size, measure_start, measure_stdio
from .plan import rounds_of, seconds_of

Say = Callable[[str], None]


@dataclass
class Run:
    """What came of a run."""

    results: dict[Cell, Taken] = field(default_factory=dict)
    failures: dict[Cell, str] = field(default_factory=dict)
    """Why a cell was not measured, or not in every round."""

    def note(self, cell: Cell, measured: Numbers | str) -> None:
        """Keep one measurement, or why there is none."""
        if isinstance(measured, str):
            self.failures[cell] = measured
        else:
            self.results.setdefault(cell, Taken()).samples.append(measured)


class Bar:
    """How far a run is; told in the seconds that were planned for what is done."""

    def __init__(self, advance: Callable[[float], None], show: Say) -> None:
        self.advance, self.show = advance, show


def planned_seconds(cells: Iterable[Cell], effort: Effort) -> float:
    """About how long a run of these cells takes."""
    cells = list(cells)
    first = {grouped[0] for grouped in by_process([cell for cell in cells if _is_loaded_over_http(cell)]).values()}
    return sum(seconds_of(cell, effort, cell in first) * rounds_of(cell, effort) for cell in cells)


def _is_loaded_over_http(cell: Cell) -> bool:
    return OPERATIONS[cell.operation].measure == "load" and not cell.wire.startswith("stdio")


def run(cells: list[Cell], effort: Effort, bar: Bar, say: Say) -> Run:
    """Measure all of them."""
    done = Run()
    over_http = by_process([cell for cell in cells if _is_loaded_over_http(cell)])
    first = {grouped[0] for grouped in over_http.values()}

    def note(cell: Cell, measured: Numbers | str) -> None:
        done.note(cell, measured)
        bar.advance(seconds_of(cell, effort, cell in first))
        if isinstance(measured, str):
            say(f"{cell}: not measured: {measured}")
        else:
            say(f"{cell}: " + ", ".join(f"{name} {number:,.1f}" for name, number in measured.items()))

    def attempt(cell: Cell, measure: Callable[[], Numbers]) -> None:
        bar.show(str(cell))
        try:
            measured: Numbers | str = measure()
        except FAILURES as error:
            measured = str(error)
        note(cell, measured)

    with http_server(BACKEND, core=LOAD_CORE) as backend:
        address = f"http://127.0.0.1:{backend.port}/data"
        for number in range(effort.rounds):
            say(f"round {number + 1} of {effort.rounds}")
            for grouped in over_http.values():
                bar.show(f"{grouped[0].server}, round {number + 1} of {effort.rounds}")
                for cell, measured in measure_http(grouped, effort, address):
                    note(cell, measured)
            for cell in cells:
                measure = OPERATIONS[cell.operation].measure
                if measure == "load" and cell.wire.startswith("stdio"):
                    attempt(cell, partial(measure_stdio, cell, effort))
                elif measure == "ask":
                    attempt(cell, partial(measure_asking, cell, effort))
    once = [cell for cell in cells if OPERATIONS[cell.operation].measure not in ("load", "ask")]
    for number in range(effort.spawns):
        for cell in once:
            if number < rounds_of(cell, effort):
                attempt(cell, partial(_once, cell, effort))
    return done


def _once(cell: Cell, effort: Effort) -> Numbers:
    match OPERATIONS[cell.operation].measure:
        case "start":
            return measure_start(cell)
        case "import":
            return measure_import(cell)
        case "size":
            return measure_size()
        case "idle":
            return measure_idle(cell, effort)
        case _:
            return measure_uptime(cell, effort)


# ── A run in a file, to be written about later ───────────────────────────────────────────────────────────────────────


def save(path: Path, run: Run, about: Mapping[str, object]) -> None:
    """Write everything that was measured."""
    document = {
        "about": about,
        "cells": [asdict(cell) | {"samples": taken.samples} for cell, taken in run.results.items()],
        "failures": [asdict(cell) | {"why": why} for cell, why in run.failures.items()],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n")


def load(path: Path) -> tuple[Run, dict[str, object]]:
    """What `save` wrote."""
    document = json.loads(path.read_text())
    run = Run()
    for entry in document["cells"]:
        samples = entry.pop("samples")
        run.results[Cell(**entry)] = Taken(samples)
    for entry in document["failures"]:
        why = entry.pop("why")
        run.failures[Cell(**entry)] = why
    return run, document["about"]
