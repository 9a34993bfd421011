"""The middleware that comes with the package: what limits, remembers and writes down."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, McpError, ToolError, types
from oxmcp.server.middleware import caching, rate_limiting
from oxmcp.server.middleware.caching import ResponseCachingMiddleware
from oxmcp.server.middleware.logging import LoggingMiddleware, StructuredLoggingMiddleware
from oxmcp.server.middleware.rate_limiting import (
    RateLimitError,
    RateLimitingMiddleware,
    SlidingWindowRateLimitingMiddleware,
    TokenBucketRateLimiter,
)

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


class Clock:
    """A clock that a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        for module in (caching, rate_limiting):
            monkeypatch.setattr(module.time, "monotonic", lambda: self.now)


def counting(*middleware: Any) -> tuple[FastMCP, list[str]]:
    """A server that counts what reaches its functions."""
    reached: list[str] = []
    mcp = FastMCP(middleware=middleware)

    @mcp.tool
    def add(a: int, b: int = 1) -> dict[str, int]:
        reached.append("add")
        return {"sum": a + b}

    @mcp.tool
    def fails() -> str:
        reached.append("fails")
        raise ToolError("on purpose")

    @mcp.resource("data://{id}")
    def data(id: str) -> bytes:
        reached.append("data")
        return id.encode()

    @mcp.prompt
    def greet(name: str) -> str:
        reached.append("greet")
        return f"Hello {name}"

    return mcp, reached


# Limits


async def test_a_bucket_lets_so_many_through_at_once_and_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    bucket = TokenBucketRateLimiter(2, 1)
    assert [await bucket.consume() for _ in range(3)] == [True, True, False]
    clock.now += 1
    assert [await bucket.consume() for _ in range(2)] == [True, False]
    clock.now += 60
    assert [await bucket.consume() for _ in range(3)] == [True, True, False]


@MODES
async def test_each_client_has_a_limit_of_its_own_where_they_are_told_apart(mode: str) -> None:
    def who(context: Any) -> str:
        return str(context.fastmcp_context.client_info.name)

    mcp, reached = counting(SlidingWindowRateLimitingMiddleware(2 + (mode == "legacy"), get_client_id=who))
    for name in ("ann", "bea"):
        async with Client(mcp, mode=mode, client_info=types.Implementation(name=name, version="1")) as client:
            await client.call_tool("add", {"a": 1})
            await client.call_tool("add", {"a": 1})
            with pytest.raises(McpError, match=f"per 1 minutes for client: {name}") as refused:
                await client.call_tool("add", {"a": 1})
            assert refused.value.code == -32000
            with pytest.raises(McpError):
                await client.list_tools()
    assert reached == ["add"] * 4


async def test_what_is_asked_for_that_is_not_there_counts_too() -> None:
    async with Client(counting(RateLimitingMiddleware(0, burst_capacity=2))[0], mode="modern") as client:
        for message in ("unknown tool", "unknown tool", "Rate limit exceeded"):
            with pytest.raises(McpError, match=message):
                await client.call_tool_mcp("guessed", {})


async def test_clients_that_count_nothing_any_more_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    monkeypatch.setattr(rate_limiting, "MAX_CLIENTS", 3)
    names = iter("abcdefg")
    limit = RateLimitingMiddleware(1, 1, get_client_id=lambda _context: next(names))

    async def asked(_context: Any) -> None: ...

    for _ in range(5):
        await limit.on_request(None, asked)  # type: ignore[arg-type]
    assert list(limit.limiters) == ["c", "d", "e"]
    clock.now += 2
    await limit.on_request(None, asked)  # type: ignore[arg-type]
    assert list(limit.limiters) == ["f"]


async def test_a_global_limit_counts_everybody_and_limits_that_make_no_sense_are_refused() -> None:
    async def asked(_context: Any) -> None: ...

    limit = RateLimitingMiddleware(0, 1, get_client_id=lambda _context: "x", global_limit=True)
    await limit.on_request(None, asked)  # type: ignore[arg-type]
    with pytest.raises(RateLimitError, match="Global rate limit exceeded"):
        await limit.on_request(None, asked)  # type: ignore[arg-type]
    for wrong in ({"max_requests_per_second": -1}, {"burst_capacity": 0}):
        with pytest.raises(ValueError, match="at least"):
            RateLimitingMiddleware(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="above 0"):
        SlidingWindowRateLimitingMiddleware(1, 0)


# What is remembered


