"""The rows of the table: for each, what is run and what it is compared with.

Every function returns rows of pairs that were taken alternately, in one process or in children
of one program; ``effort`` scales how many.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import copies, files, scale, subjects
from benchmarks.measure import LeftOut, Row, row_of, rows_printed
from isolde.interpreter import pythons
from isolde.launch import STATIC_TLS, preload_path
from isolde.startup import start_environment
from tests.end_to_end.packages import environment
from tests.end_to_end.packages.environment import Python
from tests.toolchain import REPOSITORY

_DLMOPEN = "glibc dlmopen"
_DLOPEN = "glibc dlopen"


def _run(*command: str, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:3])}: status {done.returncode}: {done.stderr}")
    return done.stdout


def one_more_space(effort: int) -> list[Row]:
    """Opening and closing a space with a real library."""
    program = subjects.program("open")
    rows = []
    for library in subjects.real_libraries():
        rows += rows_printed(_run(program, library, str(8 * effort)), _DLMOPEN, library)
    return rows


def floor(effort: int) -> list[Row]:
    """Opening a space against mapping the same files and applying their relative relocations."""
    program = subjects.program("floor")
    rows = []
    for library in subjects.real_libraries():
        rows += rows_printed(_run(program, library, str(4 * effort)), "the floor", library)
    return rows


def first_open(effort: int) -> list[Row]:
    """The first open of a process, with everything that is done once."""
    program = subjects.program("first")
    rows = []
    for library in subjects.real_libraries():
        rows += rows_printed(_run(program, library, str(20 * effort)), _DLOPEN, library)
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "ISOLDE_CACHE": folder}
        for library in subjects.real_libraries():
            command = (program, library, str(20 * effort), "first open, cached on disk")
            rows += rows_printed(_run(*command, environment=environment), _DLOPEN, library)
    return rows


def memory(effort: int) -> list[Row]:
    """Private dirty memory and mappings of one more space."""
    program = subjects.program("memory")
    rows = []
    for library in subjects.real_libraries():
        rows += rows_printed(_run(program, library, str(2 * effort)), _DLMOPEN, library)
    return rows


def look_ups(effort: int) -> list[Row]:
    """Dlsym over up to 1,000 names of a small library, a larger one and a very large one."""
    program = subjects.program("symbols")
    rows = []
    for library in subjects.libraries_of_symbols():
        names = subjects.exported_functions(library, 1000)
        output = _run(program, library, str(20 * effort), *names)
        rows += rows_printed(output, "glibc dlsym", f"{len(names)} names of {library}")
    if not rows:
        raise LeftOut("no library of many symbols is on this machine")
    return rows


def parallel_opens(effort: int) -> list[Row]:
    """Two threads that open spaces at once against one, on the clock: for a quiet machine."""
    program = subjects.program("parallel")
    peers = {"dlmopen": _DLMOPEN, "kernel": "mapping alone"}
    rows = []
    for library in subjects.real_libraries():
        for peer, title in peers.items():
            rows += rows_printed(_run(program, library, str(10 * effort), peer), title, library)
    return rows


def lazy_binding(effort: int) -> list[Row]:
    """The first call through a PLT slot."""
    functions = subjects.library("many_functions.c", "libmany_functions.so")
    flags = (functions, "-Wl,-rpath,$ORIGIN", "-Wl,-z,lazy", "-fplt")
    caller = subjects.library("calls_many.c", "libcalls_many.so", *flags)
    output = _run(subjects.program("lazy"), caller, str(6 * effort))
    return rows_printed(output, "glibc, RTLD_LAZY", "1,000 functions")


def thread_locals(effort: int) -> list[Row]:
    """Reading a thread-local variable by both dynamic models."""
    program = subjects.program("tls")
    models = {"__tls_get_addr": "-mtls-dialect=gnu", "TLS descriptor": "-mtls-dialect=gnu2"}
    rows = []
    for model, flag in models.items():
        library = subjects.library("thread_local.c", f"libtls{flag[-4:]}.so", flag)
        rows += rows_printed(_run(program, library, str(20 * effort)), _DLOPEN, model)
    return rows


def python_calls(effort: int) -> list[Row]:
    """A call of add(2, 3) through a Library and through a plain ctypes.CDLL."""
    library = subjects.library("small.c", "libsmall.so")
    output = _run(sys.executable, "-m", "benchmarks.python_calls", library, str(40 * effort))
    return rows_printed(output, "ctypes.CDLL", "add(int, int)")


def _start_ms(code: str) -> float:
    """Processor time of a Python that runs ``code``."""
    before = _children_seconds()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (_children_seconds() - before) * 1e3


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def python_import(effort: int) -> list[Row]:
    """Starting Python with libisolde.so opened (which `import isolde` is not), and without."""
    code = "from isolde import Space"
    _start_ms(code)
    pairs = [(_start_ms(code), _start_ms("pass")) for _ in range(15 * effort)]
    return [row_of(f"python -c '{code}'", "python -c pass", "ms", pairs)]


def python_start(effort: int) -> list[Row]:
    """What `isolde python` adds to the start of a script: the command's, and the hook's alone."""
    command = str(Path(sys.executable).with_name("isolde"))
    hooked = start_environment(os.environ)
    whole, hook = [], []
    for _ in range(15 * effort):
        plain = _program_ms(sys.executable, "-c", "pass")
        whole.append((_program_ms(command, "python", "-c", "pass"), plain))
        hook.append((_program_ms(sys.executable, "-c", "pass", environment=hooked), plain))
    return [
        row_of("isolde python -c pass", "python -c pass", "ms", whole),
        row_of("isolde python -c pass, after it became Python", "python -c pass", "ms", hook),
    ]


def _import_ms(python: Python, before: str) -> float:
    """Processor time of an import of rasterio, what comes BEFORE it included."""
    clock = "import time; began = time.process_time()"
    source = f"{clock}\n{before}\nimport rasterio\nprint((time.process_time() - began) * 1e3)"
    return float(python.printed_by(source))


def isolated_import(effort: int) -> list[Row]:
    """Importing rasterio, its libraries and numpy's in spaces, and plainly."""
    kinds = {
        "import rasterio isolated": "import isolde; isolde.isolate('rasterio')",
        "import rasterio, '*' isolated": "import isolde; isolde.isolate('*')",
    }
    rows = []
    for build in environment.interpreters():
        python = environment.python(build)
        for name, before in kinds.items():
            _import_ms(python, before)
            pairs = [
                (_import_ms(python, before), _import_ms(python, "")) for _ in range(7 * effort)
            ]
            title = f"{name}, {environment.BUILDS[build]}"
            rows.append(row_of(title, "import rasterio", "ms", pairs))
    return rows


