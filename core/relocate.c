/* relocate.c - writing addresses into images.
 *
 * Three passes over all images of one open, dependencies first in each:
 *   1. everything that needs neither TLS nor an IFUNC of an image of this open;
 *   2. TLS: only now are the initial images of TLS complete (they may hold relocations), so only
 *      now can a carrier copy one;
 *   3. IFUNC: resolvers are code of the images, which may use anything relocated by 1 and 2; and
 *      in their order with those, the copies that an executable takes of others' variables, which
 *      hold relocations themselves.
 * Then the parts that need no more writing are protected (PT_GNU_RELRO). */
#include "recipe.h"
#include "x86_64/reloc.h"

#include <stdlib.h>
#include <string.h>

struct later {
    struct image *image;
    const ElfW(Rela) * relocation;
    struct binding binding;
};

struct later_list {
    struct later *list;
    size_t count, capacity;
};

/* The word at PLACE of IMAGE becomes what a relocation of this TYPE makes of a thread-local
 * variable: VALUE bytes into what TARGET has of them; NULL: nobody's. */
struct tls_later {
    struct image *image, *target;
    uint64_t value;
    uint32_t type;
    uintptr_t place;
};

struct tls_list {
    struct tls_later *list;
    size_t count, capacity;
};

struct pass {
    struct image *image;
    bool lazy;
    uintptr_t low, high; /* a writable range known to be good */
    size_t last_index;   /* the latest symbol looked up */
    unsigned last_class;
    struct binding last_binding;
    bool last_valid;
    const ElfW(Rela) * last; /* the latest that wrote an address of 8 bytes, or NULL; ... */
    uint64_t last_value;     /* ... this one */
    struct tls_list *tls;
    struct later_list *ifunc;
    struct recorder *recorder; /* of what the relocations come to; or NULL */
    bool filled;               /* the pages to be written are present */
};

static int fail(const struct image *image, const char *what, uint32_t type) {
    error_set(ISOLDE_EFORMAT, &(struct error_detail){.file = image->map.l_name},
              "%s: %s (relocation type %u)", image->map.l_name, what, type);
    return -1;
}

static int push(struct later_list *l, struct image *image, const ElfW(Rela) * relocation,
                const struct binding *binding) {
    struct later *list = array_grow(l->list, l->count, &l->capacity, sizeof *list);
    if (list == NULL)
        return -1;
    l->list = list;
    l->list[l->count++] =
        (struct later){image, relocation, binding ? *binding : (struct binding){0}};
    return 0;
}

static int push_tls(struct tls_list *l, struct tls_later later) {
    struct tls_later *list = array_grow(l->list, l->count, &l->capacity, sizeof *list);
    if (list == NULL)
        return -1;
    l->list = list;
    l->list[l->count++] = later;
    return 0;
}

/* Whether SIZE bytes at ADDRESS may be written: in a segment that is writable, or made so for
 * text relocations. */
static bool writable(struct pass *pass, uintptr_t address, size_t size) {
    if (LIKELY(address >= pass->low && address < pass->high && size <= pass->high - address))
        return true;
    const struct image *image = pass->image;
    unsigned flags = image->dynamic.text_relocations ? 0 : PF_W;
    for (size_t i = 0; i < image->header_count; i++) {
        const ElfW(Phdr) *ph = &image->headers[i];
        uintptr_t low = image->map.l_addr + ph->p_vaddr;
        if (ph->p_type != PT_LOAD || (ph->p_flags & flags) != flags || address < low ||
            address - low >= ph->p_memsz)
            continue;
        pass->low = low;
        pass->high = low + ph->p_memsz;
        return size <= pass->high - address;
    }
    return false;
}

static int look_up(struct pass *pass, size_t index, unsigned class) {
    if (pass->last_valid && index == pass->last_index && class == pass->last_class)
        return 0;
    pass->last_valid = false;
    if (symbol_bind(pass->image, index, class, &pass->last_binding) < 0)
        return -1;
    pass->last_index = index;
    pass->last_class = class;
    pass->last_valid = true;
    return 0;
}

