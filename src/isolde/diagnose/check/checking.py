"""`check` itself: from a file to a report."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from isolde.diagnose.check.facts import (
    FAULT,
    MISSING_LIBRARY,
    MISSING_VERSION,
    NOT_CHECKED,
    UNREADABLE,
    WARNING,
    WRONG_MACHINE,
    Finding,
    Report,
    in_order,
)
from isolde.diagnose.check.habits import habits
from isolde.diagnose.check.libraries import described, missing_libraries
from isolde.diagnose.check.process import Process
from isolde.diagnose.check.providers import Providers, Show
from isolde.diagnose.check.python import Extension, extension
from isolde.diagnose.check.symbols import Undefined, linkage, under_their_causes
from isolde.diagnose.check.versions import missing_versions, needed_versions
from isolde.errors import ElfError
from isolde.resolve.machine import Machine
from isolde.resolve.search import search
from isolde.resolve.system import System

if TYPE_CHECKING:
    from isolde.resolve.closure import LoadedObject


class Checker:
    """Checks files of one system; what is read of a library is read once for all of them.

    Args:
        system: where the files are.
        host: the program that opens them, a path of the system; None: each is opened by itself, a
            Python extension module by the Python that it is for.
        show: told how many of how many libraries have been searched for a missing symbol.
    """

    def __init__(self, system: System, host: str | None = None, show: Show | None = None) -> None:
        self._system, self._host, self._show = system, host, show
        self._providers: dict[Machine, Providers] = {}

    def check(self, file: str) -> Report:
        """All that is to be said about FILE, a path (with a slash), a file here, or a soname.

        Raises:
            OSError: the host cannot be opened.
            ElfError: the host is no ELF file.
        """
        path = self._place_of(file)
        if path is None:
            return _unreadable(file, None, "there is no such file, nor a library of that name")
        try:
            target = self._system.file(path)
            if target.is_relocatable or target.is_core:
                what = "an object file, which is linked" if target.is_relocatable else "a core"
                return _unreadable(file, path, f"it is {what}, nothing that is loaded")
            return self._checked(file, path)
        except ElfError as error:
            place = "" if error.offset is None else f" (at offset {error.offset:#x})"
            return _unreadable(file, path, f"{error.reason}{place}", whose=error.file)
        except OSError as error:
            return _unreadable(file, path, error.strerror or str(error))

    def _place_of(self, file: str) -> str | None:
        if "/" in file:
            return self._system.inside(file)
        if self._system.files.is_native and os.path.exists(file):
            return os.path.abspath(file)
        return search(self._system, file).path

    def _checked(self, file: str, path: str) -> Report:
        target = self._system.file(path)
        header = target.header
        machine = Machine(header.machine, header.elf_class, header.byte_order, header.flags)
        python = None
        if self._host is None:
            python = extension(self._system, path, target, machine)
        host = self._host or (python.host if python else None)
        process = Process(self._system, path, host)
        return Report(
            file,
            process.target.path,
            described(machine),
            python.version if python else None,
            host,
            tuple(item.path for item in process.closure.objects),
            needed_versions(process),
            in_order(self._findings(process, python)),
        )

    def _findings(self, process: Process, python: Extension | None) -> list[Finding]:
        found = list(missing_libraries(process))
        if any(each.kind == WRONG_MACHINE and each.library is None for each in found):
            return found  # all else follows from it
        found += missing_versions(process)
        providers = self._providers_for(process.target.machine)
        told = _told(process, found)
        undefined = Undefined(process, providers, python).findings(told)
        found = under_their_causes(found, undefined)
        if python is not None and python.host is None and not _has_python(process):
            found.append(_no_python(process.target, python))
        found += linkage(process, python)
        found += habits(process)
        return found

    def _providers_for(self, machine: Machine) -> Providers:
        known = self._providers.get(machine)
        if known is None:
            known = self._providers[machine] = Providers(self._system, machine, self._show)
        return known


def _told(process: Process, found: list[Finding]) -> set[tuple[LoadedObject, str]]:
    """The objects, with a library of theirs, whose symbols' absence has its cause already."""
    objects = {item.path: item for item in process.closure.objects}
    return {
        (objects[each.object], each.library)
        for each in found
        if each.library is not None and each.kind in (MISSING_LIBRARY, MISSING_VERSION)
    }


def _has_python(process: Process) -> bool:
    names = (item.file.soname or "" for item in process.closure.objects)
    return any(name.startswith("libpython") for name in names)


def _no_python(target: LoadedObject, python: Extension) -> Finding:
    which = f"Python {python.version}" if python.version else "PyPy"
    return Finding(
        NOT_CHECKED,
        WARNING,
        target.path,
        f"what it asks of {which} is not checked: there is none here",
        fixes=(f"isolde check --host PYTHON {target.path}",),
    )


def _unreadable(file: str, path: str | None, reason: str, *, whose: str | None = None) -> Report:
    finding = Finding(UNREADABLE, FAULT, path or file, reason)
    if whose is not None and path is not None and not whose.endswith(path):
        finding = finding._replace(object=whose)
    return Report(file, path, None, None, None, (), (), (finding,))
