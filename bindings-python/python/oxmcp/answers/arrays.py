"""numpy's arrays and scalars as JSON data; numpy is not imported here: a class is known by its name and its module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .data_frames import records

Encoder = Callable[[Any], Any]

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9, "ps": 10**12, "fs": 10**15, "as": 10**18}
_SECONDS = {"m": 60, "h": 3600, "D": 86400, "W": 7 * 86400}


def encoder_of(kind: type) -> Encoder | None:
    """What turns values of a class of numpy, or of a library whose arrays behave like its own, into JSON data; None for
    all other classes."""
    names = {base.__name__ for base in kind.__mro__ if base.__module__.partition(".")[0] == "numpy"}
    if "datetime64" in names:
        return lambda value: moment(str(value))
    if "timedelta64" in names:
        return duration
    if names & {"ndarray", "generic"}:
        return _plain
    return _listed if hasattr(kind, "tolist") and hasattr(kind, "dtype") else None


def moment(text: str) -> str | None:
    """What numpy writes for a datetime64 of any resolution: ISO 8601, without needless zeros; None for no time."""
    if text == "NaT":
        return None
    whole, point, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if point and fraction else whole


def duration(value: Any) -> str | None:
    """A timedelta64 of any resolution as an ISO 8601 duration, exactly; None for no time."""
    if str(value) == "NaT":
        return None
    unit = str(value.dtype).partition("[")[2].rstrip("]")
    step = unit.lstrip("0123456789")
    count = int(value.astype("int64")) * int(unit[: len(unit) - len(step)] or 1)
    sign, count = ("-", -count) if count < 0 else ("", count)
    if step in ("Y", "M"):
        return f"{sign}P{count}{step}"
    scale = _PER_SECOND.get(step, 1)
    seconds, fraction = divmod(count * _SECONDS.get(step, 1), scale)
    days, seconds = divmod(seconds, 86400)
    digits = f".{fraction:0{len(str(scale)) - 1}}".rstrip("0") if fraction else ""
    clock = f"T{seconds}{digits}S" if seconds or digits or not days else ""
    return f"{sign}P{f'{days}D' if days else ''}{clock}"


def _plain(value: Any) -> Any:
    """An array as nested lists, a scalar as the number or text it is; rows with named fields as records."""
    names = value.dtype.names
    if names:
        if value.ndim == 0:
            return {name: value[name] for name in names}
        return records(names, [value[name] for name in names]) if value.ndim == 1 else list(value)
    if value.dtype.kind in "mM":
        return list(value) if value.ndim else value[()]
    return _listed(value)


def _listed(value: Any) -> Any:
    plain = value.tolist()
    return plain if type(plain) is not type(value) else float(plain)  # numpy's longest float stays one of its own
