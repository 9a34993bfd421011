"""`MCPServer`, also known as `FastMCP`: a server made of decorated functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Literal, cast

from ... import _native
from ...answers.encoding import OnUnknown
from ...later.deferred import LaterServer, accept
from ...offers.checks import Checks
from ...offers.descriptors import cache_hint, implementation, uniform_hints
from ...offers.resource_security import ResourceSecurity
from ...offers.resources import Resource
from ...offers.skills.skilled import Skilled
from ...offers.tools import Tool
from ...offers.transforms.inline_references import InlineReferences
from ...serving import settings
from ...serving.announcer import Announcer
from ...serving.capabilities import Declared
from ...serving.capabilities import for_the_engine as capabilities_for_the_engine
from ...serving.capabilities import read as read_capabilities
from ...serving.over_http.transport_security import guards
from ...serving.production import Believing, Production, Sections
from ...serving.request_state import Keys, RequestStateSecurity
from ...serving.serving import transport_named
from ...serving.settings import Cors, OnDuplicate, ServerCard, Settings
from ...serving.task_settings import Tasks
from ...serving.task_settings import for_the_engine as tasks_for_the_engine
from .composing import Composing
from .extended import Extended
from .extended import require_client_extension as require_client_extension
from .low_level import LowLevelFace

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...engine.attachment import Io
    from ...later.options import OfServers
    from ...offers.transforms.transform import Transform
    from ...serving.event_store import EventStore, InMemoryEventStore
    from ...serving.over_http.listening import Running
    from ...serving.over_http.transport_security import TransportSecuritySettings
    from ...serving.subscriptions import SubscriptionBus


if TYPE_CHECKING:

    class Others(OfServers, Sections, Believing, total=False):
        """What else a server takes."""


class MCPServer(Extended, Skilled, Composing, LaterServer):
    """A server made of decorated functions.

    Args:
        name: The name programs use.
        instructions: What a model should know about the server as a whole.
        title: A name for people.
        description: What it is for.
        version: Its version, free text; this library's when absent.
        website_url: Where to read more.
        icons: Icons, objects or dicts.
        lifespan: Takes the server and gives an async context manager; entered once for each event loop it is
            served on, before the first request. What it yields is `ctx.lifespan_context`.
        tools: Functions or `Tool`s to register.
        resources: `Resource`s to register.
        on_duplicate: What happens to a second offer of the same name: "warn" and "replace" let it take the place of the
            first, "ignore" keeps the first, "error" raises. Where one of the three `warn_on_duplicate_…` is given, the
            first stays, with a warning in the log if it is True.
        mask_error_details: Whether callers get a fixed sentence instead of an exception's message; a `ToolError`'s always
            reaches them.
        strict_input_validation: Whether arguments must have the schema's types as they are, and unknown ones are refused.
        resource_security: Which values of the variables of resource templates are refused, where a resource does not say.
        list_page_size: How many items a page of a list has; all when absent.
        on_unknown: What becomes of returned values that have no JSON form (an object of a class without annotations, a
            database's own types): "str" sends their text, "error" refuses them with their place.
        cache_hints: How long results may be kept, by method: `{"tools/list": CacheHint(ttl_ms=60_000)}` (CACHE-1).
            `cache_ttl` (seconds) and `cache_scope` say it of everything that may be kept.
        capabilities: What clients are told that the server can do beside what is registered by then: names (`tools`,
            `prompts`, `resources`, `logging`), or `{name: {}}` as on the wire. Declare what is registered later, so that
            clients which are there by then hear of it. `logging` follows from any function that takes the Context.
        experimental_capabilities: Sent as `capabilities.experimental`.
        workers: How many plain functions may run at once. Those called one after the other run on one and the same thread, as
            all do with `workers=1`.
        run_in_thread: Whether plain functions run on worker threads; False runs them on the event loop's thread, where each
            stops all other handlers while it runs.
        host, port, path, json_response, stateless_http, allowed_hosts, allowed_origins, cors, max_body_bytes,
            max_connections, body_pause_seconds, body_seconds, keep_alive_seconds: How `run("http")` serves unless told
            otherwise; `streamable_http_path` is `path`. Hosts are names, with or without a port: `api.example.com`,
            `localhost:*`, `*.example.com`. `cors` lets web pages read what is answered. A body may pause for
            `body_pause_seconds` (10) and take `body_seconds` (60). `max_body_bytes`, the longest message that is read, counts
            on every transport: 4 MiB over HTTP, else 64 MiB.
        sse, sse_path, message_path: Whether HTTP+SSE, the transport of 2024-11-05, is served beside it, and where: its streams
            at `/sse`, what its clients say at `/messages/`.
        server_card: Whether everybody is told what this server is before they connect, at `/server-card` below its path
            (SEP-2127): True, or what is to be said beside what the server says of itself; see `ServerCard`.
        max_sessions: How many clients may hold a session over HTTP (10,000). One whose client never came back after its handshake
            makes room first, then the one idle for longest.
        max_sessions_per_second: How many sessions may begin in a second (1,000); more are told to come back in a moment.
        max_subscriptions: How many subscriptions of 2026-07-28 may be open over HTTP (10,000).
        session_idle_seconds: How long a session rests before it is over (1,800), `session_idle_timeout` by another name. One
            with a call under way or a stream open does not rest.
        event_store: Where it is kept what streams say, so that a client that lost one comes back for the rest: True keeps it in
            the engine, bounded; `InMemoryEventStore(…)` sets the bounds; an object with `store_event` and
            `replay_events_after` keeps it elsewhere. Off when absent.
        retry_interval: How many milliseconds clients are told to wait before they come back (1,000).
        shutdown_grace_seconds: How long calls under way may still take once the server is told to stop (25 over HTTP), or
            its input has ended (60 on stdio); then they are answered with an error.
        debug, log_level: From which level Python's log goes to standard error when the server is run.
        transport_security: A `TransportSecuritySettings`: `allowed_hosts` and `allowed_origins` by other names.
        subscriptions: A `SubscriptionBus` carries changes between servers that are one to their clients; False tells of
            no changes of lists.
        middleware: What requests pass, the outermost first: objects with hooks (`oxmcp.server.middleware.Middleware`), or
            functions `async (ctx, call_next) -> result`; see `server.middleware`, which may be added to.
        request_state_keys: Secrets of 32 bytes or more that seal what clients carry from one round of a call to the next when
            they are asked something (2026-07-28); also the variable `OXMCP_REQUEST_STATE_KEYS`, with commas between them. The
            first seals, all open. Processes that serve the same clients need the same; by default one is made at random.
            `request_state_security` is a `RequestStateSecurity` with such keys, and the time that clients have.
        max_parked_calls: How many calls may wait here for clients of 2026-07-28 to come back with answers (10,000).
        sampling_handler: Answers what the client's model is asked, `(messages, params, context)`, where the client cannot: a text
            or a `CreateMessageResult`. With `sampling_handler_behavior="always"` it always does.
        tasks: Whether calls of tools can become tasks where a tool does not say: True is `task=True` of each. Or how tasks are
            kept, in memory: `{"ttl": 3600, "max_ttl": …, "max_tasks": 1000, "max_tasks_per_owner": …, "max_result_bytes": …,
            "poll_interval": 0.5}`, with times in seconds.
        include_tags, exclude_tags: What is offered: only what has one of these labels, and nothing that has one of those; the
            same as `enable(tags=…, only=True)` and `disable(tags=…)`.
        transforms: What becomes of the offers before clients see them, in order (`oxmcp.server.transforms`); `add_transform` adds
            to it.
        dereference_schemas: Whether what the schemas of tools refer to is written out, for clients that drop `$defs`:
            `InlineReferences` by another name.
        extensions: Extensions of the protocol that are put together from parts (`oxmcp.server.extension`, `Apps`);
            `add_extension` adds one.
        config: The path of a configuration file (TOML, or JSON) that says who may call, how often, and what is recorded; also the
            variable `OXMCP_CONFIG`. Its sections are keyword arguments, too, and count before those of the file.
        auth: Who is believed over HTTP, as an object: `oxmcp.server.auth.JWTVerifier(…)` or another provider, or
            `AuthSettings` with a `token_verifier`. The same as a section `authentication`.
        token_verifier: Verifies tokens: an object with `async verify_token(token)`, which gives an `AccessToken` or None.
        dependencies: Accepted for code that names what it must be installed with; not used here.

    Every setting has a variable that counts when it is not given: `OXMCP_HOST`, `OXMCP_PORT`, `OXMCP_PATH`, `OXMCP_SSE`,
    `OXMCP_SSE_PATH`, `OXMCP_MESSAGE_PATH`, `OXMCP_MAX_SESSIONS`, `OXMCP_MAX_SESSIONS_PER_SECOND`,
    `OXMCP_SESSION_IDLE_SECONDS`, `OXMCP_MAX_SUBSCRIPTIONS`, `OXMCP_MAX_PARKED_CALLS`, `OXMCP_EVENT_STORE`,
    `OXMCP_RETRY_INTERVAL`, `OXMCP_TRANSPORT`, `OXMCP_JSON_RESPONSE`, `OXMCP_STATELESS_HTTP`, `OXMCP_ALLOWED_HOSTS`,
    `OXMCP_ALLOWED_ORIGINS`, `OXMCP_CORS`, `OXMCP_SERVER_CARD`, `OXMCP_MAX_BODY_BYTES`, `OXMCP_MAX_CONNECTIONS`,
    `OXMCP_BODY_PAUSE_SECONDS`, `OXMCP_BODY_SECONDS`, `OXMCP_KEEP_ALIVE_SECONDS`, `OXMCP_SHUTDOWN_GRACE_SECONDS`,
    `OXMCP_DEBUG`, `OXMCP_LOG_LEVEL`, `OXMCP_ON_DUPLICATE`, `OXMCP_ON_UNKNOWN`, `OXMCP_MASK_ERRORS`,
    `OXMCP_STRICT_INPUT_VALIDATION`, `OXMCP_LIST_PAGE_SIZE`, `OXMCP_WORKERS`, `OXMCP_RUN_IN_THREAD`. One that is empty
    counts as not set.

    Raises:
        ValueError: a setting or its variable makes no sense.
        NotYetError: an option asks for something that is not there yet, such as `providers`.
    """

    known_as = "FastMCP"

    def __init__(
        self,
        name: str | None = None,
        instructions: str | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
        version: str | None = None,
        website_url: str | None = None,
        icons: Iterable[Any] | None = None,
        lifespan: Callable[[Any], AbstractAsyncContextManager[Any]] | None = None,
        tools: Sequence[Tool | Callable[..., Any]] | None = None,
        resources: Sequence[Resource] | None = None,
        on_duplicate: OnDuplicate | None = None,
        warn_on_duplicate_tools: bool | None = None,
        warn_on_duplicate_resources: bool | None = None,
        warn_on_duplicate_prompts: bool | None = None,
        mask_error_details: bool | None = None,
        strict_input_validation: bool | None = None,
        resource_security: ResourceSecurity | None = None,
        on_unknown: OnUnknown | None = None,
        list_page_size: int | None = None,
        cache_hints: Mapping[str, Any] | None = None,
        capabilities: Declared | None = None,
        experimental_capabilities: Mapping[str, Mapping[str, Any]] | None = None,
        workers: int | None = None,
        run_in_thread: bool | None = None,
        host: str | None = None,
        port: int | None = None,
        path: str | None = None,
        streamable_http_path: str | None = None,
        sse: bool | None = None,
        sse_path: str | None = None,
        message_path: str | None = None,
        max_sessions: int | None = None,
        max_sessions_per_second: int | None = None,
        max_subscriptions: int | None = None,
        session_idle_seconds: float | None = None,
        event_store: EventStore | InMemoryEventStore | bool | None = None,
        retry_interval: int | None = None,
        session_idle_timeout: float | None = None,
        json_response: bool | None = None,
        stateless_http: bool | None = None,
        allowed_hosts: Iterable[str] | None = None,
        allowed_origins: Iterable[str] | None = None,
        cors: Cors | None = None,
        server_card: ServerCard | None = None,
        max_body_bytes: int | None = None,
        max_connections: int | None = None,
        body_pause_seconds: float | None = None,
        body_seconds: float | None = None,
        keep_alive_seconds: float | None = None,
        shutdown_grace_seconds: float | None = None,
        debug: bool | None = None,
        log_level: str | None = None,
        dependencies: Sequence[str] | None = None,
        transport_security: TransportSecuritySettings | None = None,
        subscriptions: SubscriptionBus | Literal[False] | None = None,
        middleware: Iterable[Any] | None = None,
        request_state_keys: Keys | None = None,
        request_state_security: RequestStateSecurity | None = None,
        max_parked_calls: int | None = None,
        sampling_handler: Callable[..., Any] | None = None,
        sampling_handler_behavior: Literal["always", "fallback"] | None = None,
        tasks: Tasks = None,
        max_request_body_size: int | None = None,
        cache_ttl: int | None = None,
        cache_scope: Literal["public", "private"] | None = None,
        transforms: Iterable[Transform] | None = None,
        extensions: Iterable[Any] | None = None,
        include_tags: Iterable[str] | None = None,
        exclude_tags: Iterable[str] | None = None,
        dereference_schemas: bool | None = None,
        **other: Unpack[Others],
    ) -> None:
        self._production = Production(cast("dict[str, Any]", other))
        accept("OfServers", self.known_as, other)
        super().__init__(
            lifespan,
            on_duplicate=settings.text("ON_DUPLICATE", on_duplicate, "warn"),  # type: ignore[arg-type]
            keep_first={
                "tool": warn_on_duplicate_tools,
                "resource": warn_on_duplicate_resources,
                "resource_template": warn_on_duplicate_resources,
                "prompt": warn_on_duplicate_prompts,
            },
        )
        self.name = name or "oxmcp"
        self.instructions = instructions
        self.title = title
        self.description = description
        self.version = version or _native.__version__
        self.website_url = website_url
        self.icons = Checks("server", self.name).icons(icons)
        self.dependencies = list(dependencies or ())
        allowed_hosts, allowed_origins = guards(transport_security, allowed_hosts, allowed_origins)
        self.settings = Settings(
            host=host,
            port=port,
            path=path or streamable_http_path,
            sse=sse,
            sse_path=sse_path,
            message_path=message_path,
            max_sessions=max_sessions,
            max_sessions_per_second=max_sessions_per_second,
            max_subscriptions=max_subscriptions,
            session_idle_seconds=session_idle_timeout if session_idle_seconds is None else session_idle_seconds,
            event_store=event_store,
            retry_interval=retry_interval,
            json_response=json_response,
            stateless_http=stateless_http,
            allowed_hosts=allowed_hosts,
            allowed_origins=allowed_origins,
            cors=cors,
            server_card=server_card,
            max_body_bytes=max_request_body_size if max_body_bytes is None else max_body_bytes,
            max_connections=max_connections,
            body_pause_seconds=body_pause_seconds,
            body_seconds=body_seconds,
            keep_alive_seconds=keep_alive_seconds,
            shutdown_grace_seconds=shutdown_grace_seconds,
            debug=debug,
            log_level=log_level,
        )
        self._mask = settings.switch("MASK_ERRORS", mask_error_details, False)
        self._tasks = tasks is True
        self._task_settings = tasks_for_the_engine(tasks)
        self._strict = settings.switch("STRICT_INPUT_VALIDATION", strict_input_validation, False)
        self._resource_security = resource_security
        self.on_unknown = settings.on_unknown(on_unknown)
        self.run_in_thread = settings.switch("RUN_IN_THREAD", run_in_thread, True)
        self._page_size = settings.whole("LIST_PAGE_SIZE", list_page_size, None)
        if self._page_size is not None and self._page_size < 1:
            raise ValueError("list_page_size must be at least 1")
        self.middleware.extend(middleware or ())
        if sampling_handler_behavior not in (None, "always", "fallback"):
            raise ValueError(f"sampling_handler_behavior is 'always' or 'fallback', not {sampling_handler_behavior!r}")
        keys = settings.secrets("REQUEST_STATE_KEYS", request_state_keys)
        self._request_state = (
            request_state_security if request_state_security or keys is None else RequestStateSecurity(keys=keys)
        )
        self._max_parked = settings.whole("MAX_PARKED_CALLS", max_parked_calls, None)
        if self._max_parked is not None and self._max_parked < 1:
            raise ValueError("max_parked_calls must be at least 1")
        self.sampling_handler = sampling_handler
        self.sampling_handler_behavior = sampling_handler_behavior or "fallback"
        self._tells_of_changes = subscriptions is not False
        if subscriptions:
            self._announcer = Announcer(subscriptions, self._notify)
        self._workers = settings.whole("WORKERS", workers, 40) or 40
        hints = {**uniform_hints(cache_ttl, cache_scope), **(cache_hints or {})}
        self._cache_hints = {method: cache_hint(hint) for method, hint in hints.items()}
        self._declared = read_capabilities(capabilities)
        if experimental_capabilities:
            known = self._declared.get("experimental") or {}
            self._declared["experimental"] = {**known, **experimental_capabilities}
        if include_tags is not None:
            self.enable(tags=include_tags, only=True)
        if exclude_tags is not None:
            self.disable(tags=exclude_tags)
        if dereference_schemas:
            self.add_transform(InlineReferences())
        for transform in transforms or ():
            self.add_transform(transform)
        for extension in extensions or ():
            self.add_extension(extension)
        for tool in tools or ():
            self.add_tool(tool)
        for resource in resources or ():
            self.add_resource(resource)

    @property
    def auth(self) -> Any:
        """What `auth` was."""
        return self._production.auth

    @property
    def _mcp_server(self) -> LowLevelFace:
        return LowLevelFace(self)

    _lowlevel_server = _mcp_server

    def _build(self) -> _native.Server:
        engine = _native.Server(
            implementation(
                name=self.name,
                version=self.version,
                title=self.title,
                description=self.description,
                website_url=self.website_url,
                icons=self.icons,
            ),
            instructions=self.instructions,
            page_size=self._page_size,
            capabilities=self._capabilities(),
            cache_hints=_native.dumps(self._cache_hints),
            workers=self._workers,
            request_state_keys=() if self._request_state is None else self._request_state.keys,
            request_state_seconds=600.0 if self._request_state is None else self._request_state.ttl,
            max_parked_calls=self._max_parked,
        )
        self._production.tell(engine, self._answerer, self.settings.streamable_http_path)
        if self._task_settings is not None:
            engine.serve_tasks(self._task_settings)
        self._register_all(engine)
        return engine

    def _capabilities(self) -> str:
        return _native.dumps(capabilities_for_the_engine(self._declared, self._tells_of_changes))

    # Running

    def run(
        self,
        transport: str | None = None,
        mount_path: str | None = None,
        *,
        host: str | None = None,
        port: int | None = None,
        path: str | None = None,
        streamable_http_path: str | None = None,
        sse: bool | None = None,
        sse_path: str | None = None,
        message_path: str | None = None,
        max_sessions: int | None = None,
        max_sessions_per_second: int | None = None,
        max_subscriptions: int | None = None,
        session_idle_seconds: float | None = None,
        event_store: EventStore | InMemoryEventStore | bool | None = None,
        retry_interval: int | None = None,
        json_response: bool | None = None,
        stateless_http: bool | None = None,
        allowed_hosts: Iterable[str] | None = None,
        allowed_origins: Iterable[str] | None = None,
        cors: Cors | None = None,
        server_card: ServerCard | None = None,
        max_body_bytes: int | None = None,
        max_connections: int | None = None,
        body_pause_seconds: float | None = None,
        body_seconds: float | None = None,
        keep_alive_seconds: float | None = None,
        shutdown_grace_seconds: float | None = None,
        transport_security: TransportSecuritySettings | None = None,
        on_listening: Callable[[str, int], None] | None = None,
        show_banner: bool = True,
        log_level: str | None = None,
        io: Io = "auto",
        max_request_body_size: int | None = None,
        session_idle_timeout: float | None = None,
        **other: Unpack[Running],
    ) -> None:
        """Serves until the input ends (stdio) or the process is interrupted. Owns the event loop.

        Args:
            transport: "stdio", or "http" (also "streamable-http"), or "sse": HTTP+SSE beside it; `OXMCP_TRANSPORT`, else
                "stdio", when absent.
            mount_path: Accepted for code written when it had a meaning; not used.
            on_listening: Called with the host and the port, or the path of a Unix socket and 0, once the server listens.
            show_banner: Whether that address is told on standard error.
            log_level: From which level Python's log goes to standard error.
            io: Where the engine's I/O lives: "loop" on the event loop's thread, which is best for coroutine functions;
                "thread" on a worker thread, which is best for plain ones; "auto" moves it to where most calls run. Either
                way a handler that blocks does not stop the engine from reading, timing out and refusing.
            host, port, path, json_response, stateless_http, allowed_hosts, allowed_origins, cors, max_body_bytes,
                max_connections, body_pause_seconds, body_seconds, keep_alive_seconds, transport_security, sse, sse_path,
                message_path, server_card, max_sessions, max_sessions_per_second, max_subscriptions, session_idle_seconds,
                event_store, retry_interval: For HTTP; what is absent is as in `settings`. `max_body_bytes` counts for stdio,
                too. With the transport "sse", `path` is `sse_path`.
            shutdown_grace_seconds: How long calls under way may still take at the end; see the class.
            other: About connections over HTTP, see `oxmcp.serving.over_http.listening.Listening`: `tls`, `http2`, `unix_socket`,
                `systemd`, `trusted_proxies`, `proxy_protocol`, …

        Raises:
            ValueError: the transport is unknown.
            OxmcpError: what is registered cannot be served.
            SystemExit: the address cannot be listened on. Not caught, it is a line on standard error and exit code 1.
            NotYetError: an option asks for something that is not there yet.
        """
        from ...serving.over_http.listening import listening

        connections = listening(cast("dict[str, Any]", other))
        accept("OfRunning", "run", other)
        allowed_hosts, allowed_origins = guards(transport_security, allowed_hosts, allowed_origins)
        self._run(
            transport,
            log_level,
            show_banner,
            io,
            {
                "host": host,
                "port": port,
                "path": path,
                "streamable_http_path": streamable_http_path,
                "sse": sse,
                "sse_path": sse_path,
                "message_path": message_path,
                "max_sessions": max_sessions,
                "max_sessions_per_second": max_sessions_per_second,
                "max_subscriptions": max_subscriptions,
                "session_idle_seconds": session_idle_timeout if session_idle_seconds is None else session_idle_seconds,
                "event_store": event_store,
                "retry_interval": retry_interval,
                "json_response": json_response,
                "stateless": stateless_http,
                "allowed_hosts": allowed_hosts,
                "allowed_origins": allowed_origins,
                "cors": cors,
                "server_card": server_card,
                "max_body_bytes": max_request_body_size if max_body_bytes is None else max_body_bytes,
                "max_connections": max_connections,
                "body_pause_seconds": body_pause_seconds,
                "body_seconds": body_seconds,
                "keep_alive_seconds": keep_alive_seconds,
                "shutdown_grace_seconds": shutdown_grace_seconds,
                "on_listening": on_listening,
                **connections,
            },
        )

    async def run_async(self, transport: str | None = None, **options: Any) -> None:
        """`run` on the running event loop, which stays its owner's: the options are those of `run` but for `io`."""
        chosen = transport_named(transport or self.settings.transport)
        if chosen == "stdio":
            await self.run_stdio_async(**{key: value for key, value in options.items() if key in _STDIO_OPTIONS})
            return
        options.pop("mount_path", None)
        await self.run_http_async(chosen, **options)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


_STDIO_OPTIONS = ("show_banner", "log_level", "max_body_bytes", "shutdown_grace_seconds")

FastMCP = MCPServer


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        from ...later.names import names

        return names(__name__)(name)
