"""What can be known of a call while it is served, and said before its result."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from .. import _native
from ..engine.values import DONE, Attributes, Done, Headers
from ..types.version import HANDSHAKE_PROTOCOL_VERSIONS
from . import notifications
from .notifications import CHANGES, LEVELS, check_level

if TYPE_CHECKING:
    from .. import types
    from .owner import Owner


class ServedCall:
    """A call and the server it belongs to."""

    __slots__ = ("_call", "_server")

    def __init__(self, call: _native.Call, server: Owner | None = None) -> None:
        self._call = call
        self._server = server

    # Saying something before the result

    def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> Done:
        """Tells the caller how far the work has come. Dropped when it did not ask, or when `progress` does not rise
        (PROG-3, PROG-7)."""
        self._call.emit_progress(progress, total, message)
        return DONE

    async def close_sse_stream(self) -> None:
        """Closes the connection of this request, for a client that comes back for the rest: what is said from now on is kept
        until then. Nothing happens without an event store, or where the client does not know of it (before 2025-11-25)."""
        self._call.close_stream()

    async def close_standalone_sse_stream(self) -> None:
        """Closes the connections on which the client hears what belongs to no request; it comes back, as above."""
        self._call.close_stream(of_session=True)

    def log(
        self,
        message: Any = None,
        level: Any = None,
        logger_name: str | None = None,
        extra: Mapping[str, Any] | None = None,
        *,
        data: Any = None,
    ) -> Done:
        """Sends a log message; both `log("info", "text")` and `log("text", "info")` are understood.

        Args:
            message: Any JSON value, usually text.
            level: One of the protocol's eight levels; "info" when absent.
            logger_name: Who says it.
            extra: Sent beside the message, as `{"msg": …, "extra": …}`.
            data: The message by another name.

        Raises:
            ValueError: the level is none of the eight.
        """
        if data is not None:
            message, level = data, level or message
        elif isinstance(message, str) and message in LEVELS and level is not None:
            message, level = level, message
        return self._say("info" if level is None else level, message, logger_name, extra)

    def debug(
        self,
        message: Any = None,
        logger_name: str | None = None,
        extra: Mapping[str, Any] | None = None,
        *,
        data: Any = None,
    ) -> Done:
        """`log` at level "debug"."""
        return self._say("debug", data if message is None else message, logger_name, extra)

    def info(
        self,
        message: Any = None,
        logger_name: str | None = None,
        extra: Mapping[str, Any] | None = None,
        *,
        data: Any = None,
    ) -> Done:
        """`log` at level "info"."""
        return self._say("info", data if message is None else message, logger_name, extra)

    def warning(
        self,
        message: Any = None,
        logger_name: str | None = None,
        extra: Mapping[str, Any] | None = None,
        *,
        data: Any = None,
    ) -> Done:
        """`log` at level "warning"."""
        return self._say("warning", data if message is None else message, logger_name, extra)

    def error(
        self,
        message: Any = None,
        logger_name: str | None = None,
        extra: Mapping[str, Any] | None = None,
        *,
        data: Any = None,
    ) -> Done:
        """`log` at level "error"."""
        return self._say("error", data if message is None else message, logger_name, extra)

    def _say(self, level: str, message: Any, logger_name: str | None, extra: Mapping[str, Any] | None) -> Done:
        check_level(level)
        call = self._call
        if call.log_threshold is not None:  # None drops every level (LOG-2)
            data = _native.dumps(message if extra is None else {"msg": message, "extra": dict(extra)}, str)
            if not call.emit_log(level, logger_name, data) and (session := self._session_left()) is not None:
                self.server.say_log(level, logger_name, data, session)
        return DONE

    def _session_left(self) -> str | None:
        """The session of a call that is over, which can still be told something; "" for one without an id."""
        call = self._call
        if not call.is_over or self._server is None or call.protocol_version not in HANDSHAKE_PROTOCOL_VERSIONS:
            return None
        return call.session_id or ""

    def send_notification(self, notification: Any, related_request_id: object = None) -> Awaitable[None]:
        """Sends a notification (an object or a dict with `method` and `params`): progress, a log message or what the protocol
        does not have on the request's own stream, changes to every peer that listens. After the call, what it would say on its
        stream is said to its session, if there is one. `related_request_id` is implied.

        Raises:
            TypeError: it has no method, or its params are no mapping.
        """
        method, params = notifications.read(notification)
        if method == "notifications/progress":
            return self.report_progress(params["progress"], params.get("total"), params.get("message"))
        if method == "notifications/message":
            return self._say(params["level"], params.get("data"), params.get("logger"), None)
        if method == "notifications/resources/updated":
            return self.notify_resource_updated(params["uri"])
        changed = CHANGES.get(method)
        if changed is not None:
            return self._notify(changed)
        text = _native.dumps(params, str)
        if not self._call.emit_notification(method, text) and (session := self._session_left()) is not None:
            self.server.say(method, text, session)
        return DONE

    def notify_tools_changed(self) -> Awaitable[None]:
        """Tells every peer that listens that the list of tools changed. Registering and removing do so by themselves."""
        return self._notify("tools")

    def notify_prompts_changed(self) -> Awaitable[None]:
        """Tells every peer that listens that the list of prompts changed."""
        return self._notify("prompts")

    def notify_resources_changed(self) -> Awaitable[None]:
        """Tells every peer that listens that the list of resources or of templates changed."""
        return self._notify("resources")

    def notify_resource_updated(self, uri: Any) -> Awaitable[None]:
        """Tells every peer that subscribed to `uri` (a string or a URL object) that its contents changed (RSRC-13)."""
        return self._notify("resource", str(uri))

    def _notify(
        self, kind: Literal["tools", "prompts", "resources", "resource"], uri: str | None = None
    ) -> Awaitable[None]:
        told: Awaitable[None] = self.server.announce(kind, uri)
        return told

    # Who asks, and for what

    @property
    def request_id(self) -> str:
        """The request's id, as text."""
        return str(self._call.request_id)

    @property
    def session_id(self) -> str | None:
        """The legacy session's id; None without a session that has one (stdio, modern requests)."""
        return self._call.session_id

    @property
    def protocol_version(self) -> str:
        """The version the peer speaks, such as "2025-11-25"."""
        return self._call.protocol_version

    @property
    def meta(self) -> Attributes:
        """The request's own `_meta`, unknown keys included (META-10); empty when there is none."""
        return Attributes(_native.loads(self._call.meta)) if self._call.meta else Attributes()

    @property
    def client_id(self) -> str | None:
        """What the request's `_meta` names as `client_id`, if it does."""
        named = self.meta.get("client_id")
        return None if named is None else str(named)

    @property
    def client_info(self) -> types.Implementation | None:
        """Name and version the peer claims. Never decide anything on it (META-4)."""
        if self._call.client_info is None:
            return None
        from .. import types

        return types.Implementation.model_validate(_native.loads(self._call.client_info))

    @property
    def client_capabilities(self) -> types.ClientCapabilities | None:
        """What the peer declared it can do."""
        if self._call.client_capabilities is None:
            return None
        from .. import types

        return types.ClientCapabilities.model_validate(_native.loads(self._call.client_capabilities))

    @property
    def headers(self) -> Headers | None:
        """The HTTP headers of the request; None on other transports."""
        values = self._call.headers
        return None if values is None else Headers(values)

    @property
    def transport(self) -> str | None:
        """How the request came: "streamable-http", "stdio" on a server that serves standard input and output, else None."""
        if self._call.headers is not None:
            return "streamable-http"
        return "stdio" if self._server is not None and self._server.on_stdio else None

    origin_request_id = request_id

    def client_extension_settings(self, identifier: str) -> dict[str, Any] | None:
        """What the peer declared for an extension; None when it does not have it."""
        capabilities = self.client_capabilities
        declared = None if capabilities is None else capabilities.extensions
        return None if declared is None else declared.get(identifier)

    def client_supports_extension(self, extension_id: str) -> bool:
        """Whether the peer declared an extension."""
        return self.client_extension_settings(extension_id) is not None

    @property
    def is_cancelled(self) -> bool:
        """Whether the caller gave up. An async handler is cancelled; a plain one has to look here."""
        return self._call.is_cancelled

    # The server behind it

    @property
    def server(self) -> Any:
        """The server that serves the call.

        Raises:
            RuntimeError: it is not known here: the call was reached outside the server's own serving context.
        """
        if self._server is None:
            raise RuntimeError("The server of this call is not known here")
        return self._server

    fastmcp = server
    mcp_server = server

    @property
    def lifespan_context(self) -> Any:
        """What the server's lifespan yielded; `{}` without a lifespan."""
        return self.server.lifespan_context
