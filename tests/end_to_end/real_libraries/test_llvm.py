"""libLLVM: a hundred megabytes of C++ with thousands of constructors, twenty times."""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_size_t, c_void_p
from pathlib import Path

import pytest

import isolde

FOUND = sorted(Path("/usr/lib/x86_64-linux-gnu").glob("libLLVM-*.so.1"))
SOURCE = b"define i32 @add(i32 %a, i32 %b) {\n  %sum = add i32 %a, %b\n  ret i32 %sum\n}\n"

pytestmark = pytest.mark.skipif(not FOUND, reason="no libLLVM is installed")


class LLVM:
    """As much of LLVM's C interface as reads and prints a module."""

    def __init__(self, space: isolde.Space) -> None:
        self.library = space.load(FOUND[0])

    def pointer(self, function: str, *arguments: object) -> c_void_p:
        found = self.library[function]
        found.restype = c_void_p
        return c_void_p(found(*arguments))

    def printed(self, source: bytes) -> tuple[bytes, bool]:
        """The module of ``source`` as LLVM prints it, and whether its verifier finds fault."""
        context = self.pointer("LLVMContextCreate")
        name = c_char_p(b"source")
        length = c_size_t(len(source))
        buffer = self.pointer("LLVMCreateMemoryBufferWithMemoryRangeCopy", source, length, name)
        module, message = c_void_p(), c_char_p()
        to = (ctypes.byref(module), ctypes.byref(message))
        assert self.library.LLVMParseIRInContext(context, buffer, *to) == 0, message.value
        faulty = bool(self.library.LLVMVerifyModule(module, 2, None))
        text = ctypes.string_at(self.pointer("LLVMPrintModuleToString", module))
        self.library.LLVMDisposeModule(module)
        self.library.LLVMContextDispose(context)
        return text, faulty


def test_twenty_copies_parse_verify_and_print(twenty_spaces: list[isolde.Space]) -> None:
    for llvm in [LLVM(space) for space in twenty_spaces]:
        text, faulty = llvm.printed(SOURCE)
        assert b"%sum = add i32 %a, %b" in text
        assert not faulty