def _isolde_run() -> tuple[str, ...]:
    return (str(Path(sys.executable).with_name("isolde")), "run")


def _with_preload() -> dict[str, str]:
    return {**os.environ, "LD_PRELOAD": preload_path()}


def _program_ms(*command: str, environment: Mapping[str, str] | None = None) -> float:
    """Processor time of a command."""
    before = _children_seconds()
    subprocess.run(command, env=environment, check=True)
    return (_children_seconds() - before) * 1e3


def start_up(effort: int) -> list[Row]:
    """What `isolde run` adds to the start of a program, and the LD_PRELOAD line alone."""
    true = shutil.which("true") or "/bin/true"
    run, preloaded = [], []
    for _ in range(20 * effort):
        plain = _program_ms(true)
        run.append((_program_ms(*_isolde_run(), true), plain))
        preloaded.append((_program_ms(true, environment=_with_preload()), plain))
    return [
        row_of("isolde run true", "true", "ms", run),
        row_of("LD_PRELOAD=libisolde-preload.so true", "true", "ms", preloaded),
    ]


def namespaces(effort: int) -> list[Row]:
    """How far an unmodified program gets with dlmopen under `isolde run`, and at what cost."""
    program = subjects.program_without_isolde("namespaces")
    rows = []
    for library in subjects.unlimited_libraries():
        reached, few, last = [], [], []
        for _ in range(max(2, effort)):
            ours = _run(*_isolde_run(), program, library, "1000").split()
            peer = _run(program, library, "1000").split()
            reached.append((float(ours[0]), float(peer[0])))
            few.append((float(ours[1]) / 1e3, float(peer[1]) / 1e3))
            last.append((float(ours[2]) / 1e3, float(peer[1]) / 1e3))
        rows += [
            row_of(f"namespaces of 1,000: {library}", "plain dlmopen", "", reached),
            row_of(f"dlmopen, the 2nd to 5th: {library}", "plain dlmopen", "us", few),
            row_of(f"dlmopen, the 951st to 1,000th: {library}", "plain, 2nd to 5th", "us", last),
        ]
    return rows


