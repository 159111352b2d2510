"""Runs tasks in processes of this machine, some at a time; one that is killed is tried again by itself.

Not here: what a process does (`shards/task.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from bpp_etl.errors import BppError
from bpp_etl.shards.rounds import Say
from bpp_etl.warehouse.interrupts import A_MOMENT, interrupt_put_off
from bpp_etl.warehouse.private import OWNER_ALONE
from bpp_etl.warehouse.told_errors import as_message

MOST_ATTEMPTS = 3
"""So often a task may be ended from outside before the machine is taken to be in trouble."""
BEGIN = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from bpp_etl.shards.task import main
main()
"""
"""What a process runs: nothing of the program that starts it is loaded a second time."""


@dataclass
class Processes:
    """Runs each task in a process of its own, `at_once` of them at a time."""

    at_once: int
    threads: int
    say: Say
    umask: int = -1
    """Of the files that tasks write; -1 is that of this process."""
    _running: set[subprocess.Popen[str]] = field(default_factory=set)
    _ended: deque[int] = field(default_factory=deque)
    _lock: Lock = field(default_factory=Lock)
    _is_over: bool = False

    def run(self, tasks: Sequence[str]) -> list[str]:
        """Run the tasks; the first error ends those that still run, and is raised."""
        answers: list[Future[str]] = []
        with ThreadPoolExecutor(self.at_once) as pool:
            try:
                with interrupt_put_off():  # a thread that started unseen would outlive the pool
                    answers += [pool.submit(self._done, task) for task in tasks]
                self._watch(answers)
                return [one.result() for one in answers]
            except BaseException:
                self._end(answers)
                raise

    def _watch(self, answers: Sequence[Future[str]]) -> None:
        """Wait for the answers, and tell in this thread, which others listen to, what happens meanwhile."""
        told, is_over = 0, False
        while not is_over:
            waiting = wait(answers, A_MOMENT, FIRST_EXCEPTION)
            is_over = not waiting.not_done
            while self._ended:
                self.say(f"a task was ended {_how(self._ended.popleft())}, and is tried again")
            for one in waiting.done:
                one.result()
            if len(waiting.done) > told:
                told = len(waiting.done)
                self.say(f"{told} of {len(answers)} tasks are done")

    def _done(self, task: str) -> str:
        """Have a task done, again where its process is gone without an answer."""
        for _ in range(MOST_ATTEMPTS):
            answer, code = self._attempt(task)
            if answer.endswith("\n"):
                return answer
            if self._is_over:
                break
            self._ended.append(code)
        raise BppError(
            f"a task was ended {MOST_ATTEMPTS} times, the last time {_how(code)}",
            "look at the machine: its memory, its disk, its log",
        )

    def _attempt(self, task: str) -> tuple[str, int]:
        path = json.dumps([entry or str(Path.cwd()) for entry in sys.path])
        threads = str(self.threads)
        names = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        with self._lock:
            if self._is_over:
                return "", 0
            process = subprocess.Popen(
                [sys.executable, "-c", BEGIN, path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # What a library writes there may quote a cell.
                stderr=None if os.environ.get("BPP_TRACEBACK") == "1" else subprocess.DEVNULL,
                env=os.environ | dict.fromkeys(names, threads),
                text=True,
                umask=self.umask,
                # Ctrl-C is for whoever asked: the task ends with it.
                start_new_session=True,
            )
            self._running.add(process)
        try:
            answer, _ = process.communicate(task)
        except BrokenPipeError:  # it died before it heard anything
            process.wait()
            answer = ""
        finally:
            self._running.discard(process)
        return answer, process.returncode

    def _end(self, answers: Sequence[Future[str]]) -> None:
        with self._lock:
            self._is_over = True
            for process in self._running:
                process.kill()
        for one in answers:
            one.cancel()


def done_apart(task: str, threads: int) -> str:
    """Do one task in a process of its own, on whatever machine this is; the answer tells errors too."""
    try:
        return Processes(1, threads, lambda _: None, OWNER_ALONE).run([task])[0]
    except BppError as error:
        return json.dumps(as_message(error))


def _how(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"with code {code}"
