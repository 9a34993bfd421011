"""The handlers of a low-level server as a mapping from request classes, as 1.x of the official package has it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any, Protocol

from ... import types
from ...calls.session import RequestContext
from ...types.one_of import OneOf
from . import answers

OfRequest = Callable[[Any], Awaitable[Any]]


class Handling(Protocol):
    """What is needed of a server."""

    def handle(self, method: str, handler: Any) -> None:
        """Sets what answers a method, or takes it away."""
        ...

    def get_request_handler(self, method: str) -> Any:
        """What answers a method, if anything does."""
        ...

    def _context_here(self) -> RequestContext | None:
        """The facts of the request in flight; None where there is none."""
        ...


class RequestHandlers(MutableMapping[type[Any], OfRequest]):
    """`server.request_handlers[CallToolRequest] = handler`: `async (request) -> ServerResult(…)`, or the result itself.

    Looking one up gives what answers a request object, whoever set it.
    """

    def __init__(self, server: Handling) -> None:
        self._server = server

    def __setitem__(self, kind: type[Any], handler: OfRequest) -> None:
        method = method_of(kind)

        async def handle(_context: RequestContext, params: dict[str, Any]) -> answers.Result:
            value = handler(kind(method=method, params=params))
            value = await value if inspect.isawaitable(value) else value
            return answers.whole(value.root if isinstance(value, OneOf) else value)

        self._server.handle(method, handle)

    def __getitem__(self, kind: type[Any]) -> OfRequest:
        handler = self._server.get_request_handler(method_of(kind))
        if handler is None:
            raise KeyError(kind)

        async def answer(request: Any) -> types.ServerResult:
            params = getattr(request, "params", None)
            told: Any = {} if params is None else params if isinstance(params, dict) else params.to_dict()
            return types.ServerResult(await handler(self._server._context_here(), told))

        return answer

    def __delitem__(self, kind: type[Any]) -> None:
        if kind not in self:
            raise KeyError(kind)
        self._server.handle(method_of(kind), None)

    def __contains__(self, kind: object) -> bool:
        return isinstance(kind, type) and self._server.get_request_handler(method_of(kind)) is not None

    def __iter__(self) -> Iterator[type[Any]]:
        members = (*types.ClientRequest.members, *types.ClientNotification.members)
        return (kind for kind in members if kind in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def method_of(kind: type[Any]) -> str:
    """The method that a class of requests stands for, ours or a peer's.

    Raises:
        TypeError: it stands for none.
    """
    method = getattr(kind, "method", None)
    if method is None:
        method = getattr(getattr(kind, "model_fields", {}).get("method"), "default", None)
    if not isinstance(method, str):
        raise TypeError(f"{kind.__name__} is not the class of a request: it has no method")
    return method
