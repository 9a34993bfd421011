"""What can be set from outside the code: an argument wins over an `OXMCP_…` variable, which wins over the default."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

Transport = Literal["stdio", "http"]
OnDuplicate = Literal["warn", "error", "replace", "ignore"]
N = TypeVar("N")

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off", "")


def _variable(name: str) -> str | None:
    return os.environ.get(f"OXMCP_{name}")


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


def listed(name: str, given: Iterable[str] | None) -> tuple[str, ...] | None:
    """A setting that is a list of texts; comma-separated in a variable."""
    if given is not None:
        return tuple(given)
    found = _variable(name)
    return None if found is None else tuple(part.strip() for part in found.split(",") if part.strip())


class Settings:
    """How a server runs when `run()` is not told otherwise. Attributes may be changed until then."""

    def __init__(
        self,
        *,
        host: str | None = None,
        port: int | None = None,
        path: str | None = None,
        json_response: bool | None = None,
        stateless_http: bool | None = None,
        allowed_hosts: Iterable[str] | None = None,
        allowed_origins: Iterable[str] | None = None,
        max_body_bytes: int | None = None,
        keep_alive_seconds: float | None = None,
        debug: bool | None = None,
        log_level: str | None = None,
    ) -> None:
        self.transport: str = text("TRANSPORT", None, "stdio")
        self.host: str = text("HOST", host, "127.0.0.1")
        self.port: int = whole("PORT", port, 8000) or 0
        self.streamable_http_path: str = text("PATH", path, "/mcp")
        self.json_response: bool = switch("JSON_RESPONSE", json_response, False)
        self.stateless_http: bool = switch("STATELESS_HTTP", stateless_http, False)
        self.allowed_hosts = listed("ALLOWED_HOSTS", allowed_hosts)
        self.allowed_origins = listed("ALLOWED_ORIGINS", allowed_origins)
        self.max_body_bytes = whole("MAX_BODY_BYTES", max_body_bytes, None)
        self.keep_alive_seconds = number("KEEP_ALIVE_SECONDS", keep_alive_seconds, None)
        self.debug: bool = switch("DEBUG", debug, False)
        self.log_level: str | None = text("LOG_LEVEL", log_level, "DEBUG" if self.debug else "").upper() or None

    def http(self, given: dict[str, Any]) -> dict[str, Any]:
        """The options of an HTTP server: what is given, completed from here; what neither says is left out."""
        own = {
            "host": self.host,
            "port": self.port,
            "path": self.streamable_http_path,
            "json_response": self.json_response,
            "stateless": self.stateless_http,
            "allowed_hosts": self.allowed_hosts,
            "allowed_origins": self.allowed_origins,
            "max_body_bytes": self.max_body_bytes,
            "keep_alive_seconds": self.keep_alive_seconds,
        }
        for name, value in given.items():
            if value is not None:
                own[name] = tuple(value) if name.startswith("allowed_") else value
        return {name: value for name, value in own.items() if value is not None}

    def prepare_log(self, level: str | None) -> None:
        """Sends Python's log to standard error from this level up, unless it is set up already or no level is set."""
        level = level or self.log_level
        if level is not None:
            import logging

            logging.basicConfig(level=level.upper())
