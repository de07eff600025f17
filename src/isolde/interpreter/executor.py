"""A pool of private interpreters with the interface of `concurrent.futures`.

Each worker is a thread of the host with an `Interpreter` of its own: the thread makes it, is its
main thread, calls into it directly and closes it.  So a task costs no hand-over between processes,
and large buffers (numpy arrays, say) are lent, not copied.  While a task runs, its thread does not
hold the host's GIL: as many tasks compute at once as there are cores.

What a worker needs to import the host's functions is what a process started by `multiprocessing`
would get: the entries of `sys.path` that a fresh Python does not have, and the file of
``__main__``.

Why not a subclass of `ThreadPoolExecutor`: its threads have an initializer but no end of life of
their own, and an interpreter is closed best by the thread that made it.
"""

# ruff: noqa: PTH100, PTH118, PTH208
# Paths are text here: they come from sys.path and go to one.
from __future__ import annotations

import atexit
import itertools
import os
import queue
import site
import sys
import sysconfig
import threading
import time
import weakref
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from isolde.interpreter._known import known_python
from isolde.interpreter.installation import is_running_environment
from isolde.interpreter.interpreter import Interpreter, refuse_while_the_script_is_run_again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from typing import ParamSpec, TextIO

    from isolde.interpreter.installation import Python

    P = ParamSpec("P")
T = TypeVar("T")

_RUN_CHUNK = "_isolde_agent:run_chunk"
_pool_numbers = itertools.count()


class BrokenInterpreterPool(BrokenExecutor):
    """A worker could not start: its interpreter, or the initializer in it, failed.

    `__cause__` is the reason.  Every pending future fails with this, and so does every later
    `submit`.
    """