def _importing() -> dict[str, str]:
    """An environment in which any Python finds isolde and the benchmarks."""
    return {**os.environ, "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'src'}"}


def instances(effort: int) -> list[Row]:
    """One more space against one more instance of WebAssembly, made from Python."""
    if find_spec("wasmtime") is None:
        raise LeftOut("wasmtime is not installed: pip install '.[bench]'")
    library = subjects.library("small.c", "libsmall.so")
    command = (sys.executable, "-m", "benchmarks.wasm", library, str(10 * effort))
    return rows_printed(_run(*command), "wasmtime, an instance", "from Python")


def subinterpreters(effort: int) -> list[Row]:
    """A private interpreter against a subinterpreter with a GIL of its own."""
    found = {".".join(build.version.split(".")[:2]): build.executable for build in pythons()}
    rows = []
    for version, executable in sorted(found.items()):
        if executable is None or tuple(map(int, version.split("."))) < (3, 12):
            continue
        command = (executable, "-m", "benchmarks.interpreters", "subinterpreters", str(7 * effort))
        output = _run(*command, environment=_importing())
        rows += rows_printed(output, "a subinterpreter with its own GIL", f"Python {version}")
    if not rows:
        raise LeftOut("no Python 3.12 or newer, with a shared libpython, is on this machine")
    return rows


def private_interpreters(effort: int) -> list[Row]:
    """Private interpreters against processes, threads and CPython's own subinterpreters."""
    python = subjects.python_with_numpy()
    against = {
        "calls": ("ProcessPoolExecutor", 5),
        "arrays": ("ProcessPoolExecutor", 5),
        "start": ("subprocess.run", 7),
        "subinterpreters": ("subinterpreter (shares its modules' libraries)", 7),
        "computing": ("the same work, otherwise", 2),
        "memory": ("the 10th process, proportional set size", 1),
    }
    environment = {
        **_importing(),
        "GLIBC_TUNABLES": f"glibc.rtld.optional_static_tls={STATIC_TLS}",
    }
    rows = []
    for name, (peer, samples) in against.items():
        # Memory that an earlier sample gave back would flatter the next: a process for each.
        times, each = (max(2, effort), 1) if name == "memory" else (1, max(2, samples * effort))
        command = (python, "-m", "benchmarks.interpreters", name, str(each))
        output = "".join(_run(*command, environment=environment) for _ in range(times))
        rows += rows_printed(output, peer, "")
    return rows


ALL: dict[str, Callable[[int], list[Row]]] = {
    "open": one_more_space,
    "floor": floor,
    "first": first_open,
    "memory": memory,
    "copies": copies.rows,
    "many": scale.many,
    "dlsym": look_ups,
    "parallel": parallel_opens,
    "lazy": lazy_binding,
    "tls": thread_locals,
    "throw": scale.exceptions,
    "calls": python_calls,
    "import": python_import,
    "isolate": isolated_import,
    "run": start_up,
    "python": python_start,
    "namespaces": namespaces,
    "wasm": instances,
    "subinterpreters": subinterpreters,
    "interpreters": private_interpreters,
    "symbols": files.symbols,
    "tree": files.tree,
    "check": files.check,
    "collide": files.collide,
    "starts": files.starts,
}
