"""Python values as JSON text: what has a natural JSON form gets it, what has none is its text, or refused with its place.

How each class is made JSON is in `encoders`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

from .. import _native
from ..errors import InvalidResult
from .encoders import encoder_of, foreign, is_mock, nonfinite_path, text_or_base64

__all__ = ["OnUnknown", "default", "encode", "known", "natural", "nonfinite_path", "text_or_base64"]

OnUnknown = Literal["str", "error"]
"""What becomes of a value whose class has no JSON form: `str` of it, or a refusal."""


def encode(
    value: Any, root: str = "result", cause: BaseException | None = None, on_unknown: OnUnknown = "error"
) -> str:
    """The JSON text of any value, compact. Raises InvalidResult naming the place of what is not (`result.a[3]: …`)."""
    if cause is None:
        try:
            return _native.dumps(value, _STEPS[on_unknown])
        except InvalidResult:
            pass
        except (TypeError, ValueError, RecursionError) as error:
            cause = error
    # The slow way: it finds the place, and turns keys that are not text into text.
    tree = natural(value, root, on_unknown)
    try:
        return _native.dumps(tree)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidResult(f"{root}: {error}") from cause or error


def default(value: Any) -> Any:
    """One step towards JSON for a value that is not: what `dumps` asks for. Raises TypeError when there is none."""
    encoder = encoder_of(value)
    # What can be read only once is left to the slow way, which never reads twice.
    if encoder is None or hasattr(type(value), "__next__"):
        raise TypeError(f"{type(value).__name__} is not JSON")
    return encoder(value)


def _default_or_text(value: Any) -> Any:
    return _text_of(value, "result") if encoder_of(value) is None else default(value)


_STEPS: dict[str, Callable[[Any], Any]] = {"error": default, "str": _default_or_text}


def natural(value: Any, path: str = "result", on_unknown: OnUnknown = "error") -> Any:
    """`value` in dicts, lists and scalars only. Raises InvalidResult naming the place of what has no JSON form."""
    return _natural(value, path, (), on_unknown)


def known(value: Any) -> Any:
    """`value` with rows, tables and arrays of other libraries as plain data, as deep as lists, tuples and dicts go."""
    kind = type(value)
    if kind is dict:
        return {key: known(item) for key, item in value.items()}
    if kind in (list, tuple):
        return [known(item) for item in value]
    encoder = foreign(value)
    return value if encoder is None else known(encoder(value))


def _natural(value: Any, path: str, above: tuple[int, ...], on_unknown: OnUnknown) -> Any:
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
        return _natural_dict(value, path, below, on_unknown)
    if isinstance(value, (list, tuple)) and foreign(value) is None:
        return [_natural(item, f"{path}[{index}]", below, on_unknown) for index, item in enumerate(value)]
    encoder = encoder_of(value)
    if encoder is None:
        if on_unknown == "error":
            raise InvalidResult(f"{path}: {kind.__name__} is not JSON")
        return _sendable(_text_of(value, path), path)
    try:
        step = encoder(value)
    except InvalidResult as error:
        raise InvalidResult(str(error).replace("result", path, 1)) from error
    except Exception as error:
        raise InvalidResult(f"{path}: {kind.__name__} cannot be made JSON ({error})") from error
    return _natural(step, path, below, on_unknown)


def _natural_dict(value: dict[Any, Any], path: str, below: tuple[int, ...], on_unknown: OnUnknown) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, item in value.items():
        name = _key(key, path)
        if name in made:
            raise InvalidResult(f"{path}: two keys are written {name!r}")
        made[name] = _natural(item, f"{path}.{key}" if isinstance(key, str) else f"{path}[{key!r}]", below, on_unknown)
    return made


def _text_of(value: Any, path: str) -> str:
    """What stands for a value without a JSON form. Raises InvalidResult for one that is still to come."""
    kind: Any = type(value)
    if (hasattr(kind, "__await__") or hasattr(kind, "__aiter__")) and not is_mock(kind):
        how = "awaited" if hasattr(kind, "__await__") else "iterated"
        raise InvalidResult(f"{path}: nobody has {how} this {kind.__name__}")
    try:
        return str(value) or repr(value)
    except Exception as error:
        raise InvalidResult(f"{path}: {kind.__name__} cannot be made text ({error})") from error


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
    encoder = encoder_of(value)
    return None if encoder is None else encoder(value)
