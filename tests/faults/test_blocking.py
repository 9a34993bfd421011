"""A handler that blocks stops nobody but itself: wherever the engine's I/O lives, it goes on reading, answering, refusing
and timing out, and the process can still be ended."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import HttpProcess, serve_http, serve_stdio
from wire import Answer, call, modern, send_modern, text_of

PROMPTLY = 10
PLACEMENTS = ["auto", "loop", "thread"]
BLOCKERS = ["blocks_the_loop", "blocks_a_thread"]


@pytest.fixture(params=PLACEMENTS)
def server(request: pytest.FixtureRequest, language: str) -> Iterator[HttpProcess]:
    """The faulty server over HTTP, with its I/O in each of its places."""
    with serve_http("faulty_server", language, "--io", request.param) as process:
        yield process


def in_background(server: HttpProcess, message: Any) -> tuple[threading.Thread, list[Answer]]:
    """Sends a message whose answer is not waited for yet."""
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(send_modern(server, message)), daemon=True)
    thread.start()
    return thread, answers


@pytest.mark.parametrize("blocker", BLOCKERS)
def test_while_a_handler_blocks_everybody_else_is_served(
    server: HttpProcess, tmp_path: Path, blocker: str, language: str
) -> None:
    release = tmp_path / "release"
    thread, answers = in_background(server, call(blocker, {"path": str(release)}))

    # What needs no interpreter: answers, refusals of the protocol and of HTTP, a time limit that runs out.
    assert "supportedVersions" in send_modern(server, modern("server/discover")).message["result"]
    assert send_modern(server, modern("tools/list")).message["result"]["tools"]
    assert send_modern(server, modern("no/such/method")).status == 404
    assert send_modern(server, call("no_such_tool")).error == -32602
    assert send_modern(server, call("works", {"text": []})).message["result"]["isError"] is True
    assert send_modern(server, modern("server/discover"), {"Content-Type": "text/plain"}).status == 415
    assert "longer than" in text_of(send_modern(server, call("hangs")).message)

    # In Python, a plain function has a thread of its own.
    for number in range(20 if language == "python" else 0):
        assert text_of(send_modern(server, call("works", {"text": f"call {number}"})).message) == f"call {number}"

    assert thread.is_alive() and not answers, "it blocks still"
    release.touch()
    thread.join(PROMPTLY)
    assert [text_of(answer.message) for answer in answers] == ["released"]


def test_a_function_that_was_quick_and_then_blocks_is_no_exception(
    server: HttpProcess, tmp_path: Path, language: str
) -> None:
    """Functions that have shown to be quick run on the thread that drives the I/O; until one blocks there."""
    if language != "python":
        pytest.skip("all functions share one thread there")
    there = tmp_path / "there"
    there.touch()
    for _ in range(300):
        assert text_of(send_modern(server, call("blocks_a_thread", {"path": str(there)})).message) == "released"

    missing = tmp_path / "missing"
    thread, answers = in_background(server, call("blocks_a_thread", {"path": str(missing)}))
    for number in range(20):
        assert text_of(send_modern(server, call("works", {"text": f"call {number}"})).message) == f"call {number}"
    assert thread.is_alive() and not answers
    missing.touch()
    thread.join(PROMPTLY)
    assert [text_of(answer.message) for answer in answers] == ["released"]


@pytest.mark.parametrize("io", PLACEMENTS)
def test_an_answer_does_not_wait_for_the_handler_that_blocks_next(tmp_path: Path, io: str, language: str) -> None:
    turns = [tmp_path / name for name in ("first", "second", "third")]
    with serve_stdio("faulty_server", language, "--io", io) as server:
        for turn in turns:
            server.send(call("blocks_the_loop", {"path": str(turn)}, identity=turn.name))
        for turn in turns:
            # Answered after the calls were taken, and by somebody else than the thread that is blocked.
            assert "result" in server.request("server/discover", modern("server/discover")["params"])
            turn.touch()
            assert server.receive()["id"] == turn.name


@pytest.mark.parametrize("way", ["SIGINT", "SIGTERM", "end of input"])
@pytest.mark.parametrize("blocker", BLOCKERS)
@pytest.mark.parametrize("io", PLACEMENTS)
def test_a_handler_that_blocks_does_not_keep_the_process_alive(
    tmp_path: Path, io: str, blocker: str, way: str, language: str
) -> None:
    """STDIO-5, STDIO-14"""
    with serve_stdio("faulty_server", language, "--io", io) as server:
        assert text_of(server.request("tools/call", call("works")["params"])) == "fine"
        server.send(call(blocker, {"path": str(tmp_path / "never")}, identity="blocked"))
        # Answered by the engine after it took the call above.
        assert "result" in server.request("server/discover", modern("server/discover")["params"])
        if way == "end of input":
            server.close_input()
        else:
            server.process.send_signal(getattr(signal, way))
        # Node leaves signals to the system, which says so in the exit code; a thread that hears nothing is ended by one, too.
        by_signal = 0 if language == "python" else -getattr(signal, way, signal.SIGTERM)
        assert server.process.wait(PROMPTLY) in (0, by_signal)
