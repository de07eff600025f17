"""A private CPython: in a space, with its own GIL, modules, packages and native libraries.

A call runs on the thread that makes it.  One native function (`core/interpreter/calls.c`) gives up
the host's GIL, takes the guest's, hands over a message, and comes back with another; each message
is a pickle with its buffers beside it (`_agent.py`), which stay where they are
(`core/interpreter/pins.c`).  The native half knows both Pythons by tables of functions, no header
of either, so that one build serves every pair of versions.

What was tried, or thought of, and dropped:

- a thread for each guest, which calls are handed to: two switches of thread a call, and Ctrl-C
  reaches a host thread that waits in vain;
- the guest's ctypes for the way back: 1.5 ms of every start;
- Py_InitializeEx, which aborts the process where Py_InitializeFromConfig returns an error;
- the option -S for starts that leave site out (`_site.py`): `sys.flags.no_site` would go on to the
  guest's child processes and subinterpreters.

The way of a space's end is that of an interpreter's: closed for calls at once, ended when nobody
can notice (see `close`).  An interpreter that is not closed lives until the process ends.
"""

# ruff: noqa: PTH100, PTH120
from __future__ import annotations

import atexit
import ctypes
import os
import sys
from _thread import TIMEOUT_MAX, RLock, allocate_lock, get_ident, start_new_thread
from contextlib import suppress
from itertools import count

from isolde import _core
from isolde.errors import BusyError, ClosedError, IsoldeError, RemoteError, TransferError
from isolde.interpreter import _agent, _native, _site
from isolde.interpreter._known import known_python
from isolde.space import Space

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Any, NoReturn, TextIO

    from isolde.interpreter.choice import Path
    from isolde.interpreter.installation import Python

    Raised = BaseException | type[BaseException]

# Compiling the agent takes longer than starting the interpreter, and its .pyc may not be writable:
# the first interpreter of a version gives its code to the host, which has it for all the others.
_BOOTSTRAP = """\
import marshal, sys
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader
files = {files!r}
codes = ask(b"c" + MAGIC_NUMBER)
if not codes:
    codes = marshal.dumps([SourceFileLoader(*each).get_code(each[0]) for each in files.items()])
    ask(b"d" + MAGIC_NUMBER + codes)
for (name, file), code in zip(files.items(), marshal.loads(codes)):
    module = sys.modules[name] = type(sys)(name)
    module.__file__ = file
    exec(code, module.__dict__)
sys.modules["_isolde_site"].arrive(ask)
dispatch = module.start(ask, brackets, compiled, forks, {path!r}, {argv!r}, {streams!r})
"""
_FILES = {"_isolde_site": _site.__file__, "_isolde_agent": _agent.__file__}
_MAGIC_SIZE = 4
_agent_codes: dict[bytes, bytes] = {}
_sites: dict[tuple[str, str], bytes] = {}  # what site did, as `_site.py` tells it

_live: dict[int, Interpreter] = {}


