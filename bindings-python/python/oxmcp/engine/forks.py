"""A child process that was forked inside of a handler: the server it has a copy of is its parent's."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from .. import _native

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_native.forked)


def end_child(raised: BaseException | None) -> NoReturn:
    """Ends a child with what its copy of the handler raised, as a script would end; the call is its parent's to answer."""
    code = 0
    if isinstance(raised, SystemExit):
        code = _exit_code(raised.code)
    elif raised is not None:
        sys.excepthook(type(raised), raised, raised.__traceback__)
        code = 1
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()
    os._exit(code)


def _exit_code(said: object) -> int:
    if said is None:
        return 0
    if isinstance(said, int):
        return said & 0xFF
    print(said, file=sys.stderr)
    return 1