static bool waits_for_ifunc(const struct binding *binding) {
    return binding->symbol != NULL && binding->image->space != NULL && !binding->image->relocated &&
           ELF64_ST_TYPE(binding->symbol->st_info) == STT_GNU_IFUNC;
}

static int store(const struct image *image, const ElfW(Rela) * r, uint64_t value) {
    uint32_t type = ELF64_R_TYPE(r->r_info);
    struct relocation_row row = relocation_row(type);
    uintptr_t place = image->map.l_addr + r->r_offset;
    if (row.kind == RELOC_PC)
        value -= place;
    if (LIKELY(relocation_store((void *)place, row, value)))
        return 0;
    return fail(image, "a relocation's value does not fit; recompile the library with -fPIC", type);
}

static int apply_symbol(struct pass *pass, const ElfW(Rela) * r, struct relocation_row row) {
    uint32_t type = ELF64_R_TYPE(r->r_info);
    unsigned class = type == R_X86_64_JUMP_SLOT ? CLASS_PLT : CLASS_ANY;
    bool is_address = row.kind == RELOC_ABSOLUTE && row.size == 8;
    pass->last = NULL;
    if (look_up(pass, ELF64_R_SYM(r->r_info), class) < 0)
        return -1;
    const struct binding *binding = &pass->last_binding;
    if (pass->recorder != NULL)
        record_binding(pass->recorder, r, is_address, class, binding);
    if (row.kind == RELOC_SIZE)
        return store(pass->image, r,
                     (binding->symbol ? binding->symbol->st_size : 0) + (uint64_t)r->r_addend);
    if (UNLIKELY(waits_for_ifunc(binding)))
        return push(pass->ifunc, pass->image, r, binding);
    uint64_t value = binding_address(binding) + (uint64_t)r->r_addend;
    pass->last = is_address ? r : NULL;
    pass->last_value = value;
    return store(pass->image, r, value);
}

static int push_copy(struct pass *pass, const ElfW(Rela) * r) {
    struct image *image = pass->image;
    size_t index = ELF64_R_SYM(r->r_info);
    if (!image->program)
        return fail(image, "a COPY relocation, which only executables have", R_X86_64_COPY);
    if (look_up(pass, index, CLASS_COPY) < 0)
        return -1;
    if (!writable(pass, image->map.l_addr + r->r_offset, image->dynamic.symbols[index].st_size))
        return fail(image, "a relocation's place lies outside the writable segments",
                    R_X86_64_COPY);
    return push(pass->ifunc, image, r, &pass->last_binding);
}

static int bind_tls(struct pass *pass, const ElfW(Rela) * r) {
    struct image *image = pass->image;
    size_t index = ELF64_R_SYM(r->r_info);
    uint32_t type = ELF64_R_TYPE(r->r_info);
    struct binding b;
    if (symbol_bind(image, index, CLASS_PLT, &b) < 0)
        return -1;
    if (b.image != NULL &&
        (b.symbol == NULL || (index != STN_UNDEF && ELF64_ST_TYPE(b.symbol->st_info) != STT_TLS)))
        return fail(image, "a TLS relocation names a symbol that is not thread-local", type);
    uint64_t value = (b.symbol ? b.symbol->st_value : 0) + (uint64_t)r->r_addend;
    if (pass->recorder != NULL)
        record_tls(pass->recorder, r, &b, value);
    return push_tls(pass->tls, (struct tls_later){.image = image,
                                                  .target = b.image,
                                                  .value = value,
                                                  .type = type,
                                                  .place = image->map.l_addr + r->r_offset});
}

