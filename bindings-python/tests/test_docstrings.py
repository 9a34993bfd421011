"""Docstrings: what is said of a parameter is its description, and nothing else is lost."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import pytest

from oxmcp import Client, Context, FastMCP
from oxmcp.arguments import docstrings
from oxmcp.dependencies import Depends

pydantic = pytest.importorskip("pydantic")

GOOGLE = """Finds flights.

    Knows all airlines.

    Note:
        Prices change.

    Args:
        origin (str): Where from.
            Three letters.
        day (Optional[date], optional): When: ISO.
        *rest: More.
        silent:

    Keyword Args:
        limit: How many.

    Returns:
        dict: Flights.

    Raises:
        ValueError: never: ever.
    """
NUMPY = """
    Finds flights.

    Parameters
    ----------
    origin : str
        Where from.

        Three letters.
    day, limit : date, optional
        When.

    Returns
    -------
    dict
        origin: not a parameter
    """
SPHINX = """Finds flights.

    :param origin: Where from.
        Three letters.
    :param date day: When.
    :type day: date
    :returns: Flights.
    """


def test_docstrings_of_all_three_customs_are_understood() -> None:
    google = docstrings.parse(GOOGLE, {"origin", "day", "rest", "silent", "limit"})
    assert google.parameters == {
        "origin": "Where from.\nThree letters.",
        "day": "When: ISO.",
        "rest": "More.",
        "limit": "How many.",
    }
    assert google.without(google.parameters) == (
        "Finds flights.\n\nKnows all airlines.\n\nNote:\n    Prices change.\n\n"
        "Returns:\n    dict: Flights.\n\nRaises:\n    ValueError: never: ever."
    )
    numpy = docstrings.parse(NUMPY)
    assert numpy.parameters == {"origin": "Where from.\n\nThree letters.", "day": "When.", "limit": "When."}
    assert numpy.without(numpy.parameters) == ("Finds flights.\n\nReturns\n-------\ndict\n    origin: not a parameter")
    sphinx = docstrings.parse(SPHINX)
    assert sphinx.parameters == {"origin": "Where from.\nThree letters.", "day": "When."}
    assert sphinx.without(sphinx.parameters) == "Finds flights.\n\n:returns: Flights."


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("city: The city.", "The city."),
        ("city : The city.", "The city."),
        ("city (str): The city.", "The city."),
        ("city (str, optional): The city.", "The city."),
        ("city (dict[str, tuple(int, int)]): The city.", "The city."),
        ("city - The city.", "The city."),
        ("city (str) - The city.", "The city."),
        ("city \u2013 The city.", "The city."),
        ("city -- The city.", "The city."),
        ("`city`: The city.", "The city."),
        ("``city``: The city.", "The city."),
        ("`city` (str): The city.", "The city."),
        ("`city` - The city.", "The city."),
        ("**city**: The city.", "The city."),
        ("**city:** The city.", "The city."),
        ("- city: The city.", "The city."),
        ("* `city`: The city.", "The city."),
        ("city: The city.\n    With its country.", "The city.\nWith its country."),
        ("city: The city,\nwith its country.", "The city,\nwith its country."),
        ("city:\n    The city.\n\n    With its country.", "The city.\n\nWith its country."),
        ("city, other: The city.", "The city."),
    ],
)
@pytest.mark.parametrize("heading", ["Args:", "Parameters:", "**Args:**", "## Args:"])
def test_an_argument_is_described_in_every_form_people_write(entry: str, text: str, heading: str) -> None:
    indented = "\n".join(f"    {line}" if line else "" for line in entry.splitlines())
    told = docstrings.parse(f"Does it.\n\n{heading}\n{indented}\n\nLast words.", {"city", "other"})
    assert told.parameters["city"] == text
    assert told.without({"city", "other"}) == "Does it.\n\nLast words."


def test_a_list_at_the_margin_is_a_section_too() -> None:
    told = docstrings.parse("Does it.\n\nArgs:\n- a: First,\n  and more.\n- b: Second.\n\nLast words.", {"a", "b"})
    assert told.parameters == {"a": "First,\nand more.", "b": "Second."}
    assert told.without({"a", "b"}) == "Does it.\n\nLast words."


@pytest.mark.parametrize(
    "text",
    [
        "One.",
        "Uses args:\n    nothing",
        "Says Args: here.",
        "Returns:",
        ":not a field: x",
        "Time\n----",
        "Does it.\n\nReturns:\n    The answer.\n\nExamples:\n    >>> does()\n\n\n    >>> again()",
        "Does it.\n\nArgs:\n    All of them may be left out.",
        "Does it.\n\nArgs:\n    gone: No such parameter.",
        "Does it.\n\nParameters\n----------\ngone : int\n    No such parameter.\n\nThe last paragraph is text.",
        "Does it.\n\n:raises ValueError: never",
    ],
)
def test_what_describes_no_parameter_stays_as_it_was_written(text: str) -> None:
    assert docstrings.parse(f"\n{text}", {"a"}).without({"a"}) == text


@pytest.mark.parametrize(
    "text", [None, "  \n ", "\n    Args:\n        a: first\n    ", "Parameters\n---\na : int\n    First."]
)
def test_nothing_is_left_of_a_docstring_that_says_no_more(text: str | None) -> None:
    assert docstrings.parse(text, {"a"}).without({"a"}) is None


def test_what_is_not_an_entry_stays_under_its_heading() -> None:
    told = docstrings.parse(
        "Does it.\n\nArgs:\n    Both are needed.\n\n    a: First.\n    b: Second.\n\nEnd.", {"a", "b"}
    )
    assert told.without({"a", "b"}) == "Does it.\n\nArgs:\n    Both are needed.\n\nEnd."


def test_a_tool_keeps_every_word_of_its_docstring_but_what_its_schema_tells() -> None:
    server = FastMCP("t")

    @server.tool
    def search(
        query: str,
        limit: Annotated[int, pydantic.Field(description="How many.")] = 5,
        db: Any = Depends(dict),  # noqa: B008
        ctx: Context | None = None,
        **more: str,
    ) -> str:
        """Searches.

        Args:
            query: What for.
            limit: Never more than a hundred.
            ctx: The call.
            db (Any): The database.
            **more: Further filters.
            gone: No longer there.

        Returns:
            The findings.

        They are sorted.
        """
        return query

    @server.prompt
    def ask(topic: str) -> str:
        """Asks.

        Args:
            topic - What about.

        Example:
            ask("x")
        """
        return topic

    @server.resource("d://{name}")
    def read(name: str) -> str:
        """Reads.

        :param name: Which.
        :returns: Its text.
        """
        return name

    async def go() -> tuple[Any, Any, Any]:
        async with Client(server) as client:
            templates = await client.list_resource_templates()
            return (await client.list_tools())[0], (await client.list_prompts())[0], templates[0]

    tool, prompt, template = asyncio.run(go())
    assert tool.description == (
        "Searches.\n\nArgs:\n    limit: Never more than a hundred.\n    **more: Further filters.\n"
        "    gone: No longer there.\n\nReturns:\n    The findings.\n\nThey are sorted."
    )
    assert tool.input_schema["properties"]["query"]["description"] == "What for."
    assert tool.input_schema["properties"]["limit"]["description"] == "How many."
    assert prompt.description == 'Asks.\n\nExample:\n    ask("x")'
    assert prompt.arguments[0].description == "What about."
    assert template.description == "Reads.\n\n:param name: Which.\n:returns: Its text.", "said nowhere else"
