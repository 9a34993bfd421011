"""A server of its own loop and the signals that end it."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: How long the loop may be blocked when it has to hear of a signal, in seconds.
PATIENCE_SECONDS = 1.0


class Ending:
    """Ends what a loop runs by SIGINT and SIGTERM.

    The first signal has it finish: nothing new begins, what runs may end in its time. The second leaves no time. A handler
    that blocks the loop is interrupted where it stands by the third, which comes by itself where nobody hears the second.

    Args:
        main: What the loop runs.
        finish: Begins the end; called in the signal handler, wherever the thread is. Returns whether something is served.
        give_up: Ends it at once; likewise.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        main: asyncio.Task[None],
        finish: Callable[[], bool],
        give_up: Callable[[], None],
    ) -> None:
        self.signals = 0
        self._loop = loop
        self._main = main
        self._finish = finish
        self._give_up = give_up
        self._heard = threading.Event()
        self._interrupted_at = float("-inf")

    def __call__(self, number: int, _frame: object = None) -> None:
        self.signals += 1
        if self.signals > 2:
            # One at a time: the engine and `_insist` may both see to it, and what the first interrupts has to unwind.
            now = time.monotonic()
            if now - self._interrupted_at < PATIENCE_SECONDS:
                return
            self._interrupted_at = now
            raise KeyboardInterrupt
        if self.signals == 1 and self._finish():
            return
        # The second signal, or one that came before anything was served: there is nothing to wait for.
        self.signals = 2
        self._give_up()
        self._loop.call_soon_threadsafe(self._unwind)
        threading.Thread(target=self._insist, args=(number,), name="oxmcp-stop", daemon=True).start()

    def _unwind(self) -> None:
        self._heard.set()
        self._main.cancel()

    def _insist(self, number: int) -> None:
        main_thread = threading.main_thread().ident
        if not self._heard.wait(PATIENCE_SECONDS) and main_thread is not None:
            signal.pthread_kill(main_thread, number)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Takes the signals that nobody else has taken."""
        previous: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                before = signal.getsignal(number)
                if before in (signal.default_int_handler, signal.SIG_DFL):
                    previous[number] = before
                    # Registered with the loop too, with nothing to do: that is what makes a signal wake the selector.
                    self._loop.add_signal_handler(number, lambda: None)
                    signal.signal(number, self)
        try:
            yield
        finally:
            self._heard.set()
            for taken, before in previous.items():
                self._loop.remove_signal_handler(taken)
                signal.signal(taken, before)


def run_until_done(loop: asyncio.AbstractEventLoop, main: asyncio.Task[None], ending: Ending) -> None:
    """Runs the loop until `main` is done, whatever signals come meanwhile."""
    with ending.listening():
        while True:
            try:
                loop.run_until_complete(main)
                return
            except asyncio.CancelledError:
                if not ending.signals:
                    raise
                return
            except KeyboardInterrupt:
                # From a handler that blocked the loop; the rest unwinds all the same.
                if not ending.signals or main.done():
                    raise
                main.cancel()
