"""A private CPython: in a space, with its own GIL, modules, packages and native libraries."""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
from _thread import allocate_lock, get_ident, start_new_thread
from contextlib import suppress

from isolde import _core
from isolde.errors import BusyError, ClosedError, IsoldeError, RemoteError, TransferError
from isolde.interpreter import _agent, _native
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

_BOOTSTRAP = """\
import sys
from _frozen_importlib import module_from_spec
from _frozen_importlib_external import spec_from_file_location
spec = spec_from_file_location("_isolde_agent", {file!r})
agent = sys.modules["_isolde_agent"] = module_from_spec(spec)
spec.loader.exec_module(agent)
dispatch = agent.start(ask, forks, {path!r}, {argv!r}, {streams!r})
"""

_live: dict[int, Interpreter] = {}


class Interpreter:
    """A CPython of its own inside this process."""

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
        """Start it."""
        self._python = known_python(python, venv)
        self._streams = {ord("o"): stdout, ord("r"): stderr}
        self._space = Space(name)
        self._name = self._space.name if name is None else name
        self._closed = self._torn_down = False
        self._script_told = False
        self._guest = 0
        self._callers: dict[int, int] = {}  # threads with a call, and how deep
        self._interrupts: dict[int, Raised] = {}
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
        program = self._python.executable or f"{self._python.prefix}/bin/python3"
        streams = "".join(chr(kind) for kind, file in self._streams.items() if file is not None)
        source = _BOOTSTRAP.format(file=_agent.__file__, path=path, argv=argv, streams=streams)
        fault = _native.start(
            self._guest,
            library._live_handle(),
            [os.fsencode(program)],
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
    def space(self) -> Space:
        """The space it lives in; only its interpreter can close it."""
        return self._space

    @property
    def closed(self) -> bool:
        """Whether it takes no calls any more."""
        return self._closed

    # -- calls -----------------------------------------------------------------------------------

    def exec(self, source: str) -> None:
        """Execute SOURCE in its __main__."""
        self._asked(b"x" + source.encode("utf-8", "surrogatepass"), "exec")

    def call(self, function: str | Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call FUNCTION there, and return its result."""
        try:
            message = _agent.dumps((function, args, kwargs))
        except Exception as error:
            self._refuse_arguments(function, error)
        request = message if type(message) is bytes else message[0]
        if b"__main__" in request:
            message = self._naming_script(message)
        return self._asked(message, function)

    def _asked(self, message: Any, function: object) -> Any:
        """What it answers to MESSAGE; FUNCTION is for error messages."""
        thread = get_ident()
        self._callers[thread] = self._callers.get(thread, 0) + 1
        try:
            answer = _native.library().isolde_guest_call(self._guest, message)
        finally:
            if self._callers[thread] == 1:
                del self._callers[thread]
            else:
                self._callers[thread] -= 1
            wanted = self._interrupts.pop(thread, None)
        if type(answer) is int:
            self._refuse(answer, wanted)
        return self._result(answer, function, wanted) if answer else None

    def _result(self, answer: Any, function: object, wanted: Raised | None) -> Any:
        pickled, buffers = _agent._parts(answer)
        kind = pickled[0]
        if kind == 0x80:
            import _pickle

            try:
                return _pickle.loads(pickled, buffers=buffers)
            except Exception as error:
                self._refuse_result(function, f"{type(error).__name__}: {error}", error)
        if kind == ord("t"):
            self._refuse_result(function, str(pickled[1:], "utf-8"))
        if kind == ord("n"):
            self._refuse_name(str(pickled[1:], "utf-8"))
        return self._raise(pickled[1:], wanted)

    # -- what goes wrong -------------------------------------------------------------------------

    def _raise(self, pickled: Any, wanted: Raised | None) -> NoReturn:
        """Raise what was raised there, or what whoever interrupted it WANTED."""
        import _pickle

        facts, kind, name, text, trace = _pickle.loads(pickled)
        error: BaseException | None = None
        try:
            error = _pickle.loads(facts) if facts else None
        except Exception:
            error = None
        if not isinstance(error, BaseException):
            error = RemoteError(_qualified(kind, name), text, trace)
        if isinstance(error, KeyboardInterrupt):
            error = _instance(wanted) or error
        raise error from RemoteTraceback(trace)

    def _refuse(self, answer: int, wanted: Raised | None) -> NoReturn:
        if answer == _native.INTERRUPTED:
            raise _instance(wanted) or KeyboardInterrupt
        if answer == _native.OF_PARENT:
            raise ClosedError(
                f"interpreter {self._name!r} was made in the parent of this process, and a fork "
                f"brings only one thread along: make a new Interpreter here"
            )
        if answer == _native.CLOSED:
            raise ClosedError(f"interpreter {self._name!r} is closed")
        raise RemoteError(
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

    def _refuse_result(
        self, function: object, error: str, cause: Exception | None = None
    ) -> NoReturn:
        here, there = self._sides()
        raise TransferError(
            f"the result of {_spelled(function)} cannot come from {there} to {here}: {error}; "
            "return what pickle takes, or keep the object there"
        ) from cause

    def _refuse_name(self, name: str) -> NoReturn:
        here, there = self._sides()
        raise TransferError(
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
        """Interrupt the calls that run now; how many that are."""
        threads = list(self._callers)
        return sum(self._interrupt(thread, exception) for thread in threads)

    def _interrupt(self, thread: int, exception: Raised) -> int:
        self._interrupts[thread] = exception
        count = _native.interrupt(self._guest, thread)
        if not count and thread not in self._callers:  # else it is about to look
            self._interrupts.pop(thread, None)
        return count

    def time_limit(self, seconds: float) -> TimeLimit:
        """For `with`: calls of this thread in the block raise TimeoutError after SECONDS."""
        return TimeLimit(self, seconds)

    # -- what it asks ----------------------------------------------------------------------------

    def _answer(self, message: Any) -> bytes:
        """Its standard streams write to files of ours."""
        text, _ = _agent._parts(message)
        file = self._streams.get(text[0])
        try:
            if file is not None:
                file.write(str(text[1:], "utf-8", "surrogatepass"))
        except Exception as error:
            return f"{type(error).__name__} in the host: {error}".encode("utf-8", "replace")
        return b""

    # -- the end ---------------------------------------------------------------------------------

    def close(self) -> None:
        """End it: its threads, what it registered with atexit, its memory."""
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


class RemoteTraceback(Exception):
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

    def __enter__(self) -> None:
        """The time begins."""
        self._thread = get_ident()
        self._over = allocate_lock()
        self._over.acquire()
        start_new_thread(self._watch, ())

    def __exit__(self, *exception: object) -> None:
        """The calls were done in time, or not."""
        self._over.release()

    def _watch(self) -> None:
        """Interrupt once; wake up again and again, in case the thread was about to wait."""
        pause = self._seconds
        error = TimeoutError(
            f"interpreter {self._interpreter.name!r} took longer than {self._seconds} s"
        )
        while not self._over.acquire(timeout=pause):
            self._interpreter._interrupt(self._thread, error)
            pause = 0.001 if pause == self._seconds else min(2 * pause, 0.1)


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