static int apply(struct pass *pass, const ElfW(Rela) * r) {
    struct image *image = pass->image;
    uint32_t type = ELF64_R_TYPE(r->r_info);
    struct relocation_row row = relocation_row(type);
    uintptr_t place = image->map.l_addr + r->r_offset;
    if (UNLIKELY(row.size && !writable(pass, place, row.size)))
        return fail(image, "a relocation's place lies outside the writable segments", type);
    switch (row.kind) {
    case RELOC_NONE:
        return 0;
    case RELOC_RELATIVE:
        return store(image, r, image->map.l_addr + (uint64_t)r->r_addend);
    case RELOC_ABSOLUTE:
    case RELOC_PC:
    case RELOC_SIZE:
        return apply_symbol(pass, r, row);
    case RELOC_TLS:
        return bind_tls(pass, r);
    case RELOC_IRELATIVE:
        if (pass->recorder != NULL)
            record_odd(pass->recorder, r);
        return push(pass->ifunc, image, r, NULL);
    case RELOC_COPY:
        return push_copy(pass, r);
    default:
        return fail(image, "unexpected relocation", type);
    }
}

/* Whether R says the same as the relocation before it.  Tables are sorted by symbol, so that one is
 * often named by many in a row. */
static bool repeats(const struct pass *pass, const ElfW(Rela) * r) {
    return pass->last != NULL && r->r_info == pass->last->r_info &&
           r->r_addend == pass->last->r_addend &&
           (pass->recorder == NULL || record_again(pass->recorder, r));
}

/* Most relocations are relative ones, and most of the others repeat one; a loop of their own, which
 * needs no look at the table of types, is half of an open's time. */
static int apply_table(struct pass *pass, const ElfW(Rela) * table, size_t count) {
    uintptr_t base = pass->image->map.l_addr;
    for (size_t i = 0; i < count; i++) {
        const ElfW(Rela) *r = &table[i];
        uintptr_t place = base + r->r_offset;
        uint64_t value = base + (uint64_t)r->r_addend;
        bool is_good =
            place >= pass->low && place < pass->high && pass->high - place >= sizeof value;
        if (LIKELY(is_good && r->r_info == ELF64_R_INFO(0, R_X86_64_RELATIVE)))
            memcpy((void *)place, &value, sizeof value);
        else if (is_good && repeats(pass, r))
            memcpy((void *)place, &pass->last_value, sizeof value);
        else if (apply(pass, r) < 0)
            return -1;
    }
    return 0;
}

/* RELR: an even word is an address, an odd one a bitmap of the 63 words after it. */
static int apply_relr(struct pass *pass) {
    const struct dynamic *d = &pass->image->dynamic;
    uintptr_t base = pass->image->map.l_addr, next = 0;
    for (size_t i = 0; i < d->relr_count; i++) {
        uint64_t entry = d->relr[i];
        uint64_t bits = entry & 1 ? entry >> 1 : 1;
        uintptr_t at = entry & 1 ? next : base + entry;
        next = entry & 1 ? next + 63 * 8 : at + 8;
        for (; bits != 0; bits >>= 1, at += 8) {
            if (!(bits & 1))
                continue;
            if (UNLIKELY(!writable(pass, at, 8) || at % 8))
                return fail(pass->image, "a RELR place lies outside the writable segments", 0);
            *(uintptr_t *)at += base;
        }
    }
    return 0;
}

/* With lazy binding a function's slot keeps pointing at its PLT entry until the first call. */
static int apply_plt_lazily(struct pass *pass, const ElfW(Rela) * r) {
    uintptr_t place = pass->image->map.l_addr + r->r_offset;
    if (ELF64_R_TYPE(r->r_info) != R_X86_64_JUMP_SLOT)
        return apply(pass, r);
    if (!writable(pass, place, 8))
        return fail(pass->image, "a PLT slot lies outside the writable segments",
                    R_X86_64_JUMP_SLOT);
    uint64_t value;
    memcpy(&value, (void *)place, sizeof value);
    value += pass->image->map.l_addr;
    memcpy((void *)place, &value, sizeof value);
    return 0;
}

static bool is_relative(const ElfW(Rela) * r) {
    return r->r_info == ELF64_R_INFO(0, R_X86_64_RELATIVE);
}

/* Has the kernel make copies at once of the pages that the relative relocations from R on will
 * write, of so many that the table and the pages are still near when they are applied.  Returns
 * where it stopped: they are most, and stand in the order of addresses before all others. */
