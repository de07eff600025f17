"""Pythons with real wheels: one folder of wheels, one virtual environment for each build of Python.

usage: python -m tests.end_to_end.packages.environment

What is made lies in build/packages/ and is made again when the requirements change.  A build of
Python is what decides how extension modules find the C API: in a shared libpython, or in the
executable itself, as in Debian's /usr/bin/python3.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.toolchain import REPOSITORY

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"
TOOLS = HERE / "requirements-suites.txt"
OLDER = HERE / "requirements-older.txt"
FOLDER = REPOSITORY / "build" / "packages"
# What the pinned wheels are made for.
NEEDS = (3, 11)
SYSTEM = Path("/usr/bin/python3")
# How each build has the C API; /usr/bin/python3 is Debian's.
BUILDS = {"own": "shared libpython", "system": "Debian's python3"}
_PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--no-deps")


@dataclass(frozen=True)
class Python:
    """A virtual environment that sees the wheels and this tree's isolde."""

    executable: Path

    def command(self, source: str, *arguments: object) -> list[str]:
        """The command that runs SOURCE."""
        return [str(self.executable), "-c", textwrap.dedent(source), *map(str, arguments)]

    def run(
        self, source: str, *arguments: object, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run SOURCE in a process of its own, where a crash is a result."""
        return subprocess.run(
            self.command(source, *arguments),
            env=_without_ours(environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def printed_by(self, source: str, *arguments: object, **environment: str) -> str:
        """What SOURCE prints; it must exit 0."""
        done = self.run(source, *arguments, **environment)
        assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()


def _without_ours(more: Mapping[str, str]) -> dict[str, str]:
    unwanted = ("ISOLDE_ISOLATE", "PYTHONPATH", "COVERAGE_PROCESS_START")
    return {name: value for name, value in os.environ.items() if name not in unwanted} | {**more}


def own() -> Path:
    """The interpreter behind the one that runs the tests."""
    return Path(os.path.realpath(sys.executable))


def _version(python: Path) -> str:
    probe = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def interpreters() -> dict[str, Path]:
    """The builds to prove it on, by name: those that can use the same wheels."""
    if sys.version_info < NEEDS:
        return {}
    version = "{}.{}".format(*sys.version_info)
    found = {"own": own()}
    if SYSTEM.exists() and not SYSTEM.samefile(own()) and _version(SYSTEM) == version:
        found["system"] = SYSTEM
    return found


@contextmanager
def _alone() -> Iterator[None]:
    """No other process makes anything here meanwhile."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _made(folder: Path, inputs: str) -> bool:
    stamp = folder / ".made"
    return stamp.exists() and stamp.read_text() == inputs


@functools.cache
def wheels(requirements: Path = REQUIREMENTS) -> Path:
    """The folder into which the requirements are installed, for this version of Python."""
    kind = requirements.stem.replace("requirements", "wheels")
    folder = FOLDER / "{}-{}.{}".format(kind, *sys.version_info)
    inputs = hashlib.sha256(requirements.read_bytes()).hexdigest()
    with _alone():
        if not _made(folder, inputs):
            shutil.rmtree(folder, ignore_errors=True)
            target = ["--target", str(folder), "-r", str(requirements)]
            subprocess.run([sys.executable, *_PIP, "--only-binary=:all:", *target], check=True)
            (folder / ".made").write_text(inputs)
    return folder


def _pinned(project: str) -> str:
    lines = (line.split("#")[0].strip() for line in REQUIREMENTS.read_text().splitlines())
    return next(line for line in lines if line.startswith(f"{project}=="))


@functools.cache
def tests_of(project: str) -> Path:
    """A folder with the tests of a project whose wheel has none, as package PROJECT_tests.

    They come from src/PROJECT/tests of its source distribution, and find its doc as they do there.
    """
    requirement = _pinned(project)
    folder = FOLDER / f"{project}-tests"
    with _alone():
        if not _made(folder, requirement):
            shutil.rmtree(folder, ignore_errors=True)
            _unpack_tests(project, requirement, folder)
            (folder / ".made").write_text(requirement)
    return folder / "src" / project


def _unpack_tests(project: str, requirement: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as fetched:
        options = ["--no-deps", "--no-binary", project, "--dest", fetched]
        subprocess.run([sys.executable, *_PIP[:-2], "download", *options, requirement], check=True)
        (archive,) = Path(fetched).glob("*.tar.gz")
        shutil.unpack_archive(archive, fetched)
        (source,) = Path(fetched).glob(f"{project}-*/")
        shutil.copytree(source / "doc", folder / "doc")
        tests = folder / "src" / project / f"{project}_tests"
        shutil.copytree(source / "src" / project / "tests", tests)


@functools.cache
def python(name: str) -> Python:
    """The virtual environment of one of the `interpreters`."""
    folder, seen = FOLDER / name, wheels()
    inputs = f"{interpreters()[name]} {seen}"
    with _alone():
        if not _made(folder, inputs):
            shutil.rmtree(folder, ignore_errors=True)
            _make(folder, interpreters()[name], seen)
            (folder / ".made").write_text(inputs)
    return Python(folder / "bin" / "python")


def _make(folder: Path, interpreter: Path, seen: Path) -> None:
    subprocess.run([interpreter, "-m", "venv", "--without-pip", folder], check=True)
    packages = folder / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    (packages / "_wheels.pth").write_text(f"{seen}\n{REPOSITORY / 'src'}\n")
    # Named to be read before isolde.pth, as an editable installation's is.
    # What an installation of isolde brings beside the package.
    (packages / "isolde.pth").symlink_to(REPOSITORY / "cmake" / "isolde.pth")


if __name__ == "__main__":
    for each in interpreters():
        print(python(each).executable)
    print(wheels(OLDER))
