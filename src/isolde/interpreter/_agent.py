"""What runs inside a private interpreter: it answers the host's messages.

A message is bytes, or a tuple of bytes and of buffers that stay where they are.  The first byte of
a question tells its kind: ``x`` source to execute, ``m`` a pickle with names of a __main__, ``s``
where the host's script is, ``f`` the end, and a pickle's own first byte for a call.  Of an answer:
nothing for None, a pickle's first byte for a result, ``e`` an exception, ``t`` a result that cannot
be pickled, ``n`` a name of the host's __main__ that is in no file, ``a`` why arguments could not be
made again here.

This file runs on CPython 3.9 to 3.14 and must start fast: nothing is imported before it is needed,
not even `__future__` (a file), and never `pickle`, whose C half suffices and comes in a tenth of
the time.  The host imports `dumps` from here, so that both halves pickle alike.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType, TracebackType
    from typing import Any

    Message = bytes | memoryview | tuple[bytes | memoryview, ...]

_PICKLE = 0x80  # the opcode PROTO
_STDOUT, _STDERR = b"o", b"r"

_SOURCES_KEPT = 100

_sources: "dict[str, str]" = {}
_numbers = iter(range(1, sys.maxsize))
_script: "list[str]" = []
_script_runs = False


# -- pickling, on both sides ---------------------------------------------------------------------


def dumps(value: object) -> "Message":
    """VALUE as a message whose buffers are those of the arrays in it."""
    import _pickle

    buffers: list[Any] = []
    try:
        pickled = _pickle.dumps(value, 5, buffer_callback=buffers.append)
    except TypeError as error:
        if "memoryview" not in str(error):
            raise
        buffers.clear()
        pickled = _dumps_with_views(value, buffers)
    if not buffers:
        return pickled
    return (pickled, *[buffer.raw() for buffer in buffers])


def _shape(view: "Any") -> "tuple[Any, ...]":
    """What `cast` needs to give plain bytes VIEW's format and shape; it takes no shape of (0,)."""
    return (view.format,) if view.ndim == 1 else (view.format, view.shape)


def _without_gaps(view: "Any") -> "Any":
    return memoryview(view.tobytes()).cast(*_shape(view))


def _dumps_with_views(value: object, buffers: "list[Any]") -> bytes:
    """The same where memoryviews are among the values; each object costs a call more."""
    import _pickle
    import io

    class Pickler(_pickle.Pickler):
        def reducer_override(self, value: "Any") -> "Any":
            if type(value) is not memoryview:
                return NotImplemented
            if not value.c_contiguous:
                value = _without_gaps(value)
            if value.format == "B" and value.ndim == 1:
                return memoryview, (_pickle.PickleBuffer(value),)
            plain = value.cast("B")
            plain.cast(*_shape(value))  # refuses here what the other side would refuse
            return plain.cast, _shape(value)

    file = io.BytesIO()
    Pickler(file, 5, buffer_callback=buffers.append).dump(value)
    return file.getvalue()


def _parts(message: "Any") -> "tuple[Any, tuple[memoryview, ...]]":
    return (message[0], message[1:]) if type(message) is tuple else (message, ())


# -- calls ---------------------------------------------------------------------------------------


def dispatch(message: "Message") -> "Message":
    """The answer to a message of the host."""
    try:
        try:
            return _answered(*_parts(message))
        finally:
            _flush()
    except _NoScriptError as error:
        return b"n" + str(error).encode()
    except _ArrivalError as error:
        return b"a" + _facts(error.error)
    except BaseException as error:
        return _failure(_settled(error))


def _enlist() -> object:
    """From now on the host may interrupt the call: `start` puts the native function here."""


def _compiled(_: "tuple[bytes, bytes]", /) -> "Any":
    """The code of a name and a source: `start` puts the native function here."""


def _settle() -> object:
    """Nobody interrupts it any more.  KeyboardInterrupt: somebody just has."""


def _settled(error: BaseException) -> BaseException:
    try:
        _settle()
    except KeyboardInterrupt as late:
        return late
    return error


