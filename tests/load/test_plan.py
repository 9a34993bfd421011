"""What is planned: cells that exist, once each, in the time there is."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmark.cells import MODERN, NO_WIRE, OPERATIONS, SESSION, Cell
from benchmark.contenders import CONTENDERS, HERE, IMPORTS, OURS
from benchmark.effort import FULL, QUICK
from benchmark.measuring.http import by_process
from benchmark.plan import plan, rounds_of
from benchmark.rounds import planned_seconds
from benchmark.targets import judge

KINDS = pytest.mark.parametrize("quick", [False, True], ids=["full", "quick"])


@KINDS
def test_every_cell_is_of_an_operation_and_a_server_that_has_this_way_to_it(quick: bool) -> None:
    for cell in plan(quick):
        assert cell.operation in OPERATIONS
        if cell.wire == NO_WIRE:
            assert cell.server in IMPORTS or cell.operation == "size"
        else:
            assert cell.wire in CONTENDERS[cell.server].wires, cell


@KINDS
def test_no_cell_is_measured_twice_a_round(quick: bool) -> None:
    cells = plan(quick)
    assert len(cells) == len(set(cells))


def test_a_quick_run_measures_nothing_that_a_full_one_does_not() -> None:
    assert set(plan(True)) <= set(plan(False))


def test_a_full_run_takes_much_less_than_an_hour_and_a_quick_one_less_than_five_minutes() -> None:
    assert planned_seconds(plan(False), FULL) < 40 * 60
    assert planned_seconds(plan(True), QUICK) < 4.5 * 60


def test_every_operation_is_measured_of_every_language() -> None:
    for name in OPERATIONS:
        if name in ("import", "size"):
            continue
        languages = {CONTENDERS[cell.server].language for cell in plan(False) if cell.operation == name}
        assert len(languages) >= (2 if name.startswith("ask") else 3), name


def test_every_contender_takes_part() -> None:
    assert {cell.server for cell in plan(False)} - {"node"} == set(CONTENDERS)


def test_a_cell_is_measured_in_at_least_three_rounds_where_chance_has_a_part() -> None:
    for cell in plan(False):
        if OPERATIONS[cell.operation].measure in ("load", "ask", "start"):
            assert rounds_of(cell, FULL) >= 3


def test_cells_share_a_process_unless_something_of_it_differs() -> None:
    both_eras = [Cell("echo", "oxmcp-python", wire, 16) for wire in (MODERN, SESSION)]
    assert len(by_process(both_eras)) == 1
    for other in (
        Cell("echo", "oxmcp-python", "modern, streams", 16),
        Cell("echo", "oxmcp-python", MODERN, 16, cores=2),
        Cell("list 50", "oxmcp-python", MODERN, 16),
        Cell("echo 1 MB", "oxmcp-python", MODERN, 4),
    ):
        assert len(by_process([both_eras[0], other])) == 2, other


def test_every_promise_is_held_against_cells_of_a_full_run() -> None:
    """Whoever renames an operation finds here the promise that nobody looks after any more."""
    figures = dict.fromkeys(
        (
            "cpu_us",
            "p99_us",
            "us_each",
            "main_us",
            "rss_mib",
            "per_second",
            "answers",
            "growth_mib",
            "settled_us",
            "last_us",
            "cpu_ms",
            "wall_ms",
        ),
        1.0,
    )
    from benchmark.cells import Taken

    measured = {
        cell: Taken([{**figures, "megabytes": 1.0, "answer_bytes": 1.0 + OPERATIONS[cell.operation].answer_bytes}])
        for cell in plan(False)
    }
    words = " ".join(verdict.target for verdict in judge(measured))
    for promise in (
        "Python `echo` and tuned `mcp`",
        "Python `echo` and hyper",
        "Python `echo`, async",
        "Python `search` and tuned `mcp`",
        "TypeScript `echo` and `node:http`",
        "TypeScript `search` and the official server",
        "Rust `search` and rmcp",
        "Rust, echo 1 MB, and rmcp",
        "Python, echo 1 MB: memory",
        "echo 10 MB works",
        "list 1000",
        "p99 at 512",
        "over stdio, 64 deep",
        "a million calls",
        "10,000 sessions",
        "the last 900,000",
        "echo 10 kB and echo 1 kB",
        "1,000 tools",
        "echo 10 MB and echo 1 MB",
        "mounted",
        "asking a client once",
        "JavaScript thread",
        "importing",
        "npm package",
    ):
        assert promise in words, promise


def test_the_servers_that_are_scripts_are_there() -> None:
    for contender in CONTENDERS.values():
        for wire in contender.wires:
            script = Path(contender.command(wire)[1]) if len(contender.command(wire)) > 1 else None
            assert script is None or not script.suffix or script.exists(), contender.name
    assert any(contender.role == OURS for contender in CONTENDERS.values())
    assert (HERE / "generator" / "Cargo.lock").exists()
