"""How a run goes on whatever one server does: nothing here starts a server."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from benchmark import clocks, rounds
from benchmark.cells import MODERN, STDIO_SESSION, Cell, Numbers
from benchmark.clocks import Calm
from benchmark.effort import QUICK
from benchmark.measuring import http, load
from benchmark.measuring.load import GivenUp, complaint, limited

TWICE = replace(QUICK, rounds=2, spawns=2)
CELLS = [
    Cell("echo", "oxmcp-python", MODERN, 16),
    Cell("add", "oxmcp-python", MODERN, 16),
    Cell("search", "oxmcp-python", MODERN, 16),
    Cell("echo", "mcp", STDIO_SESSION, 64),
    Cell("start", "mcp", STDIO_SESSION),
]


class FakeServers:
    """Stands in for processes: which were started, and what their measurements do."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.troubles: dict[str, Exception] = {}
        self.ended = False

    @contextmanager
    def http_server(self, kind: http.ProcessKind, core: int = 0) -> Iterator[SimpleNamespace]:
        self.started.append(kind.server)
        if trouble := self.troubles.get("the start of " + kind.server):
            raise trouble
        self.ended = False
        process = SimpleNamespace(pid=1, poll=lambda: 1 if self.ended else None)
        yield SimpleNamespace(port=1, process=process)

    def measure(self, operation: str) -> Numbers:
        trouble = self.troubles.get(operation)
        if trouble:
            self.ended = isinstance(trouble, ConnectionError)
            raise trouble
        return {"cpu_us": 1.0}


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> FakeServers:
    """No processes, no waiting."""
    servers = FakeServers()
    monkeypatch.setattr(http, "http_server", servers.http_server)
    monkeypatch.setattr(rounds, "http_server", servers.http_server)

    class FakeLoad:
        def __init__(self, *arguments: str) -> None:
            self.call = arguments[arguments.index("--call") + 1]

        def measure(self, pid: int) -> Numbers:
            return servers.measure(self.call)

    monkeypatch.setattr(http, "Load", FakeLoad)
    monkeypatch.setattr(rounds, "measure_stdio", lambda cell, effort: servers.measure("stdio"))
    monkeypatch.setattr(rounds, "measure_start", lambda cell: servers.measure("start"))
    return servers


def outcome(until: float = float("inf")) -> rounds.Run:
    """What came of the whole run."""
    *_, run = rounds.run(CELLS, TWICE, rounds.Bar(lambda seconds: None, lambda words: None), lambda line: None, until)
    return run


def test_a_run_measures_every_cell_as_often_as_planned(servers: FakeServers) -> None:
    run = outcome()
    assert run.failures == {}
    assert {cell: len(taken.samples) for cell, taken in run.results.items()} == dict.fromkeys(CELLS, 2)
    assert (run.rounds, servers.started) == (2, ["hyper", "oxmcp-python", "oxmcp-python"])


@pytest.mark.parametrize(
    ("trouble", "starts"),
    [
        (RuntimeError("status 413: too large"), 1),
        (KeyError("inputRequests"), 1),
        (GivenUp("given up after 90 s"), 2),
        (ConnectionError("the server ended"), 2),
    ],
)
def test_a_cell_that_fails_takes_no_other_with_it(servers: FakeServers, trouble: Exception, starts: int) -> None:
    """A server that hangs or ends is started anew for the cells that are left."""
    servers.troubles["add"] = trouble
    run = outcome()
    assert run.failures == {CELLS[1]: complaint(trouble)}
    assert set(run.results) == {*CELLS} - {CELLS[1]}
    assert servers.started.count("oxmcp-python") == starts * 2


def test_a_server_that_does_not_start_is_told_of_in_each_of_its_cells(servers: FakeServers) -> None:
    servers.troubles["the start of oxmcp-python"] = TimeoutError("nothing listens")
    run = outcome()
    assert run.failures == dict.fromkeys(CELLS[:3], "TimeoutError: nothing listens")
    assert set(run.results) == {*CELLS[3:]}


def test_what_takes_long_to_fail_is_not_tried_again(servers: FakeServers, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def hang(cell: Cell, effort: object) -> Numbers:
        tried.append(cell)
        raise GivenUp("given up after 90 s")

    monkeypatch.setattr(rounds, "measure_stdio", hang)
    monkeypatch.setattr(rounds, "LONG_FAILURE", -1.0)
    assert outcome().failures == {CELLS[3]: "given up after 90 s"}
    assert tried == [CELLS[3]]


def test_nothing_is_begun_when_the_time_is_over_and_what_is_missing_says_so(servers: FakeServers) -> None:
    run = outcome(until=time.monotonic())
    assert run.failures == dict.fromkeys(CELLS, "there was no time left")
    assert run.rounds == 1


def test_whatever_waits_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "PATIENCE", 0.01)
    reading, writing = os.pipe()
    with pytest.raises(GivenUp, match="given up after 0 s"), limited():
        os.read(reading, 1)
    os.close(reading)
    os.close(writing)


def test_a_limit_that_was_kept_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "PATIENCE", 0.01)
    with limited():
        pass
    time.sleep(0.03)


def test_a_busy_machine_is_waited_for_only_as_long_as_there_is_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    used = iter(range(1_000))
    monkeypatch.setattr(clocks, "machine_seconds", lambda: float(next(used)))
    monkeypatch.setattr(clocks, "CALM_FOR", 0.0)
    calm = Calm(each=0.01, in_all=0.015)
    for _ in range(3):
        calm.wait()
    assert calm.in_vain == 3
    assert calm.waited >= 0.015
    never = Calm()
    never.wait()
    assert never.in_vain == 0


def test_a_calm_machine_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "machine_seconds", lambda: 0.0)
    monkeypatch.setattr(clocks, "CALM_FOR", 0.001)
    calm = Calm(each=60.0)
    calm.wait()
    assert calm.in_vain == 0