def _answered(request: "Any", buffers: "Any") -> "Message":
    kind = request[0]
    if kind == _PICKLE:
        return _called(*_arrived(_loads, request, buffers))
    if kind == ord("x"):
        _execute(str(request[1:], "utf-8"))
        return b""
    if kind == ord("m"):
        return _called(*_arrived(_loads_with_script, request[1:], buffers))
    if kind == ord("f"):
        _finish()
    else:
        _script[:] = str(request[1:], "utf-8").split("\0")
    return b""


class _ArrivalError(Exception):
    """ERROR kept a function or its arguments from being made again here."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error)
        self.error = error


def _loads(pickled: "Any", buffers: "Any") -> "Any":
    import _pickle

    return _pickle.loads(pickled, buffers=buffers)


def _arrived(loads: "Callable[[Any, Any], Any]", pickled: "Any", buffers: "Any") -> "Any":
    try:
        return loads(pickled, buffers)
    except _NoScriptError:
        raise
    except Exception as error:
        raise _ArrivalError(error) from None


def _called(target: "Any", arguments: "Any", keywords: "Any") -> "Message":
    function = _found(target) if type(target) is str else target
    _enlist()
    result = function(*arguments, **keywords)
    _settle()
    if result is None:
        return b""
    try:
        return dumps(result)
    except Exception as error:
        return b"t" + f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace")


def _found(target: str) -> "Any":
    """The function that "module:function" names."""
    module, _, path = target.partition(":")
    if module not in sys.modules:
        __import__(module)
    function = sys.modules[module]
    for name in path.split("."):
        function = getattr(function, name)
    return function


def run_chunk(function: "Callable[..., Any]", calls: "list[tuple[Any, ...]]") -> "list[Any]":
    """What an executor's `map` sends at once."""
    return [function(*arguments) for arguments in calls]


def _execute(source: str) -> None:
    name = f"<exec {next(_numbers)}>"
    _sources[name] = source
    while len(_sources) > _SOURCES_KEPT:
        _sources.pop(next(iter(_sources)), None)
    if "\0" in source:
        code = compile(source, name, "exec", dont_inherit=True)  # raises what this version does
    else:
        code = _compiled((name.encode(), source.encode()))
    if "linecache" in sys.modules:
        _show_sources()
    _enlist()
    exec(code, sys.modules["__main__"].__dict__)
    _settle()


# -- the host's script ---------------------------------------------------------------------------


class _NoScriptError(Exception):
    """The host's __main__ is in no file."""


def _loads_with_script(pickled: "Any", buffers: "Any") -> "Any":
    """What names the host's __main__: its script runs here as __mp_main__, as under spawn."""
    import _pickle
    import io

    class Unpickler(_pickle.Unpickler):
        def find_class(self, module: str, name: str) -> "Any":
            if module == "__main__" and not hasattr(sys.modules["__main__"], name.split(".")[0]):
                _load_script(name)
                module = "__mp_main__"
            return super().find_class(module, name)

    return Unpickler(io.BytesIO(pickled), buffers=buffers).load()


def _load_script(wanted: str) -> None:
    if "__mp_main__" in sys.modules:
        return
    if not _script:
        raise _NoScriptError(wanted)
    import runpy
    import types

    global _script_runs
    name, path, folder, *argv = _script
    if sys.argv == [""]:
        sys.argv[:] = argv
    if folder not in sys.path:
        sys.path.insert(0, folder)
    _script_runs = True
    try:
        if name:
            content = runpy.run_module(name, run_name="__mp_main__", alter_sys=True)
        else:
            content = runpy.run_path(path, run_name="__mp_main__")
    finally:
        _script_runs = False
    module = types.ModuleType("__mp_main__")
    module.__dict__.update(content)
    sys.modules["__mp_main__"] = module


# -- exceptions ----------------------------------------------------------------------------------


def _show_sources() -> None:
    """Lets tracebacks show the lines of what `exec` was given."""
    import linecache

    for name, source in list(_sources.items()):
        lines = source.splitlines(True)
        linecache.cache[name] = (len(source), None, lines, name)


def _failure(error: "BaseException") -> bytes:
    return b"e" + _facts(error)


