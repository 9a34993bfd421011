"""What is recorded of what a server does: the section `audit`, from every transport, in both eras."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from asgi_caller import ask, message, tool_call

from oxmcp import Client, FastMCP, ToolError
from oxmcp.errors import ConfigurationError, TransportError
from oxmcp.server import Server

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


def records(path: Path) -> list[dict[str, Any]]:
    """The lines of a log."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def calls(path: Path) -> list[dict[str, Any]]:
    """Those of calls of tools."""
    return [record for record in records(path) if record["event_type"] == "tools/call"]


def verified(*paths: Path) -> str:
    """What `oxmcp audit verify` says of files."""
    command = [sys.executable, "-m", "oxmcp", "audit", "verify", *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def recorded(audit: dict[str, Any] | None = None, **options: Any) -> FastMCP:
    """A server whose calls are recorded."""
    mcp = FastMCP("recorded", audit=audit, **options)

    @mcp.tool
    def echo(text: str, password: str = "") -> str:
        return text

    @mcp.tool
    def refuse() -> str:
        raise ToolError("not today")

    return mcp


@MODES
async def test_every_call_has_its_record_refused_ones_too(mode: str, tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    async with Client(recorded({"path": log, "arguments": "redacted"}), mode=mode) as client:
        await client.call_tool("echo", {"text": "hi", "password": "hunter2"})
        assert calls(log)[-1]["extensions"]["arguments"] == '{"text":"hi","password":"[redacted]"}'
        await client.call_tool("refuse", raise_on_error=False)
        await client.call_tool("echo", {"text": 7}, raise_on_error=False)
        with pytest.raises(Exception, match="nothing"):
            await client.call_tool("nothing")
        told = [(call["tool_name"], call["outcome"], call["extensions"].get("error_type")) for call in calls(log)]
    assert told[:2] == [("echo", "allowed", None), ("refuse", "error", "tool_error")]
    assert told[-1][:2] == ("nothing", "error")
    assert verified(log).startswith(f"whole: {len(records(log))} records")


async def test_what_is_refused_over_http_before_it_is_read_is_recorded(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    mcp = recorded(
        {"path": log},
        authentication={"verify": lambda token: "ann" if token == "ann-token" else None},
    )
    app = mcp.http_app()
    assert (await ask(app, tool_call("echo", text="hi"))).status == 401
    assert (await ask(app, tool_call("echo", text="hi"), headers={"authorization": "Bearer canary"})).status == 401
    assert [record["extensions"]["status"] for record in records(log)[1:]] == ["401", "401"]
    good = {"authorization": "Bearer ann-token"}
    assert (await ask(app, tool_call("echo", text="hi"), headers=good)).status == 200
    assert (calls(log)[-1]["principal_id"], calls(log)[-1]["outcome"]) == ("ann", "allowed")
    text = log.read_text(encoding="utf-8")
    assert "canary" not in text and "ann-token" not in text


@pytest.mark.parametrize("kind", ["plain", "async"])
@pytest.mark.parametrize("how", ["durable", "fast"])
async def test_a_function_gets_records_in_batches_or_one_by_one(kind: str, how: str) -> None:
    heard: list[list[dict[str, Any]]] = []

    async def later(batch: list[dict[str, Any]]) -> None:
        await asyncio.sleep(0)
        heard.append(batch)

    sink = heard.append if kind == "plain" else later
    mcp = recorded({"sink": sink, "mode": how, "sink_records": 1})
    async with Client(mcp) as client:
        for number in range(5):
            await client.call_tool("echo", {"text": str(number)})
            if how == "durable":
                assert heard[-1][0]["tool_name"] == "echo", "it is there before the answer"

        async def all_there() -> None:
            while sum(record["tool_name"] == "echo" for batch in heard for record in batch) < 5:
                await asyncio.sleep(0.01)

        await asyncio.wait_for(all_there(), 20)
    assert all(len(batch) == 1 for batch in heard)
    flat = [record for batch in heard for record in batch]
    assert all(one["event_hash"] == other["previous_hash"] for one, other in pairwise(flat))


@MODES
@pytest.mark.parametrize("policy", ["refuse", "allow"])
async def test_what_cannot_be_recorded_is_not_done_or_goes_on(mode: str, policy: str) -> None:
    away = False

    def sink(_: list[dict[str, Any]]) -> None:
        if away:
            raise OSError("the collector is away")

    async with Client(recorded({"sink": sink, "on_failure": policy}), mode=mode) as client:
        assert (await client.call_tool("echo", {"text": "hi"})).data == "hi"
        away = True
        if policy == "allow":
            assert (await client.call_tool("echo", {"text": "hi"})).data == "hi"
        else:
            with pytest.raises(Exception, match="cannot record"):
                await client.call_tool("echo", {"text": "hi"})
            away = False
            with pytest.raises(Exception, match="cannot record"):
                await client.call_tool("echo", {"text": "hi"})  # recorded as refused: there is a way again
            assert (await client.call_tool("echo", {"text": "hi"})).data == "hi"


async def test_a_sink_that_hangs_keeps_nobody_waiting_in_the_fast_mode() -> None:
    async def hangs(_: list[dict[str, Any]]) -> None:
        await asyncio.Event().wait()

    mcp = recorded({"sink": hangs, "mode": "fast", "sink_seconds": 0.2, "queue_records": 10})
    async with Client(mcp) as client:
        for number in range(50):
            assert (await client.call_tool("echo", {"text": str(number)})).data == str(number)


async def test_a_low_level_server_and_a_file_say_it_in_the_same_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, config = tmp_path / "audit.jsonl", tmp_path / "oxmcp.toml"
    config.write_text(f'[audit]\npath = "{log}"\narguments = "whole"\nrotate_bytes = 0\n', encoding="utf-8")
    monkeypatch.setenv("OXMCP_CONFIG", str(config))
    async with Client(recorded()) as client:
        await client.call_tool("echo", {"text": "hi"})
    assert calls(log)[-1]["extensions"]["arguments"] == '{"text":"hi"}'
    monkeypatch.delenv("OXMCP_CONFIG")
    server: Server[Any] = Server("low", audit={"path": tmp_path / "low.jsonl"})

    @server.list_tools()
    async def tools() -> list[Any]:
        return []

    async with Client(server) as client:
        await client.list_tools()
    assert any(record["event_type"] == "tools/list" for record in records(tmp_path / "low.jsonl"))


async def test_what_is_wrong_is_said_with_its_name(tmp_path: Path) -> None:
    for audit, says in [
        ({}, "nothing that records go to"),
        ({"path": "x", "modus": "fast"}, "modus"),
        ({"path": str(tmp_path / "a"), "redact_patterns": ["("]}, "redact_patterns"),
    ]:
        with pytest.raises(ConfigurationError, match=says):
            async with Client(recorded(audit)):
                pass
    log = tmp_path / "audit.jsonl"
    async with Client(recorded({"path": log})):
        with pytest.raises(TransportError, match="another server in this one"):
            async with Client(recorded({"path": log})):
                pass


def test_a_server_over_stdio_leaves_a_whole_log_and_its_sink_has_all_of_it(tmp_path: Path) -> None:
    log, copy = tmp_path / "audit.jsonl", tmp_path / "copy.jsonl"
    script = tmp_path / "server.py"
    script.write_text(
        "import json, sys\n"
        "from oxmcp import FastMCP\n"
        "def sink(records):\n"
        f"    with open({str(copy)!r}, 'a', encoding='utf-8') as file:\n"
        "        file.writelines(json.dumps(record) + '\\n' for record in records)\n"
        f"mcp = FastMCP('s', audit={{'path': {str(log)!r}, 'mode': 'fast', 'console': 'stdout', 'sink': sink}})\n"
        "@mcp.tool\ndef echo(text: str) -> str:\n    return text\n"
        "mcp.run()\n",
        encoding="utf-8",
    )
    lines = [
        message("tools/call", {"name": "echo", "arguments": {"text": str(number)}}, id=number) for number in range(20)
    ] + [b"{"]
    ran = subprocess.run(
        [sys.executable, str(script)], input=b"\n".join(lines) + b"\n", capture_output=True, check=True
    )
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(answers) == 21, "the protocol's stream is the protocol's alone"
    assert len(calls(log)) == 20
    assert len(calls(copy)) == 20
    assert records(log)[-1]["event_type"] == "audit.closed"
    said = verified(log)
    assert said.startswith("whole") and "not closed" not in said
    assert ran.stderr.count(b'"tools/call"') == 20, "and the console is standard error"
