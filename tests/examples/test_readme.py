"""What the README shows is run as it stands there."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from types import ModuleType

import anyio
import pytest
from mcp import Client, StdioServerParameters

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_SERVER, WEATHER, IN_PROCESS_TEST = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


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


@pytest.mark.parametrize("line", sorted(set(re.findall(r"\| `(from oxmcp[^`]+)`", README))))
def test_every_import_of_the_migration_table_works(line: str) -> None:
    exec(line, {})


def test_files_and_commands_that_the_pages_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "examples/database_assistant/README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", text):
            assert (ROOT / page).parent.joinpath(link).exists(), f"{page} links to {link}"
        for command in re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", text, re.MULTILINE):
            assert re.search(rf"^{''.join(command)}:", makefile, re.MULTILINE), f"{page} names make {''.join(command)}"
