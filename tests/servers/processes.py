"""Server processes for tests: started on free loopback ports, waited for, and ended by their own id."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

SERVERS = Path(__file__).resolve().parent
ROOT = SERVERS.parent.parent
sys.path.insert(0, str(SERVERS.parent / "schemas"))

from judge import Conversation, Judge  # noqa: E402
from tee import judged  # noqa: E402

DATABASE_ASSISTANT = ROOT / "examples" / "database_assistant" / "server.py"
LANGUAGES = ("python", "typescript")
"""Every server of this folder exists once in each."""
EVERYTHING_LANGUAGES = (*LANGUAGES, "rust")
"""The everything server exists without a front end, too."""
NODE = os.environ.get("OXMCP_NODE", "node")
"""What runs the TypeScript servers."""
COMPILED = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
"""Where cargo puts what it builds."""
READY_WITHIN = 60.0
"""Seconds a server may take to accept connections: generous, because test machines are busy."""
HASTE = {"OXMCP_SHUTDOWN_GRACE_SECONDS": "1"}
"""Tests end servers whose calls never do; how long those may take has tests of its own."""
ANSWER_WITHIN = 30.0
"""Seconds a test waits for an answer before it calls it missing."""


def free_port() -> int:
    """A loopback port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[bytes], patience: float = 10.0) -> int:
    """Ask one process to end, insist after a while, and return its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()


def take_interrupts() -> None:
    """Undoes what a shell does to its background jobs, whose children inherit it: there an interrupt is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class HttpProcess:
    """A server process that speaks Streamable HTTP at ``url``.

    What it says at ``judged_port`` is held against the official schemas; a misfit fails at the end of the `with` block.
    ``port`` is its own port, where nobody stands between: for what is no HTTP, and for those who watch connections.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        port: int,
        path: str = "/mcp",
        log: Path | None = None,
        environment: dict[str, str] | None = None,
        directory: Path | None = None,
    ) -> None:
        self.port = port
        self.path = path
        self.judge = Judge()
        self._judged = contextlib.ExitStack()
        self._log = open(log, "ab") if log else None
        self.process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=self._log or subprocess.DEVNULL,
            stderr=self._log or subprocess.DEVNULL,
            env={**os.environ, **HASTE, **(environment or {})},
            cwd=directory,
            preexec_fn=take_interrupts,
        )

    def __enter__(self) -> HttpProcess:
        try:
            self.wait_until_ready()
            self.judged_port = self._judged.enter_context(judged(self.port, self.judge))
        except BaseException:
            self.stop()
            raise
        self.url = f"http://127.0.0.1:{self.judged_port}{self.path}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        assert error is not None or self.judge.flaws == [], self.judge.flaws

    def wait_until_ready(self) -> None:
        """Return once the port accepts a connection; fail if the process ends first."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with code {self.process.returncode} before it was ready")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise TimeoutError(f"nothing listens on port {self.port} after {READY_WITHIN} s")

    def stop(self) -> int:
        """End the process and return its exit code."""
        code = end(self.process)
        self._judged.close()
        if self._log:
            self._log.close()
        return code


class StdioProcess:
    """A server process that speaks over its standard input and output, seen as raw lines.

    Every line is held against the official schema of the version it is in; a misfit fails at the end of the `with` block.
    """

    def __init__(
        self, command: Sequence[str], *, environment: dict[str, str] | None = None, directory: Path | None = None
    ) -> None:
        self.process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **HASTE, **(environment or {})},
            cwd=directory,
            preexec_fn=take_interrupts,
        )
        self.lines: queue.Queue[bytes | None] = queue.Queue()
        self.errors: list[bytes] = []
        self.seen: list[Any] = []
        self.judge = Judge()
        self._conversation = Conversation(self.judge)
        self._next_id = 0
        self._readers = [
            threading.Thread(target=self._read_output, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> StdioProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        assert error is not None or self.judge.flaws == [], self.judge.flaws

    def _read_output(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.errors.append(line)

    def send_bytes(self, data: bytes) -> None:
        """Write bytes as they are."""
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: Any) -> None:
        """Write one message as a line."""
        self._conversation.heard(message)
        self.send_bytes(json.dumps(message, ensure_ascii=False).encode() + b"\n")

    def receive(self, timeout: float = ANSWER_WITHIN) -> Any:
        """The next message the server writes; every line must be JSON."""
        line = self.lines.get(timeout=timeout)
        if line is None:
            raise EOFError(f"the server closed its output: {b''.join(self.errors)[-2000:].decode(errors='replace')}")
        message = json.loads(line)
        self._conversation.said(message)
        self.seen.append(message)
        return message

    def answer_to(self, identity: Any, timeout: float = ANSWER_WITHIN) -> Any:
        """The response that carries this id; notifications before it are kept in ``seen``."""
        deadline = time.monotonic() + timeout
        while True:
            message = self.receive(max(0.0, deadline - time.monotonic()))
            if "method" not in message and message.get("id") == identity:
                return message

    def new_id(self) -> int:
        """An id that this process has not been sent yet."""
        self._next_id += 1
        return self._next_id

    def request(self, method: str, params: Any = None, timeout: float = ANSWER_WITHIN) -> Any:
        """Send one request and return its response."""
        identity = self.new_id()
        message: dict[str, Any] = {"jsonrpc": "2.0", "id": identity, "method": method}
        if params is not None:
            message["params"] = params
        self.send(message)
        return self.answer_to(identity, timeout)

    def close_input(self) -> None:
        """Let the server read the end of its input."""
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()

    def remaining(self) -> Iterator[Any]:
        """All messages until the server closes its output."""
        while (line := self.lines.get(timeout=ANSWER_WITHIN)) is not None:
            yield json.loads(line)

    def stop(self) -> int:
        """End the process and return its exit code."""
        self.close_input()
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            code = end(self.process)
        for reader in self._readers:
            reader.join(5)
        return code


def server_command(name: str, language: str) -> list[str]:
    """The command that runs one of the servers of this folder, without its transport options."""
    if language == "rust":
        return [str(COMPILED / "debug" / name)]
    if language == "typescript":
        return [NODE, str(SERVERS / f"{name}.mjs")]
    return [sys.executable, str(SERVERS / f"{name}.py")]


@contextlib.contextmanager
def judged_stdio_command(name: str, language: str, report: Path) -> Iterator[list[str]]:
    """The command that runs one of the servers of this folder over its standard streams, for clients that start it.

    What it says is held against the official schemas; a misfit fails at the end of the `with` block.
    """
    tee = [sys.executable, str(SERVERS.parent / "schemas" / "tee_stdio.py"), str(report)]
    yield [*tee, *server_command(name, language), "--stdio"]
    assert not report.exists() or report.read_text(encoding="utf-8") == ""


def serve_http(name: str, language: str, *options: str, environment: dict[str, str] | None = None) -> HttpProcess:
    """Start one of the servers of this folder over HTTP on a free port."""
    port = free_port()
    command = [*server_command(name, language), "--port", str(port), *options]
    return HttpProcess(command, port=port, environment=environment)


def serve_stdio(name: str, language: str, *options: str, environment: dict[str, str] | None = None) -> StdioProcess:
    """Start one of the servers of this folder over standard input and output."""
    return StdioProcess([*server_command(name, language), "--stdio", *options], environment=environment)
