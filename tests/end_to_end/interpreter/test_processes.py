"""Child processes and signals from inside private interpreters."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest


def printed(source: str, *arguments: object) -> str:
    """What SOURCE prints, in a process in which one interpreter runs it; standard error empty."""
    host = (
        "import sys, isolde\nwith isolde.Interpreter(argv=sys.argv[2:]) as i: i.exec(sys.argv[1])"
    )
    return printed_by_host(host, textwrap.dedent(source), "x", *arguments)


def printed_by_host(source: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{done.returncode}\n{done.stderr}"
    return done.stdout


def test_what_both_print_into_a_pipe_keeps_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    assert printed_by_host("""
        import isolde
        with isolde.Interpreter() as i:
            print("host")
            i.exec("print('guest')")
            print("host again")
            i.call("builtins:print", "guest again")
    """).split("\n") == ["host", "guest", "host again", "guest again", ""]


def test_functions_registered_for_forks_run_in_the_interpreter_that_forks() -> None:
    found = printed_by_host("""
        import os, isolde
        one, other = isolde.Interpreter(), isolde.Interpreter()
        for name, each in ("one", one), ("other", other):
            each.exec(f"import os; log = []; name = {name!r}")
            each.exec("os.register_at_fork(before=lambda: log.append('before'))")
            each.exec("os.register_at_fork(after_in_child=lambda: log.append('child'))")
            each.exec("os.register_at_fork(after_in_parent=lambda: log.append('parent'))")
        one.exec('''
        pid = os.fork()
        if pid == 0:
            print(name, log, flush=True)
            os._exit(0)
        os.waitpid(pid, 0)
        ''')
        for each in one, other:
            each.exec("print(name, log, flush=True)")
    """)
    assert found == "one ['before', 'child']\none ['before', 'parent']\nother []\n"


def test_interpreters_fork_and_start_programs_at_once() -> None:
    found = printed_by_host("""
        import isolde
        from concurrent.futures import ThreadPoolExecutor
        work = '''
        import os, subprocess, sys
        def codes():
            found = set()
            for number in range(10):
                pid = os.fork()
                if pid == 0:
                    os._exit(sum(int(digit) for digit in str(2 ** 500)) % 256)
                found.add(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                found.add(subprocess.run(["/bin/sh", "-c", "exit 3"]).returncode)
            return sorted(found)
        '''
        with ThreadPoolExecutor(4) as threads:
            four = [isolde.Interpreter() for _ in range(4)]
            for each in four:
                each.exec(work)
            print(*threads.map(lambda each: each.call("__main__:codes"), four))
        for each in four:
            each.close()
    """)
    digits = sum(int(digit) for digit in str(2**500)) % 256
    assert found == " ".join([str(sorted({3, digits}))] * 4) + "\n"


def test_a_program_it_starts_is_its_own_python() -> None:
    told = "sys.version_info[:3], sys.prefix, sys.path[1:]"
    found = printed(f"""
        import subprocess, sys
        mine = str(({told}))
        its = subprocess.run(
            [sys.executable, "-c", "import sys; print(({told}))"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()
        print(mine.partition("[")[0] == its.partition("[")[0])
    """)
    assert found == "True\n"


def test_a_program_talks_through_pipes_and_ends_at_a_time_limit() -> None:
    found = printed("""
        import subprocess
        print(subprocess.run(["cat"], input=b"a" * 100_000, capture_output=True).stdout.count(b"a"))
        try:
            subprocess.run(["sleep", "1000"], timeout=0.1)
        except subprocess.TimeoutExpired as error:
            print(error.cmd)
    """)
    assert found == "100000\n['sleep', '1000']\n"


_POOL = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
sys.path.insert(0, sys.argv[1])
import squares
context = multiprocessing.get_context(sys.argv[2])
with ProcessPoolExecutor(2, mp_context=context) as pool:
    print(list(pool.map(squares.square, range(4))))
queue = context.Queue()
process = context.Process(target=queue.put, args=("from the child",))
process.start()
print(queue.get())
process.join()
print(process.exitcode)
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_works_inside(method: str, tmp_path: Path) -> None:
    (tmp_path / "squares.py").write_text("def square(x): return x * x")
    assert printed(_POOL, tmp_path, method) == "[0, 1, 4, 9]\nfrom the child\n0\n"


def test_memory_is_shared_with_a_child_process() -> None:
    found = printed("""
        import multiprocessing
        from multiprocessing import shared_memory
        context = multiprocessing.get_context("fork")
        memory = shared_memory.SharedMemory(create=True, size=16)
        def fill():
            memory.buf[:3] = b"abc"
        process = context.Process(target=fill)
        process.start()
        process.join()
        print(bytes(memory.buf[:3]))
        memory.close()
        memory.unlink()
    """)
    assert found == "b'abc'\n"


def test_a_killed_child_is_told_by_its_signal() -> None:
    found = printed("""
        import multiprocessing, time
        process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(1000,))
        process.start()
        process.terminate()
        process.join()
        print(process.exitcode)
    """)
    assert found == "-15\n"


def test_handlers_of_alarms_and_of_children_run_in_it() -> None:
    found = printed("""
        import os, signal, time
        class Late(Exception): pass
        def late(number, frame): raise Late
        signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            time.sleep(1000)
        except Late:
            print("late")
        ended = []
        signal.signal(signal.SIGCHLD, lambda number, frame: ended.append(number))
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        print(ended == [signal.SIGCHLD])
    """)
    assert found == "late\nTrue\n"


def test_asyncio_hears_signals_and_children_in_it() -> None:
    found = printed("""
        import asyncio, os, signal
        async def main():
            heard = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, heard.set)
            program = await asyncio.create_subprocess_exec(
                "sh", "-c", f"kill -USR1 {os.getpid()}; exit 4"
            )
            print(await program.wait())
            await heard.wait()
            print("heard")
        asyncio.run(main())
    """)
    assert found == "4\nheard\n"


def test_what_is_registered_at_exit_runs_in_order_and_in_every_interpreter() -> None:
    found = printed_by_host("""
        import atexit, isolde
        atexit.register(print, "the host", flush=True)
        for name in "one", "two":
            with isolde.Interpreter() as each:
                each.exec("import atexit, sys")
                each.exec(f"atexit.register(print, {name!r}, 'first', flush=True)")
                each.exec(f"atexit.register(print, {name!r}, 'last', flush=True)")
    """)
    assert found == "one last\none first\ntwo last\ntwo first\nthe host\n"
