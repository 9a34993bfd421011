"""Tools of the asking server that tell what became of their questions, for tests of clients that do not behave."""

from __future__ import annotations

import asyncio
import sys

from oxmcp import Context, FastMCP

OBSERVED: list[str] = []
"""What became of them, readable through the tool ``observed``, and on standard error where nobody can ask any more."""
KEPT: dict[str, Context] = {}
"""Of calls that are over."""


def note(what: str) -> None:
    """Remember it."""
    OBSERVED.append(what)
    print(what, file=sys.stderr, flush=True)


def register(mcp: FastMCP) -> None:
    """Adds them to a server."""

    @mcp.tool(structured_output=False)
    async def ask_watched(label: str, ctx: Context) -> str:
        """Ask for a name; remember under the label what came of it."""
        note(f"asked {label}")
        try:
            answer = await ctx.elicit("Name?", str)
        except asyncio.CancelledError:
            note(f"cancelled {label}")
            raise
        except Exception:
            note(f"failed {label}")
            raise
        note(f"answered {label}")
        return f"{answer.data}"

    @mcp.tool(structured_output=False)
    async def observed() -> str:
        """Tell what became of the questions, a line for each."""
        return "\n".join(OBSERVED)

    @mcp.tool(structured_output=False)
    async def keep(label: str, ctx: Context) -> str:
        """Keep what a call is given beyond its end."""
        KEPT[label] = ctx
        return "kept"

    @mcp.tool(structured_output=False)
    async def ask_by_kept(label: str) -> str:
        """Ask the client of a call that is over."""
        return f"{(await KEPT.pop(label).elicit('Name?', str)).data}"
