"""Content blocks: the helpers that make them (pictures, sounds, files), and how they are told from other values."""

from __future__ import annotations

import base64
import os
from functools import lru_cache
from typing import Any, ClassVar

from .. import _native, types
from ..errors import InvalidResult
from ..types.wire_object import WireObject, to_plain
from .encoding import OnUnknown, encode, natural

Block = dict[str, Any]

_IMAGE_TYPES = {"jpg": "jpeg", "svg": "svg+xml", "tif": "tiff", "ico": "vnd.microsoft.icon"}
_AUDIO_TYPES = {"mp3": "mpeg", "m4a": "mp4", "oga": "ogg", "wave": "wav"}


class _Media:
    """Bytes, or the path of a file to read when they are sent, and what they are."""

    _family = "application"
    _subtypes: ClassVar[dict[str, str]] = {}
    _fallback = "octet-stream"

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        data: bytes | str | None = None,
        format: str | None = None,
        *,
        annotations: types.Annotations | dict[str, Any] | None = None,
        meta: dict[str, Any] | None = None,
        mime_type: str | None = None,
    ) -> None:
        """Takes either `path` or `data`. `format` is a file extension (`png`); `mime_type` says the whole.

        Raises ValueError when both or neither are given.
        """
        if (path is None) == (data is None):
            raise ValueError(f"{type(self).__name__}: give either path or data")
        self.path = path
        self.data = data
        self.format = format
        self.annotations = annotations
        self.meta = meta
        self._mime_type = mime_type

    @property
    def mime_type(self) -> str:
        """The MIME type: as given, from the format, or from the file's extension."""
        if self._mime_type is not None:
            return self._mime_type
        format = self.format
        if format is None and self.path is not None:
            format = os.path.splitext(os.fspath(self.path))[1][1:]
        if not format:
            return f"{self._family}/{self._fallback}"
        return format if "/" in format else f"{self._family}/{self._subtypes.get(format.lower(), format.lower())}"

    def read(self) -> bytes:
        """The bytes. Raises OSError when the file cannot be read."""
        if self.path is not None:
            with open(self.path, "rb") as file:
                return file.read()
        return self.data.encode() if isinstance(self.data, str) else bytes(self.data or b"")

    def base64(self) -> str:
        """The bytes in base64; `data` that is text is taken to be base64 already."""
        return self.data if isinstance(self.data, str) else base64.b64encode(self.read()).decode()

    def to_block(self) -> Block:
        """The content block, as JSON data (PRM-4)."""
        return self._finished({"type": self._family, "data": self.base64(), "mimeType": self.mime_type})

    def _finished(self, block: Block) -> Block:
        if self.annotations is not None:
            block["annotations"] = to_plain(self.annotations)
        if self.meta is not None:
            block["_meta"] = self.meta
        return block

    def __repr__(self) -> str:
        source = f"path={os.fspath(self.path)!r}" if self.path is not None else "data=…"
        return f"{type(self).__name__}({source}, mime_type={self.mime_type!r})"


class Image(_Media):
    """A picture to return: `Image(path="plot.png")`, `Image(data=png_bytes, format="png")`."""

    _family, _subtypes, _fallback = "image", _IMAGE_TYPES, "png"

    def to_image_content(self) -> types.ImageContent:
        """The content block as an object."""
        return types.ImageContent(**self.to_block())


class Audio(_Media):
    """A recording to return: `Audio(path="word.mp3")`, `Audio(data=wav_bytes, format="wav")`."""

    _family, _subtypes, _fallback = "audio", _AUDIO_TYPES, "wav"

    def to_audio_content(self) -> types.AudioContent:
        """The content block as an object."""
        return types.AudioContent(**self.to_block())


class File(_Media):
    """A file to return, as an embedded resource: text when its type says so and it is UTF-8, otherwise base64."""

    def __init__(self, *arguments: Any, name: str | None = None, uri: str | None = None, **options: Any) -> None:
        """As for every medium; `name` is the file's name and `uri` its address for the caller, made up when absent."""
        super().__init__(*arguments, **options)
        self.name = name
        self.uri = uri

    @property
    def mime_type(self) -> str:
        """The MIME type: as given, or guessed from the name or the format."""
        if self._mime_type is not None:
            return self._mime_type
        if self.format is not None and "/" in self.format:
            return self.format
        import mimetypes

        name = f"file.{self.format}" if self.format else self.name or os.fspath(self.path or "")
        guess = mimetypes.guess_type(name)[0]
        if guess is None:
            guess = f"application/{self.format.lower()}" if self.format else "application/octet-stream"
        return guess

    def to_block(self) -> Block:
        """The content block, as JSON data."""
        return self._finished({"type": "resource", "resource": self.to_contents()})

    def to_contents(self, uri: str | None = None) -> dict[str, Any]:
        """The resource's contents, as JSON data (RSRC-7)."""
        mime_type = self.mime_type
        contents: dict[str, Any] = {"uri": uri or self._address(), "mimeType": mime_type}
        data = self.read()
        if is_text(mime_type):
            try:
                return {**contents, "text": data.decode()}
            except UnicodeDecodeError:
                pass
        return {**contents, "blob": base64.b64encode(data).decode()}

    def to_resource_content(self) -> types.EmbeddedResource:
        """The content block as an object."""
        return types.EmbeddedResource(**self.to_block())

    def _address(self) -> str:
        if self.uri is not None:
            return self.uri
        from urllib.parse import quote

        if self.path is not None and self.name is None:
            return "file://" + quote(os.path.abspath(os.fspath(self.path)))
        name = self.name or "file"
        return f"file:///{quote(name + self._missing_extension(name))}"

    def _missing_extension(self, name: str) -> str:
        """What a name lacks to say what the file is."""
        import mimetypes

        known = mimetypes.guess_type(name)[0] == self.mime_type
        if known or (self.format is None and os.path.splitext(name)[1]):
            return ""
        if self.format is not None and "/" not in self.format:
            return f".{self.format}"
        if self.path is not None:
            return os.path.splitext(os.fspath(self.path))[1]
        return mimetypes.guess_extension(self.mime_type) or ""


