"""`isolde python` is python: the same output, the same errors, the same exit status."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys

import pytest

from tests.end_to_end.python.starting import MACHINES, Machine

_TELL = """import os, sys
main = sys.modules["__main__"]
print(main.__dict__ is globals(), __name__, sorted(globals()))
print(globals().get("__file__"), __package__, getattr(__spec__, "name", None), type(__loader__))
print(sys.argv, getattr(sys, "orig_argv", None), sys.path[0], sys.flags, sys.warnoptions)
print(sys._xoptions, sys.executable, sys.prefix, [p for p in sys.path if "importable" not in p])
print(sorted(os.environ.items() - {("GLIBC_TUNABLES", os.environ.get("GLIBC_TUNABLES"))}))
print(sorted(name for name in sys.modules if "isolde" in name or "custom" in name))
"""
_COMMANDS = [
    ("tell.py",),
    ("./folder/tell.py", "-a", "--b", "--python", "-c"),
    ("folder",),
    ("archive.zip", "x"),
    ("-m", "tell", "-v", "--isolate", "x"),
    ("-m", "package", "1"),
    ("-m", "package.module"),
    ("-mtell", "1"),
    ("-c", _TELL, "-x", "--list", "y"),
    ("-uc", _TELL),
    ("-", "a", "b"),
    (),
    ("-O", "-u", "-B", "tell.py"),
    ("-bbOO", "-Wdefault", "-X", "utf8", "tell.py"),
    ("-W", "ignore", "-Xdev", "-s", "tell.py", "-E"),
    ("-q", "-x", "tell.py"),
    ("--check-hash-based-pycs", "never", "tell.py"),
    ("--", "tell.py", "--json"),
    ("-I", "tell.py"),
    ("-ES", "tell.py"),
    ("-V",),
    ("missing.py",),
    ("-m", "missing"),
    ("--nonsense",),
    ("-Z",),
    ("-c",),
    ("raises.py",),
    ("-m", "raises"),
    ("-c", "def f(): 1/0\nf()"),
    ("syntax.py",),
    ("-c", "import sys; sys.exit(3)"),
    ("-c", "import sys; sys.exit('words')"),
    ("-c", "import os; os._exit(200)"),
    ("-c", "import atexit; atexit.register(print, 'late', __name__)"),
    ("-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"),
    ("-c", "raise KeyboardInterrupt"),
    ("-c", "import signal; print(signal.getsignal(signal.SIGPIPE), signal.pthread_sigmask(0, []))"),
    ("-m", "pdb", "-c", "continue", "tell.py"),
    ("-m", "trace", "--count", "--summary", "raises.py"),
]


@pytest.fixture
def scripts(machine: Machine) -> Machine:
    raises = "class Wrong(Exception): pass\ndef inner():\n    raise Wrong('no')\ninner()\n"
    machine.write("tell.py", _TELL)
    machine.write("folder/tell.py", _TELL)
    machine.write("folder/__main__.py", _TELL)
    machine.write("package/__init__.py", "print('package', __name__)\n")
    machine.write("package/__main__.py", _TELL)
    machine.write("package/module.py", _TELL)
    machine.write("raises.py", raises)
    machine.write("syntax.py", "def f(:\n")
    subprocess.run(
        [sys.executable, "-m", "zipfile", "-c", "archive.zip", "folder/__main__.py"],
        cwd=machine.folder,
        check=True,
    )
    return machine


@pytest.mark.parametrize("machine", MACHINES[:2], indirect=True)
@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_a_command_line_does_the_same(scripts: Machine, command: tuple[str, ...]) -> None:
    # -B as a variable: a first run must not leave behind what the second one finds.
    plain = scripts.plain(*command, given=_TELL, PYTHONDONTWRITEBYTECODE="1")
    ours = scripts.isolde(*command, given=_TELL, PYTHONDONTWRITEBYTECODE="1")
    assert ours == plain


@pytest.mark.parametrize("machine", MACHINES[:2], indirect=True)
@pytest.mark.parametrize("path", ["here", "here:there", ":", "here:"])
def test_the_users_pythonpath_is_as_it_was(scripts: Machine, path: str) -> None:
    plain = scripts.plain("tell.py", PYTHONPATH=path)
    assert scripts.isolde("tell.py", PYTHONPATH=path) == plain


_CUSTOM = """import sys
sys.seen = sorted(name for name in sys.modules if "custom" in name)
print("custom", __file__, __name__, __spec__.name, sys.seen)
"""


def test_the_users_sitecustomize_runs(machine: Machine) -> None:
    machine.write("own/sitecustomize.py", _CUSTOM)
    code = "import sitecustomize; print(sitecustomize.__file__)"
    plain = machine.plain("-c", code, PYTHONPATH="own")
    assert plain.out.startswith("custom")
    assert machine.isolde("-c", code, PYTHONPATH="own") == plain


@pytest.mark.parametrize("machine", MACHINES[-2:], indirect=True)
@pytest.mark.parametrize("code", ["1/0", "import missing", "raise ImportError('x')", "def f(:"])
def test_the_users_sitecustomize_fails_as_it_does(machine: Machine, code: str) -> None:
    machine.write("own/sitecustomize.py", code)
    plain = machine.plain("-c", "print('went on')", PYTHONPATH="own")
    assert machine.isolde("-c", "print('went on')", PYTHONPATH="own") == plain


def test_children_inherit_nothing_of_it(machine: Machine) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, 'child.py'])"
    machine.write("child.py", "import os, sys; print(sys.path, os.environ.get('PYTHONPATH'))")
    done = machine.isolde("-c", code)
    assert done == machine.plain("-c", code)
    assert "startup" not in done.out


_WORKERS = """import multiprocessing, os, pickle, sys
class Thing:
    def __eq__(self, other): return type(self) is type(other)