class Interpreter:
    """A CPython of its own inside this process.

    The thread that makes it is its main thread: its signal handlers run there.  All methods may be
    called from any thread; calls run at the same time as far as the interpreter's GIL lets them.
    """

    def __init__(
        self,
        python: Path | Python | None = None,
        *,
        venv: Path | None = None,
        path: Iterable[str | os.PathLike[str]] = (),
        name: str | None = None,
        argv: Iterable[str] = ("",),
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        """Start it.

        python, venv: which one, as for `find_python`: the running Python when both are None.
        path: folders put before the rest of its `sys.path`.
        name: for messages; that of its space.
        argv: its `sys.argv`.
        stdout, stderr: text files that get what it writes, from any thread; None: the process's.
        Raises PythonNotFoundError, LoadError, and IsoldeError when it does not start.
        """
        refuse_while_the_script_is_run_again()
        _check_arguments(path, argv, stdout, stderr)
        self._python = known_python(python, venv)
        self._streams = {ord("o"): stdout, ord("r"): stderr}
        self._space = Space(name)
        self._name = self._space.name if name is None else name
        self._closed = self._torn_down = False
        self._script_told = False
        self._guest = 0
        self._numbers = count(1)
        self._callers: dict[int, int] = {}  # the number of a call: its thread
        self._interrupts: dict[int, Raised] = {}
        self._interrupting = RLock()  # a signal handler may make calls, too
        try:
            self._start([os.fspath(each) for each in path], list(argv))
        except BaseException:
            self._give_up()
            raise
        _live[self._guest] = self

    def _start(self, path: list[str], argv: list[str]) -> None:
        library = self._space.load(self._python.path, ctypes.RTLD_GLOBAL)
        self._guest = _native.new(self._space._pointer)
        _core.call_enter(self._space._pointer)
        streams = "".join(chr(kind) for kind, file in self._streams.items() if file is not None)
        source = _BOOTSTRAP.format(files=_FILES, path=path, argv=argv, streams=streams)
        fault = _native.start(
            self._guest,
            library._live_handle(),
            [os.fsencode(self._program)],
            source.encode("utf-8", "surrogateescape"),
            self._answer,
            self._tear_down,
        )
        if fault is not None:
            raise IsoldeError(
                f"Python {self._python.version} ({self._python.path}) does not start "
                f"in a space: {fault}"
            )

    def _give_up(self) -> None:
        self._closed = True
        if self._guest:
            _native.close(self._guest)
            self._tear_down()
        else:
            self._space.close()

    # -- what it is ------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Its name, which is its space's."""
        return self._name

    @property
    def python(self) -> Python:
        """Which Python it runs."""
        return self._python

    @property
    def _program(self) -> str:
        return self._python.executable or f"{self._python.prefix}/bin/python3"

    @property
    def space(self) -> Space:
        """The space it lives in; only its interpreter can close it."""
        return self._space

    @property
    def closed(self) -> bool:
        """Whether it takes no calls any more."""
        return self._closed

    # -- calls -----------------------------------------------------------------------------------

    def exec(self, source: str) -> None:
        """Execute SOURCE in its __main__; what it raises is raised here."""
        if not isinstance(source, str):
            raise TypeError(
                f"exec takes source text (str), not {type(source).__name__}; "
                "a function is run by call(), a file by exec(open(file).read())"
            )
        self._flush()
        self._asked(b"x" + source.encode("utf-8", "surrogatepass"), "exec")

    def call(self, function: str | Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call FUNCTION there, and return its result.

        function: "module:name", with dots in the name followed; or a function, by its name.
        Arguments and results are pickled; buffers that are out of band, and memoryviews, are not
        copied.  What it raises is raised here, with the remote traceback as `__cause__`:
        RemoteError if its own type cannot be had here.  TransferError: a value cannot be pickled,
        or cannot be made again on the other side.  ValueError: a text that is no "module:name".
        ClosedError: it is closed, or was made in the parent of this process.
        """
        if type(function) is str:
            _check_spelling(function)
        self._flush()
        return self._asked(self._question(function, args, kwargs), function)

    def _flush(self) -> None:
        """What was printed here comes before what is printed there."""
        if self._streams[ord("o")] is None and sys.stdout is not None:
            with suppress(OSError, ValueError):  # closed, or a full disk: not the call's
                sys.stdout.flush()

    def _question(self, function: object, args: object, kwargs: object) -> Any:
        try:
            message = _agent.dumps((function, args, kwargs))
        except Exception as error:
            self._refuse_arguments(function, error)
        request, _ = _agent._parts(message)
        return self._naming_script(message) if b"__main__" in request else message

    def _asked(self, message: Any, function: object) -> Any:
        """What it answers to MESSAGE; FUNCTION is for error messages.

        What is raised here refers to this frame: it may keep no buffers, nor itself.
        """
        call = next(self._numbers)
        self._callers[call] = get_ident()
        try:
            answer = _native.library().isolde_guest_call(self._guest, message, call)
        finally:
            del message
            with self._interrupting:
                del self._callers[call]
                wanted = self._interrupts.pop(call, None)
        if not answer:
            return None
        pickled: Any = None
        buffers: Any = None
        try:
            if type(answer) is int:
                raise self._refusal(answer, wanted)
            pickled, buffers = _agent._parts(answer)
            if pickled[0] != 0x80:
                raise self._error(pickled, function, wanted)
            return self._loaded(pickled, buffers, function)
        finally:
            answer = pickled = buffers = wanted = None

    def _loaded(self, pickled: Any, buffers: Any, function: object) -> Any:
        import _pickle

        try:
            return _pickle.loads(pickled, buffers=buffers)
        except Exception as error:
            del pickled, buffers
            raise self._no_result(function, f"{type(error).__name__}: {error}") from error

    def _error(self, pickled: Any, function: object, wanted: Raised | None) -> BaseException:
        kind = pickled[0]
        if kind == ord("a"):
            return self._no_arrival(function, pickled[1:])
        if kind == ord("t"):
            return self._no_result(function, str(pickled[1:], "utf-8"))
        if kind == ord("n"):
            return self._no_name(str(pickled[1:], "utf-8"))
        return self._remote(pickled[1:], wanted)

    # -- what goes wrong -------------------------------------------------------------------------

    def _remote(self, pickled: Any, wanted: Raised | None) -> BaseException:
        """What was raised there, or what whoever interrupted it WANTED."""
        import _pickle

        facts, kind, name, text, trace = _pickle.loads(pickled)
        error: BaseException | None = None
        try:
            error = _pickle.loads(facts) if facts else None
        except (Exception, SystemExit):
            error = None
        if not isinstance(error, BaseException):
            error = RemoteError(_qualified(kind, name), text, trace)
        if isinstance(error, KeyboardInterrupt):
            error = _instance(wanted) or error
        error.__cause__ = RemoteTraceback(trace)
        return error

    def _refusal(self, answer: int, wanted: Raised | None) -> BaseException:
        if answer == _native.INTERRUPTED:
            return _instance(wanted) or KeyboardInterrupt()
        if answer == _native.OF_PARENT:
            return ClosedError(
                f"interpreter {self._name!r} was made in the parent of this process, and a fork "
                f"brings only one thread along: make a new Interpreter here"
            )
        if answer == _native.CLOSED:
            return ClosedError(f"interpreter {self._name!r} is closed")
        return RemoteError(
            "SystemError", f"interpreter {self._name!r} could not answer: see standard error"
        )

    def _sides(self) -> tuple[str, str]:
        here = ".".join(map(str, sys.version_info[:3]))
        return f"this Python {here}", f"interpreter {self._name!r} (Python {self._python.version})"

    def _refuse_arguments(self, function: object, error: Exception) -> NoReturn:
        here, there = self._sides()
        raise TransferError(
            f"the arguments of {_spelled(function)} cannot go from {here} to {there}: {error}; "
            "pass what pickle takes, or make the object there"
        ) from error

    def _no_result(self, function: object, error: str) -> TransferError:
        here, there = self._sides()
        return TransferError(
            f"the result of {_spelled(function)} cannot come from {there} to {here}: {error}; "
            "return what pickle takes, or keep the object there"
        )

    def _no_arrival(self, function: object, pickled: Any) -> TransferError:
        import _pickle

        _, kind, name, text, trace = _pickle.loads(pickled)
        here, there = self._sides()
        error = TransferError(
            f"the call of {_spelled(function)} came from {here}, but {there} cannot unpickle it: "
            f"{_qualified(kind, name)}: {text}; functions and classes must stand at the top of "
            "modules that can be imported there, from its environment or from path="
        )
        error.__cause__ = RemoteTraceback(trace)
        return error

    def _no_name(self, name: str) -> TransferError:
        here, there = self._sides()
        return TransferError(
            f"{name!r} cannot go from {here} to {there}: it is defined in a __main__ that is no "
            "file; put it into a module, or define it there with exec()"
        )

    # -- the script that made it -----------------------------------------------------------------

    def _naming_script(self, message: Any) -> Any:
        """MESSAGE names something in a __main__, ours perhaps: tell once where that is."""
        main = sys.modules["__main__"]
        file = getattr(main, "__file__", None)
        if file is not None and not self._script_told:
            self._script_told = True
            sys.modules.setdefault("__mp_main__", main)  # results name their classes by it
            spec = getattr(main, "__spec__", None)
            path = os.path.abspath(file)
            where = (spec.name if spec else "", path, os.path.dirname(path), *sys.argv)
            self._asked(b"s" + "\0".join(where).encode("utf-8", "surrogateescape"), "")
        pickled, buffers = _agent._parts(message)
        return (b"m" + pickled, *buffers) if buffers else b"m" + pickled

    # -- interrupting ----------------------------------------------------------------------------

    def interrupt(self, exception: Raised = KeyboardInterrupt) -> int:
        """Raise KeyboardInterrupt in the calls that run now; how many that are.

        exception: what their callers get instead.
        """
        with self._interrupting:
            calls = list(self._callers)
            self._interrupts.update(dict.fromkeys(calls, exception))
        return self._interrupt(calls)

    def _interrupt(self, calls: list[int]) -> int:
        return sum(_native.interrupt(self._guest, call) for call in calls)

    def _interrupt_late(self, limit: TimeLimit, error: TimeoutError) -> None:
        """The calls that are made in the block of LIMIT, but none that comes after it."""
        with self._interrupting:
            if limit.over:
                return
            calls = [call for call, thread in list(self._callers.items()) if thread == limit.thread]
            self._interrupts.update(dict.fromkeys(calls, error))
        self._interrupt(calls)

    def time_limit(self, seconds: float) -> TimeLimit:
        """For `with`: calls of this thread in the block raise TimeoutError after SECONDS.

        ValueError: SECONDS is less than 0.
        """
        return TimeLimit(self, float(seconds))

    # -- what it asks ----------------------------------------------------------------------------

    def _answer(self, message: Any) -> bytes:
        """Its standard streams write to files of ours; its first steps ask for what others told."""
        text, _ = _agent._parts(message)
        kind, rest = text[0], text[1:]
        if kind == ord("c"):
            return _agent_codes.get(bytes(rest), b"")
        if kind == ord("d"):
            _agent_codes[bytes(rest[:_MAGIC_SIZE])] = bytes(rest[_MAGIC_SIZE:])
        if kind == ord("s"):
            return _sites.get((self._python.path, self._program), b"")
        if kind == ord("t"):
            _sites[self._python.path, self._program] = bytes(rest)
        file = self._streams.get(kind)
        try:
            if file is not None:
                file.write(str(rest, "utf-8", "surrogatepass"))
        except BaseException as error:
            return f"{type(error).__name__} in the host: {error}".encode("utf-8", "replace")
        return b""

    # -- the end ---------------------------------------------------------------------------------

    def close(self) -> None:
        """End it: its threads, what it registered with atexit, its memory.

        Arrays that came from it stay usable: its memory goes with the last of them.  Closing again
        does nothing.  BusyError: a call is running; nothing has changed.
        """
        if self._closed:
            return
        calls = _native.close(self._guest)
        if calls > 0:
            are = "call is" if calls == 1 else "calls are"
            raise BusyError(f"interpreter {self._name!r} is in use: {calls} {are} running in it")
        if calls < 0:
            return
        self._closed = True
        _live.pop(self._guest, None)
        _native.library().isolde_guest_last(self._guest, b"f")
        if not _native.pinned(self._guest):
            self._tear_down()

    def _tear_down(self) -> None:
        """No call runs, and nobody uses a piece of its memory."""
        if self._torn_down:
            return
        self._torn_down = True
        _native.finish(self._guest)
        _core.call_leave(self._space._pointer)
        self._space.close()
        _native.release(self._guest)

    def __del__(self) -> None:
        """Nobody can call it any more."""
        if getattr(self, "_torn_down", False):
            _native.free(self._guest)

    def __enter__(self) -> Interpreter:
        """Itself; ClosedError when it is closed."""
        if self._closed:
            raise ClosedError(f"interpreter {self._name!r} is closed")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Its name and its Python."""
        closed = " closed" if self._closed else ""
        return f"<Interpreter {self._name!r} Python {self._python.version}{closed}>"

    def __reduce__(self) -> NoReturn:
        """Refuse: an interpreter lives in this process only."""
        raise TypeError(f"cannot pickle or copy {self!r}: it lives in this process only")


class RemoteTraceback(Exception):  # noqa: N818 (as concurrent.futures calls it)
    """The cause of an exception that came from an interpreter: where it was raised there."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        """The traceback, set off from what surrounds it."""
        return f'\n"""\n{self.text}"""'


class TimeLimit:
    """See `Interpreter.time_limit`."""

    def __init__(self, interpreter: Interpreter, seconds: float) -> None:
        self._interpreter = interpreter
        self._seconds = seconds
        if not seconds >= 0:
            raise ValueError(f"a time limit must be 0 s or longer, not {seconds:g} s")

    def __enter__(self) -> None:
        """The time begins."""
        self.thread, self.over = get_ident(), False
        self._end = allocate_lock()
        self._end.acquire()
        start_new_thread(self._watch, ())

    def __exit__(self, *exception: object) -> None:
        """The calls were done in time, or not."""
        with self._interpreter._interrupting:
            self.over = True
        self._end.release()

    def _watch(self) -> None:
        """Interrupt once; wake up again and again, in case the thread was about to wait."""
        pause = min(self._seconds, TIMEOUT_MAX)
        late: float | None = None
        error = TimeoutError(
            f"interpreter {self._interpreter.name!r} took longer than {self._seconds} s"
        )
        while not self._end.acquire(timeout=pause):
            self._interpreter._interrupt_late(self, error)
            pause = 0.001 if late is None else min(2 * late, 0.1)
            late = pause


def refuse_while_the_script_is_run_again() -> None:
    """RuntimeError in a script that an interpreter runs only for the functions in it."""
    agent = sys.modules.get("_isolde_agent")
    if agent is not None and agent._script_runs:
        raise RuntimeError(
            "an interpreter runs this script once more, for the functions in it, and so it would "
            "make interpreters without end: put what shall happen once under "
            "'if __name__ == \"__main__\":'"
        )


def _check_arguments(path: object, argv: object, *files: object) -> None:
    """What Python would take in silence, and not as it is meant."""
    for name, value in (("path", path), ("argv", argv)):
        if isinstance(value, str | bytes):
            raise TypeError(f"{name} is a list of texts: {name}=[{value!r}], not {value!r}")
    for name, file in zip(("stdout", "stderr"), files, strict=True):
        if file is not None and not hasattr(file, "write"):
            raise TypeError(f"{name} is an open text file, not {type(file).__name__}")


def _check_spelling(function: str) -> None:
    module, colon, name = function.partition(":")
    if module and name:
        return
    module, _, name = module.rpartition(".")
    example = f"{module or 'builtins'}:{name}" if name and not colon else "os.path:join"
    raise ValueError(f"{function!r} names no function: write 'module:function', like {example!r}")


def _instance(wanted: Raised | None) -> BaseException | None:
    return wanted() if isinstance(wanted, type) else wanted


def _qualified(module: str, name: str) -> str:
    return name if module == "builtins" else f"{module}.{name}"


def _spelled(function: object) -> str:
    if isinstance(function, str):
        return repr(function)
    return repr(getattr(function, "__qualname__", function))


@atexit.register
def _close_all() -> None:
    """The process ends: whatever no call runs in ends before the host's own modules do."""
    for interpreter in list(_live.values()):
        with suppress(BusyError):
            interpreter.close()