static const ElfW(Rela) *
    fill_ahead(struct image *image, const ElfW(Rela) * r, const ElfW(Rela) * end) {
    enum { AT_ONCE = 2048 };
    const ElfW(Rela) *stop = end - r > AT_ONCE ? r + AT_ONCE : end;
    uintptr_t from = 0, to = 0;
    for (; r < stop && is_relative(r); r++) {
        uintptr_t page = PAGE_DOWN(image->map.l_addr + r->r_offset);
        if (page >= from && page < to)
            continue;
        if (page != to) {
            map_fill(image, from, to);
            from = page;
        }
        to = page + PAGE_SIZE;
    }
    map_fill(image, from, to);
    return r;
}

static void fill_rest(struct pass *pass) {
    map_fill(pass->image, pass->image->end, pass->image->end);
    pass->filled = true;
}

static void prefault(struct pass *pass) {
    const struct dynamic *d = &pass->image->dynamic;
    const ElfW(Rela) *r = d->rela, *end = r + d->rela_count;
    while (!pass->filled && r < end && is_relative(r))
        r = fill_ahead(pass->image, r, end);
    if (!pass->filled)
        fill_rest(pass);
}

/* DT_RELA, and where nothing has to come before it, each part of it just after its pages. */
static int apply_rela(struct pass *pass) {
    const struct dynamic *d = &pass->image->dynamic;
    const ElfW(Rela) *r = d->rela, *end = r + d->rela_count;
    while (!pass->filled && r < end && is_relative(r)) {
        const ElfW(Rela) *next = fill_ahead(pass->image, r, end);
        if (apply_table(pass, r, (size_t)(next - r)) < 0)
            return -1;
        r = next;
    }
    if (!pass->filled)
        fill_rest(pass);
    return apply_table(pass, r, (size_t)(end - r));
}

/* The tables as the file has them. */
static int apply_tables(struct pass *pass, bool lazily) {
    const struct dynamic *d = &pass->image->dynamic;
    if (d->relr_count > 0)
        prefault(pass);
    if (apply_relr(pass) < 0 || apply_rela(pass) < 0)
        return -1;
    for (size_t i = 0; i < d->plt_count; i++)
        if ((lazily ? apply_plt_lazily : apply)(pass, &d->plt[i]) < 0)
            return -1;
    return 0;
}

/* Of the tables as the file has them, what is relative. */
static int apply_relative_ones(struct pass *pass, bool lazily) {
    const struct dynamic *d = &pass->image->dynamic;
    if (apply_relr(pass) < 0)
        return -1;
    for (size_t i = 0; i < d->rela_count + d->plt_count; i++) {
        const ElfW(Rela) *r = relocation_numbered(pass->image, i);
        uint32_t type = ELF64_R_TYPE(r->r_info);
        bool is_lazy = lazily && i >= d->rela_count && type == R_X86_64_JUMP_SLOT;
        if (relocation_row(type).kind == RELOC_RELATIVE && apply(pass, r) < 0)
            return -1;
        if (is_lazy && apply_plt_lazily(pass, r) < 0)
            return -1;
    }
    return 0;
}

static int replay_tls(struct pass *pass, const struct recipe *recipe,
                      struct image *const targets[]) {
    const struct tls_word *words = recipe->tls.list;
    for (size_t i = 0; i < recipe->tls.count; i++)
        if (push_tls(pass->tls,
                     (struct tls_later){.image = pass->image,
                                        .target = targets[words[i].target],
                                        .value = words[i].value,
                                        .type = words[i].type,
                                        .place = pass->image->map.l_addr + words[i].place}) < 0)
            return -1;
    return 0;
}

/* What the same tables came to before, in an image that saw the same; then what is worked out each
 * time. */
static int replay_tables(struct pass *pass, const struct recipe *recipe, bool lazily) {
    const struct relatives *relatives = recipe->relatives;
    const uint32_t *numbers = recipe->odd.list;
    struct image *targets[TARGETS_MAX];
    relatives_apply(relatives, pass->image, pass->filled);
    if (!relatives->in_place && apply_relative_ones(pass, lazily) < 0)
        return -1;
    if (recipe_apply(recipe, pass->image, targets) < 0 || replay_tls(pass, recipe, targets) < 0)
        return -1;
    for (size_t i = 0; i < recipe->odd.count; i++)
        if (apply(pass, relocation_numbered(pass->image, numbers[i])) < 0)
            return -1;
    return 0;
}