def work(thing):
    assert thing == Thing()
    return os.getpid(), "isolde" if ISOLDE else ""
ISOLDE = False
if sys.version_info >= (3, 10) and "plain" not in sys.argv:
    import isolde
    ISOLDE = isolde.Space is not None
if __name__ == "__main__":
    assert pickle.loads(pickle.dumps(Thing())) == Thing()
    for method in "spawn", "fork", "forkserver":
        with multiprocessing.get_context(method).Pool(1) as pool:
            pid, said = pool.map(work, [Thing()])[0]
            print(method, pid != os.getpid(), said)
"""


def test_multiprocessing_works_and_its_workers_import_isolde(machine: Machine) -> None:
    machine.write("workers.py", _WORKERS)
    said = "" if machine.version.startswith("3.9.") else "isolde"
    done = machine.isolde("workers.py")
    assert done.out == "".join(f"{how} True {said}\n" for how in ("spawn", "fork", "forkserver"))
    assert (done.status, done.err) == (0, "")


def test_a_broken_pipe_is_what_it_is_to_python(machine: Machine) -> None:
    code = "import sys\nfor _ in range(100000): print('x' * 100)"
    process = subprocess.Popen(
        [*machine.command, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert "BrokenPipeError" in process.stderr.read()
    process.stderr.close()
    assert process.wait() in (1, 120)


def test_a_signal_ends_the_python_itself(machine: Machine) -> None:
    code = "import signal, sys; print('here', flush=True); signal.pause()"
    process = subprocess.Popen(
        [*machine.command, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGINT
    assert err.endswith("KeyboardInterrupt\n")


def _started(machine: Machine, code: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([*machine.command, "-c", code], stdout=pipe, stderr=pipe, text=True)


def test_nothing_but_options_is_interactive(machine: Machine) -> None:
    """In a terminal: prompts, and the value of an expression."""
    for arguments in ((), ("-i", "-c", "x = 41")):
        text = _typed(machine, arguments, b"globals().get('x', 41) + 1\r")
        assert ">>> " in text
        assert "\n42" in text.replace("\r", "")


def _typed(machine: Machine, arguments: tuple[str, ...], line: bytes) -> str:
    ours, theirs = pty.openpty()
    command = [*machine.command, *arguments]
    environ = {**os.environ, "TERM": "dumb", "PYTHON_BASIC_REPL": "1", "PYTHONSTARTUP": ""}
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ)
    os.close(theirs)
    os.write(ours, line + b"exit()\r")
    text = b""
    try:
        while part := os.read(ours, 4096):
            text += part
    except OSError:
        pass  # the terminal's other end is closed
    os.close(ours)
    assert process.wait(timeout=30) == 0
    return text.decode()
