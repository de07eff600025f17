"""Names of the numbers in ELF files, as GNU's tools print them: tables, by machine."""

from isolde.elf.names.dynamic import (
    dynamic_flag_1_names,
    dynamic_flag_names,
    dynamic_tag_name,
    mips_flag_names,
)
from isolde.elf.names.header_flags import header_flag_names
from isolde.elf.names.machine import (
    byte_order_name,
    class_name,
    file_type_name,
    machine_name,
    os_abi_name,
)
from isolde.elf.names.note import abi_system_name, bit_names, note_type_name, property_bits
from isolde.elf.names.relocation import relocation_name, relocation_names
from isolde.elf.names.section import (
    section_flag_letters,
    section_flag_names,
    section_type_name,
)
from isolde.elf.names.segment import segment_type_name
from isolde.elf.names.symbol import (
    symbol_binding_name,
    symbol_other_name,
    symbol_section_name,
    symbol_type_name,
    symbol_visibility_name,
)

__all__ = [
    "abi_system_name",
    "bit_names",
    "byte_order_name",
    "class_name",
    "dynamic_flag_1_names",
    "dynamic_flag_names",
    "dynamic_tag_name",
    "file_type_name",
    "header_flag_names",
    "machine_name",
    "mips_flag_names",
    "note_type_name",
    "os_abi_name",
    "property_bits",
    "relocation_name",
    "relocation_names",
    "section_flag_letters",
    "section_flag_names",
    "section_type_name",
    "segment_type_name",
    "symbol_binding_name",
    "symbol_other_name",
    "symbol_section_name",
    "symbol_type_name",
    "symbol_visibility_name",
]