static int relocate_plain(struct image *image, bool lazy, struct outlook *outlook,
                          struct tls_list *tls, struct later_list *ifunc) {
    const struct dynamic *d = &image->dynamic;
    bool lazily = lazy && !d->bind_now && d->got != NULL && d->plt_count > 0;
    struct replay replay;
    if (d->text_relocations && map_text_writable(image, true) < 0)
        return -1;
    replay_begin(&replay, outlook, image, lazily);
    struct pass pass = {.image = image, .tls = tls, .ifunc = ifunc, .recorder = replay.recorder};
    if (replay.reads_relatives) {
        prefault(&pass);
        replay_read_relatives(&replay);
    }
    int result =
        replay.recipe ? replay_tables(&pass, replay.recipe, lazily) : apply_tables(&pass, lazily);
    if (lazily)
        bind_prepare(image);
    replay_end(&replay, result == 0);
    return result;
}

static bool wants_static(const struct tls_later *later) {
    return (later->type == R_X86_64_TPOFF64 || later->type == R_X86_64_TPOFF32) &&
           later->target != NULL;
}

static int thread_offset(const struct tls_later *later, ptrdiff_t *offset) {
    const struct image *target = later->target;
    *offset = target->tls.offset;
    if (target->space != NULL || tls_host_offset(target, offset))
        return 0;
    return fail(later->image,
                "initial-exec access to a TLS variable of a host library without "
                "static TLS",
                later->type);
}

static int store_descriptor(const struct tls_later *later) {
    const struct image *target = later->target;
    uintptr_t pair[2];
    ptrdiff_t offset;
    if (target == NULL) {
        pair[0] = (uintptr_t)isolde_tlsdesc_undefined;
        pair[1] = (uintptr_t)later->value;
    } else if (target->tls.is_static ||
               (target->space == NULL && tls_host_offset(target, &offset))) {
        pair[0] = (uintptr_t)isolde_tlsdesc_static;
        pair[1] = later->value + (uintptr_t)(target->tls.is_static ? target->tls.offset : offset);
    } else {
        pair[0] = (uintptr_t)isolde_tlsdesc_dynamic;
        if (tls_descriptor(tls_module_of(target), later->value, &pair[1]) < 0)
            return fail(later->image, "a TLS offset does not fit", R_X86_64_TLSDESC);
    }
    memcpy((void *)later->place, pair, sizeof pair);
    return 0;
}

static int store_tls(const struct tls_later *later, uint64_t value) {
    if (relocation_store((void *)later->place, relocation_row(later->type), value))
        return 0;
    return fail(later->image, "a TLS offset does not fit", later->type);
}

static int apply_tls(const struct tls_later *later) {
    ptrdiff_t offset = 0;
    switch (later->type) {
    case R_X86_64_DTPMOD64:
        return store_tls(later, later->target ? (uint64_t)tls_module_of(later->target) : 0);
    case R_X86_64_DTPOFF64:
    case R_X86_64_DTPOFF32:
        return store_tls(later, later->value);
    case R_X86_64_TPOFF64:
    case R_X86_64_TPOFF32:
        if (later->target != NULL && thread_offset(later, &offset) < 0)
            return -1;
        return store_tls(later, later->value + (uint64_t)offset);
    default:
        return store_descriptor(later);
    }
}

static int relocate_tls(const struct scope *order, struct tls_list *tls) {
    for (size_t i = 0; i < tls->count; i++) {
        struct tls_later *later = &tls->list[i];
        if (wants_static(later) && later->target->space != NULL &&
            tls_make_static(later->target, later->image) < 0 && !requests_pending())
            return -1; /* what is only pending is collected whole */
    }
    for (size_t i = 0; i < order->count; i++)
        if (!order->list[i]->relocated && order->list[i]->tls.memory_size &&
            !order->list[i]->tls.is_static)
            debugger_place_tls(order->list[i]);
    if (requests_pending())
        return -1;
    for (size_t i = 0; i < tls->count; i++)
        if (apply_tls(&tls->list[i]) < 0)
            return -1;
    return 0;
}

