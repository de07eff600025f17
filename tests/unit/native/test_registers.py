"""What a lazy binding runs before it saves the caller's vector registers leaves them alone."""

from __future__ import annotations

import re
import shutil
import subprocess
from bisect import bisect_right
from dataclasses import dataclass, field

import pytest

from tests.toolchain import libisolde

# AVX-512's masks, MMX and the x87 are saved with the vectors.
_SAVED = re.compile(r"%(?:[xyz]mm\d+|k[0-7]|mm\d|st)\b")
_FUNCTION = re.compile(r"^(?P<start>[0-9a-f]+) <(?P<name>[^>]+)>:$")
_TRANSFER = re.compile(
    r"\t(?:(?:addr32|bnd|data16|notrack) )*(?:call|jmp|j[a-z]+)\s+(?P<target>.*)$"
)
_LABEL = re.compile(r"^(?P<address>[0-9a-f]+) <[^>]+>$")
# The process ends there.
_LAST = "__stack_chk_fail"


@dataclass(frozen=True)
class _Function:
    """A function of libisolde.so, whose static ones are not told apart by their names."""

    start: int
    name: str
    lines: list[str] = field(default_factory=list)

    def targets(self) -> list[str]:
        """Where its instructions call or jump to."""
        transfers = [_TRANSFER.search(line) for line in self.lines]
        return [transfer["target"] for transfer in transfers if transfer]


def _functions() -> list[_Function]:
    """The functions of libisolde.so, by address."""
    command = ["objdump", "--disassemble", "--no-show-raw-insn", str(libisolde())]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    functions: list[_Function] = []
    for line in text.splitlines():
        begins = _FUNCTION.match(line)
        if begins:
            functions.append(_Function(int(begins["start"], 16), begins["name"]))
        elif line and functions:
            functions[-1].lines.append(line)
    return sorted(functions, key=lambda function: function.start)


def _called(functions: list[_Function], by: _Function) -> list[_Function]:
    """The functions that ``by`` leads on to; it must not lead where that cannot be told."""
    called = []
    for target in by.targets():
        label = _LABEL.match(target)
        assert label or _LAST in target, f"{by.name} goes to {target}"
        if label and _LAST not in target:
            address = int(label["address"], 16)
            called.append(functions[bisect_right(functions, address, key=_start) - 1])
    return called


def _start(function: _Function) -> int:
    return function.start


@pytest.mark.skipif(shutil.which("objdump") is None, reason="objdump is not installed")
def test_a_quick_binding_uses_no_vector_register_and_calls_nothing_outside() -> None:
    functions = _functions()
    reached: dict[int, _Function] = {}
    pending = [function for function in functions if function.name == "bind_quickly"]
    while pending:
        function = pending.pop()
        if function.start in reached:
            continue
        reached[function.start] = function
        assert not function.name.endswith("@plt"), function.name
        assert not [line for line in function.lines if _SAVED.search(line)], function.name
        pending += _called(functions, function)
    assert "symbol_bound" in {function.name for function in reached.values()}
