"""-u: unwind tables, of which a processor may have its own."""

from __future__ import annotations

from collections.abc import Iterator

from isolde.binutils.readelf.subject import Subject
from isolde.elf import names
from isolde.elf.constants import EM_386, EM_ARM, EM_IA_64, EM_PARISC, EM_X86_64

# SHT_ARM_EXIDX, SHT_IA_64_UNWIND and SHT_PARISC_UNWIND have the same number.
_UNWIND = 0x70000001
_DECODED = (EM_ARM, EM_IA_64, EM_PARISC)


def unwind_text(subject: Subject) -> Iterator[str]:
    """The lines of the display: what there is of it."""
    machine = subject.header.machine
    if machine in (EM_386, EM_X86_64):
        yield "No processor specific unwind information to decode"
        return
    if machine in _DECODED and not subject.sections_of((_UNWIND,)):
        yield "\nThere are no unwind sections in this file."
        return
    yield (
        "\nThe decoding of unwind sections for machine type"
        f" {names.machine_name(machine)} is not currently supported."
    )
