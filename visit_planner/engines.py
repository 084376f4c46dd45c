"""Where independent pieces of planning are worked out: in this process, in others on this machine, or on a cluster.

An engine takes a function of one argument and a list of jobs and gives back (number, answer) as answers come. A piece
whose process or machine dies is worked out again; nothing that has been given back is lost.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any, Protocol, Self

# A piece that takes its process down this many times is at fault itself. Local default.
TRIES = 3
# Pieces a cluster holds at a time: enough to keep a hundred nodes busy, few enough for the scheduler's memory.
# Local default.
SENT_AT_ONCE = 256
# How long to look for a cluster's scheduler. Local default.
SCHEDULER_SECONDS = 30.0


class EngineError(RuntimeError):
    """Pieces could not be worked out; the message says which engine and what to do."""


class Engine(Protocol):
    """``work`` raises what the function raises, and EngineError when a piece cannot be brought to an end."""

    def work(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> Iterator[tuple[int, Any]]: ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *raised: object) -> None: ...


class _Closing:
    def close(self) -> None:
        """Nothing to give back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


class InProcess(_Closing):
    """One piece after the other, here."""

    def work(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        for number, job in enumerate(jobs):
            yield number, function(job)


class Processes(_Closing):
    """``count`` processes on this machine, started at the first piece and kept until ``close``."""

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError(f"processes is {count}: it must be at least 1")
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def work(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        tries = dict.fromkeys(range(len(jobs)), 0)
        while tries:
            pool = self._started()
            running = {}
            try:
                running = {pool.submit(function, jobs[number]): number for number in tries}
                while running:
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in sorted(done, key=running.__getitem__):
                        number = running[future]
                        answer = future.result()
                        del running[future], tries[number]
                        yield number, answer
            except BrokenProcessPool as broken:
                # which piece it was is not known: all that were not done count one try
                self.close()
                for number in tries:
                    tries[number] += 1
                if max(tries.values()) >= TRIES:
                    raise EngineError(
                        f"A planning process was killed {TRIES} times over; is the machine out of memory? "
                        "Plan with fewer processes."
                    ) from broken
            finally:
                for future in running:
                    future.cancel()

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Forked from a clean server: a fork of a process with threads (a web server) can hang.
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["visit_planner"])
            self._pool = ProcessPoolExecutor(self.count, mp_context=context)
        return self._pool


class Dask(_Closing):
    """The nodes of a dask.distributed cluster that runs already, reached through its scheduler.

    Nodes need this package installed, the same version, and nothing else: no shared folder, no database. Run
    them with one thread each (``dask worker tcp://… --nthreads 1``): a search uses one core.
    """

    def __init__(self, scheduler: str) -> None:
        """Raises: EngineError when dask.distributed is not installed or nobody answers at ``scheduler``."""
        try:
            from distributed import Client
        except ImportError as missing:
            raise EngineError(
                "--engine dask needs dask.distributed: pip install --require-hashes -r requirements/cluster.txt"
            ) from missing
        try:
            self._client = Client(scheduler, timeout=SCHEDULER_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as lost:
            raise EngineError(f"There is no Dask scheduler at {scheduler}: {lost}") from lost

    def work(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        def sent(number: int) -> Any:
            # what is held here until given back the scheduler has worked out again when its node dies
            return self._client.submit(function, jobs[number], pure=False)

        waiting = iter(range(len(jobs)))
        numbers = {sent(number): number for number in islice(waiting, SENT_AT_ONCE)}
        tries = dict.fromkeys(range(len(jobs)), 0)
        coming = as_completed(list(numbers), loop=self._client.loop)
        try:
            for future in coming:
                number = numbers.pop(future)
                if future.status == "cancelled":
                    raise EngineError("The Dask scheduler was lost. Start it and run the same command again.")
                try:
                    answer = future.result()
                except KilledWorker as killed:
                    tries[number] += 1
                    if tries[number] >= TRIES:
                        raise EngineError(
                            f"Piece {number} took {TRIES} rounds of Dask nodes down with it: give nodes more memory."
                        ) from killed
                    again = sent(number)
                    numbers[again] = number
                    coming.add(again)
                    continue
                future.release()
                for following in islice(waiting, 1):
                    another = sent(following)
                    numbers[another] = following
                    coming.add(another)
                yield number, answer
        finally:
            self._client.cancel(list(numbers))

    def close(self) -> None:
        self._client.close()


def engine_named(name: str, *, processes: int = 1, scheduler: str | None = None) -> Engine:
    """The engine that settings or a command name: "processes" (1: in this one) or "dask" with its scheduler.

    Raises:
        EngineError: there is no such engine, or it cannot be reached.
    """
    if name == "processes":
        return Processes(processes) if processes > 1 else InProcess()
    if name == "dask" and scheduler:
        return Dask(scheduler)
    raise EngineError(
        f"The engine is {name!r}, the scheduler {scheduler!r}: use 'processes', or 'dask' with a scheduler's address"
    )
