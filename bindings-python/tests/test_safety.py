"""What people are asked before it is done, and what models are told: the section `safety`, in both eras."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from oxmcp import Client, FastMCP, ToolError, types
from oxmcp.errors import ConfigurationError
from oxmcp.server import Server
from oxmcp.types import ElicitResult

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])
Asked = list[tuple[str, Any]]


def protected(safety: dict[str, Any] | None = None, **options: Any) -> tuple[FastMCP, list[Any]]:
    """A server with something to protect, and what was done."""
    mcp = FastMCP("protected", safety=safety, **options)
    done: list[Any] = []

    @mcp.tool(annotations={"destructiveHint": True})
    def delete(table: str, id: int = 0) -> str:
        done.append((table, id))
        return "deleted"

    @mcp.tool(confirm=True)
    def always() -> str:
        done.append("always")
        return "done"

    @mcp.tool(annotations={"destructiveHint": True}, confirm=False)
    def never() -> str:
        done.append("never")
        return "done"

    @mcp.tool(annotations={"readOnlyHint": True})
    def read() -> str:
        return "a\u200bb\x1b[31mc"

    @mcp.tool
    def breaks() -> str:
        raise ConnectionError("cannot reach db://canary")

    @mcp.tool
    def refuses() -> str:
        raise ToolError("too many rows")

    return mcp, done


def person(answers: list[Any], asked: list[str]) -> Any:
    """Answers questions in their order."""

    async def answer(message: str, _type: Any, _params: Any, _context: Any) -> Any:
        asked.append(message)
        return answers.pop(0)

    return answer


YES = {"confirm": True}


@MODES
async def test_a_person_is_asked_before_something_is_destroyed(mode: str) -> None:
    """T18 of the threats: for these arguments, once."""
    mcp, done = protected({})
    asked: list[str] = []
    answers = [YES, {"confirm": False}, ElicitResult(action="decline"), ElicitResult(action="cancel"), YES]
    async with Client(mcp, mode=mode, elicitation_handler=person(answers, asked)) as client:
        assert (await client.call_tool("delete", {"table": "logs", "id": 7})).data == "deleted"
        assert done == [("logs", 7)]
        assert "delete" in asked[0] and '"id":7' in asked[0]
        for _ in range(3):
            result = await client.call_tool("delete", {"table": "logs", "id": 7}, raise_on_error=False)
            assert result.is_error and "it was not done" in result.content[0].text
        assert done == [("logs", 7)] and len(asked) == 4, "what was said once counts once"
        await client.call_tool("always")
        await client.call_tool("never")
        assert (len(asked), done[1:]) == (5, ["always", "never"])


@MODES
async def test_where_nobody_can_be_asked_it_is_not_done(mode: str) -> None:
    for safety, is_done in [({}, False), ({"cannot_ask": "allow"}, True), (None, True)]:
        mcp, done = protected(safety)
        async with Client(mcp, mode=mode) as client:
            try:
                await client.call_tool("delete", {"table": "logs"})
            except Exception as error:
                assert "confirmed" in str(error) or "elicitation" in str(error), error
        assert bool(done) is is_done, safety


async def test_a_tool_that_wants_a_word_gets_it_on_a_server_that_says_nothing_of_safety() -> None:
    mcp, done = protected()
    async with Client(mcp) as client:
        with pytest.raises(Exception, match="confirmed"):
            await client.call_tool("always")
    assert done == []


@MODES
async def test_a_client_that_stays_silent_is_refused_in_time(mode: str) -> None:
    mcp, done = protected({"confirm_seconds": 0.2})

    async def silent(*_: Any) -> Any:
        await asyncio.sleep(1 if mode == "modern" else 3600)
        return YES

    async with Client(mcp, mode=mode, elicitation_handler=silent) as client:
        result = await client.call_tool("delete", {"table": "logs"}, raise_on_error=False)
        assert result.is_error and "in time" in result.content[0].text
    assert done == []


async def test_names_say_which_tools_are_confirmed() -> None:
    mcp, done = protected({"confirm": ["re*"]})
    asked: list[str] = []
    async with Client(mcp, elicitation_handler=person([YES, YES], asked)) as client:
        await client.call_tool("read")
        await client.call_tool("delete", {"table": "logs"})
    assert len(asked) == 1 and done == [("logs", 0)]


async def test_results_say_that_they_are_not_to_be_trusted_and_what_is_hidden_in_them() -> None:
    for safety, text, meta in [
        ({}, "a\u200bb\x1b[31mc", {"oxmcp/untrusted": True, "oxmcp/hiddenCharacters": ["ansi", "invisible"]}),
        (
            {"hidden_characters": "strip", "mark_results": False},
            "abc",
            {"oxmcp/hiddenCharacters": ["ansi", "invisible"]},
        ),
        ({"hidden_characters": "keep", "mark_results": False}, "a\u200bb\x1b[31mc", {}),
        (None, "a\u200bb\x1b[31mc", {}),
    ]:
        mcp, _ = protected(safety)
        async with Client(mcp) as client:
            result = await client.call_tool_mcp("read", {})
        assert result.content[0].text == text
        told = {name: value for name, value in (result.meta or {}).items() if name.startswith("oxmcp/")}
        assert told == meta


async def test_results_are_held_to_a_length() -> None:
    mcp = FastMCP("long", safety={"max_result_chars": 200})
    mcp.add_tool(lambda: "x" * 10_000, name="long")
    async with Client(mcp) as client:
        assert len((await client.call_tool_mcp("long", {})).content[0].text) < 400


@pytest.mark.parametrize("kind", ["plain", "async"])
async def test_a_function_makes_another_result_and_where_it_fails_nothing_is_said(kind: str) -> None:
    seen: list[str] = []

    def sanitize(result: dict[str, Any], tool: str) -> dict[str, Any] | None:
        seen.append(tool)
        if tool == "fails":
            raise ValueError("canary")
        if tool == "whole":
            return None
        return {"content": [{"type": "text", "text": result["content"][0]["text"].replace("secret", "***")}]}

    async def later(result: dict[str, Any], tool: str) -> dict[str, Any] | None:
        await asyncio.sleep(0)
        return sanitize(result, tool)

    mcp = FastMCP("sane", safety={"sanitize": sanitize if kind == "plain" else later})
    for name in ("says", "fails", "whole"):
        mcp.add_tool(lambda: "a secret", name=name, output_schema=None)
    async with Client(mcp) as client:
        assert (await client.call_tool("says")).content[0].text == "a ***"
        assert (await client.call_tool("whole")).content[0].text == "a secret"
        with pytest.raises(Exception, match="internal error") as failed:
            await client.call_tool("fails")
        assert "canary" not in str(failed.value) and "secret" not in str(failed.value)
    assert seen == ["says", "whole", "fails"]


@MODES
async def test_what_functions_raise_is_for_the_log_alone(
    mode: str, caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    """T15 of the threats: one sentence and one id, the same in the answer, the log and the record."""
    log = tmp_path / "audit.jsonl"
    mcp, _ = protected({"mask_errors": True}, audit={"path": log})

    @mcp.resource("doc://a")
    def doc() -> str:
        raise ConnectionError("cannot reach db://canary")

    async with Client(mcp, mode=mode) as client:
        result = await client.call_tool("breaks", raise_on_error=False)
        text = result.content[0].text
        assert text.startswith("The server could not complete this call. Its log tells more under call ")
        call = text.split()[-1].rstrip(".")
        assert call in caplog.text and call in log.read_text(encoding="utf-8")
        with pytest.raises(Exception, match="could not complete"):
            await client.read_resource("doc://a")
        refused = await client.call_tool("refuses", raise_on_error=False)
        assert refused.content[0].text == "too many rows"
        assert "canary" not in log.read_text(encoding="utf-8")


@MODES
async def test_a_key_is_done_once(mode: str) -> None:
    mcp, done = protected({"confirm": "off", "idempotency": {"ttl_seconds": 60}})
    async with Client(mcp, mode=mode) as client:
        for _ in range(3):
            result = await client.call_tool("delete", {"table": "logs"}, meta={"oxmcp/idempotencyKey": "k1"})
            assert result.data == "deleted"
        with pytest.raises(Exception, match="other arguments"):
            await client.call_tool("delete", {"table": "other"}, meta={"oxmcp/idempotencyKey": "k1"})
    assert done == [("logs", 0)]


async def test_a_low_level_server_asks_about_its_tools_by_name() -> None:
    server: Server[Any] = Server("low", safety={"confirm": ["drop*"]})
    done: list[str] = []

    @server.list_tools()
    async def tools() -> list[types.Tool]:
        return [types.Tool(name="drop_all", inputSchema={"type": "object"})]

    @server.call_tool()
    async def call(name: str, _arguments: dict[str, Any]) -> list[types.TextContent]:
        done.append(name)
        return [types.TextContent(type="text", text="dropped")]

    async with Client(server) as client:
        with pytest.raises(Exception, match="confirmed"):
            await client.call_tool("drop_all")
        assert done == []
    asked: list[str] = []
    async with Client(server, elicitation_handler=person([YES], asked)) as client:
        await client.call_tool("drop_all")
    assert done == ["drop_all"] and len(asked) == 1


async def test_what_is_wrong_is_said_with_its_name() -> None:
    for safety, says in [
        ({"confirm": "perhaps"}, "confirm"),
        ({"sanitise": print}, "sanitise"),
        ({"cannot_ask": 1}, "cannot_ask"),
    ]:
        with pytest.raises((ConfigurationError, TypeError, ValueError), match=says):
            async with Client(protected(safety)[0]):
                pass