/* The others of the space must see the copy, which those that were there before cannot. */
static int copied_too_late(const struct image *image, const struct image *owner, const char *name) {
    struct error_detail detail = {
        .file = owner->map.l_name, .needed_by = image->map.l_name, .symbol = name};
    error_set(
        ISOLDE_ESYMBOL, &detail,
        "%s: its variable %s is copied by %s, but it was open in space '%s' before, and would "
        "not see the copy; run the program in a space without it",
        owner->map.l_name, name, image->map.l_name, image->space->name);
    return -1;
}

static int apply_copy(const struct later *later) {
    const struct image *image = later->image;
    const struct binding *b = &later->binding;
    const ElfW(Sym) *own = &image->dynamic.symbols[ELF64_R_SYM(later->relocation->r_info)];
    const char *name = image->dynamic.strings + own->st_name;
    void *copy = (void *)(image->map.l_addr + later->relocation->r_offset);
    const void *original = (const void *)binding_address(b);
    size_t size = own->st_size;
    if (b->symbol != NULL && b->symbol->st_size < size)
        size = b->symbol->st_size;
    if (b->image != NULL && b->image->space != NULL && b->image->live)
        return copied_too_late(image, b->image, name);
    if (original == NULL) /* weak, and nobody's */
        return 0;
    if (b->image != NULL && b->image->space != NULL &&
        !map_covers(b->image, (uintptr_t)original, size, PF_R))
        return fail(b->image, "a variable that a program copies lies outside its segments",
                    R_X86_64_COPY);
    memcpy(copy, original, size);
    if (b->image == NULL || b->image->space == NULL)
        program_note_copy(image->run, name, copy, original, size);
    return 0;
}

static int relocate_ifunc(const struct later_list *ifunc) {
    for (size_t i = 0; i < ifunc->count; i++) {
        const struct later *l = &ifunc->list[i];
        uintptr_t value;
        if (ELF64_R_TYPE(l->relocation->r_info) == R_X86_64_COPY) {
            if (apply_copy(l) < 0)
                return -1;
            continue;
        }
        if (ELF64_R_TYPE(l->relocation->r_info) == R_X86_64_IRELATIVE) {
            uintptr_t resolver = l->image->map.l_addr + (uintptr_t)l->relocation->r_addend;
            if (!map_covers(l->image, resolver, 1, PF_X))
                return fail(l->image, "an IFUNC resolver lies outside the text",
                            R_X86_64_IRELATIVE);
            value = ((uintptr_t(*)(void))resolver)();
        } else {
            value = binding_address(&l->binding) + (uintptr_t)l->relocation->r_addend;
        }
        if (store(l->image, l->relocation, value) < 0)
            return -1;
    }
    return 0;
}

static int finish(struct image *image) {
    if ((image->dynamic.text_relocations && map_text_writable(image, false) < 0) ||
        map_protect_relro(image) < 0)
        return -1;
    image->relocated = true;
    return 0;
}

/* Relocates the images of ORDER (dependencies first) that are not yet. */
int relocate_images(const struct scope *order, bool lazy) {
    struct tls_list tls = {0};
    struct later_list ifunc = {0};
    struct outlook outlook = {0};
    int result = 0;
    for (size_t i = 0; i < order->count && result == 0; i++)
        if (!order->list[i]->relocated)
            result = relocate_plain(order->list[i], lazy, &outlook, &tls, &ifunc);
    if (result == 0)
        result = relocate_tls(order, &tls);
    if (result == 0)
        result = relocate_ifunc(&ifunc);
    for (size_t i = 0; i < order->count && result == 0; i++)
        if (!order->list[i]->relocated)
            result = finish(order->list[i]);
    free(tls.list);
    free(ifunc.list);
    return result;
}
