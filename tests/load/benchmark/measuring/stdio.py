"""Servers over pipes, and processes that are only started."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time

from ..cells import Cell, Numbers
from ..clocks import cpu_seconds, ended_children_seconds, resident_mib
from ..contenders import CONTENDERS, ROOT, import_command
from ..effort import Effort
from .load import PATIENCE, SERVER_CORE, Load, load_options, pinned, server_options

from processes import end  # isort: skip

INITIALIZE = (
    b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},'
    b'"clientInfo":{"name":"load","version":"1.0.0"}}}\n'
)


def command_of(cell: Cell) -> list[str]:
    """What starts a cell's server over stdio, on the server's core."""
    command = [*CONTENDERS[cell.server].command(cell.wire), *server_options(cell), "--stdio"]
    return pinned(SERVER_CORE, command)


def measure_stdio(cell: Cell, effort: Effort) -> Numbers:
    """One server process over pipes, as the load generator's child."""
    effort.calm.wait()
    return Load("stdio", *load_options(cell, effort, True, ""), "--", *command_of(cell)).measure(None)


def measure_start(cell: Cell) -> Numbers:
    """Spawn a server with a few tools and wait for the first answer."""
    begun = time.monotonic()
    process = subprocess.Popen(
        command_of(cell), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdin and process.stdout
        process.stdin.write(INITIALIZE)
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        if "protocolVersion" not in answer.get("result", {}):
            raise RuntimeError(f"not an answer to initialize: {answer}")
        measured = {
            "wall_ms": (time.monotonic() - begun) * 1e3,
            "cpu_ms": cpu_seconds(process.pid) * 1e3,
            "rss_mib": resident_mib(process.pid),
        }
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)
    finally:
        end(process)
        process.stdout and process.stdout.close()
    return measured


def measure_import(cell: Cell) -> Numbers:
    """Spawn a process that imports a package and ends, and wait for the end."""
    command = pinned(SERVER_CORE, import_command(cell.server))
    before = ended_children_seconds()
    begun = time.monotonic()
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=PATIENCE)
    wall = time.monotonic() - begun
    return {"wall_ms": wall * 1e3, "cpu_ms": (ended_children_seconds() - before) * 1e3}


def measure_size() -> Numbers:
    """What `npm install` puts on the disk."""
    packed = subprocess.run(
        ["npm", "pack", "--dry-run", "--json", "--ignore-scripts"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    (described,) = json.loads(packed.stdout)
    return {"megabytes": described["unpackedSize"] / 1e6}
