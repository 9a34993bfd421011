"""A ceiling: uvicorn with an ASGI application that reads each body and answers fixed bytes.

`--tuned`: with uvloop and httptools; otherwise as it is installed, set up as the official SDK sets it up.
"""

import sys

import uvicorn

ANSWER = b'{"jsonrpc":"2.0","id":12345,"result":{"content":[{"type":"text","text":"what number 12345 has to say"}]}}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]


async def application(scope, receive, send):
    """Read, answer."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


if __name__ == "__main__":
    tuned = "--tuned" in sys.argv
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=int(sys.argv[sys.argv.index("--port") + 1]),
        loop="uvloop" if tuned else "asyncio",
        http="httptools" if tuned else "h11",
        log_level="warning" if tuned else "info",
        lifespan="off",
    )
