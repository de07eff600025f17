"""How long an x86 instruction is that capstone does not know.

Newer vector instructions have VEX and EVEX prefixes, which say which opcode map follows; the map
says whether there is an immediate (Intel SDM, volume 2, 2.3 and 2.7; AVX512-FP16 for maps 5, 6).
"""

from __future__ import annotations

_VEX3, _EVEX = 0xC4, 0x62
_PREFIX_SIZES = {_VEX3: 3, _EVEX: 4}
_MAPS = {_VEX3: range(2, 4), _EVEX: range(1, 7)}
LEGACY_PREFIXES = frozenset((0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3))
# Of map 1, the opcodes with an immediate byte.
_WITH_IMMEDIATE = frozenset((0x70, 0x71, 0x72, 0x73, 0xC2, 0xC4, 0xC5, 0xC6))
_ALWAYS_IMMEDIATE = 3


def vector_length(data: bytes, place: int) -> int | None:
    """The bytes of the VEX or EVEX instruction at PLACE; None: it is none, or is cut off."""
    start = place
    while place < len(data) and data[place] in LEGACY_PREFIXES:
        place += 1
    size = _PREFIX_SIZES.get(data[place]) if place < len(data) else None
    if size is None or place + size + 1 >= len(data):
        return None
    first = data[place]
    # Bits that are fixed in EVEX (Intel SDM, volume 2, table 2-30).
    if first == _EVEX and (data[place + 1] & 8 or not data[place + 2] & 4):
        return None
    opcode_map = data[place + 1] & (7 if first == _EVEX else 31)
    if opcode_map not in _MAPS[first]:
        return None
    opcode, after = data[place + size], place + size + 1
    has_immediate = opcode_map == _ALWAYS_IMMEDIATE or (
        opcode_map == 1 and opcode in _WITH_IMMEDIATE
    )
    end = _behind_operand(data, after) + has_immediate
    return end - start if end <= len(data) else None


def _behind_operand(data: bytes, place: int) -> int:
    """Where the ModRM byte at PLACE, its SIB byte and its displacement end."""
    mode, base = data[place] >> 6, data[place] & 7
    place += 1
    if mode == 3:
        return place
    if base == 4:
        base = data[place] & 7 if place < len(data) else 0
        place += 1
        if mode == 0 and base == 5:
            return place + 4
    elif mode == 0 and base == 5:
        return place + 4
    return place + (0, 1, 4)[mode]
