/* dwarf.h - moving the addresses of debugging information. */
#ifndef ISOLDE_DWARF_H
#define ISOLDE_DWARF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dwarf_section {
    DWARF_INFO,
    DWARF_TYPES,
    DWARF_ABBREV,
    DWARF_LINE,
    DWARF_ADDR,
    DWARF_ARANGES,
    DWARF_FRAME,
    DWARF_RANGES,
    DWARF_LOC,
    DWARF_RNGLISTS,
    DWARF_LOCLISTS,
    DWARF_SECTIONS,
};
extern const char *const dwarf_names[DWARF_SECTIONS]; /* ".debug_info" and so on */

/* What the places of thread-local variables are made to count from. */
enum dwarf_tls {
    DWARF_TLS_NOWHERE,        /* a debugger says that it cannot tell */
    DWARF_TLS_BLOCK,          /* the block that the debugger takes for the object's, as before */
    DWARF_TLS_THREAD_POINTER, /* fs.base */
};

/* A writable copy of an object's DWARF, and where the object is. */
struct dwarf {
    struct {
        uint8_t *start;
        size_t size; /* 0: absent */
    } sections[DWARF_SECTIONS];
    uint64_t bias;        /* what to add to each address */
    uint64_t first, last; /* an address of the object lies in between, unmoved; others stay */
    enum dwarf_tls tls_base;
    int64_t tls_offset; /* from that base to the object's block */
};

/* Makes every address absolute, and the places of thread-local variables relative to tls_base. */
void dwarf_move(const struct dwarf *dwarf);

#endif
