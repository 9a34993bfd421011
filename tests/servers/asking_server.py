"""A server that asks its client: forms and pages for the user, a text of the model, the roots.

Usage: python asking_server.py --stdio | --port N

STATE_SECONDS says how long a client may take to come back with an answer.
"""

from __future__ import annotations

import asyncio
import enum
import os
from typing import Annotated, Literal

import asking_app
import asking_watched
from pydantic import BaseModel, Field
from serving import serve

from oxmcp import AcceptedElicitation, Context, Elicit, FastMCP, Resolve
from oxmcp.server.request_state import RequestStateSecurity
from oxmcp.types import SamplingMessage, TextContent, Tool

SECONDS = os.environ.get("STATE_SECONDS")

mcp = FastMCP("asking", request_state_security=RequestStateSecurity.ephemeral(ttl=float(SECONDS)) if SECONDS else None)


class Seat(enum.Enum):
    """Where to sit."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class Booking(BaseModel):
    """What a table is booked by."""

    name: str = Field(description="Who comes")
    guests: int = Field(2, ge=1, le=12)
    seat: Seat = Seat.INSIDE
    dishes: list[Literal["soup", "salad", "cake"]] = []


@mcp.tool(structured_output=False)
async def book(ctx: Context) -> str:
    """Ask for a form to be filled in."""
    answer = await ctx.elicit("Who comes?", Booking)
    if not isinstance(answer, AcceptedElicitation):
        return answer.action
    booking = answer.data
    return f"{booking.name}, {booking.guests}, {booking.seat.name}, {'+'.join(booking.dishes)}"


@mcp.tool(structured_output=False)
async def choose(ctx: Context) -> str:
    """Ask for one choice that has titles."""
    answer = await ctx.elicit("Which?", {"s": {"title": "Small"}, "l": {"title": "Large"}})
    return f"{answer.action} {answer.data}"


@mcp.tool(structured_output=False)
async def sign_in(ctx: Context) -> str:
    """Ask for a page to be opened."""
    return (await ctx.elicit_url("Sign in", "https://example.com/sign-in", "visit-1")).action


@mcp.tool(structured_output=False)
async def write(topic: str, ctx: Context) -> str:
    """Ask the client's model."""
    result = await ctx.sample(f"Write about {topic}", system_prompt="Briefly", max_tokens=100)
    return f"It wrote: {result.text}"


@mcp.tool(structured_output=False)
async def write_low(topic: str, ctx: Context) -> str:
    """Ask the client's model, as code for a session does."""
    message = SamplingMessage(role="user", content=TextContent(type="text", text=f"Write about {topic}"))
    result = await ctx.session.create_message(messages=[message], max_tokens=100)
    return f"{result.role} {result.model}: {result.content.text}"


@mcp.tool(structured_output=False)
async def write_with_tools(topic: str, ctx: Context) -> str:
    """Ask the client's model, which may look things up."""
    message = SamplingMessage(role="user", content=TextContent(type="text", text=f"Write about {topic}"))
    look_up = Tool(name="look_up", inputSchema={"type": "object"})
    result = await ctx.session.create_message(messages=[message], max_tokens=100, tools=[look_up])
    return str(result.content_as_list[0].text)


@mcp.tool(structured_output=False)
async def folders(ctx: Context) -> str:
    """Ask for the roots."""
    return " ".join(f"{root.uri}" for root in await ctx.list_roots())


@mcp.tool(structured_output=False)
async def at_once(ctx: Context) -> str:
    """Ask three things at once."""
    name, sure, roots = await asyncio.gather(ctx.elicit("Name?", str), ctx.elicit("Sure?", bool), ctx.list_roots())
    return f"{name.data} {sure.data} {len(roots)}"


@mcp.tool(structured_output=False)
async def rounds(count: int, ctx: Context) -> str:
    """Ask one thing after another."""
    found = [(await ctx.elicit(f"Number {number}?", int)).data for number in range(count)]
    return str(found)


@mcp.tool(structured_output=False)
def plainly(ctx: Context) -> str:
    """Ask from a plain function."""
    return str(asyncio.run(ctx.elicit("Name?", str)).data)


def ask_name() -> Elicit[str]:
    """A resolver that asks."""
    return Elicit("Name?", str)


@mcp.tool(structured_output=False)
async def resolved(name: Annotated[str, Resolve(ask_name)]) -> str:
    """Have a parameter asked for."""
    return f"Hello, {name}"


@mcp.prompt()
async def greeting(ctx: Context) -> str:
    """Ask from a prompt."""
    return f"Greet {(await ctx.elicit('Name?', str)).data}"


@mcp.resource("note://{id}")
async def note(id: str, ctx: Context) -> str:
    """Ask from a resource."""
    return f"{id}: {(await ctx.elicit('Name?', str)).data}"


asking_app.register(mcp)
asking_watched.register(mcp)


if __name__ == "__main__":
    serve(mcp, server_card={"name": "org.example/asking", "description": "Asks its client."})
