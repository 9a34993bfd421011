"""Where plain functions run: on which thread, and who hears of it."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from oxmcp import Client, Context, FastMCP
from oxmcp.dependencies import Depends

FIRST = "oxmcp-worker-1"


def here() -> str:
    return threading.current_thread().name


def slow() -> str:
    """Too long for a thread that has I/O to look after."""
    threading.Event().wait(0.004)
    return here()


async def says(client: Client, tool: str) -> str:
    return (await client.call_tool(tool)).content[0].text  # type: ignore[no-any-return]


def test_calls_one_after_the_other_run_on_one_thread_however_long_they_take() -> None:
    server = FastMCP("t")
    server.tool(here, name="quick")
    server.tool(slow)

    async def go() -> set[str]:
        async with Client(server) as client:
            return {await says(client, tool) for _ in range(5) for tool in ("quick",) * 6 + ("slow",) * 2}

    assert asyncio.run(go()) == {FIRST}


@pytest.mark.parametrize("io", ["auto", "loop", "thread"])
@pytest.mark.parametrize("workers", [1, 40])
def test_what_belongs_to_a_thread_is_found_again_by_the_next_call(io: str, workers: int) -> None:
    program = textwrap.dedent(f"""
        import sqlite3, threading
        from oxmcp import FastMCP

        server = FastMCP("t", workers={workers})
        connections = []

        @server.tool
        def quick() -> str:
            if not connections:
                connections.append(sqlite3.connect(":memory:"))
            return str(connections[0].execute("select 1").fetchone()[0])

        @server.tool
        def slow() -> str:
            threading.Event().wait(0.003)
            return quick()

        @server.tool
        async def coroutine() -> str:
            return "1"

        server.run(io={io!r})
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin is not None and process.stdout is not None
    with process:

        def ask(number: int, method: str, parameters: dict[str, Any]) -> Any:
            message = {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())["result"]

        client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        ask(0, "initialize", client)
        order = (["quick"] * 5 + ["slow"] * 2 + ["coroutine"] * 3) * 6
        results = [ask(number, "tools/call", {"name": tool, "arguments": {}}) for number, tool in enumerate(order, 1)]
        process.stdin.close()
    assert [result["content"][0]["text"] for result in results] == ["1"] * len(order)


