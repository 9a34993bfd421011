"""What a validation library complains about, in plain words: no URL, no dump, nothing of the input repeated.

The words are those of the engine's own refusals, so that a caller meets one language.
"""

from __future__ import annotations

import re
from typing import Any

_WORDS = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "bytes_type": "must be a string",
    "dataclass_type": "must be an object",
    "dict_type": "must be an object",
    "extra_forbidden": "is not a known field",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "frozen_set_type": "must be an array",
    "int_from_float": "must be an integer",
    "int_parsing": "must be an integer",
    "int_type": "must be an integer",
    "is_instance_of": "must be of the declared type",
    "list_type": "must be an array",
    "mapping_type": "must be an object",
    "missing": "is required",
    "missing_argument": "is required",
    "missing_keyword_only_argument": "is required",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "none_required": "must be null",
    "set_type": "must be an array",
    "string_type": "must be a string",
    "tuple_type": "must be an array",
    "unexpected_keyword_argument": "is not a known field",
}
_TEMPLATES = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "too_long": "must have at most {max_length} items",
    "too_short": "must have at least {min_length} items",
}
_PREFIXES = (
    ("Input should be ", "must be "),
    ("Value error, ", ""),
    ("Assertion failed, ", ""),
    ("String should ", "must "),
    ("List should ", "must "),
    ("Dictionary should ", "must "),
    ("Value should ", "must "),
)


_TAGS = frozenset({"union_tag_invalid", "union_tag_not_found"})
_TAG = re.compile(r"'([^']+)'")
_QUOTED = re.compile(r"'([^']*)'")
_MEMBER = re.compile(r"<\w+\.\w+: (.+?)>")  # the representation of an enum's member


def problems(error: Any, value: Any, root: str = "") -> list[tuple[str, str]]:
    """Pairs of a field's path and what is wrong with it, from a pydantic ValidationError.

    `value` is what was validated: it tells real fields from the names of a union's members, which the library puts in
    its paths. `root` is put before every path.
    """
    found = []
    for complaint in error.errors(include_url=False, include_input=False):
        steps, missing = complaint["loc"], complaint["type"] == "missing"
        tag = _TAG.match(complaint["ctx"]["discriminator"]) if complaint["type"] in _TAGS else None
        if tag is not None:
            # Which form was meant is told by a member; that is what is wrong.
            steps, missing = (*steps, tag[1]), True
        found.append((path(steps, value, missing, root), _words(complaint)))
    return found


def path(steps: Any, value: Any, last_is_missing: bool = False, root: str = "") -> str:
    """`items[3].when` for the steps of a path, as far as they lead through `value`; all of them when it is None."""
    text = root
    known = value is not None
    for index, step in enumerate(steps):
        last = index == len(steps) - 1
        if isinstance(step, int):
            text += f"[{step}]"
            if known:
                value = value[step] if isinstance(value, (list, tuple)) and step < len(value) else None
            continue
        if known and not (last and last_is_missing):
            if isinstance(value, dict):
                if step not in value:
                    continue  # the name of a union's member
                value = value[step]
            elif isinstance(value, (str, int, float, list, tuple, type(None))) or not hasattr(value, step):
                continue
            else:
                value = getattr(value, step)
        text += f".{step}" if text else step
    return text


def _doubly_quoted(tag: re.Match[str]) -> str:
    return f'"{tag[1]}"'


def _words(complaint: dict[str, Any]) -> str:
    kind: str = complaint["type"]
    message: str = complaint["msg"]
    if kind in _TAGS:
        # The library's own sentence repeats the input.
        tags = complaint["ctx"].get("expected_tags")
        return "is required" if tags is None else f"must be one of {_QUOTED.sub(_doubly_quoted, tags)}"
    if kind in _WORDS:
        return _WORDS[kind]
    if kind in _TEMPLATES:
        return _TEMPLATES[kind].format_map(complaint["ctx"])
    message = _MEMBER.sub(r"\1", message)
    for old, new in _PREFIXES:
        if message.startswith(old):
            message = new + message[len(old) :]
            break
    return message.split(", unable to parse", 1)[0]
