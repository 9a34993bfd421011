"""A ceiling: granian with an RSGI application that reads each body and answers fixed bytes."""

import os
import sys

from granian import Granian
from granian.constants import Interfaces

ANSWER = b'{"jsonrpc":"2.0","id":12345,"result":{"content":[{"type":"text","text":"what number 12345 has to say"}]}}'
HEADERS = [("content-type", "application/json")]


async def application(scope, protocol):
    """Read, answer."""
    await protocol()
    protocol.response_bytes(200, HEADERS, ANSWER)


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    os.chdir(here)
    Granian(
        "granian_server:application",
        address="127.0.0.1",
        port=int(sys.argv[sys.argv.index("--port") + 1]),
        interface=Interfaces.RSGI,
        log_enabled=False,
    ).serve()