@pytest.mark.parametrize("io", ["loop", "thread"])
@pytest.mark.parametrize("workers", [2, 40])
def test_as_many_functions_run_at_once_as_there_are_workers(io: str, workers: int) -> None:
    program = textwrap.dedent(f"""
        import threading
        from oxmcp import FastMCP

        server = FastMCP("t", workers={workers})
        together = threading.Barrier({workers}, timeout=20)

        @server.tool
        def meet() -> str:
            together.wait()
            return "met"

        server.run(io={io!r})
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin is not None and process.stdout is not None
    with process:
        client = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        messages = [{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": client}]
        for number in range(1, 2 * workers + 1):
            call = {"name": "meet", "arguments": {}}
            messages.append({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": call})
        for message in messages:
            process.stdin.write(json.dumps(message).encode() + b"\n")
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in messages]
        process.stdin.close()
    met = [answer["result"]["content"][0]["text"] for answer in answers if answer["id"]]
    assert met == ["met"] * 2 * workers


def test_one_worker_is_one_thread_for_everything_that_is_plain() -> None:
    server = FastMCP("t", workers=1)
    running: list[str] = []
    together: list[int] = []

    async def later() -> str:
        return "x"

    def work(name: str) -> str:
        running.append(name)
        together.append(len(running))
        threading.Event().wait(0.002)
        running.remove(name)
        return here()

    @server.tool
    def plain() -> str:
        return work("plain")

    @server.tool
    def depending(found: str = Depends(later)) -> str:
        return work("depending")

    @server.prompt
    def ask() -> str:
        return work("ask")

    @server.resource("data://x")
    def read() -> str:
        return work("read")

    async def go() -> set[str]:
        async with Client(server) as client:
            tools = [says(client, tool) for tool in ("plain", "depending") * 4]
            asked, read_text, *said = await asyncio.gather(
                client.get_prompt("ask"), client.read_resource("data://x"), *tools
            )
            return {*said, asked.messages[0].content.text, read_text[0].text}

    assert asyncio.run(go()) == {FIRST}
    assert set(together) == {1}


def test_a_plain_function_with_a_coroutine_function_to_depend_on_stays_on_the_thread() -> None:
    server = FastMCP("t")

    async def later() -> str:
        return "x"

    @server.tool
    def depending(ctx: Context, found: str = Depends(later)) -> str:
        return f"{here()} {found} {ctx.request_id != ''}"

    @server.tool
    def failing(found: str = Depends(later)) -> str:
        raise StopIteration("no more")

    server.tool(here, name="plain")

    async def go() -> set[str]:
        async with Client(server) as client:
            failed = await client.call_tool("failing", raise_on_error=False)
            assert failed.is_error
            said = [await says(client, tool) for tool in ("plain", "depending") * 3]
            return {one.split()[0] for one in said}

    assert asyncio.run(go()) == {FIRST}


def test_a_plain_function_behind_middleware_stays_on_the_thread() -> None:
    async def passing(ctx: Any, call_next: Any) -> Any:
        return await call_next(ctx)

    server = FastMCP("t")
    server.middleware.append(passing)
    server.tool(here)

    async def go() -> set[str]:
        async with Client(server) as client:
            return {await says(client, "here") for _ in range(3)}

    assert asyncio.run(go()) == {FIRST}


def loop_thread_names(server: FastMCP) -> set[str]:
    async def go() -> set[str]:
        async with Client(server) as client:
            names = {(await says(client, tool.name)).strip('[]"') for tool in await client.list_tools()}
            for prompt in await client.list_prompts():
                names.add((await client.get_prompt(prompt.name)).messages[0].content.text)
            for resource in await client.list_resources():
                names.add((await client.read_resource(resource.uri))[0].text)
            return names

    return asyncio.run(go())


def test_a_function_can_be_kept_on_the_event_loops_thread() -> None:
    def generator() -> Iterator[str]:
        yield here()

    def register(server: FastMCP, **options: Any) -> FastMCP:
        server.tool(here, **options)
        server.tool(generator, output_schema=None, **options)
        server.prompt(here, **options)
        server.resource("where://x", **options)(here)
        return server

    main = {threading.main_thread().name}
    assert loop_thread_names(register(FastMCP("t"), run_in_thread=False)) == main
    assert loop_thread_names(register(FastMCP("t", run_in_thread=False))) == main
    assert loop_thread_names(register(FastMCP("t", run_in_thread=False), run_in_thread=True)) == {FIRST}
    assert loop_thread_names(register(FastMCP("t"))) == {FIRST}


def test_the_servers_word_counts_for_completions_and_can_come_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OXMCP_RUN_IN_THREAD", "false")
    server = FastMCP("t")

    @server.prompt
    def ask(word: str) -> str:
        return word

    @server.completion
    def complete(ref: Any, argument: Any, context: Any) -> list[str]:
        return [here()]

    async def go() -> list[str]:
        async with Client(server) as client:
            return (await client.complete({"type": "ref/prompt", "name": "ask"}, {"name": "word", "value": ""})).values  # type: ignore[no-any-return]

    assert asyncio.run(go()) == [threading.main_thread().name]


@pytest.mark.parametrize(
    ("watch", "unwatch"),
    [(threading.settrace, threading.settrace), (threading.setprofile, threading.setprofile)],
    ids=["settrace", "setprofile"],
)
def test_who_follows_pythons_threads_sees_plain_functions(
    watch: Callable[[Any], None], unwatch: Callable[[Any], None]
) -> None:
    server = FastMCP("t")
    seen: set[str] = set()

    def watcher(frame: Any, event: str, argument: Any) -> Any:
        seen.add(frame.f_code.co_name)
        return watcher

    @server.tool
    def plain() -> str:
        return here()

    async def go() -> str:
        async with Client(server) as client:
            return await says(client, "plain")

    watch(watcher)
    try:
        assert asyncio.run(go()) == FIRST
    finally:
        unwatch(None)  # type: ignore[arg-type]
    assert "plain" in seen


@pytest.mark.skipif(sys.version_info < (3, 12), reason="came with Python 3.12")
def test_who_starts_to_follow_all_threads_later_sees_plain_functions() -> None:
    server = FastMCP("t")
    seen: set[str] = set()

    @server.tool
    def plain() -> str:
        return here()

    async def go() -> None:
        async with Client(server) as client:
            await says(client, "plain")
            threading.setprofile_all_threads(lambda frame, event, argument: seen.add(frame.f_code.co_name))  # type: ignore[attr-defined]
            try:
                await says(client, "plain")
            finally:
                threading.setprofile_all_threads(None)  # type: ignore[attr-defined]

    asyncio.run(go())
    assert "plain" in seen


def test_workers_are_threads_of_pythons_with_names_and_end_with_the_serving() -> None:
    server = FastMCP("t")

    @server.tool
    def listed() -> str:
        current = threading.current_thread()
        known = current in threading.enumerate() and type(current) is threading.Thread
        return f"{current.name} {known} {current.daemon}"

    async def go() -> str:
        async with Client(server) as client:
            return await says(client, "listed")

    assert asyncio.run(go()) == f"{FIRST} True True"


def test_the_log_of_a_failed_plain_function_has_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    server = FastMCP("t")

    def deep(x: int) -> float:
        return 1 / x

    @server.tool
    def divide(x: int) -> str:
        return str(deep(x))

    async def go() -> None:
        async with Client(server) as client:
            await client.call_tool("divide", {"x": 0}, raise_on_error=False)

    with caplog.at_level(logging.ERROR):
        asyncio.run(go())
    told = logging.Formatter().format(caplog.records[-1])
    assert f'File "{__file__}", line ' in told
    assert "in deep" in told and "in divide" in told
