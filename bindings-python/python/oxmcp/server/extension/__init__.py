"""Extensions of the protocol that are put together from parts, at the path that 2.x of the official package has for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...later.names import names
from ..context import CallNext, HandlerResult, ServerRequestContext

RequestHandler = Callable[[Any, Any], Awaitable[HandlerResult]]
"""`async (ctx, params) -> result`."""

_OF_THE_PROTOCOL = ("tools/", "prompts/", "resources/", "completion/", "logging/", "server/", "subscriptions/")

__all__ = [
    "CallNext",
    "Extension",
    "HandlerResult",
    "MethodBinding",
    "RequestHandler",
    "ResourceBinding",
    "ServerRequestContext",
    "ToolBinding",
]

__getattr__ = names(__name__)


@dataclass(frozen=True)
class ToolBinding:
    """A tool of an extension's: the function, its `_meta`, and other options of `add_tool`."""

    fn: Callable[..., Any]
    meta: dict[str, Any] | None = None
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ResourceBinding:
    """A resource of an extension's."""

    resource: Any


@dataclass(frozen=True)
class MethodBinding:
    """A request method of an extension's.

    `params_type` has `model_validate`, or is None for a dict with attributes; what it raises is answered with -32602.
    `protocol_versions` are those that have the method, all when absent.
    """

    method: str
    params_type: Any
    handler: RequestHandler
    protocol_versions: frozenset[str] | None = None

    def __post_init__(self) -> None:
        """Refuses what could never be served.

        Raises:
            ValueError: the method is one of the protocol's, or no version has it.
        """
        if self.method in ("initialize", "ping") or (
            self.method.startswith(_OF_THE_PROTOCOL) and self.method.count("/") == 1
        ):
            raise ValueError(
                f"{self.method!r} is a method of the protocol: an extension adds methods and replaces none"
            )
        if self.protocol_versions is not None and not self.protocol_versions:
            raise ValueError(f"{self.method!r} has no protocol_versions: nobody could call it; None stands for all")


class Extension:
    """Something beside the protocol that clients know by its identifier: `FastMCP(extensions=[…])`. Override what it adds."""

    identifier: str
    """`com.example/name`, as it stands in `capabilities.extensions`."""

    def settings(self) -> Mapping[str, Any]:
        """What clients are told of it there."""
        return {}

    def tools(self) -> Sequence[ToolBinding]:
        """Its tools."""
        return ()

    def resources(self) -> Sequence[ResourceBinding]:
        """Its resources."""
        return ()

    def methods(self) -> Sequence[MethodBinding]:
        """Its request methods."""
        return ()

    async def intercept_tool_call(self, params: Any, ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        """Stands around every call of a tool: answers it, usually with what `call_next(ctx)` gives. Costs nothing where it is not
        overridden."""
        return await call_next(ctx)
