"""Resources that are read from a place: a directory's listing, a page on the web."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .resources import Resource

if TYPE_CHECKING:
    from pathlib import Path


def DirectoryResource(
    uri: Any,
    path: str | Path,
    name: str | None = None,
    recursive: bool = False,
    pattern: str | None = None,
    **options: Any,
) -> Resource:
    """A resource that lists the files of a directory at the time it is read, as `{"files": […]}`.

    Args:
        uri: The URI.
        path: The directory.
        name: Its name; the directory's own when absent.
        recursive: Whether directories below it are looked into.
        pattern: A glob pattern that files must fit.
        options: Those of `Resource`.
    """
    from pathlib import Path

    directory = Path(path)
    options.setdefault("mime_type", "application/json")

    def read() -> str:
        look = directory.rglob if recursive else directory.glob
        found = sorted(file.relative_to(directory).as_posix() for file in look(pattern or "*") if file.is_file())
        return json.dumps({"files": found}, indent=2)

    return Resource(read, uri=uri, name=name or directory.name, **options)


def HttpResource(uri: Any, url: str, name: str | None = None, **options: Any) -> Resource:
    """A resource that holds what is found at an address on the web at the time it is read.

    Args:
        uri: The URI.
        url: The address, `http` or `https`.
        name: Its name; the address when absent.
        options: Those of `Resource`.

    Raises:
        ValueError: the address is of another kind.
    """
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"{url!r} is not an address that begins with http:// or https://")
    options.setdefault("mime_type", "application/json")

    def read() -> str:
        from urllib.request import urlopen

        with urlopen(url, timeout=30) as answer:
            charset = answer.headers.get_content_charset() or "utf-8"
            return str(answer.read().decode(charset))

    return Resource(read, uri=uri, name=name or url, **options)
