"""Python values as JSON text: what has a natural JSON form gets it, what has none is refused with its place named."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from .. import _native
from ..errors import InvalidResult
from ..types.wire_object import WireObject

Encoder = Callable[[Any], Any]


def encode(value: Any, root: str = "result", cause: BaseException | None = None) -> str:
    """The JSON text of any value, compact. Raises InvalidResult naming the place of what is not (`result.a[3]: …`)."""
    if cause is None:
        try:
            return _native.dumps(value, default)
        except InvalidResult:
            pass
        except (TypeError, ValueError, RecursionError) as error:
            cause = error
    # The slow way: it finds the place, and turns keys that are not text into text.
    tree = natural(value, root)
    try:
        return _native.dumps(tree)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidResult(f"{root}: {error}") from cause or error


def default(value: Any) -> Any:
    """One step towards JSON for a value that is not: what `dumps` asks for. Raises TypeError when there is none."""
    encoder = _encoder_of(value)
    # What can be read only once is left to the slow way, which never reads twice.
    if encoder is None or hasattr(type(value), "__next__"):
        raise TypeError(f"{type(value).__name__} is not JSON")
    return encoder(value)


def natural(value: Any, path: str = "result") -> Any:
    """`value` in dicts, lists and scalars only. Raises InvalidResult naming the place of what has no JSON form."""
    return _natural(value, path, ())


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


def _natural(value: Any, path: str, above: tuple[int, ...]) -> Any:
    kind = type(value)
    if value is None or kind is bool or kind is int:
        return value
    if kind is str:
        return _sendable(value, path)
    if kind is float:
        if not math.isfinite(value):
            raise InvalidResult(f"{path}: NaN and Infinity are not JSON")
        return value
    if id(value) in above:
        raise InvalidResult(f"{path}: the value contains itself")
    if len(above) > 100:
        raise InvalidResult(f"{path}: nested too deeply")
    below = (*above, id(value))
    if isinstance(value, dict):
        return {
            _key(key, path): _natural(item, f"{path}.{key}" if isinstance(key, str) else f"{path}[{key!r}]", below)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_natural(item, f"{path}[{index}]", below) for index, item in enumerate(value)]
    encoder = _encoder_of(value)
    if encoder is None:
        raise InvalidResult(f"{path}: {kind.__name__} is not JSON")
    try:
        step = encoder(value)
    except InvalidResult as error:
        raise InvalidResult(str(error).replace("result", path, 1)) from error
    except Exception as error:
        raise InvalidResult(f"{path}: {kind.__name__} cannot be made JSON ({error})") from error
    return _natural(step, path, below)


def _sendable(value: str, path: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidResult(f"{path}: text with half a surrogate pair is not JSON") from None
    return value


def _key(key: Any, path: str) -> str:
    if isinstance(key, str):
        return _sendable(str.__str__(key), path)
    if isinstance(key, bool):
        return "true" if key else "false"
    if key is None:
        return "null"
    step = key if isinstance(key, (int, float)) else default_or_none(key)
    if isinstance(step, (str, int, float)) and not isinstance(step, bool):
        return str(step)
    raise InvalidResult(f"{path}: a key of type {type(key).__name__} is not JSON")


def default_or_none(value: Any) -> Any:
    """`default`, with None for what has no JSON form."""
    encoder = _encoder_of(value)
    return None if encoder is None else encoder(value)


def _encoder_of(value: Any) -> Encoder | None:
    kind: Any = type(value)
    return _encoder(kind)


@lru_cache(maxsize=1024)
def _encoder(kind: type) -> Encoder | None:
    """What makes one step towards JSON for values of a class, found once. By name where that saves an import."""
    if issubclass(kind, WireObject):
        return WireObject.to_dict
    names = {f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__}
    if "enum.Enum" in names:
        return lambda value: value.value
    if hasattr(kind, "__pydantic_serializer__"):
        return _model
    if hasattr(kind, "__dataclass_fields__"):
        fields = tuple(kind.__dataclass_fields__)
        return lambda value: {name: getattr(value, name) for name in fields if hasattr(value, name)}
    if hasattr(kind, "__attrs_attrs__"):
        attributes = tuple(attribute.name for attribute in kind.__attrs_attrs__)
        return lambda value: {name: getattr(value, name) for name in attributes}
    for name, encoder in _BY_NAME.items():
        if name in names:
            return encoder
    for base, encoder in _BY_CLASS:
        if issubclass(kind, base):
            return encoder
    if hasattr(kind, "model_dump"):
        return lambda value: value.model_dump(by_alias=True, exclude_none=True, mode="json")
    if hasattr(kind, "tolist") and hasattr(kind, "dtype"):  # numpy arrays and scalars
        return lambda value: value.tolist()
    if hasattr(kind, "__iter__") and (hasattr(kind, "__next__") or hasattr(kind, "__len__")):
        return list
    return None


def _model(value: Any) -> Any:
    serializer = type(value).__pydantic_serializer__
    dumped = serializer.to_python(value, mode="json", by_alias=True)
    # In JSON mode pydantic may turn NaN into None, a silent loss: look again at what the value really holds.
    if _holds_none(dumped) and (place := nonfinite_path(serializer.to_python(value, by_alias=True))):
        raise InvalidResult(f"{place}: NaN and Infinity are not JSON")
    return dumped


def _holds_none(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_none(item) for item in value.values())
    return value is None or (isinstance(value, list) and any(_holds_none(item) for item in value))


def _moment(value: Any) -> str:
    """ISO 8601, with Z for UTC."""
    written: str = value.isoformat()
    return written[:-6] + "Z" if written.endswith("+00:00") else written


def _duration(value: Any) -> str:
    """ISO 8601: `P1DT3.5S`."""
    sign, value = ("-", -value) if value.days < 0 else ("", value)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    days = f"{value.days}D" if value.days else ""
    seconds = f"T{value.seconds}{fraction}S" if value.seconds or fraction or not days else ""
    return f"{sign}P{days}{seconds}"


def text_or_base64(value: bytes | bytearray | memoryview) -> str:
    """Bytes as the text they are in UTF-8, otherwise as base64."""
    data = bytes(value)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()


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
    "pydantic.networks._BaseUrl": str,
    "pydantic_core._pydantic_core.Url": str,
}
_BY_CLASS: tuple[tuple[type, Encoder], ...] = (
    (str, _scalar_of(str)),
    (bool, _scalar_of(bool)),
    (int, _scalar_of(int)),
    (float, _scalar_of(float)),
    (bytes, text_or_base64),
    (bytearray, text_or_base64),
    (memoryview, text_or_base64),
    (Mapping, dict),
    (set, _ordered),
    (frozenset, _ordered),
)
