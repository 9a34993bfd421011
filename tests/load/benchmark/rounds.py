"""A whole run: every cell, as often as planned, the servers one after the other in every round."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from .cells import OPERATIONS, Cell, Numbers, Taken
from .effort import Effort
from .measuring.asking import measure_asking
from .measuring.http import BACKEND, by_process, http_server, measure_http, measure_idle, measure_uptime
from .measuring.load import LOAD_CORE, complaint, limited
from .measuring.stdio import measure_import, measure_size, measure_start, measure_stdio
from .plan import longest_uptime, rounds_of, seconds_of

Say = Callable[[str], None]

LONG_FAILURE = 15.0
"""Seconds. What fails sooner is tried again in the next round."""


@dataclass
class Run:
    """What came of a run."""

    results: dict[Cell, Taken] = field(default_factory=dict)
    failures: dict[Cell, str] = field(default_factory=dict)
    """Why a cell was not measured, or not in every round."""
    rounds: int = 0
    """How many were begun."""

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
    first = _first_of_their_process(cells)
    return sum(seconds_of(cell, effort, cell in first) * rounds_of(cell, effort) for cell in cells)


def _first_of_their_process(cells: Iterable[Cell]) -> set[Cell]:
    return {grouped[0] for grouped in by_process([cell for cell in cells if _is_loaded_over_http(cell)]).values()}


def _is_loaded_over_http(cell: Cell) -> bool:
    return OPERATIONS[cell.operation].measure == "load" and not cell.wire.startswith("stdio")


def run(cells: list[Cell], effort: Effort, bar: Bar, say: Say, until: float = math.inf) -> Iterator[Run]:
    """Measure all of them; the run after each round, and what is measured once counts as one.

    `until`: when nothing more is begun, on the clock that never goes back. What was not measured by then says so.
    """
    todo = _Todo(Run(), cells, effort, bar, say, until)
    with http_server(BACKEND, core=LOAD_CORE) as backend:
        address = f"http://127.0.0.1:{backend.port}/data"
        for number in range(effort.rounds):
            words = f"round {number + 1} of {effort.rounds}"
            if number and time.monotonic() >= until:
                break
            say(words)
            todo.run.rounds += 1
            todo.over_http(address, words)
            todo.one_by_one(words)
            yield todo.run
            # After the first round, so that a run that takes too long has them, and the other rounds are what it has less of.
            if number == 0:
                todo.still()
                yield todo.run
    todo.name_the_missing()
    yield todo.run


class _Todo:
    """What is to be measured, and what came of it up to now."""

    def __init__(self, run: Run, cells: list[Cell], effort: Effort, bar: Bar, say: Say, until: float) -> None:
        self.run, self.cells, self.effort, self.bar, self.say, self.until = run, cells, effort, bar, say, until
        self.first = _first_of_their_process(cells)
        self.hopeless: set[Cell] = set()
        """What took so long to fail that it is not tried again."""

    def _is_due(self, cell: Cell) -> bool:
        return cell not in self.hopeless and time.monotonic() < self.until

    def _note(self, cell: Cell, measured: Numbers | str, took: float) -> None:
        self.run.note(cell, measured)
        self.bar.advance(seconds_of(cell, self.effort, cell in self.first))
        if isinstance(measured, str):
            self.say(f"{cell}: not measured: {measured}")
            if took > LONG_FAILURE:
                self.hopeless.add(cell)
        else:
            self.say(f"{cell}: " + ", ".join(f"{name} {number:,.1f}" for name, number in measured.items()))

    def over_http(self, backend: str, words: str) -> None:
        """Every server over HTTP, one after the other."""
        due = [cell for cell in self.cells if _is_loaded_over_http(cell)]
        for grouped in by_process(due).values():
            wanted = [cell for cell in grouped if self._is_due(cell)]
            if not wanted:
                continue
            self.bar.show(f"{words}: {wanted[0].server}")
            begun = time.monotonic()
            for cell, measured in measure_http(wanted, self.effort, backend):
                now = time.monotonic()
                self._note(cell, measured, now - begun)
                begun = now

    def one_by_one(self, words: str) -> None:
        """What is measured in every round in a process of its own."""
        for cell in self.cells:
            measure = OPERATIONS[cell.operation].measure
            if measure == "load" and cell.wire.startswith("stdio"):
                self._attempt(cell, partial(measure_stdio, cell, self.effort), words)
            elif measure == "ask":
                self._attempt(cell, partial(measure_asking, cell, self.effort), words)

    def still(self) -> None:
        """What is not measured in every round."""
        once = [cell for cell in self.cells if OPERATIONS[cell.operation].measure not in ("load", "ask")]
        for number in range(self.effort.spawns):
            for cell in once:
                if number < rounds_of(cell, self.effort):
                    self._attempt(cell, partial(_once, cell, self.effort), "start and memory")

    def _attempt(self, cell: Cell, measure: Callable[[], Numbers], words: str) -> None:
        if not self._is_due(cell):
            return
        self.bar.show(f"{words}: {cell}")
        begun = time.monotonic()
        is_uptime = OPERATIONS[cell.operation].measure == "uptime"
        longest = longest_uptime(cell, self.effort) if is_uptime else self.effort.seconds
        try:
            with limited(longest):
                measured: Numbers | str = measure()
        except Exception as error:
            measured = complaint(error)
        self._note(cell, measured, time.monotonic() - begun)

    def name_the_missing(self) -> None:
        """What there was no time for."""
        for cell in self.cells:
            if cell not in self.run.results and cell not in self.run.failures:
                self.run.note(cell, "there was no time left")


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
        "rounds": run.rounds,
        "cells": [asdict(cell) | {"samples": taken.samples} for cell, taken in run.results.items()],
        "failures": [asdict(cell) | {"why": why} for cell, why in run.failures.items()],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n")


def load(path: Path) -> tuple[Run, dict[str, object]]:
    """What `save` wrote."""
    document = json.loads(path.read_text())
    run = Run(rounds=document["rounds"])
    for entry in document["cells"]:
        samples = entry.pop("samples")
        run.results[Cell(**entry)] = Taken(samples)
    for entry in document["failures"]:
        why = entry.pop("why")
        run.failures[Cell(**entry)] = why
    return run, document["about"]
