"""What a lazy binding runs before it saves the caller's vector registers leaves them alone."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.toolchain import libisolde

# AVX-512's masks, MMX and the x87 are saved with the vectors.
_SAVED = re.compile(r"%(?:[xyz]mm\d+|k[0-7]|mm\d|st)\b")
_FUNCTION = re.compile(r"^[0-9a-f]+ <(?P<name>[^>]+)>:$")
_TRANSFER = re.compile(r"\t(?:call|jmp|j[a-z]+)\s+(?P<target>.*)$")
_LABEL = re.compile(r"^[0-9a-f]+ <(?P<name>[^>+]+)(?:\+0x[0-9a-f]+)?>$")


def _functions() -> dict[str, list[str]]:
    """The instructions of each function of libisolde.so."""
    command = ["objdump", "--disassemble", "--no-show-raw-insn", str(libisolde())]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    functions: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        begins = _FUNCTION.match(line)
        if begins:
            lines = functions.setdefault(begins["name"], [])
        elif line:
            lines.append(line)
    return functions


def _targets(lines: list[str]) -> set[str]:
    """Where the instructions call or jump to: functions, or what is no name of one."""
    transfers = [transfer["target"] for line in lines if (transfer := _TRANSFER.search(line))]
    return {label["name"] if (label := _LABEL.match(to)) else to for to in transfers}


@pytest.mark.skipif(shutil.which("objdump") is None, reason="objdump is not installed")
def test_a_quick_binding_uses_no_vector_register_and_calls_nothing_outside() -> None:
    functions = _functions()
    reached: set[str] = set()
    pending = {"bind_quickly"}
    while pending:
        name = pending.pop()
        reached.add(name)
        assert name in functions, f"{name} is no function of the core"
        assert not [line for line in functions[name] if _SAVED.search(line)], name
        pending |= _targets(functions[name]) - reached
    assert not [name for name in reached if name.endswith("@plt")]
    assert "symbol_bound" in reached
