"""One run of the load generator against one server."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from ..cells import MODERN, MODERN_STREAM, OPERATIONS, STDIO_MODERN, Cell
from ..clocks import cpu_seconds, machine_seconds, main_thread_seconds, resident_mib
from ..contenders import CONTENDERS, HERE, TARGET_DIR
from ..effort import Effort

sys.path.insert(0, str(HERE.parent / "servers"))

from processes import end

SERVER_CORE, LOAD_CORE = 0, 1
PATIENCE = 90.0
"""Seconds that anything may take beyond the time that it is measured for: starting, connecting, being warmed up."""


class GivenUp(RuntimeError):
    """Something took so long that nobody waits for it any more."""


@contextmanager
def limited(measured_seconds: float = 0.0) -> Iterator[None]:
    """Give up what is done inside when it takes too long, whatever it waits for. In the main thread only."""
    limit = PATIENCE + measured_seconds

    def give_up(number: int, frame: FrameType | None) -> None:
        raise GivenUp(f"given up after {limit:.0f} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def complaint(error: Exception) -> str:
    """Why something could not be measured, in words."""
    said = " ".join(str(error).split())
    return said if said and isinstance(error, RuntimeError) else f"{type(error).__name__}: {said}"


def pinned(cores: str | int, command: Sequence[str]) -> list[str]:
    """The command, bound to these cores; taskset replaces itself, so the process id stays."""
    return ["taskset", "-c", str(cores), *command]


def era(wire: str) -> str:
    """As the generator calls it."""
    return "modern" if wire in (MODERN, MODERN_STREAM, STDIO_MODERN) else "legacy"


class Load:
    """The generator, waiting for the word to begin."""

    def __init__(self, *arguments: str) -> None:
        command = pinned(LOAD_CORE, [str(TARGET_DIR / "release" / "generator"), *arguments])
        # In a group of its own, with the server that it starts over stdio: one that hangs has to end with it.
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def line(self) -> str:
        """What it says next."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            _, errors = self.process.communicate(timeout=10)
            raise RuntimeError(errors.strip()[:400] or "the load generator said nothing")
        return line

    def go(self) -> None:
        """Let it go on."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def stop(self) -> None:
        """End it, and what it has started."""
        end(self.process)  # type: ignore[arg-type]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def measure(self, pid: int | None) -> dict[str, float]:
        """Run; `pid` is the server's, or None if the generator started it and will tell."""
        try:
            ready = self.line().split()
            server = pid if pid is not None else int(ready[1])
            # Over pipes the server is the load generator's child.
            ours = [self.process.pid] if pid is None else [self.process.pid, server]
            all_before, ours_before = machine_seconds(), sum(map(cpu_seconds, ours))
            before, main_before = cpu_seconds(server), main_thread_seconds(server)
            self.go()
            result: dict[str, float] = json.loads(self.line())
            used, main_used = cpu_seconds(server) - before, main_thread_seconds(server) - main_before
            others = machine_seconds() - all_before - (sum(map(cpu_seconds, ours)) - ours_before)
            memory = resident_mib(server)
            self.go()
            # What was measured counts, also of a server that does not end when its input does.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(3)
        finally:
            self.stop()
        answers = result["answers"]
        if not answers:
            raise RuntimeError("no answer in time")
        return {
            "cpu_us": used / answers * 1e6,
            "main_us": main_used / answers * 1e6,
            "per_second": answers / result["seconds"],
            "us_each": result["seconds"] / answers * 1e6,
            "p50_us": result["p50_us"],
            "p99_us": result["p99_us"],
            "answers": answers,
            "answer_bytes": result["answer_bytes"],
            "streams": result["streams"] / answers,
            "others_percent": max(0.0, others / result["seconds"] / (os.cpu_count() or 1) * 100),
            "rss_mib": memory,
        }


def load_options(cell: Cell, effort: Effort, is_first: bool, backend: str) -> list[str]:
    """What the generator is to do for a cell."""
    operation, contender = OPERATIONS[cell.operation], CONTENDERS[cell.server]
    answers, seconds = effort.warmup(contender.language, is_first)
    # Long answers take so long that some of them are warm-up enough.
    answers = max(3, answers // (20 if operation.tools > 10 or operation.text_bytes >= 100_000 else 1))
    options = [
        *("--era", era(cell.wire), "--call", operation.call, "--connections", str(cell.width)),
        *("--seconds", str(effort.seconds), "--warmup", str(answers), "--warmup-seconds", str(seconds)),
        *("--text-bytes", str(operation.text_bytes), "--sessions", str(operation.sessions)),
        *("--tools", str(operation.tools), "--backend", backend),
    ]
    if not contender.speaks_mcp:
        options.append("--unchecked")
    if operation.answer_bytes and cell.server == "hyper":
        options += ["--answer-bytes", str(operation.answer_bytes)]
    return options


def server_options(cell: Cell) -> list[str]:
    """What a server is started with for a cell, besides where it serves."""
    operation, contender = OPERATIONS[cell.operation], CONTENDERS[cell.server]
    options = contender.options(cell.wire)
    if not options:
        return []
    if operation.call == "tm-dev-lab":
        options = [*options, "--tm-dev-lab"]
    elif operation.tools:
        options = [*options, "--tools", str(operation.tools)]
    if operation.text_bytes >= 1_000_000:
        options = [*options, "--max-body", str(64 << 20)]
    return options
