"""Calls into a private interpreter: values in, values or exceptions out."""

from __future__ import annotations

import importlib
import io
import math
import os
import re
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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


_HOSTILE = {
    "str": ("__str__", "raise SystemExit(3)", "__main__.Odd: <its str() failed>"),
    "subclass": ("__str__", "return type('Text', (str,), {})('text')", "__main__.Odd: text"),
    "pickle": ("__reduce__", "raise SystemExit(3)", "__main__.Odd"),
    "unpickle": ("__reduce__", "return __import__('sys').exit, (3,)", "__main__.Odd"),
}


@pytest.mark.parametrize(("method", "body", "text"), _HOSTILE.values(), ids=_HOSTILE.keys())
def test_an_exception_arrives_whatever_its_own_methods_do(
    interpreter: isolde.Interpreter, method: str, body: str, text: str
) -> None:
    with pytest.raises(isolde.RemoteError) as caught:
        interpreter.exec(f"class Odd(Exception):\n def {method}(self): {body}\nraise Odd")
    assert str(caught.value) == text


def test_an_exception_arrives_where_tracebacks_cannot_be_formatted() -> None:
    with isolde.Interpreter() as interpreter, pytest.raises(ValueError, match=r"^seven$") as caught:
        interpreter.exec(
            "import traceback; del traceback.format_exception; raise ValueError('seven')"
        )
    assert str(caught.value.__cause__) == '\n"""\n<its traceback failed>"""'


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


def test_a_result_whose_class_is_only_there_is_refused(interpreter: isolde.Interpreter) -> None:
    interpreter.exec(
        "import sys, types\nonly = sys.modules['only'] = types.ModuleType('only')\n"
        "exec('class Text(str): pass\\ndef made(): return Text()', only.__dict__)"
    )
    with pytest.raises(isolde.TransferError) as caught:
        interpreter.call("only:made")
    assert str(caught.value) == (
        f"the result of 'only:made' cannot come from {_inner(interpreter)} to "
        f"this Python {_here()}: ModuleNotFoundError: No module named 'only'; "
        "return what pickle takes, or keep the object there"
    )
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_a_lambda_is_refused(interpreter: isolde.Interpreter) -> None:
    with pytest.raises(isolde.TransferError, match="make the object there"):
        interpreter.call(lambda: 1)


@pytest.mark.parametrize(
    ("spelling", "example"),
    [
        ("os.path.join", "os.path:join"),
        ("len", "builtins:len"),
        ("os:", "os:path"),
        (":f", "os:path"),
        ("", "os:path"),
    ],
)
def test_a_text_that_names_no_function_is_refused(
    interpreter: isolde.Interpreter, spelling: str, example: str
) -> None:
    with pytest.raises(ValueError, match=r"names no function") as caught:
        interpreter.call(spelling)
    assert str(caught.value).startswith(
        f"{spelling!r} names no function: write 'module:function', like "
    )
    if example != "os:path":
        assert str(caught.value).endswith(f"like {example!r}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"path": "src"}, "path is a list of texts: path=['src'], not 'src'"),
        ({"argv": "-v"}, "argv is a list of texts: argv=['-v'], not '-v'"),
        ({"stdout": "out.txt"}, "stdout is an open text file, not str"),
        ({"stderr": 2}, "stderr is an open text file, not int"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        isolde.Interpreter(**arguments)
    assert str(caught.value) == message


def test_a_time_limit_is_a_number(interpreter: isolde.Interpreter) -> None:
    with pytest.raises(ValueError, match="could not convert string to float: 'soon'"):
        interpreter.time_limit("soon")  # type: ignore[arg-type]


INSIDE = (
    "isolate does not work inside an isolde.Interpreter, whose packages live in its space "
    "together; isolate them in the host, or give each an Interpreter of its own"
)


def test_isolate_is_refused_inside(interpreter: isolde.Interpreter) -> None:
    with pytest.raises(RuntimeError) as caught:
        interpreter.call("isolde:isolate", "msgspec")
    assert str(caught.value) == INSIDE
    assert interpreter.call("isolde:isolated") == []


@pytest.mark.parametrize("function", ["isolate_from('msgspec')", "isolate_from_environment()"])
def test_packages_that_the_environment_isolates_are_told_of_inside_once(function: str) -> None:
    said = io.StringIO()
    with isolde.Interpreter(stderr=said) as inner:
        inner.exec(
            "import os, isolde.packages\n"
            "os.environ['ISOLDE_ISOLATE'] = 'msgspec'\n"
            f"for _ in range(2): isolde.packages.{function}\n"
            "del os.environ['ISOLDE_ISOLATE']"
        )
        assert inner.call("isolde:isolated") == []
    assert said.getvalue() == f"isolde: ISOLDE_ISOLATE is ignored: {INSIDE}\n"


def test_what_is_no_source_text_is_refused(interpreter: isolde.Interpreter) -> None:
    with pytest.raises(TypeError) as caught:
        interpreter.exec(b"pass")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "exec takes source text (str), not bytes; a function is run by call(), "
        "a file by exec(open(file).read())"
    )


def test_a_module_that_is_only_here_is_named(
    interpreter: isolde.Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("def f(): pass")
    monkeypatch.syspath_prepend(tmp_path)
    only_here = importlib.import_module("only_here")
    with pytest.raises(isolde.TransferError) as caught:
        interpreter.call(only_here.f)
    assert str(caught.value) == (
        f"the call of 'f' came from this Python {_here()}, but {_inner(interpreter)} cannot "
        "unpickle it: ModuleNotFoundError: No module named 'only_here'; functions and classes "
        "must stand at the top of modules that can be imported there, from its environment or "
        "from path="
    )
    assert "ModuleNotFoundError" in str(caught.value.__cause__)


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


class _File(io.StringIO):
    """Does something each time it is written to."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act

    def write(self, text: str) -> int:
        self._act()
        return super().write(text)


def test_a_file_of_the_host_that_exits_is_an_error_there() -> None:
    with (
        isolde.Interpreter(stdout=_File(sys.exit)) as interpreter,
        pytest.raises(OSError, match=r"^SystemExit in the host: $"),
    ):
        interpreter.exec("print('lost')")


def test_a_file_of_the_host_may_call_back_from_a_thread_that_is_not_the_hosts() -> None:
    def call_back() -> None:
        inner.call("math:sqrt", 4.0)

    out = _File(call_back)
    with isolde.Interpreter(stdout=out) as inner:
        inner.exec(
            "import threading\nfor _ in range(2):\n"
            "    t = threading.Thread(target=print, args=['hi']); t.start(); t.join()"
        )
    assert out.getvalue() == "hi\nhi\n"


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


def test_isolde_works_there_and_leaves_the_hosts_alone(tmp_path: Path) -> None:
    """The hook for refused calls is the process's: a closed interpreter's would crash it."""
    source = tmp_path / "script.py"
    source.write_text(
        "import ctypes, isolde\n"
        "class Closing:\n"
        "    @property\n"
        "    def _as_parameter_(self):\n"
        "        space.close()\n"
        "        return 0\n"
        "with isolde.Interpreter() as interpreter:\n"
        "    interpreter.exec('import isolde\\n'\n"
        '        \'with isolde.Space() as s: print(s.load("libz.so.1").crc32(0, b"a", 1))\')\n'
        "space = isolde.Space()\n"
        "crc32 = space.load('libz.so.1').crc32\n"
        "try:\n"
        "    crc32(Closing(), b'a', 1)\n"
        "except isolde.ClosedError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, str(source)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout.splitlines()[0], done.stderr) == (0, "-390611389", "")
    assert "closed" in done.stdout.splitlines()[1]


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