@MODES
async def test_what_was_answered_is_answered_again_until_its_time_is_over(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    remembers = ResponseCachingMiddleware(call_tool_settings={"ttl": 60})
    mcp, reached = counting(remembers)
    async with Client(mcp, mode=mode) as client:
        for _ in range(2):
            assert (await client.call_tool("add", {"a": 1})).data == {"sum": 2}
            assert (await client.read_resource("data://x"))[0].blob == "eA=="
            assert (await client.get_prompt("greet", {"name": "Ann"})).messages[0].content.text == "Hello Ann"
            assert [tool.name for tool in await client.list_tools()] == ["add", "fails"]
        assert reached == ["add", "data", "greet"]
        await client.call_tool("add", {"a": 2})
        clock.now += 61
        await client.call_tool("add", {"a": 1})
    assert reached == ["add", "data", "greet", "add", "add"]
    counts = remembers.statistics()
    assert (counts.call_tool.hits, counts.call_tool.misses, counts.call_tool.puts) == (1, 3, 3)
    assert counts.list_tools.hits == 1


async def test_what_failed_is_too_large_or_not_to_be_kept_is_asked_for_again() -> None:
    mcp, reached = counting(
        ResponseCachingMiddleware(
            call_tool_settings={"excluded_tools": ["add"]},
            read_resource_settings={"enabled": False},
            max_item_size=10,
        )
    )
    async with Client(mcp) as client:
        for _ in range(2):
            await client.call_tool("add", {"a": 1})
            with pytest.raises(ToolError, match="on purpose"):
                await client.call_tool("fails")
            await client.read_resource("data://x")
            await client.get_prompt("greet", {"name": "Ann"})
    assert reached == ["add", "fails", "data", "greet"] * 2


async def test_a_store_of_ones_own_keeps_the_answers_and_those_of_questions_are_never_kept() -> None:
    class Store:
        def __init__(self) -> None:
            self.kept: dict[tuple[str | None, str], str] = {}

        async def get(self, key: str, *, collection: str | None = None) -> Mapping[str, Any] | None:
            text = self.kept.get((collection, key))
            return None if text is None else json.loads(text)

        async def put(
            self, key: str, value: Mapping[str, Any], *, collection: str | None = None, ttl: float | None = None
        ) -> None:
            self.kept[collection, key] = json.dumps(value)

    store = Store()
    mcp, reached = counting(ResponseCachingMiddleware(store))

    @mcp.tool
    async def ask(ctx: Context) -> str:
        answer: Any = await ctx.elicit("Who?", str)
        return str(answer.data)

    names = iter(["Ann", "Bea"])

    async def answer(*_: Any) -> Any:
        return {"value": next(names)}

    async with Client(mcp, mode="modern", elicitation_handler=answer) as client:
        await client.call_tool("add", {"a": 1})
        assert (await client.call_tool("add", {"a": 1})).data == {"sum": 2}
        assert [(await client.call_tool("ask")).data for _ in range(2)] == ["Ann", "Bea"]
    assert reached == ["add"]
    assert [collection for collection, _ in store.kept] == ["tools/call"]


# What is written down


@MODES
async def test_what_passes_is_in_the_log_in_words_or_as_json(mode: str, caplog: pytest.LogCaptureFixture) -> None:
    words = LoggingMiddleware(include_payloads=True, include_payload_length=True, max_payload_length=20)
    structured = StructuredLoggingMiddleware(methods=["tools/call"], estimate_payload_tokens=True)
    with caplog.at_level(logging.INFO):
        async with Client(counting(words, structured)[0], mode=mode) as client:
            await client.call_tool("add", {"a": 1})
            with pytest.raises(ToolError):
                await client.call_tool("fails")
            await client.list_prompts()
    told = [record.getMessage() for record in caplog.records if record.name == "oxmcp.middleware.logging"]
    begun = next(line for line in told if "tools/call" in line)
    assert begun.startswith("event=request_start method=tools/call source=client payload_length=")
    assert '"name":"add"' in begun
    assert begun.endswith("... payload_type=CallToolRequestParams")
    assert any(line.startswith("event=request_error method=tools/call") and "on purpose" in line for line in told)
    assert any(line.startswith("event=request_success method=prompts/list") for line in told)
    lines = [json.loads(record.getMessage()) for record in caplog.records if "structured" in record.name]
    assert [line["event"] for line in lines] == ["request_start", "request_success", "request_start", "request_error"]
    assert {line["method"] for line in lines} == {"tools/call"}
    assert lines[0]["payload_tokens"] > 0


async def test_a_serializer_that_fails_costs_nothing_but_a_line(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_message: Any) -> str:
        raise ValueError("cannot")

    with caplog.at_level(logging.INFO):
        async with Client(counting(LoggingMiddleware(include_payloads=True, payload_serializer=broken))[0]) as client:
            assert (await client.call_tool("add", {"a": 1})).data == {"sum": 2}
    assert "The payload of tools/call was not serialized: cannot" in caplog.text
    assert '"name":"add"' in caplog.text
