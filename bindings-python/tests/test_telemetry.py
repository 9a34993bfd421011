"""What a server tells of its work: lines, counts, pages, and the trace of a call that goes on to others."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from asgi_caller import ask, legacy_call, message, session, tool_call

from oxmcp import Client, Context, FastMCP
from oxmcp.errors import ConfigurationError, ToolError

TOKEN = "a-token-that-is-long-enough"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = "0af7651916cd43dd8448eb211c80319c"


def telling(telemetry: dict[str, Any] | None) -> FastMCP:
    """A server whose tools say which trace they belong to, and fail."""
    mcp = FastMCP("telling", telemetry=telemetry)

    @mcp.tool
    async def traced(ctx: Context) -> dict[str, str]:
        return ctx.trace_headers

    @mcp.tool
    def traced_in_thread(ctx: Context) -> dict[str, str]:
        return ctx.trace_headers

    @mcp.tool
    def broken() -> str:
        raise ToolError("not today")

    return mcp


async def lines(path: Path, count: int) -> list[dict[str, Any]]:
    """The lines in a file, once there are so many; they are written by a thread of their own."""
    for _ in range(400):
        text = path.read_text()
        if text.count("\n") >= count:
            break
        await asyncio.sleep(0.05)
    found: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    assert len(found) == count, text
    return found


async def test_every_operation_is_a_line_in_either_era(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    app = telling({"logs": {"path": str(path)}}).http_app()
    said = (await ask(app, tool_call("traced", {"traceparent": PARENT, "tracestate": "a=1"}))).result
    own = said["structuredContent"]
    assert own["traceparent"].startswith(f"00-{TRACE}-") and own["tracestate"] == "a=1"
    assert own["traceparent"] != PARENT
    assert (await ask(app, tool_call("broken"))).result["isError"]
    assert (await ask(app, tool_call("not_there"))).status == 200
    head = await session(app)
    by_header = await ask(app, legacy_call("traced_in_thread"), headers={**head, "traceparent": PARENT})
    assert json.loads(by_header.value)["traceparent"].startswith(f"00-{TRACE}-")
    first, broken, unknown, handshake, legacy = await lines(path, 5)
    facts = ("event", "method", "tool", "status", "level", "client_name", "trace_id", "parent_span_id", "transport")
    assert [first[fact] for fact in facts] == [
        *("tool_call", "tools/call", "traced", "ok", "info", "test", TRACE, "b7ad6b7169203331", "http"),
    ]
    assert first["span_id"] == own["traceparent"].split("-")[2]
    assert first["timestamp"].endswith("Z") and first["duration_ms"] >= 0 and first["protocol_version"] == "2026-07-28"
    assert (broken["tool"], broken["status"], broken["error_type"]) == ("broken", "error", "tool_error")
    assert (unknown["tool"], unknown["status"]) == ("not_there", "error")
    assert (handshake["event"], handshake["method"]) == ("request", "initialize")
    assert (legacy["tool"], legacy["protocol_version"], legacy["trace_id"]) == (
        *("traced_in_thread", "2025-11-25", TRACE),
    )
    assert len(legacy["session"]) == 16 and legacy["session"] not in head.values()
    assert len({line["call_id"] for line in (first, broken, unknown, legacy)}) == 4


async def test_without_the_section_a_trace_is_what_the_client_sent() -> None:
    app = telling(None).http_app()
    said = (await ask(app, tool_call("traced", {"traceparent": PARENT}))).result
    assert said["structuredContent"] == {"traceparent": PARENT}
    assert (await ask(app, tool_call("traced"))).result["structuredContent"] == {}
    assert (await ask(app, tool_call("traced", {"traceparent": "nonsense"}))).result["structuredContent"] == {}
    async with Client(telling(None)) as client:
        assert (await client.call_tool("traced", {})).structured_content == {}


async def test_calls_within_the_process_are_told_too(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    async with Client(telling({"logs": {"path": str(path)}})) as client:
        await client.call_tool("traced_in_thread", {})
    told = [line for line in await lines_at_least(path, 1) if line["event"] == "tool_call"]
    assert [(line["tool"], line["transport"]) for line in told] == [("traced_in_thread", "local")]


async def lines_at_least(path: Path, count: int) -> list[dict[str, Any]]:
    """The same, where a client says more than it was asked to."""
    for _ in range(400):
        found = [json.loads(line) for line in path.read_text().splitlines()]
        if sum(line["event"] == "tool_call" for line in found) >= count:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{path} has no {count} calls")


def test_over_stdio_lines_go_to_standard_error(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(
        "from oxmcp import FastMCP\n"
        "mcp = FastMCP('logged', telemetry={'logs': True})\n"
        "@mcp.tool\n"
        "def double(n: int) -> int:\n"
        "    return 2 * n\n"
        "mcp.run()\n"
    )
    asked = message("tools/call", {"name": "double", "arguments": {"n": 4}}) + b"\n"
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        out, err = process.communicate(asked, timeout=60)
    assert process.returncode == 0, err
    assert json.loads(out)["result"]["content"][0]["text"] == "8"
    (line,) = [json.loads(line) for line in err.splitlines() if b'"tool_call"' in line]
    assert (line["tool"], line["status"], line["transport"]) == ("double", "ok", "local")


ALL = {"metrics": {"token": TOKEN}, "dashboard": {"token": TOKEN}, "health": {"ready_path": "/takes"}}


async def over_a_listener(
    mcp: FastMCP, use: Callable[[Callable[..., Awaitable[tuple[int, str]]]], Awaitable[None]]
) -> None:
    """Serves, and hands over what asks."""
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        mcp.run_http_async(port=0, show_banner=False, on_listening=lambda _host, port: listening.set_result(port))
    )
    await asyncio.wait([listening, serving], return_when=asyncio.FIRST_COMPLETED)
    port = listening.result()

    async def get(path: str, **headers: str) -> tuple[int, str]:
        def asked() -> tuple[int, str]:
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return answer.status, answer.read().decode()
            except HTTPError as error:
                return error.code, error.read().decode()

        return await asyncio.to_thread(asked)

    try:
        await use(get)
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def in_an_application(
    mcp: FastMCP, use: Callable[[Callable[..., Awaitable[tuple[int, str]]]], Awaitable[None]]
) -> None:
    """The same where another server receives the requests."""
    app = mcp.http_app()

    async def get(path: str, **headers: str) -> tuple[int, str]:
        told = {name.lower(): value for name, value in headers.items()}
        answer = await ask(app, method="GET", path=path, headers=told)
        return answer.status, answer.text

    await use(get)


@pytest.mark.parametrize("serve", [over_a_listener, in_an_application])
async def test_pages_are_beside_the_endpoint(serve: Any) -> None:
    mcp = telling(ALL)

    async def use(get: Callable[..., Awaitable[tuple[int, str]]]) -> None:
        known = {"Authorization": f"Bearer {TOKEN}"}
        for path in ("/metrics", "/dashboard", "/dashboard/data"):
            assert (await get(path))[0] == 401
            assert (await get(path, Authorization="Bearer another-token-of-some-length"))[0] == 401
            assert (await get(path, **known))[0] == 200
        assert await get("/health") == (200, "ok")
        assert await get("/takes") == (200, "ready")
        assert (await get("/ready"))[0] == 404
        async with Client(mcp) as client:
            await client.call_tool("traced", {})
            with pytest.raises(ToolError):
                await client.call_tool("broken", {})
        _, text = await get("/metrics", **known)
        series = "mcp_server_operation_duration_seconds_count"
        assert f'{series}{{mcp_method_name="tools/call",gen_ai_tool_name="traced"}} 1' in text
        assert f'{series}{{mcp_method_name="tools/call",gen_ai_tool_name="broken",error_type="tool_error"}} 1' in text
        data = json.loads((await get("/dashboard/data", **known))[1])
        assert {one["target"] for one in data["operations"] if one["target"]} == {"traced", "broken"}
        assert data["server"]["name"] == "telling"

    await serve(mcp, use)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"log": True}, "unknown field `log`"),
        ({"metrics": {}}, "telemetry.metrics: either `token`"),
        ({"metrics": {"token": "short"}}, "telemetry.metrics.token"),
        ({"dashboard": True}, "telemetry.dashboard.token is missing"),
        ({"otlp": {"endpoint": "http://collector.example"}}, "https"),
        ({"logs": {"slower_than_seconds": -1}}, "telemetry.logs.slower_than_seconds"),
    ],
)
async def test_what_cannot_work_is_refused_at_the_start(section: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        async with Client(telling(section)):
            pass


async def test_the_file_says_it_in_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    (tmp_path / "oxmcp.toml").write_text(f'[telemetry]\nlogs = {{ path = "{path.as_posix()}" }}\n')
    mcp = FastMCP("from a file", config=tmp_path / "oxmcp.toml")
    mcp.tool(lambda: 1, name="one")
    async with Client(mcp) as client:
        await client.call_tool("one", {})
    assert "one" in [line.get("tool") for line in await lines_at_least(path, 1)]
