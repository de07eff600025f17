"""Calls into a private interpreter: values in, values or exceptions out."""

from __future__ import annotations

import io
import math
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

import isolde


@pytest.fixture(scope="module")
def interpreter() -> Iterator[isolde.Interpreter]:
    with isolde.Interpreter(name="inner") as interpreter:
        yield interpreter


def _here() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _inner(interpreter: isolde.Interpreter) -> str:
    return f"interpreter 'inner' (Python {interpreter.python.version})"


def test_a_named_function_is_called_there(interpreter: isolde.Interpreter) -> None:
    assert interpreter.call("os.path:join", "a", "b") == "a/b"
    assert interpreter.call("builtins:str.upper", "a") == "A"


def test_keyword_arguments_arrive(interpreter: isolde.Interpreter) -> None:
    assert interpreter.call("builtins:int", "ff", base=16) == 255


def test_a_function_object_is_called_there_by_its_name(interpreter: isolde.Interpreter) -> None:
    assert interpreter.call(math.hypot, 3, 4) == 5.0


def test_exec_runs_in_the_main_module(interpreter: isolde.Interpreter) -> None:
    interpreter.exec("def double(x): return 2 * x")
    assert interpreter.call("__main__:double", 21) == 42


def test_its_modules_are_its_own(interpreter: isolde.Interpreter) -> None:
    interpreter.exec("import json; json.mark = 1")
    import json

    assert not hasattr(json, "mark")


def test_an_exception_is_raised_here_with_its_own_traceback_as_cause(
    interpreter: isolde.Interpreter,
) -> None:
    with pytest.raises(ZeroDivisionError, match=r"^division by zero$") as caught:
        interpreter.exec("def divide():\n    return 1 / 0\ndivide()")
    text = str(caught.value.__cause__)
    assert "in divide\n    return 1 / 0" in text
    assert "_agent" not in text
    assert "return 1 / 0" in "".join(traceback.format_exception(caught.value))


def test_an_exception_of_a_class_that_is_only_there_is_a_remote_error(
    interpreter: isolde.Interpreter,
) -> None:
    with pytest.raises(isolde.RemoteError) as caught:
        interpreter.exec("class Odd(Exception): pass\nraise Odd('seven')")
    assert str(caught.value) == "__main__.Odd: seven"
    assert caught.value.type_name == "__main__.Odd"
    assert caught.value.message == "seven"
    assert "raise Odd('seven')" in caught.value.traceback


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_what_is_no_exception_is_raised_here_too(
    interpreter: isolde.Interpreter, kind: type[BaseException]
) -> None:
    with pytest.raises(kind):
        interpreter.exec(f"raise {kind.__name__}")


def test_an_argument_that_cannot_be_pickled_is_refused(interpreter: isolde.Interpreter) -> None:
    with pytest.raises(isolde.TransferError) as caught:
        interpreter.call("builtins:len", threading.Lock())
    assert str(caught.value) == (
        f"the arguments of 'builtins:len' cannot go from this Python {_here()} to "
        f"{_inner(interpreter)}: cannot pickle '_thread.lock' object; "
        "pass what pickle takes, or make the object there"
    )


def test_a_result_that_cannot_be_pickled_is_refused(interpreter: isolde.Interpreter) -> None:
    with pytest.raises(isolde.TransferError) as caught:
        interpreter.call("_thread:allocate_lock")
    assert str(caught.value) == (
        f"the result of '_thread:allocate_lock' cannot come from {_inner(interpreter)} to "
        f"this Python {_here()}: TypeError: cannot pickle '_thread.lock' object; "
        "return what pickle takes, or keep the object there"
    )


def test_a_lambda_is_refused(interpreter: isolde.Interpreter) -> None:
    with pytest.raises(isolde.TransferError, match="make the object there"):
        interpreter.call(lambda: 1)


