"""What the README shows is run as it stands there."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

import oxmcp
from oxmcp.serving.production import Sections
from oxmcp.serving.settings import VARIABLES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_SERVER, WEATHER, IN_PROCESS_TEST, TABLES, NOTES, CAREFUL, APPLICATION, MOUNTED = re.findall(
    r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE
)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_first_server_of_the_readme_greets_in_both_eras(mode: str, tmp_path: Path) -> None:
    program = tmp_path / "server.py"
    program.write_text(FIRST_SERVER, encoding="utf-8")

    async def greet() -> None:
        parameters = StdioServerParameters(command=sys.executable, args=[str(program)])
        async with Client(parameters, mode=mode, read_timeout_seconds=20) as client:
            [tool] = (await client.list_tools()).tools
            assert (tool.name, tool.description) == ("greet", "Greet someone by name.")
            result = await client.call_tool("greet", {"name": "Ada"})
            assert not result.is_error
            assert [block.text for block in result.content if block.type == "text"] == ["Hello, Ada!"]

    anyio.run(greet)


def test_the_first_server_is_ten_lines_and_the_same_as_the_example() -> None:
    assert len([line for line in FIRST_SERVER.splitlines() if line.strip()]) <= 10
    assert (ROOT / "examples/hello_world/server.py").read_text(encoding="utf-8") == FIRST_SERVER


def test_the_server_is_part_of_an_application_as_the_readme_mounts_it() -> None:
    pytest.importorskip("fastapi")
    page: dict[str, Any] = {"__name__": "module"}
    exec(compile(FIRST_SERVER + APPLICATION, "README.md", "exec"), page)

    async def greet() -> None:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(page["app"]), base_url="http://localhost") as http:
            assert (await http.get("/")).json() == "hello"
            async with Client(streamable_http_client("http://localhost/mcp", http_client=http)) as client:
                result = await client.call_tool("greet", {"name": "Ada"})
                assert [block.text for block in result.content if block.type == "text"] == ["Hello, Ada!"]

    anyio.run(greet)


def test_the_longer_examples_of_the_readme_work_together(monkeypatch: pytest.MonkeyPatch) -> None:
    page = ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", page)  # a dataclass looks its module up by name
    prompt = '    prompt = await client.get_prompt("plan_a_trip", {"city": "Lisbon"})\n'
    program = compile(WEATHER + IN_PROCESS_TEST + prompt, "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    async def run() -> None:
        await eval(program, page.__dict__)

    anyio.run(run)
    assert "Lisbon" in repr(page.result)
    assert "20.5" in repr(page.result)
    assert "what to pack" in repr(page.prompt)


@pytest.mark.parametrize("mode", ["legacy", "modern"])
def test_the_tables_of_the_readme_are_booked(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", page)
    exec(TABLES, page.__dict__)

    async def talk() -> None:
        async with oxmcp.Client(page.mcp, mode=mode, elicitation_handler=lambda *_: {"name": "Ada"}) as client:
            assert (await client.call_tool("book")).data == "A table inside for Ada and 1 more."

    anyio.run(talk)


def test_the_lifespan_of_the_readme_serves_its_tools() -> None:
    page: dict[str, Any] = {}
    exec(NOTES, page)

    async def talk() -> None:
        async with oxmcp.Client(page["mcp"]) as client:
            page["mcp"].add_tool(note)
            await client.call_tool("note", {"text": "water the plants"})
            assert (await client.call_tool("notes")).data == ["water the plants"]
            await client.call_tool("forget")
            assert (await client.call_tool("notes")).data == []
            hints = {tool.name: tool.annotations for tool in await client.list_tools()}
            assert hints["notes"].read_only_hint and hints["forget"].destructive_hint

    async def note(text: str) -> None:
        page["mcp"].lifespan_context.execute("insert into notes values (?)", (text,))

    anyio.run(talk)


def test_the_middleware_of_the_readme_has_one_call_of_a_tool_run_at_a_time() -> None:
    page: dict[str, Any] = {}
    exec(CAREFUL, page)

    async def talk() -> None:
        began, go_on = anyio.Event(), anyio.Event()

        async def wait() -> str:
            began.set()
            await go_on.wait()
            return "done"

        page["mcp"].add_tool(wait)
        async with oxmcp.Client(page["mcp"]) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "wait")
            await began.wait()
            with pytest.raises(oxmcp.ToolError, match="wait is running already"):
                await client.call_tool("wait")
            go_on.set()

    anyio.run(talk)


def test_servers_are_mounted_in_a_server_as_the_readme_shows() -> None:
    main, weather, old = (oxmcp.FastMCP(name) for name in ("main", "weather", "old"))
    weather.add_tool(lambda: "rain", name="forecast")

    @weather.resource("data://today")
    def today() -> str:
        return "rain"

    old.add_tool(lambda: "3", name="add")
    page = {"main": main, "weather": weather, "old": old}
    program = compile(MOUNTED, "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    async def talk() -> None:
        await eval(program, page)
        async with oxmcp.Client(main) as client:
            assert [tool.name for tool in await client.list_tools()] == ["weather_forecast", "old_add"]
            assert [str(resource.uri) for resource in await client.list_resources()] == ["data://weather/today"]

    anyio.run(talk)


def test_the_readme_names_every_setting_that_is_read() -> None:
    told = set(re.findall(r"`OXMCP_(\w+)`", README))
    # The configuration file is read by the engine; which addon the npm package loads is no setting of a server.
    assert told == {*VARIABLES, "CONFIG", "BINDING"}
    arguments = {
        name for row in re.findall(r"^\| (`\w+`[^|]*) \| `OXMCP_", README, re.M) for name in re.findall(r"`(\w+)`", row)
    }
    assert arguments <= {*inspect.signature(oxmcp.FastMCP).parameters, *Sections.__annotations__, "transport"}


@pytest.mark.parametrize("line", sorted(set(re.findall(r"\| `(from oxmcp[^`]+)`", README))))
def test_every_import_of_the_migration_table_works(line: str) -> None:
    exec(line, {})


def test_files_and_commands_that_the_pages_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in (
        "README.md",
        "ARCHITECTURE.md",
        "BENCHMARKS.md",
        "CONTRIBUTING.md",
        "examples/database_assistant/README.md",
    ):
        text = (ROOT / page).read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", text):
            assert (ROOT / page).parent.joinpath(link).exists(), f"{page} links to {link}"
        for command in re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", text, re.MULTILINE):
            assert re.search(rf"^{''.join(command)}:", makefile, re.MULTILINE), f"{page} names make {''.join(command)}"
