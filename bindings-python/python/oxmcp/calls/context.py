"""The Context: one call, as its handler sees it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from .. import _native
from ..arguments.injection import ContextMark
from ..later.deferred import LaterMembers
from .asking.in_context import Asking
from .in_task import InTask
from .owner import Owner, conversation, serving
from .session import RequestContext, Session

if TYPE_CHECKING:
    from typing import Generic

    from typing_extensions import TypeVar

    from .. import types
    from ..answers.resource_contents import ResourceResult
    from ..authentication.tokens import Principal

    A = TypeVar("A", default=Any)
    B = TypeVar("B", default=Any)
    C = TypeVar("C", default=Any)

    class Parametrized(Generic[A, B, C]):
        """`Context[Lifespan]` and `Context[Session, Lifespan, Request]` are both written in the wild."""
else:
    A = B = C = None

    class Parametrized:
        """At run time a parametrized Context is Context itself, so that an annotation is found whatever its brackets."""

        __slots__ = ()

        def __class_getitem__(cls, _parameters):
            return cls


LEGACY = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""The versions that have sessions; in later ones nothing is remembered from one request to the next (META-7)."""

_current: ContextVar[Context[Any, Any, Any]] = ContextVar("oxmcp_context")


def get_context() -> Context[Any, Any, Any]:
    """The Context of the call in flight, from anywhere below its handler.

    Raises:
        RuntimeError: no call is in flight here.
    """
    call = _native.current_call.get(None)
    if call is None:
        raise RuntimeError("No call is in flight: get_context() works below a tool, resource, prompt or completion")
    return context_of(call, serving.get(None))


def context_of(call: _native.Call, server: Owner | None) -> Context[Any, Any, Any]:
    """The one Context of this call: the same object however often and wherever it is asked for."""
    known = _current.get(None)
    if known is not None and known._call is call:
        return known
    context: Context[Any, Any, Any] = Context(call, server)
    _current.set(context)
    return context


class Context(Asking, InTask, Parametrized[A, B, C], ContextMark, LaterMembers):
    """One call, as its handler sees it. Ask for it by annotating a parameter with this class, whatever its name.

    What sends something (`report_progress`, `info`, `notify_…`) does so at once and may be awaited or not. What asks the client
    something (`elicit`, `elicit_url`, `sample`, `list_roots`) must be awaited.
    """

    __slots__ = ("_state",)

    known_as = "Context"

    def __init__(self, call: _native.Call, server: Owner | None = None) -> None:
        super().__init__(call, server)
        self._state: dict[str, Any] | None = None

    @property
    def session(self) -> Session:
        """The caller's side of the conversation, by its names in code written against a session."""
        return Session(self)

    @property
    def request_context(self) -> RequestContext:
        """The same facts, gathered the way code written against a request context reads them."""
        return RequestContext(self)

    @property
    def auth(self) -> Principal | None:
        """Who asks, and what was granted to it; None where nobody knows: on stdio, within the process, over HTTP without
        authentication."""
        from ..authentication.tokens import principal_from  # few handlers ask

        text = self._call.principal
        return None if text is None else principal_from(_native.loads(text))

    @property
    def trace_headers(self) -> dict[str, str]:
        """What requests to others that are made for this call have to carry to belong to its trace, as W3C's Trace Context has
        it: `traceparent`, and `tracestate` if there is one. With the section `telemetry` it names the call's own span, else the
        one that the client sent; empty where nothing is known of a trace."""
        return self._call.trace_headers

    async def read_resource(self, uri: Any) -> ResourceResult:
        """Reads one of the server's own resources.

        Raises:
            ResourceError: there is none at this URI, or it failed.
        """
        contents: ResourceResult = await self.server.read_resource(uri)
        return contents

    async def list_resources(self) -> list[types.Resource]:
        """The server's own resources."""
        found: list[types.Resource] = await self.server.list_resources()
        return found

    async def list_prompts(self) -> list[types.Prompt]:
        """The server's own prompts."""
        found: list[types.Prompt] = await self.server.list_prompts()
        return found

    async def get_prompt(self, name: str, arguments: Mapping[str, Any] | None = None) -> types.GetPromptResult:
        """Renders one of the server's own prompts."""
        result: types.GetPromptResult = await self.server.get_prompt(name, arguments)
        return result

    # State

    async def set_state(self, key: str, value: Any, *, serializable: bool = True) -> None:
        """Keeps a value for later calls of the same legacy session; for the rest of this call where there is none, as
        in the modern era (META-7)."""
        self._states()[key] = value

    async def get_state(self, key: str, default: Any = None) -> Any:
        """What `set_state` kept under this key, else `default`."""
        return self._states().get(key, default)

    async def delete_state(self, key: str) -> None:
        """Forgets what is kept under this key, if anything is."""
        self._states().pop(key, None)

    def _states(self) -> dict[str, Any]:
        if self._state is None:
            call = self._call
            # A legacy peer without session id is the one peer of its pipe or a client of this process, which says which; or
            # anyone, over HTTP.
            alone = call.session_id is None and (call.headers is not None or call.protocol_version not in LEGACY)
            self._state = {} if alone else self.server.session_state(call.session_id or conversation.get())
        return self._state
