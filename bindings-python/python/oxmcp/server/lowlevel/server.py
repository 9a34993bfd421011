"""`Server`: one handler per method, set by decorators or given to the constructor."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, cast

from ... import _native, types
from ...answers.input_required import complete_input_required, is_input_required
from ...calls.context import context_of
from ...calls.middleware.chain import passed
from ...calls.middleware.concerns import has_hooks
from ...calls.middleware.kept import KeptCall
from ...calls.middleware.requests import ServerRequestContext, request_context
from ...calls.session import RequestContext
from ...engine.values import Attributes
from ...errors import InvalidArguments
from ...later.deferred import LaterMembers
from ...later.names import names
from ...offers.descriptors import cache_hint, implementation
from ...serving.production import Production, Sections
from ...serving.settings import Settings
from ..models import InitializationOptions, NotificationOptions
from ..stdio import run_on
from . import answers, capabilities
from .decorators import Decorators, Handler
from .experimental import ExperimentalHandlers
from .request_handlers import RequestHandlers
from .request_in_flight import request_ctx

if TYPE_CHECKING:
    from typing_extensions import Unpack

    On = Callable[[RequestContext, Any], Awaitable[Any]] | None

__all__ = ["NotificationOptions", "RequestContext", "Server", "request_ctx"]

_CONSTRUCTOR_HANDLERS = {
    "on_list_tools": ("tools/list", types.PaginatedRequestParams),
    "on_call_tool": ("tools/call", types.CallToolRequestParams),
    "on_list_resources": ("resources/list", types.PaginatedRequestParams),
    "on_list_resource_templates": ("resources/templates/list", types.PaginatedRequestParams),
    "on_read_resource": ("resources/read", types.ReadResourceRequestParams),
    "on_subscribe_resource": ("resources/subscribe", types.SubscribeRequestParams),
    "on_unsubscribe_resource": ("resources/unsubscribe", types.UnsubscribeRequestParams),
    "on_list_prompts": ("prompts/list", types.PaginatedRequestParams),
    "on_get_prompt": ("prompts/get", types.GetPromptRequestParams),
    "on_completion": ("completion/complete", types.CompleteRequestParams),
    "on_set_logging_level": ("logging/setLevel", types.SetLevelRequestParams),
    "on_ping": ("ping", None),
    "on_progress": ("notifications/progress", types.ProgressNotificationParams),
    "on_roots_list_changed": ("notifications/roots/list_changed", None),
}


class Server(Decorators, LaterMembers):
    """A server that answers method by method; what it can do follows from which handlers it has.

    Handlers come from decorators (`@server.list_tools()`: plain arguments, plain return values) or from the constructor
    (`on_list_tools=`: `async (ctx, params) -> result object`); where both are given, the later one counts.

    Args:
        name: The name programs use.
        version: Its version, free text; this library's when absent.
        instructions: What a model should know about the server as a whole.
        website_url: Where to read more.
        icons: Icons, objects or dicts.
        lifespan: Takes the server and gives an async context manager, entered once per process; what it yields is
            `request_context.lifespan_context`.
        title: A name for people.
        description: What it is for.
        cache_hints: How long results may be kept, by method (CACHE-1).
        mask_error_details: Whether callers get a fixed sentence instead of the message of an unexpected exception.
        on_…: A handler for the method of that name. `on_progress` and `on_roots_list_changed` are never called so far: a
            client tells of these where a server asks something of it, and servers ask nothing yet.
            `on_subscriptions_listen` is accepted for code that gives it: the engine serves `subscriptions/listen`.

    Raises:
        TypeError: a keyword is unknown.
    """

    known_as = "Server"

    def __init__(
        self,
        name: str,
        version: str | None = None,
        instructions: str | None = None,
        website_url: str | None = None,
        icons: Iterable[Any] | None = None,
        lifespan: Callable[[Any], AbstractAsyncContextManager[Any]] | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
        cache_hints: Mapping[str, Any] | None = None,
        mask_error_details: bool = False,
        on_list_tools: On = None,
        on_call_tool: On = None,
        on_list_resources: On = None,
        on_list_resource_templates: On = None,
        on_read_resource: On = None,
        on_subscribe_resource: On = None,
        on_unsubscribe_resource: On = None,
        on_list_prompts: On = None,
        on_get_prompt: On = None,
        on_completion: On = None,
        on_set_logging_level: On = None,
        on_ping: On = None,
        on_progress: On = None,
        on_roots_list_changed: On = None,
        on_subscriptions_listen: On = None,
        **sections: Unpack[Sections],
    ) -> None:
        given = dict(locals())
        self._production = Production(cast("dict[str, Any]", sections))
        if sections:
            raise TypeError(f"Server() got an unexpected keyword argument {next(iter(sections))!r}")
        super().__init__(lifespan)
        self.name = name
        self.version = version
        self.instructions = instructions
        self.title = title
        self.description = description
        self.website_url = website_url
        self.icons = tuple(icons or ())
        self.settings = Settings()
        self._mask = mask_error_details
        self._cache_hints = {method: cache_hint(hint) for method, hint in (cache_hints or {}).items()}
        self._handlers: dict[str, Handler] = {}
        self._options: InitializationOptions | None = None
        self._serves_tasks = False
        for keyword, (method, params_type) in _CONSTRUCTOR_HANDLERS.items():
            if given[keyword] is not None:
                self.add_request_handler(method, params_type, given[keyword])

    # Handlers

    def add_request_handler(
        self, method: str, params_type: Any, handler: Callable[[RequestContext, Any], Awaitable[Any]]
    ) -> None:
        """Sets what answers a method, the protocol's or the author's own.

        Args:
            method: Its name.
            params_type: The class of the params, one with `model_validate`; when None they are a dict with attributes.
            handler: `async (ctx, params) -> result object`.
        """

        async def handle(context: RequestContext, params: dict[str, Any]) -> answers.Result:
            try:
                read = Attributes(params) if params_type is None else params_type.model_validate(params)
            except (TypeError, ValueError) as error:
                raise InvalidArguments(str(error)) from error
            value = handler(context, read)
            return answers.whole(await value if inspect.isawaitable(value) else value)

        self.handle(method, handle)

    def add_notification_handler(
        self, method: str, params_type: Any, handler: Callable[[RequestContext, Any], Awaitable[Any]]
    ) -> None:
        """Sets what hears a client's notification; see `add_request_handler`."""
        self.add_request_handler(method, params_type, handler)

    def get_request_handler(self, method: str) -> Handler | None:
        """What answers a method, if anything does."""
        return self._handlers.get(method)

    @property
    def request_handlers(self) -> RequestHandlers:
        """The handlers by request class, to look at and to set: `server.request_handlers[CallToolRequest] = …`."""
        return RequestHandlers(self)

    notification_handlers = request_handlers

    def _context_here(self) -> RequestContext | None:
        """The facts of the request in flight; None where there is none."""
        call = _native.current_call.get(None)
        return None if call is None else RequestContext(context_of(call, self))

    def get_notification_handler(self, method: str) -> Handler | None:
        """What hears a notification, if anything does."""
        return self._handlers.get(method)

    @property
    def server_info(self) -> types.Implementation:
        """Who the server says it is."""
        return types.Implementation(
            name=self.name,
            version=self.version or _native.__version__,
            title=self.title,
            description=self.description,
            website_url=self.website_url,
            icons=list(self.icons) or None,
        )

    def handle(self, method: str, handler: Handler | None) -> None:
        """Sets what answers a method as the decorators and the constructor do, or takes it away with None."""
        if handler is None:
            self._handlers.pop(method, None)
        else:
            self._handlers[method] = handler
        for engine in self._engines.made():
            engine.set_capabilities(self._capabilities())
            engine.set_method(method, None if handler is None else self._target(method, handler))

    def _target(self, method: str, handler: Handler) -> _native.Target:
        around = self.middleware.around(method)

        async def answer(call: _native.Call) -> answers.Result:
            return await handler(RequestContext(context_of(call, self)), answers.params_of(call))

        async def through_middleware(call: _native.Call) -> answers.Result:
            async def handle(ctx: ServerRequestContext) -> answers.Result:
                return await handler(RequestContext(context_of(call, self)), dict(ctx.params or {}))

            ctx = request_context(call, self, method, answers.params_of(call))
            result = await passed(around, handle, ctx, context=context_of(call, self))
            if not any(map(has_hooks, around)):
                return answers.whole(result)
            from ...calls.middleware.objects import as_data  # few servers need it

            return as_data(method, KeptCall(call, None), result)

        return _native.Target(
            through_middleware if around else answer,
            is_async=True,
            bind=lambda call: {"call": call},
            result=_complete,
            error=self._answerer(method),
        )

    def _remake(self, engine: _native.Server) -> None:
        for method, handler in self._handlers.items():
            engine.set_method(method, self._target(method, handler))

    @property
    def request_context(self) -> RequestContext:
        """The facts of the request in flight.

        Raises:
            LookupError: no request is in flight here.
        """
        context = self._context_here()
        if context is None:
            raise LookupError("No request is in flight here")
        return context

    # What the server says it can do

    def get_capabilities(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: Mapping[str, Mapping[str, Any]] | None = None,
        extensions: Mapping[str, Mapping[str, Any]] | None = None,
        protocol_version: str | None = None,
    ) -> types.ServerCapabilities:
        """What the server can do, from which handlers it has. `protocol_version` is accepted for code that gives it: what
        a version cannot say is left out when it is told."""
        return capabilities.told_by(self._handlers, notification_options, experimental_capabilities, extensions)

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: Mapping[str, Mapping[str, Any]] | None = None,
        extensions: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> InitializationOptions:
        """What `run` tells peers: the server's own particulars and what its handlers can do."""
        return InitializationOptions(
            server_name=self.name,
            server_version=self.version or _native.__version__,
            capabilities=self.get_capabilities(notification_options, experimental_capabilities, extensions),
            instructions=self.instructions,
            title=self.title,
            description=self.description,
            website_url=self.website_url,
            icons=self.icons,
        )

    def _capabilities(self) -> str:
        told = self.get_capabilities() if self._options is None else self._options.capabilities
        return _native.dumps(capabilities.for_the_engine(told))

    def _build(self) -> _native.Server:
        options = self._options or self.create_initialization_options()
        engine = _native.Server(
            implementation(
                name=options.server_name,
                version=options.server_version,
                title=options.title,
                description=options.description,
                website_url=options.website_url,
                icons=options.icons,
            ),
            instructions=options.instructions,
            capabilities=self._capabilities(),
            cache_hints=_native.dumps(self._cache_hints),
        )
        self._production.tell(engine, self._answerer)
        if self._serves_tasks:
            engine.serve_tasks('{"always":true}')
        for method, handler in self._handlers.items():
            engine.set_method(method, self._target(method, handler))
        return engine

    @property
    def experimental(self) -> ExperimentalHandlers:
        """Tasks, by the names of 1.x of the official package."""
        return ExperimentalHandlers(self)

    def _remade(self) -> None:
        self._engines.forget()

    # Running

    async def run(
        self,
        read_stream: Any,
        write_stream: Any,
        initialization_options: InitializationOptions | None = None,
        raise_exceptions: bool = False,
        stateless: bool = False,
    ) -> None:
        """Serves on the streams that a transport of this package gave, until they end.

        Args:
            read_stream: The first of the two that `stdio_server()`, or `connect_sse()` of `SseServerTransport`, gives.
            write_stream: The second.
            initialization_options: What peers are told; from the handlers when absent.
            raise_exceptions: Accepted for code that sets it; a handler's exception always becomes an answer.
            stateless: Accepted for code that sets it; which requests need a session is the protocol's business.

        Raises:
            TypeError: the streams are not of this package.
        """
        if initialization_options is not None and initialization_options != self._options:
            self._options = initialization_options
            self._engines.forget()
        await run_on(self, read_stream, write_stream)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


def _complete(call: _native.Call, result: answers.Result) -> None:
    if is_input_required(result):
        complete_input_required(call, result)
    else:
        call.complete_whole(answers.text(result))


__getattr__ = names(__name__)
