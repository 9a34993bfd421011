"""The server that calls belong to, as far as calls know it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any, Literal, Protocol

from ..answers.encoding import OnUnknown
from .middleware.added import MiddlewareList


class Owner(Protocol):
    """What a call needs of its server."""

    @property
    def lifespan_context(self) -> Any:
        """What the lifespan yielded."""
        ...

    @property
    def on_unknown(self) -> OnUnknown:
        """What becomes of returned values that have no JSON form."""
        ...

    @property
    def run_in_thread(self) -> bool:
        """Whether plain functions run on worker threads, unless their offer says otherwise."""
        ...

    @property
    def middleware(self) -> MiddlewareList:
        """What every call passes, the outermost first."""
        ...

    @property
    def dependency_overrides(self) -> Mapping[Callable[..., Any], Callable[..., Any]]:
        """What stands in for functions that are depended on."""
        ...

    @property
    def on_stdio(self) -> bool:
        """Whether standard input and output are served."""
        ...

    def announce(
        self, change: Literal["tools", "prompts", "resources", "resource"], uri: str | None = None
    ) -> Awaitable[None]:
        """Tells clients of a change."""
        ...

    def say(self, method: str, params: str, session: str | None) -> None:
        """Sends a notification that the protocol does not have, outside of any request."""
        ...

    def say_log(self, level: str, logger: str | None, data: str, session: str | None) -> None:
        """Sends a log message outside of any request."""
        ...

    def session_state(self, key: str) -> dict[str, Any]:
        """What a session keeps between its calls."""
        ...


conversation: ContextVar[str] = ContextVar("oxmcp_conversation", default="")
"""Which client of this process a call comes from; empty for the peer of a pipe."""

serving: ContextVar[Owner | None] = ContextVar("oxmcp_serving")
"""The server in whose serving context the code runs; set while its lifespan is entered."""
