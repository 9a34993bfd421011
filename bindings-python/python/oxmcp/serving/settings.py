"""What can be set from outside the code: an argument wins over an `OXMCP_…` variable, which wins over the default."""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar, Union

from ..answers.encoding import OnUnknown
from .over_http.transport_security import TransportSecuritySettings, guards

logger = logging.getLogger("oxmcp")

Transport = Literal["stdio", "http", "sse"]
OnDuplicate = Literal["warn", "error", "replace", "ignore"]
N = TypeVar("N")

Cors = Union[bool, str, Iterable[str], Mapping[str, Any]]
"""Which web pages may read what is answered over HTTP: True for those that may call anyway (`allowed_origins`); one origin
or several, `"*"` for all, which may call then, too; or a mapping with `origins`, `allowed_headers`, `exposed_headers`,
`credentials` and `max_age_seconds`."""

ServerCard = Union[bool, Mapping[str, Any]]
"""Whether everybody is told what this server is, before they connect: True for what it says of itself, or a mapping that adds
to that: `name` (a reversed domain, a slash, a name: `com.example/weather`), `title`, `description`, `url` (where the server is
reached from outside), `headers` (that a client has to send there) and `repository`. Nothing secret belongs there."""

VARIABLES = (
    "TRANSPORT",
    "HOST",
    "PORT",
    "PATH",
    "SERVER_CARD",
    "SSE",
    "SSE_PATH",
    "MESSAGE_PATH",
    "MAX_SESSIONS",
    "MAX_SESSIONS_PER_SECOND",
    "MAX_SUBSCRIPTIONS",
    "MAX_PARKED_CALLS",
    "SESSION_IDLE_SECONDS",
    "EVENT_STORE",
    "RETRY_INTERVAL",
    "JSON_RESPONSE",
    "STATELESS_HTTP",
    "ALLOWED_HOSTS",
    "ALLOWED_ORIGINS",
    "CORS",
    "MAX_BODY_BYTES",
    "MAX_CONNECTIONS",
    "BODY_PAUSE_SECONDS",
    "BODY_SECONDS",
    "KEEP_ALIVE_SECONDS",
    "SHUTDOWN_GRACE_SECONDS",
    "DEBUG",
    "LOG_LEVEL",
    "ON_DUPLICATE",
    "ON_UNKNOWN",
    "MASK_ERRORS",
    "RUN_IN_THREAD",
    "STRICT_INPUT_VALIDATION",
    "LIST_PAGE_SIZE",
    "REQUEST_STATE_KEYS",
    "WORKERS",
)
"""The variables that are read, without `OXMCP_` before them."""

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off", "")


def _variable(name: str) -> str | None:
    found = os.environ.get(f"OXMCP_{name}")
    return None if found is None or not found.strip() else found  # one that is empty says nothing


def text(name: str, given: str | None, default: str) -> str:
    """A text setting."""
    found = given if given is not None else _variable(name)
    return default if found is None else found


def _read(name: str, given: N | None, default: N | None, read: Callable[[str], N], what: str) -> N | None:
    if given is not None:
        return given
    found = _variable(name)
    if found is None:
        return default
    try:
        return read(found)
    except ValueError:
        raise ValueError(f"OXMCP_{name} must be {what}, not {found!r}") from None


def number(name: str, given: float | None, default: float | None) -> float | None:
    """A number setting.

    Raises:
        ValueError: the variable is not a number.
    """
    return _read(name, given, default, float, "a number")


def whole(name: str, given: int | None, default: int | None) -> int | None:
    """A whole-number setting.

    Raises:
        ValueError: the variable is not a whole number.
    """
    return _read(name, given, default, int, "a whole number")


def switch(name: str, given: bool | None, default: bool) -> bool:
    """A yes-or-no setting.

    Raises:
        ValueError: the variable says neither.
    """
    if given is not None:
        return given
    found = _variable(name)
    if found is None:
        return default
    if found.lower() in _TRUE:
        return True
    if found.lower() in _FALSE:
        return False
    raise ValueError(f"OXMCP_{name} must be true or false, not {found!r}")


def on_unknown(given: OnUnknown | None) -> OnUnknown:
    """What becomes of returned values that have no JSON form.

    Raises:
        ValueError: neither "str" nor "error" is said.
    """
    found = text("ON_UNKNOWN", given, "str")
    if found not in ("str", "error"):
        raise ValueError(f"on_unknown (OXMCP_ON_UNKNOWN) is 'str' or 'error', not {found!r}")
    return found  # type: ignore[return-value]


