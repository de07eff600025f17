/* dwarf.c - fuzzes the moving of debugging information: core/dwarf.c on sections of our own.
 *
 * An input is a byte for what becomes of thread-local variables, the sizes of the sections (16 bits
 * each, in the order of enum dwarf_section), and their contents.  Each section gets an allocation
 * of its own, so that AddressSanitizer sees what is read beyond it; an absent one gets none. */
#include "dwarf.h"

#include <stdlib.h>
#include <string.h>

enum { LAST = 1 << 16 };

struct input {
    const uint8_t *at;
    size_t size;
};

static unsigned next_byte(struct input *input) {
    if (input->size == 0)
        return 0;
    input->size--;
    return *input->at++;
}

static uint8_t *next_bytes(struct input *input, size_t *size) {
    if (*size > input->size)
        *size = input->size;
    if (*size == 0)
        return NULL;
    uint8_t *bytes = memcpy(malloc(*size), input->at, *size);
    input->at += *size;
    input->size -= *size;
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct input input = {data, size};
    struct dwarf dwarf = {.bias = 0x7a5000000000, .first = 64, .last = LAST, .tls_offset = -4096};
    dwarf.tls_base = next_byte(&input) % (DWARF_TLS_THREAD_POINTER + 1);
    for (int i = 0; i < DWARF_SECTIONS; i++) {
        unsigned low = next_byte(&input);
        dwarf.sections[i].size = low | next_byte(&input) << 8;
    }
    for (int i = 0; i < DWARF_SECTIONS; i++)
        dwarf.sections[i].start = next_bytes(&input, &dwarf.sections[i].size);
    dwarf_move(&dwarf);
    for (int i = 0; i < DWARF_SECTIONS; i++)
        free(dwarf.sections[i].start);
    return 0;
}
