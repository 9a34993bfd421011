"""What is written: the document and its pictures."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from benchmark.cells import MODERN, SESSION, Cell, Taken
from benchmark.plan import LARGE_WIDTH, WIDTHS
from benchmark.report import write
from benchmark.rounds import Run

ABOUT = {
    "date": "2026-07-28",
    "minutes": 42,
    "rounds": 3,
    "quick": False,
    "narrowed": False,
    "calm": {"each": 5.0, "waited": 31.2, "in_vain": 2},
    "machine": {"cores": "2"},
    "versions": {"mcp": "2.3.0"},
}


def measured(cost: float) -> Taken:
    """Two rounds, a tenth apart."""
    figures = {"per_second": 1e6 / cost, "p50_us": cost, "p99_us": cost * 3, "rss_mib": 30.0, "others_percent": 2.0}
    return Taken([figures | {"cpu_us": cost}, figures | {"cpu_us": cost * 1.1}])


@pytest.fixture
def run() -> Run:
    """A run in which oxmcp wins one cell and loses another."""
    run = Run()
    run.results = {
        Cell("echo", "oxmcp-python", MODERN, 16): measured(10),
        Cell("echo", "mcp-tuned", MODERN, 16): measured(280),
        Cell("search", "oxmcp-rust", MODERN, 16): measured(130),
        Cell("search", "rmcp", MODERN, 16): measured(100),
        Cell("echo", "hyper", MODERN, 16): measured(6),
    }
    run.failures[Cell("echo 10 MB", "fastmcp", MODERN, LARGE_WIDTH)] = "status 413:\ntoo | large"
    return run


def test_the_document_has_tables_losses_promises_noise_and_what_failed(run: Run) -> None:
    document = write(run, ABOUT, ["echo"], "docs/benchmarks")
    assert "![CPU time of the server for one plain call](docs/benchmarks/echo.svg)" in document
    assert "a peer is ahead: [where](#where-oxmcp-is-behind). Of " in document
    assert "1 cell could not be measured" in document
    assert "| Python | fastmcp | – | – | – | – | ✗ | – | – | ✗ |" in document
    assert "| Python | **oxmcp** | 10.5 | – | – | – | 30.0 |" in document
    assert "| Rust | search | modern, 16 wide | CPU µs | 136 | rmcp: 105 | 1.30 × |" in document
    assert "| Rust `search` and rmcp | modern, 16 wide | ≤ 1/4 | 1.30 × | **missed** | 136 of 105 µs |" in document
    assert "| ≤ 1/30 | 1/28 | **missed** |" in document
    assert "differed by 10% of its median" in document
    assert "| fastmcp, echo 10 MB, modern, 4 wide | status 413: too \\| large |" in document
    assert "| mcp | 2.3.0 |" in document
    assert "5 of 5 cells were measured in fewer than 3 rounds." in document
    assert "for 5 s at most and 31 s in all, 2 times in vain." in document


def test_what_was_not_measured_has_no_section(run: Run) -> None:
    document = write(run, ABOUT, [], "docs/benchmarks")
    for title in ("## Over stdio", "## Growth", "## Importing", "## Two cores"):
        assert title not in document


def test_a_run_without_losses_says_so_and_a_quick_one_that_it_is_quick(run: Run) -> None:
    del run.results[Cell("search", "rmcp", MODERN, 16)]
    document = write(run, ABOUT | {"quick": True}, [], "plots")
    assert "Nowhere, among the peers measured in this run." in document
    assert "A quick run" in document


def test_pictures_are_drawn_of_what_was_measured_with_their_letters_as_text(run: Run, tmp_path: Path) -> None:
    plots = pytest.importorskip("benchmark.plots", reason="the library that draws is not installed for this Python")
    for width in WIDTHS:
        run.results[Cell("echo", "ts-sdk", SESSION, width)] = measured(200)
    assert plots.write_all(run.results, tmp_path) == ["echo", "search", "connections"]
    for name, title in (("echo", "oxmcp"), ("search", "rmcp"), ("connections", "@modelcontextprotocol/sdk")):
        text = (tmp_path / f"{name}.svg").read_text()
        words = "".join(ElementTree.fromstring(text).itertext())
        assert title in words
    before = (tmp_path / "echo.svg").read_text()
    plots.write_all(run.results, tmp_path)
    assert (tmp_path / "echo.svg").read_text() == before, "the same figures make the same file"
