"""Starts the company's database in Python and in TypeScript, and asks both for everything that anybody may do or may not.

Run it with `make demo-production`. Every call is made by the official client, in both eras of the protocol.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

import anyio
import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitRequestParams, ElicitResult

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

from issuer import Issuer
from matrix import MATRIX, READS_ONLY, ROLES, TOOLS, Row
from terminal import Report

SERVERS = {
    "Python": [sys.executable, str(HERE / "company.py")],
    "TypeScript": ["node", "--import", (ROOT / "node_modules/tsx/dist/loader.mjs").as_uri(), str(HERE / "company.ts")],
}
MODES = {"legacy": "legacy", "modern": "auto"}
PATIENCE = 300.0  # seconds for everything


@dataclass
class Server:
    """One of the servers, running."""

    language: str
    address: str
    folder: Path
    """Where it was started: with its configuration, and what it writes."""


@contextmanager
def running(language: str, issuer: Issuer, log: TextIO) -> Iterator[Server]:
    """A server on a free port in a folder of its own, until the block ends."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        folder = Path(name)
        shutil.copy(HERE / "oxmcp.toml", folder)
        issuer.publish(folder / "issuer.jwks")
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        probe.close()
        process = subprocess.Popen(
            [*SERVERS[language], "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, "OXMCP_CONFIG": "oxmcp.toml"},
        )
        try:
            while True:
                if process.poll() is not None:
                    raise RuntimeError(f"The server in {language} ended at once, with exit code {process.returncode}.")
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.02)
            yield Server(language, f"http://127.0.0.1:{port}/mcp", folder)
            process.terminate()
            process.wait(timeout=10)
        finally:
            process.kill()
            process.wait()


@asynccontextmanager
async def connected(server: Server, token: str, mode: str, person: Any = None) -> AsyncIterator[Client]:
    """The official client with this token; `person` answers what the server asks people."""
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=20) as http:
        transport = streamable_http_client(server.address, http_client=http)
        async with Client(transport, mode=mode, cache=None, elicitation_callback=person) as client:
            yield client


async def says_yes(_context: Any, asked: ElicitRequestParams) -> ElicitResult:
    """A person who has read what is asked, and agrees."""
    return ElicitResult(action="accept", content=dict.fromkeys(asked.requested_schema["properties"], True))


async def outcome(client: Client, row: Row) -> str:
    """What comes of a call: `done`, `not there`, or `refused` with the tool's own words."""
    try:
        result = await client.call_tool(row.tool, row.arguments)
    except MCPError as error:
        unknown = row.tool in error.error.message and "unknown" in error.error.message.lower()
        return "not there" if unknown else f"error {error.error.code}: {error.error.message}"
    return "refused" if result.is_error else "done"


async def ask(server: Server, issuer: Issuer, mode: str) -> dict[str, dict[str, str]]:
    """What came of each row, by role."""
    came: dict[str, dict[str, str]] = {row.what: {} for row in (*MATRIX, *READS_ONLY)}
    for role in ROLES:
        async with connected(server, issuer.token(f"{role}@example.com", role), MODES[mode], says_yes) as client:
            names = sorted(tool.name for tool in (await client.list_tools()).tools)
            if names != TOOLS[role]:
                raise AssertionError(f"{server.language}, {mode}: {role} sees the tools {names}, not {TOOLS[role]}")
            for row in (*MATRIX, *READS_ONLY):
                came[row.what][role] = await outcome(client, row)
    return came


def wanted(row: Row, role: str) -> str:
    """What is to come of a call."""
    if row in READS_ONLY:
        # The rules let administrators do everything; the tool itself only reads.
        return "refused" if role == "admin" else "not there"
    return "done" if role in row.allowed else "not there"


def check(server: Server, mode: str, came: dict[str, dict[str, str]]) -> int:
    """Holds what came against the table; returns how many calls that were."""
    for row in (*MATRIX, *READS_ONLY):
        for role in ROLES:
            if came[row.what][role] != wanted(row, role):
                raise AssertionError(
                    f"{server.language}, {mode}: “{row.what}” by {role}: {came[row.what][role]}, not {wanted(row, role)}"
                )
    return len(ROLES) * len(came)


async def main(report: Report, log: TextIO) -> None:
    issuer = Issuer()
    report.title(
        f"oxmcp {version('oxmcp')}: who may do what in a company's database",
        f"Python and TypeScript, one configuration file; asked by the official client, mcp {version('mcp')}",
    )
    calls = 0
    came: dict[str, dict[str, str]] = {}
    for language in SERVERS:
        for mode in MODES:
            with running(language, issuer, log) as server:
                came = await ask(server, issuer, mode)
                calls += check(server, mode, came)
    report.section("Who may do what")
    report.table(["call", *ROLES], [[what, *(of[role] for role in ROLES)] for what, of in came.items()])
    report.done(f"{calls} calls came out as they should, in both languages and both eras of the protocol.")


def causes(error: BaseException) -> list[BaseException]:
    """The errors inside an exception group, or the error itself."""
    nested = getattr(error, "exceptions", None)
    return [cause for inner in nested for cause in causes(inner)] if nested else [error]


async def in_time(report: Report, log: TextIO) -> None:
    with anyio.fail_after(PATIENCE):
        await main(report, log)


if __name__ == "__main__":
    report = Report(sys.stdout)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        try:
            anyio.run(in_time, report, log)
        except Exception as error:
            for cause in causes(error):
                report.failed(f"{type(cause).__name__}: {cause}")
            log.seek(0)
            print("".join(log.readlines()[-20:]), file=sys.stderr, end="")
            sys.exit(1)
