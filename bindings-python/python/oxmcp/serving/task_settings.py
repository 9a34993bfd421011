"""How tasks are kept: `FastMCP(tasks={…})`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypedDict, Union

from .. import _native
from ..errors import ConfigurationError


class TaskSettings(TypedDict, total=False):
    """How tasks are kept. Times are seconds, or timedeltas."""

    ttl: float | timedelta
    """How long after its beginning a task is forgotten, if its client does not say; one that still runs is cancelled then."""
    max_ttl: float | timedelta
    """The longest that a client may ask for."""
    max_tasks: int
    """How many there may be, running and over."""
    max_tasks_per_owner: int
    """How many of them one client may have."""
    max_result_bytes: int
    """How long a result may be; one that is longer fails."""
    max_bytes: int
    """How long all results together may be."""
    poll_interval: float | timedelta
    """How often clients are told to look, where a tool does not say."""
    path: str | os.PathLike[str]
    """A file (SQLite) in which they outlive the process: results until their time is over; what was not finished has failed,
    "worker lost". Open while the server is served; one server of one process uses it at a time. In memory, if absent."""


Tasks = Union[bool, TaskSettings, None]

_TIMES = {"ttl": "ttlMs", "max_ttl": "maxTtlMs", "poll_interval": "pollIntervalMs"}
_NUMBERS = {
    "max_tasks": "maxTasks",
    "max_tasks_per_owner": "maxTasksPerOwner",
    "max_result_bytes": "maxResultBytes",
    "max_bytes": "maxBytes",
}


def for_the_engine(tasks: Tasks) -> str | None:
    """The settings as JSON text; None where nothing is said of them.

    Raises:
        ConfigurationError: there is no such setting, or it is no positive number, or no path.
    """
    if not isinstance(tasks, Mapping):
        return None
    told: dict[str, Any] = {}
    given: dict[str, Any] = dict(tasks)
    for name, value in given.items():
        if name in _TIMES:
            told[_TIMES[name]] = max(1, round(1000 * _positive(name, _seconds(value), (int, float))))
        elif name in _NUMBERS:
            told[_NUMBERS[name]] = _positive(name, value, (int,))
        elif name == "path":
            told[name] = _path(value)
        else:
            known = ", ".join([*_TIMES, *_NUMBERS, "path"])
            raise ConfigurationError(f"tasks: there is no setting {name!r}; there are {known}")
    return _native.dumps(told)


def _seconds(value: Any) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _path(value: Any) -> str:
    path = os.fspath(value) if isinstance(value, (str, os.PathLike)) else value
    if not isinstance(path, str) or not path:
        raise ConfigurationError(f"tasks: path must be the path of a file, not {value!r}")
    return path


def _positive(name: str, value: Any, kinds: Any) -> Any:
    if not isinstance(value, kinds) or isinstance(value, bool) or not value > 0 or value == float("inf"):
        raise ConfigurationError(f"tasks: {name} must be a positive number, not {value!r}")
    return value
