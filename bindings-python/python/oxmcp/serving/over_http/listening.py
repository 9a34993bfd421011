"""How connections come in: encryption, sockets, proxies, and what clients may take."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, TypedDict

from ...later.options import OfRunning


class Tls(TypedDict, total=False):
    """TLS 1.3, from files in PEM form. They are watched: new connections use what is in them by then."""

    certificate: str | PathLike[str]
    """The server's certificate, and after it those that lead to its root. With `key`, needed."""
    key: str | PathLike[str]
    """Its private key, not encrypted."""
    client_ca: str | PathLike[str]
    """Clients show a certificate that leads to one of these."""
    require_client_certificate: bool
    """Whether a client without a certificate is turned away (True)."""
    client_crl: str | PathLike[str]
    """Revoked client certificates: a list of each authority that issued one."""
    handshake_seconds: float
    """How long a handshake may take (10)."""
    reload_seconds: float
    """How often it is looked whether the files have changed (5); 0 for never."""


class Listening(TypedDict, total=False):
    """Options of serving HTTP, about connections. What is absent is as the engine has it."""

    tls: Tls | Mapping[str, Any] | None
    """Encrypts what goes over TCP; the section `tls` of the configuration, if absent."""
    http2: bool | None
    """Whether HTTP/2 is served beside HTTP/1.1 (True): over TLS to those who want it, in plain to those who begin with it."""
    max_concurrent_streams: int | None
    """How many requests an HTTP/2 connection may have under way (100)."""
    unix_socket: str | PathLike[str] | None
    """Listens at this path instead of at an address."""
    unix_socket_mode: int | str | None
    """Who may connect there, as the mode of a file (0o660)."""
    systemd: bool | None
    """Whether systemd is spoken with (False): sockets that it hands over are served, and it is told when the server is ready,
    ends, and lives."""
    trusted_proxies: str | Iterable[str] | None
    """Addresses and networks of proxies that are believed for whom they ask; `unix` is whoever connects to a Unix socket."""
    forwarded_header: str | None
    """The header in which they say it: "x-forwarded-for", which is the default, "forwarded" or "none"."""
    proxy_protocol: bool | None
    """Whether their connections begin with a header of the PROXY protocol (False)."""
    client_certificate_header: str | None
    """The header in which they hand on the certificate that a client showed them."""
    max_body_memory_bytes: int | None
    """How many bytes of bodies are in memory at once, of all requests together (256 MiB)."""
    max_connections_per_address: int | None
    """How many connections one address may have (half of `max_connections`)."""


class Running(Listening, OfRunning, total=False):
    """Options of `run` and its kin that are not spelt out there."""


def listening(options: dict[str, Any]) -> dict[str, Any]:
    """Takes these options out of the others, as the engine reads them."""
    taken = {name: options.pop(name) for name in tuple(options) if name in Listening.__annotations__}
    tls, proxies, socket = taken.get("tls"), taken.get("trusted_proxies"), taken.get("unix_socket")
    if isinstance(tls, Mapping):
        taken["tls"] = {name: os.fspath(value) if isinstance(value, PathLike) else value for name, value in tls.items()}
    if proxies is not None:
        taken["trusted_proxies"] = [proxies] if isinstance(proxies, str) else list(proxies)
    if socket is not None:
        taken["unix_socket"] = os.fspath(socket)
    return taken
