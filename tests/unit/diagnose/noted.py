"""Libraries that declare, in `.note.dlopen`, what they open at run time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.toolchain import compile_library


def noted_library(path: Path, sonames: Sequence[str], priority: str = "recommended") -> Path:
    """Make a library that opens the first of SONAMES that is there."""
    entry = {
        "soname": list(sonames),
        "feature": "packing",
        "description": "Packs what it can",
        "priority": priority,
    }
    text = json.dumps(json.dumps([entry]))
    source = path.with_suffix(".s")
    source.write_text(
        '.section .note.dlopen,"a",@note\n'
        ".balign 4\n"
        ".long 4, end - start, 0x407c0c0a\n"
        '.asciz "FDO"\n'
        f"start: .asciz {text}\n"
        "end: .balign 4\n"
        '.section .note.GNU-stack,"",@progbits\n'
    )
    return compile_library(path, [source], [f"-Wl,-soname,{path.name}"])
