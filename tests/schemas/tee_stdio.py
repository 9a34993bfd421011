"""Runs a stdio server, hands every line on as it is, and writes down what does not fit the official schemas.

Usage: python tee_stdio.py REPORT COMMAND...

REPORT gets one line for each misfit once the server has ended.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from judge import Conversation, Judge


def main() -> int:
    """Stand between our standard streams and the server's."""
    report, *command = sys.argv[1:]
    # Who ends us means the server: it is told in the same moment, and we end when it has.
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert server.stdin and server.stdout
    conversation = Conversation(Judge())

    def ask(into: BinaryIO) -> None:
        for line in sys.stdin.buffer:
            conversation.heard(read(line))
            try:
                into.write(line)
                into.flush()
            except BrokenPipeError:
                return
        into.close()

    threading.Thread(target=ask, args=(server.stdin,), daemon=True).start()
    for line in server.stdout:
        # Judged after it was handed on, but before the next: nobody waits for the judge.
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        conversation.said(read(line))
    code = server.wait()
    Path(report).write_text("".join(f"{flaw}\n" for flaw in conversation.judge.flaws), encoding="utf-8")
    return code


def read(line: bytes) -> object:
    """The message, or None where the line is none."""
    try:
        return json.loads(line)
    except ValueError:
        return None


if __name__ == "__main__":
    sys.exit(main())
