"""Processes that are there at once: one has loaded all it needs, and forks a child for each delivery.

It opens no file and starts no thread of its own, so forking it is safe, which forking a process with DuckDB
in it is not. Not here: the work (`bpp_etl/reading/child.py`).

The process is started by its first user, and ends with it. A child ends with whoever asked for it: as soon
as the other end of its line is closed, it is killed.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.errors import BppError

BEGIN = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
from bpp_etl.reading.child import work
from bpp_etl.reading.forks import serve
serve(int(sys.argv[1]), work)
"""
"""What the process runs: nothing of the program that starts it is loaded a second time."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Keeps libraries that are loaded and not used from starting threads."""
PATIENCE = 5.0
"""Seconds in which a killed child is gone; else the machine is in trouble, and its parent is killed too."""


@dataclass(frozen=True)
class Fork:
    """A child as its user has it: what it is told and tells, and the line that it lives by."""

    channel: socket.socket
    line: int


class _Forker:
    """The process that forks, as its user has it."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        with theirs:
            path = [entry or str(Path.cwd()) for entry in sys.path]
            self.process = subprocess.Popen(
                [sys.executable, "-c", BEGIN, str(theirs.fileno()), json.dumps(path)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # Native readers write what they stumble over, in the file's own words.
                stderr=None if os.environ.get("BPP_TRACEBACK") == "1" else subprocess.DEVNULL,
                env=os.environ | ONE_THREAD,
                cwd="/",
                # Ctrl-C is for whoever asked: the child ends with its line.
                start_new_session=True,
            )

    def fork(self) -> Fork:
        """Have a child forked."""
        ours, theirs = socket.socketpair()
        read, write = os.pipe()
        try:
            socket.send_fds(self.control, [b"f"], [theirs.fileno(), read])
        except OSError:
            ours.close()
            os.close(write)
            raise
        finally:
            theirs.close()
            os.close(read)
        return Fork(ours, write)

    def end(self) -> None:
        """End the process, and with it its children."""
        self.control.close()
        self.process.kill()
        self.process.wait()


_lock = threading.Lock()
_started: dict[tuple[object, ...], _Forker] = {}


def start() -> None:
    """Start the process that forks, where it is not running: what it loads is then loaded meanwhile."""
    with _lock:
        _forker()


@contextmanager
def forked() -> Iterator[Fork]:
    """Have a child forked for the block; afterwards it is no more.

    Errors: BppError where no process can be started.
    """
    with _lock:
        fork = _forker().fork()
    try:
        yield fork
    finally:
        os.close(fork.line)
        try:
            _see_it_end(fork.channel)
        finally:
            fork.channel.close()


def _see_it_end(channel: socket.socket) -> None:
    channel.settimeout(PATIENCE)
    try:
        while channel.recv(1 << 16):
            pass
    except TimeoutError:
        end()
    except OSError:
        pass


def end() -> None:
    """End the process that forks; the next child starts another."""
    with _lock:
        _end_own()


def _end_own() -> None:
    # One that a process before this one started is not ours: this one may have been forked from it.
    for who in [who for who in _started if who[0] == os.getpid()]:
        _started.pop(who).end()


def _forker() -> _Forker:
    """Return the process that forks for whom this process is now, started where there is none."""
    who = (os.getpid(), os.geteuid(), resource.getrlimit(resource.RLIMIT_FSIZE))
    forker = _started.get(who)
    if forker is not None and forker.process.poll() is None:
        return forker
    _end_own()
    try:
        _started[who] = _Forker()
    except OSError as error:
        raise BppError(
            f"no process can be started to read deliveries in: {error.strerror or type(error).__name__}",
            "check the limits of this process (ulimit -a), then try again",
        ) from None
    return _started[who]


atexit.register(end)


def serve(control_fd: int, work: Callable[[socket.socket], None]) -> None:
    """Fork a child that does `work` for each request, until whoever asks is gone. Never returns."""
    gc.collect()
    gc.freeze()  # a child that looked through what it was born with would copy it all
    _Server(socket.socket(fileno=control_fd), work).serve()


class _Server:
    """The process that forks, as it is to itself: its children, by their lines."""

    def __init__(self, control: socket.socket, work: Callable[[socket.socket], None]) -> None:
        self.control = control
        self.work = work
        self.woken, self.waker = socket.socketpair()
        for one in (self.woken, self.waker):
            one.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.children: dict[int, tuple[int, socket.socket]] = {}

    def serve(self) -> None:
        control, woken = self.control.fileno(), self.woken.fileno()
        while True:
            ready, _, _ = select.select([control, woken, *self.children], [], [])
            for line in set(ready) & self.children.keys():
                os.kill(self.children[line][0], signal.SIGKILL)
                self.let_go(line)
            if woken in ready:
                self.woken.recv(1 << 12)
                for line in list(self.children):
                    self.let_go(line, os.WNOHANG)
            if control in ready:
                self.fork()

    def fork(self) -> None:
        _, descriptors, _, _ = socket.recv_fds(self.control, 1, 2)
        if not descriptors:  # whoever asks is gone
            for pid, _ in self.children.values():
                os.kill(pid, signal.SIGKILL)
            os._exit(0)
        channel, line = socket.socket(fileno=descriptors[0]), descriptors[1]
        pid = os.fork()
        self.children[line] = pid, channel
        if pid == 0:
            signal.set_wakeup_fd(-1)
            for one in (self.control, self.woken, self.waker):
                one.close()
            for held, (_, others) in self.children.items():
                os.close(held)
                if others is not channel:
                    others.close()
            try:
                self.work(channel)
            finally:
                os._exit(1)

    def let_go(self, line: int, options: int = 0) -> None:
        """Forget a child that is dead; its channel is then closed for good, which tells its user."""
        pid, channel = self.children[line]
        if os.waitpid(pid, options)[0] == pid:
            del self.children[line]
            channel.close()
            os.close(line)
