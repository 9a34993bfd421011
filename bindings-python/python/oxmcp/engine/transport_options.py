"""How transports are served, as the engine reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import _native


@dataclass(frozen=True)
class ConnectionOptions:
    """How a two-way connection is served: stdio, or within the process. `None` leaves a value to the engine."""

    max_body_bytes: int | None = None
    shutdown_grace_seconds: float | None = None

    def as_json(self) -> str:
        """The options as the engine reads them."""
        options = {"max_body_bytes": self.max_body_bytes, "shutdown_grace_seconds": self.shutdown_grace_seconds}
        return json.dumps({name: value for name, value in options.items() if value is not None})


@dataclass(frozen=True)
class HttpOptions:
    """How HTTP is served. `None` leaves a value to the engine."""

    #: None where somebody else listens, who knows where.
    host: str | None = "127.0.0.1"
    port: int = 8000
    path: str = "/mcp"
    stateless: bool = False
    json_response: bool = False
    allowed_hosts: Sequence[str] | None = None
    allowed_origins: Sequence[str] | None = None
    cors: Mapping[str, Any] | None = None
    sse: Mapping[str, str] | None = None
    server_card: Mapping[str, Any] | None = None
    max_sessions: int | None = None
    max_sessions_per_second: int | None = None
    max_subscriptions: int | None = None
    session_idle_seconds: float | None = None
    #: The bounds of the engine's own event store.
    event_store: Mapping[str, Any] | None = None
    #: The way to an event store of the author's.
    own_event_store: _native.Target | None = None
    #: In milliseconds.
    retry_interval: int | None = None
    max_body_bytes: int | None = None
    max_connections: int | None = None
    body_pause_seconds: float | None = None
    body_seconds: float | None = None
    keep_alive_seconds: float | None = None
    shutdown_grace_seconds: float | None = None
    tls: Mapping[str, Any] | None = None
    http2: bool | None = None
    unix_socket: str | None = None
    unix_socket_mode: int | str | None = None
    systemd: bool | None = None
    trusted_proxies: Sequence[str] | None = None
    proxy_protocol: bool | None = None
    forwarded_header: str | None = None
    client_certificate_header: str | None = None
    max_body_memory_bytes: int | None = None
    max_connections_per_address: int | None = None
    max_concurrent_streams: int | None = None
    #: Handed what comes in at other paths.
    begin_route: Callable[[_native.RouteRequest], None] | None = None
    #: Called with the real (host, port) once the server listens.
    on_listening: Callable[[str, int], None] | None = None
    #: The same for the banner: the place, the port, and whether it is encrypted.
    say_where: Callable[[str, int, bool], None] | None = None

    def as_json(self) -> str:
        """The options as the engine reads them."""
        options = {
            "host": self.host,
            "port": self.port,
            "path": self.path,
            "stateless": self.stateless,
            "json_response": self.json_response,
            "allowed_hosts": self.allowed_hosts,
            "allowed_origins": self.allowed_origins,
            "cors": self.cors,
            "sse": self.sse,
            "server_card": self.server_card,
            "max_sessions": self.max_sessions,
            "max_sessions_per_second": self.max_sessions_per_second,
            "max_subscriptions": self.max_subscriptions,
            "session_idle_seconds": self.session_idle_seconds,
            "event_store": self.event_store,
            "retry_interval": self.retry_interval,
            "max_body_bytes": self.max_body_bytes,
            "max_connections": self.max_connections,
            "body_pause_seconds": self.body_pause_seconds,
            "body_seconds": self.body_seconds,
            "keep_alive_seconds": self.keep_alive_seconds,
            "tls": self.tls,
            "http2": self.http2,
            "unix_socket": self.unix_socket,
            "unix_socket_mode": self.unix_socket_mode,
            "systemd": self.systemd,
            "trusted_proxies": self.trusted_proxies,
            "proxy_protocol": self.proxy_protocol,
            "forwarded_header": self.forwarded_header,
            "client_certificate_header": self.client_certificate_header,
            "max_body_memory_bytes": self.max_body_memory_bytes,
            "max_connections_per_address": self.max_connections_per_address,
            "max_concurrent_streams": self.max_concurrent_streams,
            "shutdown_grace_seconds": self.shutdown_grace_seconds,
        }
        return json.dumps({name: value for name, value in options.items() if value is not None})
