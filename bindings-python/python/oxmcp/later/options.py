"""Options that people give and that do nothing yet. Each is accepted where it asks for nothing, and says so where it asks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, TypedDict

from ..errors import NotYetError
from .names import AUTHENTICATION, AUTHORIZATION_SERVER, CLIENT, COMPOSITION, EXTENSIONS, MIDDLEWARE, TASKS, TRANSPORTS

logger = logging.getLogger("oxmcp")

_FEATURES = {
    AUTHENTICATION: "auth verify",
    AUTHORIZATION_SERVER: "auth_server_provider",
    CLIENT: "auto_initialize cache cache_mode init_timeout max_pages prior_discover",
    COMPOSITION: "providers session_state_store",
    EXTENSIONS: "extensions result_claims",
    MIDDLEWARE: "run_middleware",
    TASKS: "task task_id task_meta",
    TRANSPORTS: "sockets",
}
_FEATURE_OF = {option: feature for feature, options in _FEATURES.items() for option in options.split()}

_WITHOUT_EFFECT = frozenset("client_log_level context mount_path protocol_version ttl uvicorn_config version".split())
"""What tunes something that works in another way here: accepted, with a line in the log."""


class OfServers(TypedDict, total=False):
    """Options of the constructors."""

    auth_server_provider: Any
    client_log_level: Any
    mount_path: Any
    providers: Any
    session_state_store: Any


class OfRunning(TypedDict, total=False):
    """Options of `run` and its kin."""

    middleware: Any
    sockets: Any
    uvicorn_config: Any


class OfMounting(TypedDict, total=False):
    """Options of `http_app` and its kin."""

    auth_server_provider: Any


class OfReads(TypedDict, total=False):
    """Options of `resource` and `prompt`: what a tool has already."""

    task: Any


class OfCalls(TypedDict, total=False):
    """Options of what asks a server for something, in its own process."""

    context: Any
    run_middleware: Any
    task_meta: Any
    version: Any


class OfSwitching(TypedDict, total=False):
    """Options of `enable` and `disable`."""

    version: Any


class OfClients(TypedDict, total=False):
    """Options of `Client`."""

    auth: Any
    auto_initialize: Any
    cache: Any
    extensions: Any
    init_timeout: Any
    prior_discover: Any
    result_claims: Any
    verify: Any


class OfRequests(TypedDict, total=False):
    """Options of what a client asks for."""

    cache_mode: Any
    max_pages: Any
    task: Any
    task_id: Any
    ttl: Any
    version: Any


def check(known: type[Any], where: str, given: Mapping[str, Any]) -> None:
    """Holds options against those there are; see `deferred.accept`."""
    for name, value in given.items():
        if name not in known.__annotations__:
            raise TypeError(f"{where}() got an unexpected keyword argument {name!r}")
        if value is None or value is False or (name == "run_middleware" and value is True):
            continue
        if name == "task" and getattr(value, "mode", value) == "forbidden":
            continue
        if name in _WITHOUT_EFFECT:
            logger.warning("%s: %s has no effect yet", where, name)
        elif isinstance(value, (list, tuple, dict, set)) and not value:
            continue
        else:
            raise NotYetError.of(f"{where}({name}=…)", _FEATURE_OF.get(name, TRANSPORTS))
