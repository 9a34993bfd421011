"""What of the everything server asks its client: the fixtures of the official conformance suite, named and worded as there."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, Field

from oxmcp import Context, Elicit, FastMCP, InputRequired, ListRoots, Sample
from oxmcp.types import SamplingMessage, TextContent


class User(BaseModel):
    """What `test_elicitation` asks for."""

    username: str = Field(description="User's response")
    email: str = Field(description="User's email address")


class Defaults(BaseModel):
    """A default for each kind of field."""

    name: str = "John Doe"
    age: int = 30
    score: float = 95.5
    status: Literal["active", "inactive", "pending"] = "active"
    verified: bool = True


def titled(prefix: str, kind: str) -> list[dict[str, str]]:
    """Three choices with titles."""
    return [
        {"const": f"{prefix}{number}", "title": f"{word} {kind}"}
        for number, word in enumerate(("First", "Second", "Third"), 1)
    ]


ENUMS = {
    "type": "object",
    "properties": {
        "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
        "titledSingle": {"type": "string", "oneOf": titled("value", "Option")},
        "legacyEnum": {
            "type": "string",
            "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        },
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled("value", "Choice")}},
    },
}


def form(**fields: Any) -> dict[str, Any]:
    """A form whose fields are all required."""
    return {"type": "object", "properties": fields, "required": [*fields]}


TEXT = {"type": "string"}
NAME = Elicit("What is your name?", form(name=TEXT))
CONFIRM = Elicit("Please confirm", form(ok={"type": "boolean"}))


def says(text: str) -> list[SamplingMessage]:
    """One message of the user's."""
    return [SamplingMessage(role="user", content=TextContent(text=text))]


def content_of(ctx: Context, key: str) -> dict[str, Any] | None:
    """What the user filled in under a key; None where that is not answered yet."""
    answer = (ctx.input_responses or {}).get(key)
    return None if answer is None else getattr(answer, "content", None)


def register(mcp: FastMCP) -> None:
    """Adds all of them to a server."""
    ask_by_waiting(mcp)
    ask_by_returning(mcp)
    ask_several_times(mcp)


def ask_by_waiting(mcp: FastMCP) -> None:
    """Tools that ask and wait for the answer."""

    @mcp.tool(structured_output=False)
    async def test_sampling(prompt: str, ctx: Context) -> str:
        """Ask the client's model."""
        return f"LLM response: {(await ctx.sample(prompt, max_tokens=100)).text}"

    @mcp.tool(structured_output=False)
    async def test_elicitation(message: str, ctx: Context) -> str:
        """Ask the user for a form."""
        answer = await ctx.elicit(message, User)
        return f"User response: action={answer.action}, content={json.dumps(answer.content)}"

    @mcp.tool(structured_output=False)
    async def test_elicitation_sep1034_defaults(ctx: Context) -> str:
        """Ask for a form with defaults."""
        answer = await ctx.elicit("Please review and update the form fields with defaults", Defaults)
        return f"Elicitation completed: action={answer.action}, content={json.dumps(answer.content)}"

    @mcp.tool(structured_output=False)
    async def test_elicitation_sep1330_enums(ctx: Context) -> str:
        """Ask for every kind of choice."""
        answer = await ctx.elicit("Please select options from the enum fields", ENUMS)
        return f"Elicitation completed: action={answer.action}, content={json.dumps(answer.content)}"


def ask_by_returning(mcp: FastMCP) -> None:
    """Tools and a prompt that return what they ask, under keys of their choice."""

    @mcp.tool(structured_output=False)
    async def test_input_required_result_elicitation(ctx: Context) -> str | InputRequired:
        """Ask for a name."""
        given = content_of(ctx, "user_name")
        return InputRequired({"user_name": NAME}) if given is None else f"Hello, {given['name']}!"

    @mcp.tool(structured_output=False)
    async def test_input_required_result_sampling(ctx: Context) -> str | InputRequired:
        """Ask the client's model."""
        answer = (ctx.input_responses or {}).get("capital_question")
        if answer is None:
            question = Sample(says("What is the capital of France?"), max_tokens=100)
            return InputRequired({"capital_question": question})
        return f"The model says: {answer.content.text}"

    @mcp.tool(structured_output=False)
    async def test_input_required_result_list_roots(ctx: Context) -> str | InputRequired:
        """Ask for the roots."""
        answer = (ctx.input_responses or {}).get("client_roots")
        if answer is None:
            return InputRequired({"client_roots": ListRoots()})
        return f"{len(answer.roots)} roots"

    @mcp.tool(structured_output=False)
    async def test_input_required_result_capabilities(ctx: Context) -> str | InputRequired:
        """Ask for what the client can answer, and nothing else."""
        declared = ctx.client_capabilities
        possible: dict[str, Any] = {}
        if declared is not None and declared.sampling is not None:
            possible["greeting"] = Sample(says("Say hello"), max_tokens=50)
        if declared is not None and declared.elicitation is not None:
            possible["user_name"] = NAME
        if declared is not None and declared.roots is not None:
            possible["client_roots"] = ListRoots()
        answered = set(ctx.input_responses or {})
        return InputRequired(possible) if set(possible) - answered else f"{len(possible)} answers"

    @mcp.prompt()
    async def test_input_required_result_prompt(ctx: Context) -> str | InputRequired:
        """A prompt that asks for its context."""
        given = content_of(ctx, "user_context")
        if given is None:
            return InputRequired({"user_context": Elicit("What context should the prompt use?", form(context=TEXT))})
        return f"Use this context: {given['context']}"


def ask_several_times(mcp: FastMCP) -> None:
    """Tools that give state along."""

    @mcp.tool(structured_output=False)
    async def test_input_required_result_request_state(ctx: Context) -> str | InputRequired:
        """Ask, and remember something."""
        given = content_of(ctx, "confirm")
        if given is None or ctx.request_state != "waiting":
            return InputRequired({"confirm": CONFIRM}, "waiting")
        return "state-ok"

    @mcp.tool(structured_output=False)
    async def test_input_required_result_tampered_state(ctx: Context) -> str | InputRequired:
        """Ask, and remember something that nobody may change."""
        given = content_of(ctx, "confirm")
        return InputRequired({"confirm": CONFIRM}, "untouched") if given is None else f"{ctx.request_state}"

    @mcp.tool(structured_output=False)
    async def test_input_required_result_multiple_inputs(ctx: Context) -> str | InputRequired:
        """Ask three things at once."""
        questions = {
            "user_name": NAME,
            "greeting": Sample(says("Generate a greeting"), max_tokens=50),
            "client_roots": ListRoots(),
        }
        answers = ctx.input_responses or {}
        missing = {key: question for key, question in questions.items() if key not in answers}
        if missing:
            return InputRequired(missing, "several")
        name = answers["user_name"].content["name"]
        return f"{answers['greeting'].content.text} {name}, {len(answers['client_roots'].roots)} roots"

    @mcp.tool(structured_output=False)
    async def test_input_required_result_multi_round(ctx: Context) -> str | InputRequired:
        """Ask one thing after another."""
        if (name := content_of(ctx, "step1")) is None:
            return InputRequired({"step1": Elicit("Step 1: What is your name?", form(name=TEXT))}, "step1")
        if (color := content_of(ctx, "step2")) is None:
            question = Elicit("Step 2: What is your favorite color?", form(color=TEXT))
            return InputRequired({"step2": question}, "step2")
        return f"{name['name']} likes {color['color']}"
