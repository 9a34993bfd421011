"""What people read when something goes wrong: one line, in plain words, where it helps."""

from __future__ import annotations

import ast
import asyncio
import logging
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import oxmcp
from oxmcp import Client, FastMCP, _native
from oxmcp.errors import McpError

RULE_ID = re.compile(r"\b[A-Z]{2,}-\d+\b")

SERVED = """
from oxmcp import FastMCP
FastMCP("taken").run("http", port={port})
"""


def test_a_port_in_use_is_one_line_and_exit_code_1() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = subprocess.run(
            [sys.executable, "-c", SERVED.format(port=port)], capture_output=True, text=True, timeout=60, check=False
        )
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr == (
        f"taken: cannot listen for HTTP: 127.0.0.1:{port} is in use: another process listens there; stop it, or choose "
        "another port\n"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_cannot_be_had_is_told_by_name(host: str) -> None:
    with pytest.raises(SystemExit, match=r"^s: cannot listen for HTTP: .*(not an address of this machine|no address)"):
        FastMCP("s").run("http", host=host, port=0)


def test_the_number_of_a_masked_error_leads_to_one_place_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """SEC-13"""

    async def numbers(mcp: FastMCP) -> list[str]:
        @mcp.tool
        def plain() -> None:
            raise RuntimeError("secret")

        @mcp.tool
        async def coroutine() -> None:
            raise RuntimeError("secret")

        found = []
        async with Client(mcp) as client:
            for name in ("plain", "coroutine") * 3:
                result = await client.call_tool(name, raise_on_error=False)
                found += re.findall(r"under call (\S+)\.", result.content[0].text)
        return found

    async def go() -> list[str]:
        return [number for name in "ab" for number in await numbers(FastMCP(name, mask_error_details=True))]

    with caplog.at_level(logging.ERROR, "oxmcp"):
        told = asyncio.run(go())
    assert len(told) == len(set(told)) == 12
    for number in told:
        lines = [record for record in caplog.records if record.getMessage().endswith(f"failed in call {number}")]
        assert len(lines) == 1
        assert lines[0].exc_info is not None and "secret" in str(lines[0].exc_info[1])
        assert re.match(r"tool '(plain|coroutine)' failed in call", lines[0].getMessage())


@pytest.mark.parametrize("mode", ["legacy", "modern"])
@pytest.mark.parametrize("name", ["unknown", "refuses", "fails", "answers_with_an_error"])
def test_raise_on_error_off_raises_for_nothing_the_server_answered(mode: str, name: str) -> None:
    mcp = FastMCP("s")

    @mcp.tool
    def refuses(number: int) -> int:
        return number

    @mcp.tool
    def fails(number: Any = None) -> None:
        raise RuntimeError("broken")

    @mcp.tool
    def answers_with_an_error(number: Any = None) -> None:
        raise McpError(-32000, "busy")

    async def go() -> Any:
        async with Client(mcp, mode=mode) as client:
            return await client.call_tool(name, {"number": "x"}, raise_on_error=False)

    result = asyncio.run(go())
    assert result.is_error
    assert result.content[0].text


def test_no_message_names_a_rule_of_ours() -> None:
    """Rules are for those who read the source: comments and docstrings name them, messages do not."""
    for file in Path(oxmcp.__file__).parent.rglob("*.py"):
        tree = ast.parse(file.read_text())
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                assert not RULE_ID.search(node.value), f"{file.name}:{node.lineno}: {node.value}"


@pytest.mark.parametrize(
    ("descriptor", "told"),
    [
        ("{", "it is not JSON"),
        ("[]", "a list stands where an object belongs"),
        ('{"inputSchema": {}}', 'its member "name" is missing'),
        ('{"name": 7, "inputSchema": {}}', "the number 7 stands where a text belongs"),
        ('{"name": {}, "inputSchema": {}}', "an object stands where a text belongs"),
    ],
)
def test_a_descriptor_that_does_not_fit_is_refused_in_plain_words(descriptor: str, told: str) -> None:
    engine = FastMCP("s").native
    target = _native.Target(lambda: None, is_async=False, bind=None, result=lambda *_: None, error=lambda *_: None)
    with pytest.raises(_native.NativeError, match=told) as refused:
        engine.add_tool(descriptor, target)
    assert not re.search(r"line \d|column|struct|expected|`", str(refused.value))