def listed(name: str, given: Iterable[str] | None) -> tuple[str, ...] | None:
    """A setting that is a list of texts; comma-separated in a variable."""
    if given is not None:
        return tuple(_list(given))
    found = _variable(name)
    return None if found is None else tuple(part.strip() for part in found.split(",") if part.strip()) or None


def secrets(name: str, given: Sequence[str | bytes | bytearray] | None) -> Sequence[str | bytes | bytearray] | None:
    """A setting that is a list of secrets; with commas or white space between them in a variable."""
    found = None if given is not None else _variable(name)
    return given if found is None else found.replace(",", " ").split()


def read_cors(given: Cors | None) -> Cors | None:
    """The setting of which web pages may read what is answered: true, or a list of origins, in a variable.

    Raises:
        ValueError: it is no such thing.
    """
    if given is not None:
        cors_options(given)  # what is wrong with it is said here, not when the server starts
        return given
    found = _variable("CORS")
    if found is None or found.lower() in _TRUE + _FALSE:
        return None if found is None else found.lower() in _TRUE
    return listed("CORS", None)


_CORS_MEMBERS = ("origins", "allowed_headers", "exposed_headers", "credentials", "max_age_seconds")


def cors_options(given: Cors) -> dict[str, Any] | None:
    """The same as the engine takes it; None where pages read nothing.

    Raises:
        ValueError: it has a member that means nothing here.
    """
    if isinstance(given, bool):
        return {} if given else None
    if not isinstance(given, Mapping):
        return {"origins": _list(given)}
    for name in given:
        if name not in _CORS_MEMBERS:
            raise ValueError(f"cors has no member {name!r}; it has {', '.join(_CORS_MEMBERS)}")
    return {name: value if name in _CORS_MEMBERS[3:] else _list(value) for name, value in given.items()}


