"""What makes one step towards JSON for values of a class: found once for each class, by name where that saves an import.

A class is a collection because it says so (it is registered as a sequence, a set or a mapping, or it is an iterator), or a
mapping because it has keys and gives what stands under them. That a value can be iterated makes it none: a message, a query
or a mock would go out as something else than it is.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set, ValuesView
from functools import lru_cache
from typing import Any

from ..errors import InvalidResult
from ..types.wire_object import WireObject
from . import arrays, data_frames

Encoder = Callable[[Any], Any]


def encoder_of(value: Any) -> Encoder | None:
    """What makes a step towards JSON for this value; None when its class has no JSON form."""
    kind: Any = type(value)
    return _encoder(kind)


def is_known(kind: type) -> bool:
    """Whether values of a class have a JSON form."""
    known: Any = kind
    return _encoder(known) is not None


def foreign(value: Any) -> Encoder | None:
    """The same for rows, tables and arrays of other libraries alone: what validation by a declared type does not know."""
    kind: Any = type(value)
    return _foreign(kind)


@lru_cache(maxsize=1024)
def _encoder(kind: type) -> Encoder | None:
    if issubclass(kind, WireObject):
        return WireObject.to_dict
    names = {f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__}
    if is_mock(kind):
        return None
    if "enum.Enum" in names:
        return lambda value: value.value
    if hasattr(kind, "__pydantic_serializer__"):
        return _model
    if hasattr(kind, "__dataclass_fields__"):
        return _attributes(kind.__dataclass_fields__)
    if hasattr(kind, "__attrs_attrs__"):
        return _attributes([attribute.name for attribute in kind.__attrs_attrs__])
    if hasattr(kind, "__struct_fields__"):  # of msgspec
        return _attributes(kind.__struct_fields__)
    for name, encoder in _BY_NAME.items():
        if name in names:
            return encoder
    for base, encoder in _SCALARS:
        if issubclass(kind, base):
            return encoder
    known: Any = kind
    return _foreign(known) or _collection(kind)


@lru_cache(maxsize=1024)
def _foreign(kind: type) -> Encoder | None:
    found = data_frames.encoder_of(kind) or arrays.encoder_of(kind)
    if found is not None:
        return found
    if any(base.__name__ == "Row" and base.__module__.startswith("sqlalchemy.") for base in kind.__mro__):
        return lambda value: dict(value._mapping)  # a tuple that knows the names of its columns
    if issubclass(kind, Mapping) or not callable(getattr(kind, "keys", None)) or not hasattr(kind, "__getitem__"):
        return None
    # The headers of a message are not the message.
    return None if any(base.__module__.startswith("email.") for base in kind.__mro__) else dict


def _collection(kind: type) -> Encoder | None:
    if issubclass(kind, Mapping):
        return dict
    if hasattr(kind, "model_dump"):
        return lambda value: value.model_dump(by_alias=True, exclude_none=True, mode="json")
    if issubclass(kind, (set, frozenset)):
        return _ordered
    return list if issubclass(kind, (Sequence, Set, ValuesView)) or is_iterator(kind) else None


def is_iterator(kind: type) -> bool:
    """Whether values of a class are read one by one, once; an open file is more than its lines."""
    known: Any = kind
    return (
        issubclass(known, Iterator)
        and not issubclass(known, io.IOBase)
        and not hasattr(known, "model_dump")
        and not is_mock(kind)
    )


def is_mock(kind: type) -> bool:
    """Whether values of a class answer to every protocol, so that they are none of what they seem."""
    return any((base.__module__, base.__name__) == ("unittest.mock", "NonCallableMock") for base in kind.__mro__)


def listed(value: Any) -> Any:
    """What can be read only once as the list of what it yields; any other value as it is."""
    kind: Any = type(value)
    return list(value) if is_iterator(kind) else value


def nonfinite_path(value: Any, path: str = "result") -> str | None:
    """Where in nested dicts and lists the first NaN or Infinity is."""
    if isinstance(value, float):
        return None if math.isfinite(value) else path
    children: Iterable[tuple[str, Any]] = ()
    if isinstance(value, dict):
        children = ((f"{path}.{key}", item) for key, item in value.items())
    elif isinstance(value, (list, tuple, set, frozenset)):
        children = ((f"{path}[{index}]", item) for index, item in enumerate(value))
    return next((found for place, item in children if (found := nonfinite_path(item, place))), None)


def text_or_base64(value: bytes | bytearray | memoryview) -> str:
    """Bytes as the text they are in UTF-8, otherwise as base64."""
    data = bytes(value)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()


def _attributes(names: Iterable[str]) -> Encoder:
    listed = tuple(names)
    return lambda value: {name: getattr(value, name) for name in listed if hasattr(value, name)}


def _model(value: Any) -> Any:
    serializer = type(value).__pydantic_serializer__
    try:
        dumped = serializer.to_python(value, mode="json", by_alias=True)
    except Exception:
        return serializer.to_python(value, by_alias=True)  # a field holds what pydantic does not know
    # In JSON mode pydantic may turn NaN into None, a silent loss: look again at what the value really holds.
    if _holds_none(dumped) and (place := nonfinite_path(serializer.to_python(value, by_alias=True))):
        raise InvalidResult(f"{place}: NaN and Infinity are not JSON")
    return dumped


def _holds_none(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_none(item) for item in value.values())
    return value is None or (isinstance(value, list) and any(_holds_none(item) for item in value))


def _moment(value: Any) -> str | None:
    """ISO 8601, with Z for UTC; None for a time that is none (pandas has such)."""
    written: str = value.isoformat()
    if written == "NaT":
        return None
    return written[:-6] + "Z" if written.endswith("+00:00") else written


def _duration(value: Any) -> str:
    """ISO 8601: `P1DT3.5S`."""
    if hasattr(value, "nanoseconds"):
        written: str = value.isoformat()  # of pandas
        return written
    sign, value = ("-", -value) if value.days < 0 else ("", value)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    days = f"{value.days}D" if value.days else ""
    seconds = f"T{value.seconds}{fraction}S" if value.seconds or fraction or not days else ""
    return f"{sign}P{days}{seconds}"


def _ordered(value: Iterable[Any]) -> list[Any]:
    """The members of a set in an order that does not change from run to run, where they have one."""
    members = list(value)
    try:
        return sorted(members)
    except TypeError:
        return members


def _scalar_of(kind: type) -> Encoder:
    return lambda value: kind.__str__(value) if kind is str else kind(value)


_BY_NAME: dict[str, Encoder] = {
    "datetime.datetime": _moment,
    "datetime.date": _moment,
    "datetime.time": _moment,
    "datetime.timedelta": _duration,
    "decimal.Decimal": str,
    "uuid.UUID": str,
    "fractions.Fraction": str,
    "pathlib.PurePath": str,
    "pathlib._local.PurePath": str,
    "ipaddress._BaseAddress": str,
    "ipaddress._BaseNetwork": str,
    "re.Pattern": lambda value: value.pattern,
    "collections.UserString": str,
    "array.array": list,
    "collections.deque": list,
    "bson.objectid.ObjectId": str,
    "pydantic.networks._BaseUrl": str,
    "pydantic_core._pydantic_core.Url": str,
}
_SCALARS: tuple[tuple[type, Encoder], ...] = (
    (str, _scalar_of(str)),
    (bool, _scalar_of(bool)),
    (int, _scalar_of(int)),
    (float, _scalar_of(float)),
    (bytes, text_or_base64),
    (bytearray, text_or_base64),
    (memoryview, text_or_base64),
)