class _Task(NamedTuple):
    future: Future[Any]
    function: Callable[..., Any] | str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def run(self, interpreter: Interpreter) -> None:
        """In INTERPRETER; the outcome goes to the future."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = interpreter.call(self.function, *self.args, **self.kwargs)
        except BaseException as error:
            self.future.set_exception(error)
            del self  # or the error keeps itself: by its traceback, this frame and the future
        else:
            self.future.set_result(result)


class _Shared:
    """What the workers of a pool share; none of them holds the executor itself.

    So an executor that nobody refers to any more goes, and its workers with it.
    """

    def __init__(self, make: Callable[[], Interpreter], tasks_per_interpreter: int | None) -> None:
        self.make = make
        self.tasks_per_interpreter = tasks_per_interpreter
        self.tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self.idle = threading.Semaphore(0)
        self.lock = threading.Lock()
        self.running: dict[Interpreter, Future[Any]] = {}
        self.broken: BaseException | None = None

    def fail(self, error: BaseException) -> None:
        """No worker can be made: nothing that waits will ever run."""
        with self.lock:
            self.broken = self.broken or error
        self.drop(lambda future: future.set_exception(self.broken_error()))

    def drop(self, settle: Callable[[Future[Any]], object]) -> None:
        """Take every waiting task out and SETTLE its future."""
        for task in _waiting(self.tasks):
            if task is not None and task.future.set_running_or_notify_cancel():
                settle(task.future)

    def broken_error(self) -> BrokenInterpreterPool:
        kind = type(self.broken).__name__
        text = f"{kind}: {self.broken}" if str(self.broken) else kind
        error = BrokenInterpreterPool(f"a worker of the pool could not start: {text}")
        error.__cause__ = self.broken
        return error


def _waiting(tasks: queue.SimpleQueue[_Task | None]) -> Iterator[_Task | None]:
    while True:
        try:
            yield tasks.get_nowait()
        except queue.Empty:
            return


def _work(shared: _Shared) -> None:
    """The life of a worker: an interpreter, tasks, and where it is wished, the next interpreter."""
    try:
        while _work_in_one_interpreter(shared):
            pass
    except BaseException as error:
        shared.fail(error)


def _work_in_one_interpreter(shared: _Shared) -> bool:
    """Whether there is more to do, in a fresh one."""
    with shared.make() as interpreter:
        return _work_through(shared, interpreter)


def _work_through(shared: _Shared, interpreter: Interpreter) -> bool:
    done = 0
    while shared.tasks_per_interpreter is None or done < shared.tasks_per_interpreter:
        task = _next_task(shared)
        if task is None:
            shared.tasks.put(None)  # for the next worker
            return False
        with shared.lock:
            shared.running[interpreter] = task.future
        task.run(interpreter)
        with shared.lock:
            del shared.running[interpreter]
        del task  # the future's result is its owner's alone while we wait
        done += 1
    return True


def _next_task(shared: _Shared) -> _Task | None:
    try:
        return shared.tasks.get_nowait()
    except queue.Empty:
        shared.idle.release()
        return shared.tasks.get()


class InterpreterPoolExecutor(Executor):
    """Runs functions in a pool of private interpreters.

    A drop-in for `concurrent.futures.ProcessPoolExecutor`: functions, arguments and results must
    be picklable, functions by name.  Buffers that pickle protocol 5 knows (numpy arrays, Arrow
    tables) are not copied.

    Source of the interface: PEP 3148 and the manual of `concurrent.futures`.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        *,
        python: str | os.PathLike[str] | None = None,
        venv: str | os.PathLike[str] | None = None,
        initializer: Callable[..., object] | str | None = None,
        initargs: tuple[Any, ...] = (),
        max_tasks_per_child: int | None = None,
        thread_name_prefix: str = "",
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        """Make a pool; interpreters start as there is work for them.

        max_workers: how many tasks may run at once; None: the cores this process may use.
        python, venv: as for `Interpreter`: by default the version and the virtual environment that
            run now.
        initializer, initargs: called in each new interpreter before its first task.
        max_tasks_per_child: after so many tasks an interpreter is replaced by a fresh one; None:
            never.
        thread_name_prefix: of the workers' threads.
        stdout, stderr: text files that get what the tasks write; None: the process's.
        Raises ValueError or TypeError for wrong arguments, and what `Interpreter` raises for a
        Python that is not there.
        """
        refuse_while_the_script_is_run_again()
        self._max_workers = _positive(max_workers, "max_workers") or _cores()
        if initializer is not None and not (callable(initializer) or isinstance(initializer, str)):
            raise TypeError(
                "initializer must be a callable or 'module:function', "
                f"not {type(initializer).__name__}"
            )
        installation = known_python(python, venv)
        path = _inherited_path(installation)
        tasks_per_interpreter = _positive(max_tasks_per_child, "max_tasks_per_child")

        def make() -> Interpreter:
            interpreter = Interpreter(installation, path=path, stdout=stdout, stderr=stderr)
            if initializer is not None:
                try:
                    interpreter.call(initializer, *initargs)
                except BaseException:
                    interpreter.close()
                    raise
            return interpreter

        self._shared = _Shared(make, tasks_per_interpreter)
        self._prefix = thread_name_prefix or f"InterpreterPoolExecutor-{next(_pool_numbers)}"
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._process = os.getpid()
        self._dismissal = weakref.finalize(self, self._shared.tasks.put, None)
        self._dismissal.atexit = False
        _live.add(self)

    def submit(self, fn: Callable[P, T] | str, /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have ``fn(*args, **kwargs)`` run in an interpreter; the future tells the outcome.

        fn: a callable that pickles by name, or "module:function".
        Raises BrokenInterpreterPool, or RuntimeError after `shutdown`.
        """
        if os.getpid() != self._process:
            raise RuntimeError(
                f"this pool's interpreters are in process {self._process}, which forked this one: "
                "make a new pool here"
            )
        future: Future[T] = Future()
        with self._shared.lock:
            if self._shared.broken is not None:
                raise self._shared.broken_error()
            if self._closed:
                raise RuntimeError("cannot submit: the pool has been shut down")
            self._shared.tasks.put(_Task(future, fn, args, kwargs))
            self._hire()
        return future

    def _hire(self) -> None:
        """One more worker, unless one is idle or there are enough."""
        if self._shared.idle.acquire(blocking=False) or len(self._threads) >= self._max_workers:
            return
        # Daemons, so that the interpreter's end reaches our atexit, which lets them finish.
        worker = threading.Thread(
            target=_work,
            args=(self._shared,),
            name=f"{self._prefix}_{len(self._threads)}",
            daemon=True,
        )
        worker.start()
        self._threads.append(worker)

    def map(
        self,
        fn: Callable[..., T],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
    ) -> Iterator[T]:
        """Like ``map(fn, *iterables)``, with the calls spread over the pool.

        timeout: seconds from now until the last result; then TimeoutError.
        chunksize: how many calls travel to a worker at once.
        """
        if chunksize < 1:
            raise ValueError(f"chunksize must be >= 1, not {chunksize}")
        if chunksize == 1:
            return super().map(fn, *iterables, timeout=timeout)
        chunks = _chunks(zip(*iterables, strict=False), chunksize)
        run_chunk: Any = _RUN_CHUNK
        return _one_by_one(super().map(run_chunk, itertools.repeat(fn), chunks, timeout=timeout))

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in every task that runs now; see `Interpreter.interrupt`."""
        with self._shared.lock:
            running = list(self._shared.running.items())
        for interpreter, future in running:
            # Its worker may have taken the task and not have called yet.
            while not interpreter.interrupt() and not future.done():
                time.sleep(0.0001)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks; the interpreters close when those submitted are done.

        wait: return when that has happened.  Ctrl-C while it waits is a KeyboardInterrupt in the
            running tasks, too, and cancels the others.
        cancel_futures: tasks that have not begun are cancelled.
        """
        with self._shared.lock:
            self._closed = True
            waiting = list(_waiting(self._shared.tasks)) if cancel_futures else []
            self._shared.tasks.put(None)
        for task in waiting:  # without the lock: a future's callbacks may use the pool
            if task is not None:
                task.future.cancel()
        if wait and os.getpid() == self._process:
            self._join()

    def _join(self) -> None:
        try:
            for worker in self._threads:
                worker.join()
        except KeyboardInterrupt:
            self.interrupt()
            self.shutdown(cancel_futures=True)
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Shut down.  Ctrl-C reaches the tasks, too, as it does those of a pool of processes."""
        interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
        if interrupted:
            self.interrupt()
        self.shutdown(wait=True, cancel_futures=interrupted)


def _positive(number: int | None, name: str) -> int | None:
    if number is not None and not isinstance(number, int):
        raise TypeError(f"{name} must be an integer or None, not {type(number).__name__}")
    if number is not None and number < 1:
        raise ValueError(f"{name} must be >= 1, not {number}")
    return number


def _cores() -> int:
    """That this process may use (sched_getaffinity(2))."""
    return len(os.sched_getaffinity(0))


def _inherited_path(python: Python) -> list[str]:
    """The entries of `sys.path` that a fresh PYTHON would not have by itself.

    An environment's packages are for its own Python only: where PYTHON is another one, folders
    with installed packages are left out, which a .pth file may have brought.
    """
    own = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    own.update([*site.getsitepackages(), site.getusersitepackages()])
    own.update(os.path.join(path, "lib-dynload") for path in list(own))
    is_other = not is_running_environment(python)
    return [
        os.path.abspath(path)
        for path in sys.path
        if not (path in own or path.endswith(".zip") or (is_other and _has_packages(path)))
    ]


def _has_packages(folder: str) -> bool:
    try:
        return any(name.endswith((".dist-info", ".egg-info")) for name in os.listdir(folder or "."))
    except OSError:
        return False


# -- map in chunks -------------------------------------------------------------------------------


def _chunks(calls: Iterable[tuple[Any, ...]], size: int) -> Iterator[list[tuple[Any, ...]]]:
    calls = iter(calls)
    while chunk := list(itertools.islice(calls, size)):
        yield chunk


def _one_by_one(results: Iterator[list[T]]) -> Iterator[T]:
    for chunk in results:
        chunk.reverse()
        while chunk:
            yield chunk.pop()


# ------------------------------------------------------------------------------------------------

_live: weakref.WeakSet[InterpreterPoolExecutor] = weakref.WeakSet()


@atexit.register
def _finish_all() -> None:
    """As the executors of the standard library do: what was submitted is done before the end."""
    for pool in list(_live):
        pool.shutdown()
