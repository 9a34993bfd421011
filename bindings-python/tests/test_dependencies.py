"""`Depends`: values that a function needs and no caller gives."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP, ToolError
from oxmcp.dependencies import Dependency, Depends


async def said(mcp: FastMCP, tool: str, **arguments: Any) -> Any:
    async with Client(mcp) as client:
        return (await client.call_tool(tool, arguments)).content[0].text


class Counter:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> int:
        self.calls += 1
        return self.calls


async def test_one_value_is_shared_in_a_call_unless_it_is_not_to_be() -> None:
    mcp, counter = FastMCP(), Counter()

    def nested(number: int = Depends(counter)) -> int:
        return number

    @mcp.tool
    def shared(a: int = Depends(counter), b: int = Depends(counter), c: int = Depends(nested)) -> str:
        return f"{a} {b} {c}"

    @mcp.tool
    async def fresh(a: int = Depends(counter, use_cache=False), b: int = Depends(counter, use_cache=False)) -> str:
        return f"{b - a}"

    assert await said(mcp, "shared") == "1 1 1"
    assert await said(mcp, "shared") == "2 2 2"
    assert await said(mcp, "fresh") == "1"


async def test_classes_objects_and_further_arguments_are_taken() -> None:
    class Settings:
        def __init__(self, ctx: Context) -> None:
            self.name = ctx.server.name

    class Greeting:
        def __init__(self, word: str) -> None:
            self.word = word

        async def __call__(self, settings: Settings = Depends(Settings)) -> str:  # noqa: B008
            return f"{self.word} {settings.name}"

    def between(low: int, high: int) -> str:
        return f"{low} to {high}"

    mcp = FastMCP("Ann")

    @mcp.tool
    def greet(
        settings: Settings = Depends(Settings),  # noqa: B008
        greeting: str = Depends(Greeting("Hello")),
        few: str = Depends(between, low=1, high=Depends(lambda: 3)),
        many: str = Depends(between, low=4, high=9),
    ) -> str:
        return f"{settings.name}: {greeting}, {few}, {many}"

    assert await said(mcp, "greet") == "Ann: Hello Ann, 1 to 3, 4 to 9"


async def test_an_object_of_a_class_of_dependencies_is_entered_for_each_call() -> None:
    log: list[str] = []

    class Connected(Dependency):
        def __init__(self, name: str) -> None:
            self.name = name

        async def __aenter__(self) -> str:
            log.append(f"open {self.name}")
            return self.name

        async def __aexit__(self, *_: object) -> None:
            log.append(f"close {self.name}")

    mcp = FastMCP()

    @mcp.tool
    def where(a: Any = Connected("main"), b: Any = Connected("other")) -> str:  # noqa: B008
        return f"{a} {b}"

    assert await said(mcp, "where") == "main other"
    assert log == ["open main", "open other", "close other", "close main"]


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_context_managers_are_entered_and_left_and_see_what_was_raised(asynchronous: bool) -> None:
    log: list[str] = []

    class Session:
        def __enter__(self) -> Session:
            log.append("enter")
            return self

        def __exit__(self, kind: Any, error: Any, _traceback: Any) -> None:
            log.append(f"leave {error}")

    def transaction(_session: Session = Depends(Session)) -> Iterator[str]:  # noqa: B008
        try:
            yield "open"
        except ValueError as error:
            log.append(f"roll back {error}")
            raise

    async def later() -> AsyncIterator[None]:
        yield
        log.append("closed later")

    mcp = FastMCP()

    def fails(_transaction: str = Depends(transaction)) -> str:
        raise ValueError("no")

    async def fails_later(_transaction: str = Depends(transaction), _later: None = Depends(later)) -> str:
        raise ValueError("no")

    mcp.add_tool(fails_later if asynchronous else fails, name="fails")
    with pytest.raises(ToolError, match="no"):
        await said(mcp, "fails")
    assert log == ["enter", "roll back no", "leave no"]


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_what_fails_in_releasing_fails_the_call_after_all_others_were_released(asynchronous: bool) -> None:
    log: list[str] = []

    def outer() -> Iterator[None]:
        try:
            yield
        finally:
            log.append("outer released")

    def inner(_outer: None = Depends(outer)) -> Iterator[None]:
        yield
        raise RuntimeError("could not commit")

    mcp = FastMCP()

    def work(_inner: None = Depends(inner)) -> str:
        return "done"

    async def work_later(_inner: None = Depends(inner)) -> str:
        return "done"

    mcp.add_tool(work_later if asynchronous else work, name="work")
    with pytest.raises(ToolError, match="could not commit"):
        await said(mcp, "work")
    assert log == ["outer released"]


async def test_a_dependency_that_keeps_a_failure_to_itself_makes_no_success_of_it() -> None:
    def quiet() -> Iterator[None]:
        try:
            yield
        except ValueError:
            pass

    mcp = FastMCP()

    @mcp.tool
    def fails(_quiet: None = Depends(quiet)) -> str:
        raise ValueError("no")

    @mcp.tool
    async def fails_later(_quiet: None = Depends(quiet)) -> str:
        raise ValueError("no")

    for tool in ("fails", "fails_later"):
        with pytest.raises(ToolError, match="raise it again"):
            await said(mcp, tool)


async def test_plain_dependencies_run_where_their_function_does_unless_they_say_otherwise() -> None:
    def here() -> str:
        return "loop" if threading.current_thread() is threading.main_thread() else "worker"

    def entered() -> Iterator[str]:
        began = here()
        yield began
        left.append(here())

    async def later() -> str:
        return here()

    left: list[str] = []
    mcp = FastMCP()

    @mcp.tool
    def plain(a: str = Depends(here)) -> str:
        return f"{a} {here()}"

    @mcp.tool
    def mixed(a: str = Depends(here), b: str = Depends(later), _c: str = Depends(entered)) -> str:
        return f"{a} {b} {here()}"

    @mcp.tool
    async def coroutine(
        a: str = Depends(here), b: str = Depends(here, run_in_thread=True, use_cache=False), _c: str = Depends(entered)
    ) -> str:
        return f"{a} {b} {here()}"

    assert await said(mcp, "plain") == "worker worker"
    assert await said(mcp, "mixed") == "worker loop worker"
    assert await said(mcp, "coroutine") == "loop worker loop"
    assert left == ["worker", "loop"]


async def test_another_function_takes_the_place_of_one_in_tests_however_deep_it_is_needed() -> None:
    def database() -> str:
        raise AssertionError("not in a test")

    def users(of: str = Depends(database)) -> str:
        return f"users of {of}"

    async def instead() -> AsyncIterator[str]:
        yield "memory"

    mcp = FastMCP()

    @mcp.tool
    def both(a: str = Depends(users), b: str = Depends(database)) -> str:
        return f"{a}, {b}"

    overrides: dict[Callable[..., Any], Callable[..., Any]] = {database: lambda: "nothing"}
    async with Client(mcp) as client:
        mcp.dependency_overrides.update(overrides)
        assert (await client.call_tool("both")).data == "users of nothing, nothing"
        mcp.dependency_overrides[database] = instead
        assert (await client.call_tool("both")).data == "users of memory, memory"
        mcp.dependency_overrides.clear()
        with pytest.raises(ToolError, match="not in a test"):
            await client.call_tool("both")


async def test_no_caller_can_give_what_is_filled_in() -> None:
    mcp = FastMCP()

    @mcp.tool
    def who(user: str = Depends(lambda: "Ann")) -> str:
        return user

    assert await said(mcp, "who", user="Eve") == "Ann"
    (tool,) = await mcp.list_tools()
    assert tool.input_schema.get("properties", {}) == {}