def _list(given: str | Iterable[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


_OF_NODE = ("BINDING",)
"""What the package for Node reads, which may be set in the same place."""

_told: set[str] = set()


def warn_of_misspelt() -> None:
    """Tells of `OXMCP_…` variables that nothing reads, once for each."""
    for name in os.environ:
        if not name.startswith("OXMCP_") or name[6:] in (*VARIABLES, *_OF_NODE) or name in _told:
            continue
        _told.add(name)
        like = difflib.get_close_matches(name[6:], VARIABLES, n=1)
        hint = f"; did you mean OXMCP_{like[0]}?" if like else ""
        logger.warning("the variable %s is not one that oxmcp reads%s", name, hint)


def _seconds(name: str, value: float | None) -> float | None:
    """A span of time; one without end is longer than any process lives.

    Raises:
        ValueError: it is no time.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise ValueError(f"{name} must be a number of seconds, 0 or more, not {value!r}")
    return min(value, 1e9)


class Settings:
    """How a server runs when `run()` is not told otherwise. Attributes may be changed until then."""

    def __init__(
        self,
        *,
        host: str | None = None,
        port: int | None = None,
        path: str | None = None,
        sse: bool | None = None,
        sse_path: str | None = None,
        message_path: str | None = None,
        max_sessions: int | None = None,
        max_sessions_per_second: int | None = None,
        max_subscriptions: int | None = None,
        session_idle_seconds: float | None = None,
        event_store: Any = None,
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
        debug: bool | None = None,
        log_level: str | None = None,
    ) -> None:
        warn_of_misspelt()
        self.transport: str = text("TRANSPORT", None, "stdio")
        self.host: str = text("HOST", host, "127.0.0.1")
        self.port: int = whole("PORT", port, 8000) or 0
        self.streamable_http_path: str = text("PATH", path, "/mcp")
        self.sse: bool = switch("SSE", sse, False)
        self.sse_path: str = text("SSE_PATH", sse_path, "/sse")
        self.message_path: str = text("MESSAGE_PATH", message_path, "/messages/")
        self.max_sessions = whole("MAX_SESSIONS", max_sessions, None)
        self.max_sessions_per_second = whole("MAX_SESSIONS_PER_SECOND", max_sessions_per_second, None)
        self.max_subscriptions = whole("MAX_SUBSCRIPTIONS", max_subscriptions, None)
        self.session_idle_seconds = number("SESSION_IDLE_SECONDS", session_idle_seconds, None)
        self.event_store: Any = switch("EVENT_STORE", None, False) if event_store is None else event_store
        self.retry_interval = whole("RETRY_INTERVAL", retry_interval, None)
        self.json_response: bool = switch("JSON_RESPONSE", json_response, False)
        self.stateless_http: bool = switch("STATELESS_HTTP", stateless_http, False)
        self.allowed_hosts = listed("ALLOWED_HOSTS", allowed_hosts)
        self.allowed_origins = listed("ALLOWED_ORIGINS", allowed_origins)
        self.transport_security: TransportSecuritySettings | None = None
        self.cors = read_cors(cors)
        self.server_card: ServerCard = switch("SERVER_CARD", None, False) if server_card is None else server_card
        self.max_body_bytes = whole("MAX_BODY_BYTES", max_body_bytes, None)
        self.max_connections = whole("MAX_CONNECTIONS", max_connections, None)
        self.body_pause_seconds = number("BODY_PAUSE_SECONDS", body_pause_seconds, None)
        self.body_seconds = number("BODY_SECONDS", body_seconds, None)
        self.keep_alive_seconds = number("KEEP_ALIVE_SECONDS", keep_alive_seconds, None)
        self.shutdown_grace_seconds = _seconds(
            "shutdown_grace_seconds", number("SHUTDOWN_GRACE_SECONDS", shutdown_grace_seconds, None)
        )
        self.debug: bool = switch("DEBUG", debug, False)
        self.log_level: str | None = text("LOG_LEVEL", log_level, "DEBUG" if self.debug else "").upper() or None

    def http(self, given: dict[str, Any]) -> dict[str, Any]:
        """The options of an HTTP server: what is given, completed from here; what neither says is left out."""
        hosts, origins = guards(self.transport_security, self.allowed_hosts, self.allowed_origins)
        own: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "path": self.streamable_http_path,
            "sse": self.sse,
            "sse_path": self.sse_path,
            "message_path": self.message_path,
            "max_sessions": self.max_sessions,
            "max_sessions_per_second": self.max_sessions_per_second,
            "max_subscriptions": self.max_subscriptions,
            "session_idle_seconds": self.session_idle_seconds,
            "event_store": self.event_store,
            "retry_interval": self.retry_interval,
            "json_response": self.json_response,
            "stateless": self.stateless_http,
            "allowed_hosts": None if hosts is None else _list(hosts),
            "allowed_origins": None if origins is None else _list(origins),
            "cors": self.cors,
            "server_card": self.server_card,
            "max_body_bytes": self.max_body_bytes,
            "max_connections": self.max_connections,
            "body_pause_seconds": self.body_pause_seconds,
            "body_seconds": self.body_seconds,
            "keep_alive_seconds": self.keep_alive_seconds,
            "shutdown_grace_seconds": self.shutdown_grace_seconds,
        }
        for name, value in given.items():
            if value is not None:
                own[name] = _list(value) if name.startswith("allowed_") else value
        paths = {"path": own.pop("sse_path"), "messages_path": own.pop("message_path")}
        own["sse"] = paths if own["sse"] else None
        if own["event_store"]:
            from . import event_store

            own["event_store"], own["own_event_store"] = event_store.read(own["event_store"])
        else:
            own["event_store"] = None
        if own["cors"] is not None:
            own["cors"] = cors_options(own["cors"])
        if isinstance(own["server_card"], bool):
            own["server_card"] = {} if own["server_card"] else None
        own["shutdown_grace_seconds"] = _seconds("shutdown_grace_seconds", own["shutdown_grace_seconds"])
        return {name: value for name, value in own.items() if value is not None}

    def connection(self, given: dict[str, Any] | None = None) -> dict[str, Any]:
        """The options of a two-way connection: of those given, the ones that concern it, completed from here."""
        own = {"max_body_bytes": self.max_body_bytes, "shutdown_grace_seconds": self.shutdown_grace_seconds}
        own.update({name: given[name] for name in own if given is not None and given.get(name) is not None})
        own["shutdown_grace_seconds"] = _seconds("shutdown_grace_seconds", own["shutdown_grace_seconds"])
        return own

    def prepare_log(self, level: str | None) -> None:
        """Sends Python's log to standard error from this level up, unless it is set up already or no level is set."""
        level = level or self.log_level
        if level is not None:
            import logging

            logging.basicConfig(level=level.upper())
