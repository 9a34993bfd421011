"""What verifiers ask others on the web."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from .. import _native
from .providers import TokenVerificationError

MOST_BYTES = 1 << 20


class _Staying(HTTPRedirectHandler):
    """Follows nobody elsewhere: credentials are in these requests."""

    def redirect_request(self, *_given: Any) -> None:
        return None


async def ask(
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 10,
    client: Any = None,
) -> tuple[int, Any]:
    """The status of an answer and its JSON, None where it has none; with `form` a POST. `client` is one of httpx, to be used
    instead of a thread and a connection for this alone.

    Raises:
        TokenVerificationError: nobody answered.
    """
    sent = {"Accept": "application/json", **(headers or {})}
    if client is None:
        return await asyncio.to_thread(_ask, url, form, sent, seconds)
    try:
        if form is None:
            response = await client.get(url, headers=sent)
        else:
            response = await client.post(url, data=dict(form), headers=sent)
    except Exception as error:  # each version of httpx has its own
        raise TokenVerificationError(f"{url} could not be asked: {type(error).__name__}") from error
    return response.status_code, _json(response.content)


def _ask(url: str, form: Mapping[str, str] | None, headers: Mapping[str, str], seconds: float) -> tuple[int, Any]:
    if not url.startswith(("https://", "http://")):
        raise TokenVerificationError("only http and https can be asked")
    data = None if form is None else urlencode(form).encode()
    request = Request(url, data=data, headers=dict(headers))
    try:
        try:
            with build_opener(_Staying).open(request, timeout=seconds) as response:
                return response.status, _json(response.read(MOST_BYTES + 1))
        except HTTPError as answered:
            with answered:
                return answered.code, None
    except OSError as error:
        raise TokenVerificationError(f"{url} could not be asked: {type(error).__name__}") from error


def _json(body: bytes) -> Any:
    if len(body) > MOST_BYTES:
        return None
    try:
        return _native.loads(body)
    except ValueError:
        return None
