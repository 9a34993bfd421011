"""The tools of the server beside this file that ask their caller."""

from typing import Annotated

from mcp.server.mcpserver import Context, Elicit, Resolve
from pydantic import BaseModel

QUESTION = "Really?"


class Confirmation(BaseModel):
    """What the tools that ask want to know."""

    sure: bool


async def confirm(ctx: Context) -> str:
    """Ask for a confirmation."""
    answer = await ctx.elicit(QUESTION, Confirmation)
    return "sure" if answer.action == "accept" and answer.data.sure else "not sure"


async def ask() -> Elicit[Confirmation]:
    """What is to be asked."""
    return Elicit(QUESTION, Confirmation)


async def confirmed(answer: Annotated[Confirmation, Resolve(ask)]) -> str:
    """Have a confirmation asked for."""
    return "sure" if answer.sure else "not sure"
