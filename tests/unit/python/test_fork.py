"""After os.fork, the child goes on with the spaces as they were, apart from the parent."""

from __future__ import annotations

from pathlib import Path

from tests.unit.python.fresh_python import printed_by


def test_the_child_uses_loads_and_closes(libraries: Path) -> None:
    source = """
        import os, sys
        import isolde

        space = isolde.Space("a")
        counter = space.load(sys.argv[1])
        count_up = counter.count_up
        count_up()
        child = os.fork()
        if child == 0:
            assert count_up() == 2
            assert counter.count_up() == 3
            assert isolde.spaces() == [space]
            assert isolde.Space("b").load(sys.argv[1]).count_up() == 1
            space.close()
            try:
                count_up()
            except isolde.ClosedError:
                os._exit(42)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), count_up())
    """
    assert printed_by(source, libraries / "libcounter.so") == "42 2"


def test_the_child_has_no_calls_of_other_threads(libraries: Path) -> None:
    source = """
        import os, sys, threading
        import isolde

        space = isolde.Space("a")
        wait_for_byte = space.load(sys.argv[1]).wait_for_byte
        begun, go = os.pipe(), os.pipe()
        thread = threading.Thread(target=wait_for_byte, args=(begun[1], go[0]))
        thread.start()
        os.read(begun[0], 1)
        child = os.fork()
        if child == 0:
            space.close()
            os._exit(42 if space.closed else 1)
        _, status = os.waitpid(child, 0)
        os.write(go[1], b"!")
        thread.join()
        print(os.waitstatus_to_exitcode(status), space.closed)
    """
    assert printed_by(source, libraries / "libwaits.so") == "42 False"


def test_the_child_of_a_busy_process_is_not_stuck(libraries: Path) -> None:
    source = """
        import os, sys, threading
        import isolde

        def churn():
            while not enough.is_set():
                with isolde.Space() as space:
                    space.load(sys.argv[1]).add(1, 2)

        enough = threading.Event()
        threads = [threading.Thread(target=churn) for _ in range(2)]
        for thread in threads:
            thread.start()
        statuses = set()
        for _ in range(30):
            child = os.fork()
            if child == 0:
                with isolde.Space() as space:
                    os._exit(space.load(sys.argv[1]).add(20, 22))
            statuses.add(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        enough.set()
        for thread in threads:
            thread.join()
        print(statuses)
    """
    assert printed_by(source, libraries / "libcalls.so") == "{42}"