def is_text(mime_type: str) -> bool:
    """Whether contents of a type are text."""
    kind = mime_type.partition(";")[0].strip().lower()
    return (
        kind.startswith("text/")
        or kind.endswith(("+json", "+xml", "+yaml"))
        or kind.removeprefix("application/")
        in ("json", "xml", "javascript", "yaml", "x-yaml", "toml", "sql", "graphql", "x-sh", "x-ndjson")
    )


_BLOCK_CLASSES = frozenset(block.__name__ for block in types.CONTENT_BLOCKS.values())
_CONVERTERS = ("to_image_content", "to_audio_content", "to_resource_content")


@lru_cache(maxsize=1024)
def _way_to_block(kind: type) -> str | None:
    """How an object of a class becomes a block: `block`, `plain`, the name of a method, or None when it is no content.

    A peer's classes count by what they are called and can do; nothing of theirs is imported.
    """
    if issubclass(kind, _Media):
        return "to_block"
    if kind.__name__ in _BLOCK_CLASSES and (issubclass(kind, WireObject) or hasattr(kind, "model_dump")):
        return "plain"
    return next((name for name in _CONVERTERS if hasattr(kind, name)), None)


def _way_of(value: Any) -> str | None:
    kind: Any = type(value)
    return _way_to_block(kind)


def is_content(value: Any) -> bool:
    """Whether a value is a content block or a helper that makes one. A dict never is: it may be anybody's data."""
    return _way_of(value) is not None


def is_content_class(kind: Any) -> bool:
    """The same of a class."""
    known: Any = kind
    return isinstance(kind, type) and _way_to_block(known) is not None


def block_of(value: Any) -> Block | None:
    """The block that a value is, as JSON data; None when it is no content."""
    way = _way_of(value)
    if way is None:
        return None
    if way == "plain":
        block: Block = to_plain(value)
        return block
    made = getattr(value, way)()
    return made if isinstance(made, dict) else to_plain(made)


def text_block(text: str) -> Block:
    """A block of text."""
    return {"type": "text", "text": text}


def blocks_of(value: Any, path: str = "result", on_unknown: OnUnknown = "error") -> list[Block]:
    """The blocks for what was declared to be content: blocks, helpers, dicts with the `type` of a block, text, lists of
    these. Anything else becomes a block with its JSON text. Raises InvalidResult for what has none.
    """
    if value is None:
        return []
    if isinstance(value, (list, tuple)):
        places = ((item, f"{path}[{index}]") for index, item in enumerate(value))
        return [block for item, place in places for block in blocks_of(item, place, on_unknown)]
    return [one_block(value, path, on_unknown)]


def one_block(value: Any, path: str = "result", on_unknown: OnUnknown = "error") -> Block:
    """The block for one value that was declared to be content."""
    if isinstance(value, str):
        return text_block(str.__str__(value))
    block = block_of(value)
    if block is not None:
        return block
    if isinstance(value, dict) and value.get("type") in types.CONTENT_BLOCKS:
        tree: Block = natural(value, path)
        return tree
    text = encode(value, path, on_unknown=on_unknown)
    return text_block(_native.loads(text) if text.startswith('"') else text)


def contents_of(value: Any, uri: str) -> dict[str, Any]:
    """The resource contents that an object of ours or a peer's is, as JSON data. Raises InvalidResult for any other."""
    contents = to_plain(value)
    if not isinstance(contents, dict) or ("text" in contents) == ("blob" in contents):
        raise InvalidResult("result: resource contents have either text or blob")
    contents.setdefault("uri", uri)
    return contents


class Message:
    """One message of a prompt.

    Args:
        content: Text, a content block, or an `Image`, `Audio` or `File`.
        role: "user" or "assistant".
    """

    def __init__(self, content: Any, role: types.Role = "user") -> None:
        self.content = content
        self.role = role

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.content!r}, role={self.role!r})"


class UserMessage(Message):
    """A message of the user."""

    def __init__(self, content: Any) -> None:
        super().__init__(content, "user")


class AssistantMessage(Message):
    """A message of the assistant."""

    def __init__(self, content: Any) -> None:
        super().__init__(content, "assistant")
