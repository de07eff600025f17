"""InterpreterPoolExecutor: the interface of concurrent.futures over private interpreters."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import io
import math
import os
import re
import site
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from typing import Any

import pytest

import isolde
from isolde.interpreter.executor import _inherited_path
from tests.unit.interpreter import tasks


@pytest.fixture
def pool() -> Iterator[isolde.InterpreterPoolExecutor]:
    with isolde.InterpreterPoolExecutor(2) as executor:
        yield executor


@pytest.fixture
def single() -> Iterator[isolde.InterpreterPoolExecutor]:
    with isolde.InterpreterPoolExecutor(1) as executor:
        yield executor


def run_script(path: Path, source: str) -> subprocess.CompletedProcess[str]:
    path.write_text(source)
    return subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, check=False, timeout=120
    )


class TestSubmit:
    def test_a_result_comes_back(self, pool: Executor) -> None:
        assert pool.submit(tasks.square, 7).result() == 49

    def test_keyword_arguments_travel(self, pool: Executor) -> None:
        assert pool.submit(tasks.divide, divisor=4, dividend=2).result() == 0.5

    def test_an_exception_comes_back_with_its_remote_traceback(self, pool: Executor) -> None:
        error = pool.submit(tasks.fail, "no such thing").exception()
        assert isinstance(error, LookupError)
        assert error.args == ("no such thing",)
        assert 'tasks.py", line' in str(error.__cause__)

    def test_leaving_the_task_with_systemexit_leaves_the_worker(self, single: Executor) -> None:
        with pytest.raises(SystemExit) as leaving:
            single.submit(tasks.leave).result()
        assert leaving.value.code == 3
        assert single.submit(tasks.square, 2).result() == 4

    def test_a_task_runs_in_this_process_on_a_worker_with_its_own_modules(
        self, single: Executor
    ) -> None:
        process, thread, modules = single.submit(tasks.whoami).result()
        assert process == os.getpid()
        assert thread != threading.get_ident()
        assert modules != id(sys.modules)

    def test_tasks_run_at_once_in_interpreters_of_their_own(
        self, pool: Executor, tmp_path: Path
    ) -> None:
        first = pool.submit(tasks.meet, str(tmp_path), "a", ["b"])
        second = pool.submit(tasks.meet, str(tmp_path), "b", ["a"])
        assert (first.result(), second.result()) == ("a", "b")

    def test_no_more_workers_than_asked_for(self, single: Executor) -> None:
        assert len({single.submit(tasks.whoami).result()[2] for _ in range(4)}) == 1

    def test_an_idle_worker_is_taken_before_a_new_one_is_made(self) -> None:
        with isolde.InterpreterPoolExecutor(8) as pool:
            for _ in range(3):
                pool.submit(tasks.square, 1).result()
                wait_until(lambda: pool._shared.idle._value == 1)
            assert len(pool._threads) == 1

    def test_what_cannot_be_pickled_is_the_futures_exception(self, pool: Executor) -> None:
        with pytest.raises(Exception, match="lambda"):
            pool.submit(lambda: 1).result()
        assert pool.submit(tasks.square, 3).result() == 9

    def test_a_task_that_failed_is_forgotten_with_its_future(self, single: Executor) -> None:
        class Argument(bytearray):
            pass

        gc.disable()  # nothing but the count of references shall free it
        try:
            argument = Argument(10)
            gone = weakref.ref(argument)
            future = single.submit(math.sqrt, memoryview(argument))  # type: ignore[arg-type]
            with contextlib.suppress(TypeError):
                future.result()
            del future, argument
            single.submit(tasks.square, 1).result()
            assert gone() is None
        finally:
            gc.enable()

    def test_a_function_may_be_named(self, pool: isolde.InterpreterPoolExecutor) -> None:
        assert pool.submit("math:gcd", 12, 18).result() == 6


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0)


class TestMap:
    def test_results_keep_the_order_of_the_arguments(self, pool: Executor) -> None:
        assert list(pool.map(tasks.square, range(20))) == [n * n for n in range(20)]

    @pytest.mark.parametrize("size", [2, 7, 100])
    def test_chunks_give_the_same_results(self, pool: Executor, size: int) -> None:
        assert list(pool.map(tasks.square, range(20), chunksize=size)) == [n * n for n in range(20)]

    def test_several_iterables_end_with_the_shortest(self, pool: Executor) -> None:
        assert list(pool.map(tasks.divide, [1, 2, 3], [2, 4], chunksize=2)) == [0.5, 0.5]

    def test_an_exception_in_a_chunk_is_raised_where_its_results_are_due(
        self, pool: Executor
    ) -> None:
        results = pool.map(tasks.divide, [1, 2, 3, 4], [1, 1, 0, 1], chunksize=2)
        assert [next(results), next(results)] == [1, 2]
        with pytest.raises(ZeroDivisionError):
            next(results)

    def test_a_deadline_is_kept(self, single: Executor, tmp_path: Path) -> None:
        gate = tmp_path / "gate"
        results = single.map(tasks.wait_for_file, [str(gate)], timeout=0.01)
        with pytest.raises(FutureTimeoutError):
            next(results)
        gate.touch()

    def test_a_chunk_of_nothing_is_refused(self, pool: Executor) -> None:
        with pytest.raises(ValueError, match=re.escape("chunksize must be >= 1, not 0")):
            pool.map(tasks.square, [1], chunksize=0)


class TestInitializer:
    def test_it_runs_in_each_interpreter_before_the_first_task(self) -> None:
        with isolde.InterpreterPoolExecutor(
            1, initializer=tasks.greet, initargs=("hello",)
        ) as pool:
            assert pool.submit(tasks.greeting).result() == "hello"
        assert tasks.GREETING == "none"

    def test_a_failing_one_breaks_the_pool(self) -> None:
        pool = isolde.InterpreterPoolExecutor(1, initializer=tasks.fail, initargs=("no licence",))
        future = pool.submit(tasks.square, 1)
        with pytest.raises(
            isolde.BrokenInterpreterPool,
            match=r"^a worker of the pool could not start: LookupError: no licence$",
        ) as broken:
            future.result()
        assert isinstance(broken.value, BrokenExecutor)
        assert isinstance(broken.value.__cause__, LookupError)
        with pytest.raises(isolde.BrokenInterpreterPool):
            pool.submit(tasks.square, 1)
        pool.shutdown()

    def test_something_else_is_refused_at_once(self) -> None:
        with pytest.raises(
            TypeError, match=r"^initializer must be a callable or 'module:function', not int$"
        ):
            isolde.InterpreterPoolExecutor(1, initializer=3)  # type: ignore[arg-type]


class TestArguments:
    @pytest.mark.parametrize(
        ("arguments", "error", "text"),
        [
            ({"max_workers": 0}, ValueError, "max_workers must be >= 1, not 0"),
            (
                {"max_workers": "2"},
                TypeError,
                "max_workers must be an integer or None, not str",
            ),
            ({"max_tasks_per_child": 0}, ValueError, "max_tasks_per_child must be >= 1, not 0"),
        ],
    )
    def test_wrong_ones_are_named(
        self, arguments: dict[str, Any], error: type[Exception], text: str
    ) -> None:
        with pytest.raises(error, match=f"^{re.escape(text)}$"):
            isolde.InterpreterPoolExecutor(**arguments)

    def test_a_python_that_is_not_there_is_told_at_once(self) -> None:
        with pytest.raises(isolde.IsoldeError):
            isolde.InterpreterPoolExecutor(1, python="3.99")

    def test_as_many_workers_as_cores_by_default(self) -> None:
        with isolde.InterpreterPoolExecutor() as pool:
            assert pool._max_workers == len(os.sched_getaffinity(0))

    def test_an_interpreter_is_replaced_after_its_number_of_tasks(self) -> None:
        with isolde.InterpreterPoolExecutor(
            1, initializer=tasks.count_start, max_tasks_per_child=2
        ) as pool:
            counts = [pool.submit(tasks.count).result() for _ in range(5)]
        assert counts == [1, 2, 1, 2, 1]

    def test_what_the_user_installed_for_one_version_is_not_passed_on(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        user = site.getusersitepackages()
        monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path, user])
        with isolde.InterpreterPoolExecutor(1) as pool:
            inside: list[str] = pool.submit("builtins:eval", "__import__('sys').path").result()
        assert str(tmp_path) in inside
        assert user not in inside


class TestSurroundings:
    def test_what_tasks_write_goes_to_a_file_of_the_hosts(self) -> None:
        written = io.StringIO()
        with isolde.InterpreterPoolExecutor(1, stdout=written) as pool:
            pool.submit("builtins:print", "from a task").result()
        assert written.getvalue() == "from a task\n"

    def test_another_python_does_not_get_the_packages_of_this_environment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        installed, sources = tmp_path / "installed", tmp_path / "sources"
        (installed / "thing-1.0.dist-info").mkdir(parents=True)
        sources.mkdir()
        monkeypatch.setattr(sys, "path", [str(installed), str(sources), *sys.path])
        running = isolde.find_python()
        other = dataclasses.replace(running, venv=str(tmp_path))
        assert {str(installed), str(sources)} <= set(_inherited_path(running))
        assert str(installed) not in _inherited_path(other)
        assert str(sources) in _inherited_path(other)

    def test_another_python_needs_no_libpython_of_the_running_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = isolde.find_python()
        monkeypatch.setattr(sys, "base_prefix", "/nonexistent")
        with isolde.InterpreterPoolExecutor(1, python=other.path) as pool:
            assert pool.submit("math:gcd", 12, 18).result() == 6


class TestShutdown:
    def test_what_was_submitted_is_done(self) -> None:
        pool = isolde.InterpreterPoolExecutor(1)
        futures = [pool.submit(tasks.square, number) for number in range(5)]
        pool.shutdown()
        assert [future.result(timeout=0) for future in futures] == [0, 1, 4, 9, 16]

    def test_the_interpreters_are_closed(self) -> None:
        before = isolde.spaces()
        with isolde.InterpreterPoolExecutor(2) as pool:
            wait([pool.submit(tasks.square, 1) for _ in range(4)])
            assert len(isolde.spaces()) > len(before)
        assert isolde.spaces() == before

    def test_waiting_tasks_can_be_cancelled(self, tmp_path: Path) -> None:
        pool = isolde.InterpreterPoolExecutor(1)
        started, gate = tmp_path / "started", tmp_path / "gate"
        running = pool.submit(tasks.meet, str(tmp_path), "started", ["gate"])
        waiting = pool.submit(tasks.square, 1)
        wait_until(started.exists)
        pool.shutdown(wait=False, cancel_futures=True)
        gate.touch()
        assert running.result() == "started"
        assert waiting.cancelled()
        pool.shutdown()

    def test_callbacks_of_cancelled_tasks_may_use_the_pool(self, tmp_path: Path) -> None:
        pool = isolde.InterpreterPoolExecutor(1)
        started, gate = tmp_path / "started", tmp_path / "gate"
        pool.submit(tasks.meet, str(tmp_path), "started", ["gate"])
        waiting = pool.submit(tasks.square, 1)
        waiting.add_done_callback(lambda _: pool.shutdown(wait=False))
        wait_until(started.exists)
        ending = threading.Thread(
            target=pool.shutdown, kwargs={"wait": False, "cancel_futures": True}, daemon=True
        )
        ending.start()
        ending.join(30)
        gate.touch()
        assert not ending.is_alive()
        pool.shutdown()

    def test_nothing_can_be_submitted_after_it(self) -> None:
        pool = isolde.InterpreterPoolExecutor(1)
        pool.shutdown()
        with pytest.raises(RuntimeError, match=r"^cannot submit: the pool has been shut down$"):
            pool.submit(tasks.square, 1)

    def test_a_pool_that_nobody_holds_ends_its_workers(self) -> None:
        pool = isolde.InterpreterPoolExecutor(1)
        pool.submit(tasks.square, 1).result()
        (worker,) = pool._threads
        gone = weakref.ref(pool)
        del pool
        gc.collect()
        assert gone() is None
        worker.join(60)
        assert not worker.is_alive()

    def test_ctrl_c_in_the_block_interrupts_the_tasks(self) -> None:
        futures = []

        def interrupted_block() -> None:
            with isolde.InterpreterPoolExecutor(1) as pool:
                futures.append(pool.submit(tasks.spin))
                wait_until(futures[0].running)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted_block()
        (future,) = futures
        assert isinstance(future.exception(timeout=0), KeyboardInterrupt)

    def test_ctrl_c_while_it_waits_interrupts_the_tasks(self, tmp_path: Path) -> None:
        done = run_script(
            tmp_path / "script.py",
            "import isolde, os, signal, threading\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "read, write = os.pipe()\n"
            "def press():\n"
            "    os.read(read, 1)\n"
            "    main = threading.main_thread().ident\n"
            "    while 'join' not in names(sys._current_frames()[main]): pass\n"
            "    os.kill(os.getpid(), signal.SIGINT)\n"
            "def names(frame):\n"
            "    while frame: yield frame.f_code.co_name; frame = frame.f_back\n"
            "import sys\n"
            "pool = isolde.InterpreterPoolExecutor(1)\n"
            "running = pool.submit('builtins:exec', f'import os\\nos.write({write}, b\"x\")\\n'\n"
            "                      'while True: pass', {})\n"
            "waiting = pool.submit('math:gcd', 2, 4)\n"
            "threading.Thread(target=press).start()\n"
            "try:\n"
            "    pool.shutdown()\n"
            "except KeyboardInterrupt:\n"
            "    print(repr(running.exception()), waiting.cancelled())\n",
        )
        assert (done.stdout, done.stderr) == ("KeyboardInterrupt() True\n", "")


class TestScript:
    def test_functions_of_the_main_script_run(self, tmp_path: Path) -> None:
        done = run_script(
            tmp_path / "script.py",
            "import isolde\n"
            "def double(number):\n"
            "    return 2 * number\n"
            "if __name__ == '__main__':\n"
            "    with isolde.InterpreterPoolExecutor(2) as pool:\n"
            "        print(list(pool.map(double, range(4), chunksize=2)))\n",
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "[0, 2, 4, 6]\n", "")

    def test_a_script_without_a_guard_is_told_of_it(self, tmp_path: Path) -> None:
        done = run_script(
            tmp_path / "script.py",
            "import isolde\n"
            "def double(number):\n"
            "    return 2 * number\n"
            "pool = isolde.InterpreterPoolExecutor(1)\n"
            "pool.submit(double, 1).result()\n",
        )
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith("isolde.errors.TransferError: the call of ")
        assert (
            "cannot unpickle it: RuntimeError: an interpreter runs this script once more, for the "
            "functions in it, and so it would make interpreters without end: put what shall "
            "happen once under 'if __name__ == \"__main__\":';"
        ) in done.stderr

    def test_a_pool_left_open_finishes_its_tasks_at_exit(self, tmp_path: Path) -> None:
        done = run_script(
            tmp_path / "script.py",
            "import isolde\n"
            "pool = isolde.InterpreterPoolExecutor(1)\n"
            "for number in range(3):\n"
            "    pool.submit('builtins:print', number)\n",
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "0\n1\n2\n", "")

    def test_a_pool_of_the_parent_is_refused_in_a_child_of_fork(self, tmp_path: Path) -> None:
        done = run_script(
            tmp_path / "script.py",
            "import isolde, os\n"
            "pool = isolde.InterpreterPoolExecutor(1)\n"
            "pool.submit('math:gcd', 2, 4).result()\n"
            "parent = os.getpid()\n"
            "if os.fork() == 0:\n"
            "    try:\n"
            "        pool.submit('math:gcd', 2, 4)\n"
            "    except RuntimeError as error:\n"
            "        print(str(error).replace(str(parent), 'N'), flush=True)\n"
            "    os._exit(0)\n"
            "os.wait()\n",
        )
        assert done.stdout == (
            "this pool's interpreters are in process N, which forked this one: "
            "make a new pool here\n"
        )
        assert done.returncode == 0


class TestDropIn:
    """The same program over both pools."""

    @pytest.mark.parametrize("kind", [ProcessPoolExecutor, isolde.InterpreterPoolExecutor])
    def test_it_stands_where_a_pool_of_processes_does(self, kind: Callable[..., Executor]) -> None:
        with kind(max_workers=2, initializer=tasks.greet, initargs=("hi",)) as pool:
            futures = [pool.submit(tasks.square, number) for number in range(4)]
            assert sorted(future.result() for future in as_completed(futures)) == [0, 1, 4, 9]
            assert list(pool.map(tasks.divide, [2, 4], [1, 2], chunksize=2)) == [2, 2]
            assert pool.submit(tasks.greeting).result() == "hi"
            error = pool.submit(tasks.fail, "here").exception()
            assert isinstance(error, LookupError)
            assert "in fail" in str(error.__cause__)

    def test_asyncio_waits_for_it(self, pool: Executor) -> None:
        async def both() -> list[float]:
            loop = asyncio.get_running_loop()
            return await asyncio.gather(
                *(loop.run_in_executor(pool, tasks.square, number) for number in (2, 3))
            )

        assert asyncio.run(both()) == [4, 9]
