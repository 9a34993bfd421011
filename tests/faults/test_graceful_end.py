"""How a server ends with calls in flight: they may finish, and whoever waits longer is told why it is over."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from processes import ANSWER_WITHIN, HttpProcess, StdioProcess, serve_http, serve_stdio, server_command
from wire import call, headers_for, raw_connection, raw_request, send_modern, text_of

PROMPTLY = 10.0
PATIENT = {"OXMCP_SHUTDOWN_GRACE_SECONDS": "600"}
HASTY = {"OXMCP_SHUTDOWN_GRACE_SECONDS": "0.1"}
WAYS = ["wait", "wait_in_a_thread"]
CALLS = 20
SHUT_DOWN = -31002


class Release:
    """Ends the calls that wait."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> None:
        self.path.touch()


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return Release(tmp_path / "release")


@pytest.fixture
def environment(release: Release) -> dict[str, str]:
    return {"RELEASE": str(release.path)}


def over_http(language: str, environment: dict[str, str]) -> HttpProcess:
    return serve_http("patient_server", language, environment=environment)


def over_stdio(language: str, environment: dict[str, str]) -> StdioProcess:
    return serve_stdio("patient_server", language, environment=environment)


def wait_until_started(ask: Any, count: int) -> None:
    """Return when so many calls wait."""
    while int(text_of(ask())) < count:
        pass


def refuses(server: HttpProcess) -> bool:
    """Nobody can connect any more."""
    try:
        while True:
            socket.create_connection(("127.0.0.1", server.port), timeout=ANSWER_WITHIN).close()
    except ConnectionError:
        return True


def by_signal(language: str) -> tuple[int, ...]:
    """How a process ends by SIGTERM: in Python `run()` returns, in Node the signal does what it always does."""
    return (0,) if language == "python" else (-signal.SIGTERM,)


class Waiting:
    """Calls in flight over HTTP, each on a connection of its own."""

    def __init__(self, server: HttpProcess, way: str, stack: ExitStack) -> None:
        self.connections = []
        for number in range(CALLS):
            connection = stack.enter_context(raw_connection(server))
            message = call(way, {}, number)
            connection.sendall(raw_request(message, headers_for(message)))
            self.connections.append(connection)
        wait_until_started(lambda: send_modern(server, call("count")).message, CALLS)

    def answers(self) -> Iterator[tuple[int, bytes]]:
        """What comes on each connection until the server closes it."""
        for number, connection in enumerate(self.connections):
            received = b""
            while piece := connection.recv(65536):
                received += piece
            yield number, received


@pytest.mark.parametrize("way", WAYS)
def test_calls_in_flight_finish_after_sigterm(
    language: str, way: str, release: Release, environment: dict[str, str]
) -> None:
    with over_http(language, {**environment, **PATIENT}) as server, ExitStack() as stack:
        waiting = Waiting(server, way, stack)
        idle = stack.enter_context(raw_connection(server))
        idle.sendall(raw_request(call("count"), headers_for(call("count"))))
        assert b"structuredContent" in idle.recv(65536) or language == "typescript"
        server.process.send_signal(signal.SIGTERM)
        assert idle.recv(1) == b""  # what rests is closed at once
        assert refuses(server)
        release()
        for number, received in waiting.answers():
            assert b"released" in received and f'"id":{number},'.encode() in received
            assert b"connection: close" in received.lower()
        assert server.process.wait(PROMPTLY) in by_signal(language)


@pytest.mark.parametrize("way", WAYS)
def test_calls_that_do_not_finish_in_time_are_told_why(language: str, way: str, environment: dict[str, str]) -> None:
    with over_http(language, {**environment, **HASTY}) as server, ExitStack() as stack:
        waiting = Waiting(server, way, stack)
        server.process.send_signal(signal.SIGTERM)
        for number, received in waiting.answers():
            assert f'"id":{number},'.encode() in received and str(SHUT_DOWN).encode() in received
            assert b"told to stop, and this did not finish within the 100 milliseconds" in received
        assert server.process.wait(PROMPTLY) in by_signal(language)


@pytest.mark.parametrize("way", WAYS)
def test_a_second_signal_leaves_no_time(language: str, way: str, environment: dict[str, str]) -> None:
    with over_http(language, {**environment, **PATIENT}) as server, ExitStack() as stack:
        waiting = Waiting(server, way, stack)
        server.process.send_signal(signal.SIGTERM)
        assert refuses(server)
        server.process.send_signal(signal.SIGTERM)
        for number, received in waiting.answers():
            assert f'"id":{number},'.encode() in received and b"told twice to stop" in received
        assert server.process.wait(PROMPTLY) in by_signal(language)


