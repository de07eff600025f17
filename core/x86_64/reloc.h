/* x86_64/reloc.h - the relocation types of the x86-64 psABI, as rows.
 *
 * KIND says which pass applies a type; SIZE is the width of the place.  A port is a new file of
 * this shape. */
#ifndef ISOLDE_RELOC_H
#define ISOLDE_RELOC_H

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum relocation_kind {
    RELOC_UNKNOWN = 0,
    RELOC_NONE,
    RELOC_RELATIVE,  /* B + A */
    RELOC_ABSOLUTE,  /* S + A */
    RELOC_PC,        /* S + A - P */
    RELOC_SIZE,      /* Z + A */
    RELOC_COPY,      /* only in executables */
    RELOC_TLS,       /* a later pass, when every TLS block has its place */
    RELOC_IRELATIVE, /* the last pass: calls B + A */
};

struct relocation_row {
    uint8_t kind, size;
    bool is_signed;
};

static const struct relocation_row relocation_rows[] = {
    [R_X86_64_NONE] = {RELOC_NONE, 0, false},
    [R_X86_64_64] = {RELOC_ABSOLUTE, 8, false},
    [R_X86_64_PC32] = {RELOC_PC, 4, true},
    [R_X86_64_PLT32] = {RELOC_PC, 4, true},
    [R_X86_64_COPY] = {RELOC_COPY, 0, false},
    [R_X86_64_GLOB_DAT] = {RELOC_ABSOLUTE, 8, false},
    [R_X86_64_JUMP_SLOT] = {RELOC_ABSOLUTE, 8, false},
    [R_X86_64_RELATIVE] = {RELOC_RELATIVE, 8, false},
    [R_X86_64_32] = {RELOC_ABSOLUTE, 4, false},
    [R_X86_64_32S] = {RELOC_ABSOLUTE, 4, true},
    [R_X86_64_16] = {RELOC_ABSOLUTE, 2, false},
    [R_X86_64_PC16] = {RELOC_PC, 2, true},
    [R_X86_64_8] = {RELOC_ABSOLUTE, 1, false},
    [R_X86_64_PC8] = {RELOC_PC, 1, true},
    [R_X86_64_DTPMOD64] = {RELOC_TLS, 8, false},
    [R_X86_64_DTPOFF64] = {RELOC_TLS, 8, false},
    [R_X86_64_TPOFF64] = {RELOC_TLS, 8, false},
    [R_X86_64_DTPOFF32] = {RELOC_TLS, 4, false},
    [R_X86_64_TPOFF32] = {RELOC_TLS, 4, true},
    [R_X86_64_PC64] = {RELOC_PC, 8, true},
    [R_X86_64_SIZE32] = {RELOC_SIZE, 4, false},
    [R_X86_64_SIZE64] = {RELOC_SIZE, 8, false},
    [R_X86_64_TLSDESC] = {RELOC_TLS, 16, false},
    [R_X86_64_IRELATIVE] = {RELOC_IRELATIVE, 8, false},
    [R_X86_64_RELATIVE64] = {RELOC_RELATIVE, 8, false},
};

static inline struct relocation_row relocation_row(uint32_t type) {
    static const struct relocation_row unknown = {RELOC_UNKNOWN, 0, false};
    return type < sizeof relocation_rows / sizeof *relocation_rows ? relocation_rows[type]
                                                                   : unknown;
}

/* Writes VALUE into a place of the row's width; false: it does not fit. */
static inline bool relocation_store(void *place, struct relocation_row row, uint64_t value) {
    if (__builtin_expect(row.size == 8, 1)) {
        memcpy(place, &value, 8); /* of a constant size: one instruction */
        return true;
    }
    unsigned bits = row.size * 8u;
    int64_t high = (int64_t)value >> (row.is_signed ? bits - 1 : bits);
    if (high != 0 && !(row.is_signed && high == -1))
        return false;
    memcpy(place, &value, row.size);
    return true;
}

#endif
