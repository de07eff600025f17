/* bind.c - lazy binding: a function's slot is filled at its first call. */
#include "loader.h"
#include "thread.h"

#include <cpuid.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Read by save.h.  The size is a multiple of 64 and holds the legacy area and the header. */
uint32_t isolde_xsave_size = 576, isolde_xsave_mask;
bool isolde_xsave_compact;

/* The components a call's arguments may be in: SSE, AVX, the MPX bounds, AVX-512 (three). */
enum { ARGUMENT_STATE = 0xee };

struct component {
    unsigned size, offset; /* the offset is that of XSAVE */
    bool aligned;          /* to 64 bytes, where XSAVEC puts one behind the other */
};

static uint32_t round_up(uint32_t size) { return (size + 63) & ~63u; }

static struct component component(unsigned number) {
    unsigned size, offset, flags, d;
    __cpuid_count(0xd, number, size, offset, flags, d);
    return (struct component){size, offset, flags & 2};
}

/* CPUID is slow in a virtual machine: not once more than needed. */
__attribute__((constructor(102))) static void measure_vector_state(void) {
    unsigned a, b, c, d, low = 0, high = 0, size = isolde_xsave_size;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
        return;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    __cpuid_count(0xd, 1, a, b, c, d);
    isolde_xsave_compact = a & bit_XSAVEC;
    for (unsigned i = 2; i < 8; i++) {
        if (!(low & ARGUMENT_STATE & 1u << i))
            continue;
        struct component part = component(i);
        unsigned place = part.aligned ? round_up(size) : size;
        if (!isolde_xsave_compact)
            place = part.offset;
        size = place + part.size > size ? place + part.size : size;
    }
    isolde_xsave_size = round_up(size);
    isolde_xsave_mask = low & ARGUMENT_STATE;
}

void bind_prepare(struct image *image) {
    image->dynamic.got[1] = (uintptr_t)image;
    image->dynamic.got[2] = (uintptr_t)isolde_bind;
}

static void fill(const struct image *image, const ElfW(Rela) * r, uintptr_t value) {
    __atomic_store_n((uintptr_t *)(image->map.l_addr + r->r_offset), value, __ATOMIC_RELEASE);
}

/* Whether no vector register is used here, nor in what this calls: memset(3), for one, to which
 * compilers leave what they do not optimise. */
#if defined(__SSE__) || !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__) ||                 \
    defined(__SANITIZE_THREAD__)
enum { WITHOUT_VECTORS = 0 };
#else
enum { WITHOUT_VECTORS = 1 };
#endif

/* Called by the trampoline before it saves the vector registers, which takes longer than all else:
 * most functions can be bound without touching them.  NULL: this one cannot.  No lock is taken
 * (readers.c): what is bound here lasts as long as IMAGE. */
__attribute__((used)) void *bind_quickly(struct image *image, size_t index) {
    const ElfW(Rela) *r = &image->dynamic.plt[index];
    struct thread_rest *rest = isolde_thread.rest;
    struct binding binding;
    if (!WITHOUT_VECTORS || !readers_try(rest, image->space))
        return NULL;
    bool found = symbol_bound(image, ELF64_R_SYM(r->r_info), CLASS_PLT, &binding) &&
                 ELF64_ST_TYPE(binding.symbol->st_info) != STT_GNU_IFUNC;
    readers_leave(rest);
    if (!found)
        return NULL;
    uintptr_t value = binding_place(&binding) + (uintptr_t)r->r_addend;
    fill(image, r, value);
    return (void *)value;
}

/* The same with what libc does, but still without a lock. */
static bool find(struct image *image, size_t symbol, struct binding *binding) {
    struct thread_rest *rest = isolde_thread.rest; /* not made: this may be in a signal handler */
    enum readers_entry entry = readers_enter(rest, image->space);
    bool found = entry != READERS_REFUSED && symbol_bound(image, symbol, CLASS_PLT, binding);
    if (entry == READERS_ENTERED)
        readers_leave(rest);
    return found;
}

/* Called by the trampoline; the answer is jumped to.  There is nobody to report a failure to, so
 * it ends the process as ld.so does. */
__attribute__((used)) void *bind_lazily(struct image *image, size_t index) {
    const ElfW(Rela) *r = &image->dynamic.plt[index];
    size_t symbol = ELF64_R_SYM(r->r_info);
    struct binding binding;
    uintptr_t value;
    if (LIKELY(find(image, symbol, &binding))) {
        value = binding_address(&binding) + (uintptr_t)r->r_addend;
        fill(image, r, value);
        return (void *)value;
    }
    if (image->space->host)
        host_refresh();
    world_enter();
    space_lock_to_change(image->space);
    int result = symbol_bind(image, symbol, CLASS_PLT, &binding);
    value = result == 0 ? binding_address(&binding) + (uintptr_t)r->r_addend : 0;
    if (result == 0)
        fill(image, r, value);
    space_unlock_changed(image->space);
    world_leave();
    if (result == 0)
        return (void *)value;
    fprintf(stderr, "%s: symbol lookup error: %s\n", program_invocation_name, isolde_dlerror());
    _exit(127);
}