def _facts(error: "BaseException") -> bytes:
    import _pickle
    import traceback

    _show_sources()
    own = _without_agent(error.__traceback__)
    kind = type(error)
    text = _text(lambda: "".join(traceback.format_exception(kind, error, own)), "its traceback")
    error.__traceback__ = None
    try:
        pickled = _pickle.dumps(error, 5)
    except BaseException:
        pickled = None
    module = _text(lambda: str(kind.__module__), "its module")
    message = _text(lambda: str(error), "its str()")
    facts = (pickled, module, _text(lambda: kind.__qualname__, "its name"), message, text)
    return _pickle.dumps(facts, 5)


def _text(spell: "Callable[[], str]", what: str) -> str:
    """What SPELL says, as a plain str, whatever the code of an exception's class does."""
    try:
        return "".join(spell())
    except BaseException:
        return f"<{what} failed>"


def _without_agent(trace: "TracebackType | None") -> "TracebackType | None":
    first = trace
    while first is not None and first.tb_frame.f_code.co_filename == __file__:
        first = first.tb_next
    return first


# -- standard streams ----------------------------------------------------------------------------


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 (contextlib is not free)
            stream.flush()
        except Exception:  # closed, replaced by something else, or a full disk: not the call's
            pass


def _stream(ask: "Callable[[bytes], bytes]", kind: bytes) -> "Any":
    """A text file whose text goes to a file of the host's."""
    import io

    class HostFile(io.TextIOBase):
        encoding = "utf-8"
        errors = "surrogatepass"
        mode = "w"
        name = "<stdout>" if kind == _STDOUT else "<stderr>"

        def writable(self) -> bool:
            return True

        def write(self, text: str) -> int:
            if not isinstance(text, str):
                raise TypeError(f"write() argument must be str, not {type(text).__name__}")
            refusal = ask(kind + text.encode("utf-8", "surrogatepass"))
            if refusal:
                raise OSError(str(refusal, "utf-8"))
            return len(text)

    class HostBuffer(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: "Any") -> int:
            text.write(bytes(data).decode("utf-8", "replace"))
            return len(data)

    text = HostFile()
    text.buffer = HostBuffer()  # type: ignore[attr-defined]
    return text


# -- the host's isolde ---------------------------------------------------------------------------


class _IsoldeFinder:
    """Finds the host's `isolde` where the interpreter has none: scripts import it."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> "Any":
        """The spec of the package itself; what is inside it, the usual finders find."""
        if name != "isolde":
            return None
        from importlib.util import spec_from_file_location

        folder = __file__.rsplit("/", 2)[0]
        return spec_from_file_location(
            name, f"{folder}/__init__.py", submodule_search_locations=[folder]
        )


# -- the interpreter's first steps ---------------------------------------------------------------


def start(
    ask: "Callable[[bytes], bytes]",
    brackets: "tuple[Any, Any]",
    compiled: "Callable[[tuple[bytes, bytes]], Any]",
    forks: "tuple[Any, Any, Any]",
    path: "list[str]",
    argv: "list[str]",
    streams: str,
) -> "Callable[[Message], Message]":
    """Arranges the interpreter; the function that answers the host."""
    import _signal

    global _enlist, _settle, _compiled
    import posix

    # A Python leaves SIGINT alone where somebody handles or ignores it already, and here the host
    # does.  What the kernel shall do with it when is for the native half to arrange.
    if not callable(_signal.getsignal(_signal.SIGINT)):
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    _enlist, _settle = brackets
    _compiled = compiled
    sys.path[:0] = path
    sys.meta_path.append(_IsoldeFinder)
    sys.argv[:] = argv
    if "o" in streams:
        sys.stdout = _stream(ask, _STDOUT)
    if "r" in streams:
        sys.stderr = _stream(ask, _STDERR)
    before, in_parent, in_child = forks
    posix.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)
    return dispatch


def _finish() -> None:
    """Ends what a process's end would end: threads that are no daemons, and atexit."""
    threading: ModuleType | None = sys.modules.get("threading")
    if threading is not None:
        # Until 3.12, _shutdown waits for the main thread unless it is called by it.
        threading._main_thread._ident = threading.get_ident()
        threading._shutdown()
    if "atexit" in sys.modules:
        sys.modules["atexit"]._run_exitfuncs()
