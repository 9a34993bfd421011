"""A plain callable that returns something to await is awaited, however it is written."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Union

import pytest

from oxmcp import Client, Context, FastMCP
from oxmcp.dependencies import Depends, get_context


async def work(x: int) -> int:
    await asyncio.sleep(0)
    return x


async def fail(x: int) -> int:
    raise ValueError(f"no {x}")


class Logged:
    """A decorator that is a class."""

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self.function(*arguments, **keywords)


def declared(x: int) -> Awaitable[int]:
    return work(x)


def coroutine(x: int) -> Coroutine[Any, Any, int]:
    return work(x)


def future(x: int) -> asyncio.Future[int]:
    return asyncio.ensure_future(work(x))


def either(x: int) -> Union[int, Awaitable[int]]:
    return work(x) if x else x


def unsaid(x: int):  # type: ignore[no-untyped-def]
    return work(x)


CALLABLES = [declared, coroutine, future, either, unsaid, lambda x: work(x), Logged(work), functools.partial(unsaid)]


def text(server: FastMCP, tool: str = "f", arguments: dict[str, Any] | None = None) -> str:
    async def go() -> str:
        async with Client(server) as client:
            result = await client.call_tool(tool, {"x": 1} if arguments is None else arguments, raise_on_error=False)
            return ("failed: " if result.is_error else "") + result.content[0].text  # type: ignore[no-any-return]

    return asyncio.run(go())


@pytest.mark.parametrize("function", CALLABLES)
@pytest.mark.parametrize("options", [{}, {"run_in_thread": False}], ids=str)
def test_what_a_tool_returns_is_awaited(function: Any, options: Any) -> None:
    server = FastMCP("t")
    server.tool(function, name="f", **options)
    assert text(server) == "1"
    if function is not future:
        async_again = FastMCP("t")
        async_again.tool(function, name="f")

        async def passing(ctx: Any, call_next: Any) -> Any:
            return await call_next(ctx)

        async_again.middleware.append(passing)
        assert text(async_again) == "1"


def test_what_is_not_to_be_awaited_is_sent_as_it_is() -> None:
    server = FastMCP("t")
    server.tool(either)
    server.tool(lambda x: [x], name="f")
    assert text(server, "either", {"x": 0}) == "0"
    assert text(server) == "[1]"


@pytest.mark.parametrize("function", [declared, coroutine, either])
def test_the_declared_result_is_what_comes_of_awaiting(function: Any) -> None:
    server = FastMCP("t")
    tool = server.add_tool(function)
    assert tool.output_schema == {"type": "integer"}


@pytest.mark.parametrize("function", [lambda x: fail(x), Logged(fail)])
def test_what_awaiting_raises_is_the_tools_error(function: Any) -> None:
    server = FastMCP("t")
    server.tool(function, name="f")
    assert text(server) == "failed: ValueError: no 1"


def test_it_is_awaited_on_the_event_loop_within_the_call() -> None:
    server = FastMCP("t")

    async def later(x: int) -> str:
        ctx: Context[Any, Any, Any] = get_context()
        return f"{threading.current_thread().name} {ctx.request_id != ''} {x}"

    server.tool(lambda x: later(x), name="f")
    assert text(server) == f"{threading.main_thread().name} True 1"


@pytest.mark.parametrize("behind_middleware", [False, True])
def test_a_plain_dependency_is_there_until_it_is_awaited(behind_middleware: bool) -> None:
    server = FastMCP("t")
    open_now: list[str] = []

    @contextlib.contextmanager
    def resource() -> Any:
        open_now.append("open")
        yield "r"
        open_now.remove("open")

    async def later(r: str) -> str:
        return f"{r} {open_now}"

    async def passing(ctx: Any, call_next: Any) -> Any:
        return await call_next(ctx)

    if behind_middleware:
        server.middleware.append(passing)
    server.tool(lambda x, r=Depends(resource): later(r), name="f")  # noqa: B008
    assert text(server) == "r ['open']"
    assert open_now == []


def test_a_dependency_is_there_until_it_is_awaited() -> None:
    server = FastMCP("t")
    open_now: list[str] = []

    async def resource() -> Any:
        open_now.append("open")
        yield "r"
        open_now.remove("open")

    async def later(r: str) -> str:
        return f"{r} {open_now}"

    @server.tool
    def f(x: int, r: Any = Depends(resource)) -> Awaitable[str]:  # noqa: B008
        return later(r)

    assert text(server) == "r ['open']"


def test_prompts_and_resources_are_awaited_too() -> None:
    server = FastMCP("t")

    async def said() -> str:
        return "said"

    server.prompt(lambda: said(), name="ask")
    server.resource("data://x", name="x")(lambda: said())

    async def go() -> tuple[str, str]:
        async with Client(server) as client:
            asked = (await client.get_prompt("ask")).messages[0].content.text
            return asked, (await client.read_resource("data://x"))[0].text

    assert asyncio.run(go()) == ("said", "said")