def test_threads_call_at_once_and_keep_their_thread_locals(
    interpreter: isolde.Interpreter,
) -> None:
    interpreter.exec(
        "import threading\nlocal = threading.local()\n"
        "def count():\n    local.n = getattr(local, 'n', 0) + 1\n    return local.n"
    )
    counts: list[int] = []

    def work() -> None:
        for _ in range(50):
            last = interpreter.call("__main__:count")
        counts.append(last)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [50] * 8


_STATES = """
import ctypes
def function(name, *arguments):
    made = ctypes.pythonapi[name]
    made.restype, made.argtypes = ctypes.c_void_p, arguments
    return made
first = function("PyInterpreterState_ThreadHead", ctypes.c_void_p)
following = function("PyThreadState_Next", ctypes.c_void_p)
def states():
    state, count = first(function("PyInterpreterState_Get")()), 0
    while state:
        state, count = following(state), count + 1
    return count
"""


def test_a_thread_that_ends_leaves_no_state_behind() -> None:
    with isolde.Interpreter() as interpreter:
        interpreter.exec(_STATES)
        threads = len(list(Path("/proc/self/task").iterdir()))
        for _ in range(5):
            thread = threading.Thread(target=interpreter.exec, args=("pass",))
            thread.start()
            thread.join()
        while len(list(Path("/proc/self/task").iterdir())) > threads:
            os.sched_yield()
        assert interpreter.call("__main__:states") == 1


def test_its_output_goes_to_files_of_the_host() -> None:
    out, err = io.StringIO(), io.StringIO()
    with isolde.Interpreter(stdout=out, stderr=err) as interpreter:
        interpreter.exec(
            "import sys, threading\nprint('größer')\nprint('bad', file=sys.stderr)\n"
            "sys.stdout.buffer.write(b'raw\\n')\n"
            "t = threading.Thread(target=print, args=['thread']); t.start(); t.join()"
        )
    assert out.getvalue() == "größer\nraw\nthread\n"
    assert err.getvalue() == "bad\n"


def test_a_closed_file_of_the_host_is_an_error_there() -> None:
    out = io.StringIO()
    with isolde.Interpreter(stdout=out) as interpreter:
        out.close()
        with pytest.raises(OSError, match=r"^ValueError in the host: I/O operation on closed file"):
            interpreter.exec("print('lost')")


def test_path_comes_first_and_argv_is_what_was_given() -> None:
    with isolde.Interpreter(path=["/first"], argv=["a", "b"]) as interpreter:
        interpreter.exec("import sys\ndef facts(): return sys.path[0], sys.argv")
        assert interpreter.call("__main__:facts") == ("/first", ["a", "b"])


def test_it_says_which_python_it_is(interpreter: isolde.Interpreter) -> None:
    assert interpreter.name == interpreter.space.name == "inner"
    assert repr(interpreter) == f"<Interpreter 'inner' Python {interpreter.python.version}>"
    assert interpreter.call("platform:python_version") == interpreter.python.version


def test_the_hosts_isolde_can_be_imported_there(interpreter: isolde.Interpreter) -> None:
    interpreter.exec("import isolde\ndef where(): return isolde.__file__")
    assert interpreter.call("__main__:where") == isolde.__file__


def test_it_cannot_be_pickled(interpreter: isolde.Interpreter) -> None:
    import pickle

    with pytest.raises(TypeError, match=re.escape("it lives in this process only")):
        pickle.dumps(interpreter)


def test_exec_takes_source_for_text_whatever_its_cookie_says(
    interpreter: isolde.Interpreter,
) -> None:
    interpreter.exec("# coding: latin-1\ndef letter(): return 'ä'")
    assert interpreter.call("__main__:letter") == "ä"


def test_exec_refuses_source_with_a_null_character(interpreter: isolde.Interpreter) -> None:
    with pytest.raises((SyntaxError, ValueError), match="null bytes"):
        interpreter.exec("a = 1\0\nb = 2")


def test_exec_does_not_make_the_classes_of_ast() -> None:
    with isolde.Interpreter() as fresh:
        fresh.exec("made = [each for each in object.__subclasses__() if each.__module__ == 'ast']")
        fresh.exec("assert made == [], made")
