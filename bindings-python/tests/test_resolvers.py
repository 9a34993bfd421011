"""Parameters that functions fill, which may ask the client."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel

from oxmcp import (
    Client,
    Context,
    Elicit,
    ElicitationResult,
    FastMCP,
    ListRoots,
    Resolve,
    Sample,
    ToolError,
    types,
)
from oxmcp.exceptions import InvalidSignature

MODES = pytest.mark.parametrize("mode", ["legacy", "modern"])


class Login(BaseModel):
    user: str


def ask(server: FastMCP, mode: str, arguments: dict[str, Any] | None = None, **options: Any) -> str:
    async def go() -> str:
        async with Client(server, mode=mode, **options) as client:
            return str((await client.call_tool("tool", arguments)).content[0].text)

    return asyncio.run(asyncio.wait_for(go(), 20))


@MODES
def test_resolvers_fill_parameters_that_no_caller_sees(mode: str) -> None:
    mcp = FastMCP()
    asked: list[str] = []
    order: list[str] = []

    async def login(ctx: Context, repository: str) -> Login | Elicit[Login]:
        order.append(f"login {repository} {ctx.fastmcp is mcp}")
        return Elicit(f"Who are you at {repository}?", Login)

    def colour() -> Elicit[Literal["red", "blue"]]:
        order.append("colour")
        return Elicit("Which colour?", Literal["red", "blue"])

    async def title(who: Annotated[Login, Resolve(login)]) -> Sample:
        order.append("title")
        return Sample([types.SamplingMessage(role="user", content=types.TextContent(text=who.user))], max_tokens=9)

    def folders() -> ListRoots:
        return ListRoots()

    def known() -> int:
        return 7

    @mcp.tool
    async def tool(
        repository: str,
        who: Annotated[Login, Resolve(login)],
        again: Annotated[Login, Resolve(login)],
        shade: Annotated[str, Resolve(colour)],
        heading: Annotated[types.CreateMessageResult, Resolve(title)],
        roots: Annotated[types.ListRootsResult, Resolve(folders)],
        number: Annotated[int, Resolve(known)],
    ) -> str:
        assert who is again
        return f"{repository} {who.user} {shade} {heading.content.text} {roots.roots[0].uri} {number}"

    async def fill_in(message: str, *_: Any) -> Any:
        asked.append(message)
        return "red" if "colour" in message else {"user": "ada"}

    answers = {
        "elicitation_handler": fill_in,
        "sampling_handler": lambda messages, *_: f"Dr. {messages[0].content.text}",
        "roots": ["file:///work"],
    }
    assert ask(mcp, mode, {"repository": "oxmcp"}, **answers) == "oxmcp ada red Dr. ada file:///work 7"
    assert sorted(asked) == ["Which colour?", "Who are you at oxmcp?"]
    assert order[-1] == "title"
    tools = asyncio.run(mcp.list_tools())
    assert list(tools[0].input_schema["properties"]) == ["repository"]


@MODES
def test_a_refusal_fails_the_call_unless_the_parameter_takes_it(mode: str) -> None:
    mcp = FastMCP()

    def login() -> Elicit[Login]:
        return Elicit("Who?", Login)

    def tool(who: Annotated[Login, Resolve(login)]) -> str:
        return "never"

    def branching(who: Annotated[ElicitationResult[Login], Resolve(login)]) -> str:
        return who.action

    declined = {"elicitation_handler": lambda *_: types.ElicitResult(action="decline")}
    mcp.add_tool(tool)
    with pytest.raises(ToolError, match="who is not known: the user declined the question for it"):
        ask(mcp, mode, **declined)
    mcp.remove_tool("tool")
    mcp.add_tool(branching, name="tool")
    assert ask(mcp, mode, **declined) == "decline"


def test_what_no_resolver_can_be_given_is_refused_when_it_is_registered() -> None:
    def needs(other: int) -> int:
        return other

    def tool(x: int, value: Annotated[int, Resolve(needs)]) -> int:
        return value

    def circular(value: Annotated[int, Resolve(first)]) -> int:
        return value

    server = FastMCP()
    with pytest.raises(InvalidSignature, match="tool: the resolver needs cannot be given 'other'"):
        server.add_tool(tool)
    with pytest.raises(InvalidSignature, match="circular: the resolver first needs itself"):
        server.add_tool(circular)


def first(value: Annotated[int, Resolve(second)]) -> int:
    return value


def second(value: Annotated[int, Resolve(first)]) -> int:
    return value