def test_the_lifespan_is_left_after_the_last_answer(release: Release, environment: dict[str, str]) -> None:
    with over_stdio("python", {**environment, **PATIENT}) as server:
        server.send(call("wait", {}, "waiting"))
        server.send(call("count", {}, "count"))
        server.answer_to("count")
        server.process.send_signal(signal.SIGTERM)
        release()
        assert text_of(server.answer_to("waiting")) == "released"
        assert server.process.wait(PROMPTLY) == 0
    assert b"".join(server.errors).endswith(b"unwound\n")


def started(server: StdioProcess, way: str = "wait") -> None:
    """A call waits."""
    server.send(call(way, {}, "waiting"))

    def ask() -> Any:
        identity = f"count {server.new_id()}"
        server.send(call("count", {}, identity))
        return server.answer_to(identity)

    wait_until_started(ask, 1)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("end", ["input", "signal"])
def test_a_call_on_stdio_finishes_after_the_end(
    language: str, way: str, end: str, release: Release, environment: dict[str, str]
) -> None:
    """STDIO-14: `server < requests` answers every one of them, however long it takes"""
    with over_stdio(language, {**environment, **PATIENT}) as server:
        started(server, way)
        if end == "input":
            server.close_input()
        else:
            server.process.send_signal(signal.SIGTERM)
        release()
        assert text_of(server.answer_to("waiting")) == "released"
        assert server.process.wait(PROMPTLY) in ((0,) if end == "input" else by_signal(language))


def test_a_call_that_outlasts_the_input_too_long_is_told_why(language: str, environment: dict[str, str]) -> None:
    """STDIO-14"""
    with over_stdio(language, {**environment, **HASTY}) as server:
        started(server)
        server.close_input()
        error = server.answer_to("waiting")["error"]
        assert error["code"] == SHUT_DOWN
        assert (
            error["message"] == "the input has ended, and this did not finish within the 100 milliseconds it then had"
        )
        assert server.process.wait(PROMPTLY) == 0
    if language == "typescript":
        assert b"aborted: " in b"".join(server.errors)


def test_a_signal_after_the_end_of_the_input_leaves_no_time(language: str, environment: dict[str, str]) -> None:
    """Clients close the input, and after a while they insist"""
    with over_stdio(language, {**environment, **PATIENT}) as server:
        started(server)
        server.close_input()
        # Whichever of the two is heard first, sooner or later it is a second one that comes.
        while server.process.poll() is None:
            server.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.process.wait(0.2)
        assert server.answer_to("waiting")["error"]["code"] == SHUT_DOWN
        assert server.process.wait(PROMPTLY) in (0, *by_signal(language))


def test_nobody_is_waited_for_once_the_client_is_gone(language: str, environment: dict[str, str]) -> None:
    """Its end of the output is closed, and so is the input"""
    command = [*server_command("patient_server", language), "--stdio"]
    pipes = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment, **PATIENT},
    )
    try:
        assert pipes.stdin and pipes.stdout
        pipes.stdin.write(b'{"jsonrpc":"2.0","id":0,"method":"ping"}\n')
        pipes.stdin.flush()
        pipes.stdout.readline()
        pipes.stdin.write(json.dumps(call("wait", {}, 1)).encode() + b"\n")
        pipes.stdin.flush()
        pipes.stdout.close()
        pipes.stdin.close()
        assert pipes.wait(PROMPTLY) == 0
    finally:
        pipes.kill()
        pipes.wait()


PARENT = "import subprocess, sys; server = subprocess.Popen(sys.argv[1:]); sys.exit(server.wait())"


def test_nobody_is_waited_for_once_the_parent_is_gone(language: str, environment: dict[str, str]) -> None:
    """What started the server was killed; its pipes are still held by somebody"""
    command = [sys.executable, "-c", PARENT, *server_command("patient_server", language), "--stdio"]
    with StdioProcess(command, environment={**environment, **PATIENT}) as server:
        started(server)
        server.process.kill()
        server.close_input()
        assert [message["error"]["message"] for message in server.remaining()] == ["the client is gone"]
