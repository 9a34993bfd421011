"""What is computed from measurements: medians, spreads, promises, losses."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmark.cells import MODERN, SESSION, SESSION_STREAM, STDIO_SESSION, Cell, Taken
from benchmark.rounds import Run, load, save
from benchmark.tables import CPU, Column, at, by_server, losses, markdown
from benchmark.targets import judge


def costs(*numbers: float) -> Taken:
    """Measurements of so many µs each."""
    return Taken([{"cpu_us": number} for number in numbers])


def test_a_figure_is_the_median_of_the_rounds_that_have_it() -> None:
    taken = Taken([{"cpu_us": 9.0}, {"cpu_us": 1.0, "rss_mib": 4.0}, {"cpu_us": 2.0}])
    assert taken["cpu_us"] == 2.0
    assert taken["rss_mib"] == 4.0
    assert taken.get("p99_us") is None


def test_the_spread_is_a_share_of_the_median_and_unknown_of_one_round() -> None:
    assert costs(8, 10, 12).spread("cpu_us") == pytest.approx(0.4)
    assert costs(8).spread("cpu_us") is None


def verdicts(results: dict[Cell, Taken]) -> dict[str, bool]:
    """Which promises were judged, and whether they were kept."""
    return {f"{verdict.target}; {verdict.where}": verdict.reached for verdict in judge(results)}


def test_a_promise_is_kept_up_to_its_limit_and_no_further() -> None:
    peer = Cell("search", "mcp-tuned", MODERN, 16)
    for cost, kept in ((20.0, True), (20.1, False)):
        judged = verdicts({Cell("search", "oxmcp-python", MODERN, 16): costs(cost), peer: costs(400)})
        assert judged == {"Python `search` and tuned `mcp`; modern, 16 wide": kept}


def test_nothing_is_judged_that_was_not_measured_on_both_sides() -> None:
    assert judge({Cell("search", "oxmcp-python", MODERN, 16): costs(20)}) == []
    assert judge({Cell("search", "mcp-tuned", MODERN, 16): costs(20)}) == []


def test_a_list_is_held_against_fixed_bytes_of_its_own_length() -> None:
    def listed(cost: float, length: float) -> Taken:
        return Taken([{"cpu_us": cost, "answer_bytes": length}])

    results = {
        Cell("list 50", "hyper", MODERN, 16): listed(10, 20_000),
        Cell("list 500", "hyper", MODERN, 4): listed(110, 220_000),
        Cell("list 1000", "oxmcp-rust", MODERN, 4): listed(78, 120_000),
    }
    (verdict,) = judge(results)
    assert (verdict.measured, verdict.detail, verdict.reached) == ("1.30 ×", "78.0 of 60.0 µs", True)
    results[Cell("list 1000", "oxmcp-rust", MODERN, 4)] = listed(78, 300_000)
    assert judge(results) == [], "beyond what was measured nothing is known"


def test_waits_are_held_against_the_best_of_the_peers() -> None:
    results = {
        Cell("echo", server, SESSION, 512): Taken([{"p99_us": wait}])
        for server, wait in (("oxmcp-typescript", 11.0), ("ts-server", 200.0), ("ts-sdk", 100.0))
    }
    assert verdicts(results) == {"p99 at 512 connections and the best peer's (ts-sdk); session, 512 wide": False}


def test_more_calls_a_second_keep_a_promise_that_wants_many() -> None:
    cell = Cell("echo", "oxmcp-rust", STDIO_SESSION, 64)
    (many,) = judge({cell: Taken([{"per_second": 300_000.0}])})
    (few,) = judge({cell: Taken([{"per_second": 200_000.0}])})
    assert (many.reached, few.reached) == (True, False)


def test_a_loss_is_told_in_every_figure_that_a_peer_is_ahead_in() -> None:
    results = {
        Cell("echo", "oxmcp-rust", MODERN, 16): Taken([{"cpu_us": 10.0, "per_second": 900.0, "p99_us": 500.0}]),
        Cell("echo", "rmcp", MODERN, 16): Taken([{"cpu_us": 8.0, "per_second": 1800.0, "p99_us": 600.0}]),
        Cell("echo", "hyper", MODERN, 16): Taken([{"cpu_us": 1.0}]),
    }
    assert [(row[3], row[6]) for row in losses(results)] == [("calls/s", "2.00 ×"), ("CPU µs", "1.25 ×")]


def test_a_peer_that_serves_one_era_only_is_held_against_ours_in_the_other() -> None:
    results = {
        Cell("progress", "oxmcp-typescript", "modern, streams", 16): costs(30),
        Cell("progress", "npm-fastmcp", SESSION_STREAM, 16): costs(20),
    }
    ((language, operation, way, *_),) = losses(results)
    assert (language, operation, way) == ("TypeScript", "progress", "session, streams, 16 wide")


def test_a_table_has_a_row_for_each_server_that_was_measured_and_a_dash_where_it_was_not() -> None:
    results = {Cell("add", "mcp", MODERN, 16): costs(1234.5), Cell("echo", "oxmcp-rust", MODERN, 16): costs(0.25)}
    table = by_server(results, [Column("add", CPU, at("add", 16)), Column("echo", CPU, at("echo", 16))])
    assert table.splitlines()[2:] == ["| Python | mcp | 1,234 | – |", "| Rust | **oxmcp** | – | 0.25 |"]


def test_numbers_are_aligned_to_the_right() -> None:
    assert markdown(["a", "b"], [["x", "1"]]) == "| a | b |\n|---|---:|\n| x | 1 |"


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = Run()
    run.note(Cell("echo", "mcp", MODERN, 16), {"cpu_us": 3.5})
    run.note(Cell("echo", "mcp", MODERN, 16), {"cpu_us": 4.5})
    run.note(Cell("echo", "rmcp", MODERN, 16), "it did not start")
    save(tmp_path / "results.json", run, {"date": "2026-07-28"})
    again, about = load(tmp_path / "results.json")
    assert (again, about) == (run, {"date": "2026-07-28"})
