/* jit.c - showing images to debuggers as if they were code made at run time.
 *
 * gdb before 13 and lldb see one list of libraries, glibc's own.  But they know an interface for
 * compilers that make code while the program runs ("JIT Compilation Interface" in gdb's manual):
 * a list of object files in memory, and an empty function that is called whenever it changes.
 *
 * They take such a file at its word: its sections are where their sh_addr says, and no load bias is
 * added to symbols or debugging information.  debugfile.c makes such a file for each image.
 *
 * Rejected: a small object without contents that names the library as its separate debug file.  gdb
 * moves what it finds there by itself, but lldb does not. */
#include "debugfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the interface ------------------------------------------------------------------------------
 */

enum jit_action { JIT_NOTHING, JIT_REGISTER, JIT_UNREGISTER };

struct jit_entry {
    struct jit_entry *next, *previous;
    char *file;
    uint64_t file_size;
};

struct jit_descriptor {
    uint32_t version, action;
    struct jit_entry *relevant, *first;
};

/* Protected: libLLVM and other compilers define the same names. */
#define SHOWN __attribute__((visibility("protected"), used))

SHOWN void __jit_debug_register_code(void);
SHOWN struct jit_descriptor __jit_debug_descriptor = {.version = 1};

__attribute__((noinline)) void __jit_debug_register_code(void) {
    __asm__ volatile("" ::: "memory");
}

static void announce(struct jit_entry *entry, enum jit_action action) {
    __jit_debug_descriptor.relevant = entry;
    __jit_debug_descriptor.action = action;
    __jit_debug_register_code();
    __jit_debug_descriptor.relevant = NULL;
    __jit_debug_descriptor.action = JIT_NOTHING;
}

/* ---- thread-local variables -------------------------------------------------------------------
 */

/* The start of the name of the process that traces this one; "" where there is none. */
static void read_tracer(char name[8]) {
    char path[64], line[256];
    int tracer = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status != NULL && tracer == 0 && fgets(line, sizeof line, status) != NULL)
        sscanf(line, "TracerPid: %d", &tracer);
    if (status != NULL)
        fclose(status);
    snprintf(path, sizeof path, "/proc/%d/comm", tracer);
    FILE *comm = tracer ? fopen(path, "re") : NULL;
    if (comm == NULL || fgets(name, 8, comm) == NULL)
        *name = '\0';
    if (comm != NULL)
        fclose(comm);
}

static int find_program_tls(struct dl_phdr_info *info, size_t size, void *offset) {
    if (size < offsetof(struct dl_phdr_info, dlpi_tls_data) + sizeof info->dlpi_tls_data ||
        info->dlpi_tls_modid != 1 || info->dlpi_tls_data == NULL)
        return 0;
    *(ptrdiff_t *)offset = (char *)info->dlpi_tls_data - (char *)__builtin_thread_pointer();
    return 1;
}

/* gdb takes the variables of an object without a link map for those of the first module with TLS,
 * and knows no number for fs.base.  lldb knows one (since version 15 at the latest) and finds none
 * of such an object otherwise. */
static enum dwarf_tls place_tls(const struct image *image, int64_t *offset) {
    char tracer[8];
    ptrdiff_t program;
    *offset = image->tls.offset;
    if (!image->tls.is_static)
        return DWARF_TLS_NOWHERE;
    read_tracer(tracer);
    if (strncmp(tracer, "lldb", 4) == 0)
        return DWARF_TLS_THREAD_POINTER;
    if (!glibc.dl_iterate_phdr(find_program_tls, &program))
        return DWARF_TLS_NOWHERE;
    *offset -= program;
    return DWARF_TLS_BLOCK;
}

/* ---- images ------------------------------------------------------------------------------------
 */

struct jit_entry *jit_prepare(const struct image *image) {
    int64_t tls_offset;
    enum dwarf_tls tls = place_tls(image, &tls_offset);
    struct jit_entry *entry = calloc(1, sizeof *entry);
    struct debugfile file = {0};
    if (entry != NULL)
        file = debugfile_make(image, tls, tls_offset);
    if (file.start == NULL) {
        free(entry);
        return NULL;
    }
    entry->file = file.start;
    entry->file_size = file.size;
    return entry;
}

static void enter(struct jit_entry *entry) {
    entry->previous = NULL;
    entry->next = __jit_debug_descriptor.first;
    if (entry->next != NULL)
        entry->next->previous = entry;
    __jit_debug_descriptor.first = entry;
    announce(entry, JIT_REGISTER);
}

static void leave(struct jit_entry *entry) {
    if (entry->next != NULL)
        entry->next->previous = entry->previous;
    if (entry->previous != NULL)
        entry->previous->next = entry->next;
    else
        __jit_debug_descriptor.first = entry->next;
    announce(entry, JIT_UNREGISTER);
}

/* gdb looks its breakpoints up again when something comes, not when something goes: those in an
 * image that goes would stay, in memory that is unmapped next.  So something comes: an object
 * without contents. */
static void come_and_go(void) {
    static ElfW(Ehdr) nothing = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_DYN,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_ehsize = sizeof nothing,
    };
    static struct jit_entry empty = {.file = (char *)&nothing, .file_size = sizeof nothing};
    enter(&empty);
    leave(&empty);
}

void jit_add(struct jit_entry *entry) { enter(entry); }

void jit_remove(struct jit_entry *entry) {
    leave(entry);
    come_and_go();
    debugfile_free((struct debugfile){entry->file, entry->file_size});
    free(entry);
}
