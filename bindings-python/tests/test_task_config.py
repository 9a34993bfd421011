"""What `task=` takes. What comes of it is in `test_tasks`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from oxmcp import Client, FastMCP, NotYetError
from oxmcp.utilities.tasks import TaskConfig, TaskMeta


@pytest.mark.parametrize("task", [None, False, "forbidden", TaskConfig("forbidden"), TaskConfig.from_bool(False)])
async def test_a_tool_whose_calls_are_never_tasks_is_a_plain_tool(task: Any) -> None:
    mcp = FastMCP()

    @mcp.tool(task=task)
    def add(a: int, b: int) -> int:
        return a + b

    async with Client(mcp) as client:
        assert (await client.call_tool("add", {"a": 1, "b": 2})).data == 3
        assert (await client.list_tools())[0].execution is None


def test_a_resource_and_a_prompt_may_say_that_they_are_never_tasks_and_no_more() -> None:
    mcp = FastMCP()
    for task in (False, "forbidden", TaskConfig("forbidden")):
        mcp.resource(f"data://{task}", task=task)
        mcp.prompt(task=task)
    for use in (lambda: mcp.resource("data://x", task=TaskConfig()), lambda: mcp.prompt(task=True)):
        with pytest.raises(NotYetError, match="it comes with tasks"):
            use()


@pytest.mark.parametrize("task", ["sometimes", "", 1, {}, {"mode": "optional"}, []])
def test_what_is_no_mode_is_refused_with_the_modes_there_are(task: Any) -> None:
    with pytest.raises(ValueError, match="use 'forbidden', 'optional' or 'required'"):
        FastMCP().tool(task=task)


@pytest.mark.parametrize("interval", [timedelta(0), timedelta(seconds=-1), 5, None])
def test_an_interval_that_is_no_positive_time_is_refused(interval: Any) -> None:
    with pytest.raises(ValueError, match="poll_interval must be a positive timedelta"):
        TaskConfig(poll_interval=interval)


def test_a_task_begins_at_once_or_when_told() -> None:
    with pytest.raises(ValueError, match="begins is 'at once' or 'when told', not 'later'"):
        TaskConfig(begins="later")  # type: ignore[arg-type]


def test_the_paths_of_fastmcp_lead_to_one_class() -> None:
    from oxmcp.server import tasks
    from oxmcp.server.tasks import config

    assert tasks.TaskConfig is config.TaskConfig is TaskConfig
    with pytest.raises(NotYetError, match="elicit_for_task is not yet in oxmcp: it comes with tasks"):
        tasks.elicit_for_task()


def test_modes_are_told_by_the_names_that_fastmcp_has() -> None:
    assert TaskConfig() == TaskConfig.from_bool(True) == TaskConfig.of("optional")
    assert [TaskConfig.of(task).supports_tasks() for task in (True, "required", "forbidden", None)] == [
        True,
        True,
        False,
        False,
    ]
    assert TaskMeta(ttl=5).fn_key is None
