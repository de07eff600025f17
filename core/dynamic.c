/* dynamic.c - reading the dynamic section (gABI chapter 5; the GNU extensions: glibc's elf.h).
 *
 * For an image of ours nothing is believed: every table must lie in one readable segment, and the
 * counts kept here are those that the segment really holds, so that later rooms may index without
 * looking again.  A symbol's st_name is the one exception; symbols.c checks it where it is used.
 * For a host image glibc has done that work, and has made the pointers absolute. */
#include "loader.h"

#include <stdlib.h>
#include <string.h>

#ifndef DT_RELRSZ
#define DT_RELRSZ 35
#define DT_RELR 36
#define DT_RELRENT 37
#endif

enum { TAGS = 40 };

/* The raw values: the standard tags by number, then the GNU ones. */
struct raw {
    uint64_t value[TAGS];
    bool seen[TAGS];
    uint64_t gnu_hash, versym, verdef, verdef_count, verneed, verneed_count, flags_1;
    size_t needed_count, filtee_count;
};

struct reading {
    struct image *image;
    const char *needed_by;
    struct raw raw;
};

static int bad(const struct reading *r, const char *what) {
    const char *path = r->image->map.l_name, *by = r->needed_by;
    error_set(ISOLDE_EFORMAT, &(struct error_detail){.file = path, .needed_by = by},
              "%s%s%s: malformed dynamic section: %s", path, by ? ", needed by " : "", by ? by : "",
              what);
    return -1;
}

static void collect(struct raw *raw, const ElfW(Dyn) * entry) {
    switch (entry->d_tag) {
    case DT_GNU_HASH:
        raw->gnu_hash = entry->d_un.d_ptr;
        break;
    case DT_VERSYM:
        raw->versym = entry->d_un.d_ptr;
        break;
    case DT_VERDEF:
        raw->verdef = entry->d_un.d_ptr;
        break;
    case DT_VERDEFNUM:
        raw->verdef_count = entry->d_un.d_val;
        break;
    case DT_VERNEED:
        raw->verneed = entry->d_un.d_ptr;
        break;
    case DT_VERNEEDNUM:
        raw->verneed_count = entry->d_un.d_val;
        break;
    case DT_FLAGS_1:
        raw->flags_1 = entry->d_un.d_val;
        break;
    case DT_NEEDED:
        raw->needed_count++;
        break;
    case DT_FILTER:
    case DT_AUXILIARY:
        raw->filtee_count++;
        break;
    default:
        if (entry->d_tag > 0 && entry->d_tag < TAGS) {
            raw->value[entry->d_tag] = entry->d_un.d_val;
            raw->seen[entry->d_tag] = true;
        }
    }
}

/* How many elements of SIZE the segment holds from ADDRESS on; 0: not in a readable segment. */
static size_t room(const struct image *image, uintptr_t address, size_t size) {
    uintptr_t at = address - image->map.l_addr;
    for (size_t i = 0; i < image->header_count; i++) {
        const ElfW(Phdr) *ph = &image->headers[i];
        if (ph->p_type == PT_LOAD && (ph->p_flags & PF_R) && at >= ph->p_vaddr &&
            at - ph->p_vaddr < ph->p_memsz)
            return (ph->p_memsz - (at - ph->p_vaddr)) / size;
    }
    return 0;
}

static int read_entries(struct reading *r) {
    size_t count = room(r->image, (uintptr_t)r->image->map.l_ld, sizeof(ElfW(Dyn)));
    const ElfW(Dyn) *entry = r->image->map.l_ld;
    for (size_t i = 0; i < count; i++, entry++) {
        if (entry->d_tag == DT_NULL)
            return 0;
        collect(&r->raw, entry);
    }
    return bad(r, "no DT_NULL");
}

static int read_strings(struct reading *r) {
    struct dynamic *d = &r->image->dynamic;
    if (!r->raw.seen[DT_STRTAB] || !r->raw.seen[DT_SYMTAB])
        return bad(r, "no string or symbol table");
    uintptr_t at = r->raw.value[DT_STRTAB] + r->image->map.l_addr;
    size_t size = r->raw.value[DT_STRSZ];
    d->strings = (const char *)at;
    d->strings_size = size;
    if (size == 0 || !map_covers(r->image, at, size, PF_R))
        return bad(r, "string table outside every segment");
    /* Every string then ends inside the table. */
    if (d->strings[size - 1] != '\0')
        return bad(r, "string table does not end with a zero byte");
    uintptr_t symbols = r->raw.value[DT_SYMTAB] + r->image->map.l_addr;
    d->symbols = (const ElfW(Sym) *)symbols;
    d->symbol_count = room(r->image, symbols, sizeof(ElfW(Sym)));
    if (d->symbol_count == 0 || symbols % _Alignof(ElfW(Sym)))
        return bad(r, "symbol table outside every segment");
    if (r->raw.versym) {
        uintptr_t versym = r->raw.versym + r->image->map.l_addr;
        size_t entries = room(r->image, versym, sizeof(uint16_t));
        d->versym = (const uint16_t *)versym;
        if (entries == 0 || versym % 2)
            return bad(r, "version symbol table outside every segment");
        if (entries < d->symbol_count)
            d->symbol_count = entries;
    }
    return 0;
}

static int read_gnu_hash(struct reading *r) {
    uintptr_t at = r->raw.gnu_hash + r->image->map.l_addr;
    if (r->raw.gnu_hash == 0)
        return 0;
    size_t words = room(r->image, at, sizeof(uint32_t));
    const uint32_t *table = (const uint32_t *)at;
    if (words < 4 || at % 8)
        return bad(r, "GNU hash table outside every segment");
    uint64_t bloom = table[2];
    uint64_t head = 4 + bloom * 2 + table[0];
    if (bloom == 0 || (bloom & (bloom - 1)) || head > words)
        return bad(r, "GNU hash table has impossible sizes");
    struct dynamic *d = &r->image->dynamic;
    d->gnu = (struct gnu_hash){
        .bucket_count = table[0],
        .first_symbol = table[1],
        .bloom_mask = table[2] - 1,
        .bloom_shift = table[3] & 31,
        .bloom = (const uint64_t *)(table + 4),
        .buckets = table + 4 + bloom * 2,
        .chain = table + head - table[1], /* never read below chain[first_symbol] */
    };
    uint64_t chained = (uint64_t)table[1] + (words - head);
    if (d->gnu.bucket_count && chained < d->symbol_count)
        d->symbol_count = (size_t)chained;
    return 0;
}

static int read_sysv_hash(struct reading *r) {
    uintptr_t at = r->raw.value[DT_HASH] + r->image->map.l_addr;
    if (!r->raw.seen[DT_HASH])
        return 0;
    size_t words = room(r->image, at, sizeof(uint32_t));
    const uint32_t *table = (const uint32_t *)at;
    if (words < 2 || at % 4 || (uint64_t)table[0] + table[1] > words - 2)
        return bad(r, "hash table outside every segment");
    struct dynamic *d = &r->image->dynamic;
    d->sysv = (struct sysv_hash){
        .bucket_count = table[0],
        .chain_count = table[1],
        .buckets = table + 2,
        .chain = table + 2 + table[0],
    };
    if (d->sysv.chain_count < d->symbol_count && d->sysv.bucket_count)
        d->symbol_count = d->sysv.chain_count;
    return 0;
}

/* A table of SIZE bytes at tag AT whose elements have ELEMENT bytes; its count, or -1 (bad). */
static long table(struct reading *r, int at, int size, size_t element, const void **start) {
    if (!r->raw.seen[at] || r->raw.value[size] == 0)
        return 0;
    uintptr_t address = r->raw.value[at] + r->image->map.l_addr;
    uint64_t bytes = r->raw.value[size];
    if (!map_covers(r->image, address, bytes, PF_R) || address % 8)
        return bad(r, "a table lies outside every segment");
    *start = (const void *)address;
    return (long)(bytes / element);
}

static int read_relocations(struct reading *r) {
    struct dynamic *d = &r->image->dynamic;
    if (r->raw.seen[DT_REL] || (r->raw.seen[DT_PLTREL] && r->raw.value[DT_PLTREL] != DT_RELA))
        return bad(r, "REL relocations, which x86-64 does not have");
    if (r->raw.seen[DT_RELAENT] && r->raw.value[DT_RELAENT] != sizeof(ElfW(Rela)))
        return bad(r, "relocation entries of another size");
    long rela = table(r, DT_RELA, DT_RELASZ, sizeof(ElfW(Rela)), (const void **)&d->rela);
    long plt = table(r, DT_JMPREL, DT_PLTRELSZ, sizeof(ElfW(Rela)), (const void **)&d->plt);
    long relr = table(r, DT_RELR, DT_RELRSZ, sizeof(uint64_t), (const void **)&d->relr);
    if (rela < 0 || plt < 0 || relr < 0)
        return -1;
    /* Old linkers count the PLT's relocations among DT_RELA's as well. */
    if (plt && rela && d->plt >= d->rela && d->plt < d->rela + rela &&
        d->plt + plt == d->rela + rela)
        rela -= plt;
    d->rela_count = (size_t)rela;
    d->plt_count = (size_t)plt;
    d->relr_count = (size_t)relr;
    uintptr_t got = r->raw.value[DT_PLTGOT] + r->image->map.l_addr;
    if (r->raw.seen[DT_PLTGOT] && got % sizeof(uintptr_t) == 0 &&
        map_covers(r->image, got, 3 * sizeof(uintptr_t), PF_W))
        d->got = (uintptr_t *)got;
    return 0;
}

static int read_functions(struct reading *r) {
    struct dynamic *d = &r->image->dynamic;
    uintptr_t base = r->image->map.l_addr;
    long init = table(r, DT_INIT_ARRAY, DT_INIT_ARRAYSZ, 8, (const void **)&d->init_array);
    long fini = table(r, DT_FINI_ARRAY, DT_FINI_ARRAYSZ, 8, (const void **)&d->fini_array);
    long preinit =
        table(r, DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ, 8, (const void **)&d->preinit_array);
    if (init < 0 || fini < 0 || preinit < 0)
        return -1;
    d->preinit_count = (size_t)preinit;
    d->init_count = (size_t)init;
    d->fini_count = (size_t)fini;
    d->init = r->raw.value[DT_INIT] ? r->raw.value[DT_INIT] + base : 0;
    d->fini = r->raw.value[DT_FINI] ? r->raw.value[DT_FINI] + base : 0;
    if ((d->init && !map_covers(r->image, d->init, 1, PF_X)) ||
        (d->fini && !map_covers(r->image, d->fini, 1, PF_X)))
        return bad(r, "DT_INIT or DT_FINI outside the text");
    return 0;
}

static const char *string(const struct dynamic *d, uint64_t offset) {
    return offset < d->strings_size ? d->strings + offset : NULL;
}

static int read_names(struct reading *r) {
    struct dynamic *d = &r->image->dynamic;
    const struct raw *raw = &r->raw;
    d->needed = calloc(raw->needed_count + 1, sizeof *d->needed);
    d->filtees = calloc(raw->filtee_count + 1, sizeof *d->filtees);
    if (d->needed == NULL || d->filtees == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        return -1;
    }
    for (const ElfW(Dyn) *entry = r->image->map.l_ld; entry->d_tag != DT_NULL; entry++) {
        const char **slot = entry->d_tag == DT_NEEDED ? &d->needed[d->needed_count++]
                            : entry->d_tag == DT_FILTER || entry->d_tag == DT_AUXILIARY
                                ? &d->filtees[d->filtee_count++]
                            : entry->d_tag == DT_SONAME  ? &d->soname
                            : entry->d_tag == DT_RPATH   ? &d->rpath
                            : entry->d_tag == DT_RUNPATH ? &d->runpath
                                                         : NULL;
        if (slot != NULL && (*slot = string(d, entry->d_un.d_val)) == NULL)
            return bad(r, "a name lies outside the string table");
    }
    if (d->runpath != NULL)
        d->rpath = NULL; /* ld.so(8): DT_RPATH is ignored if DT_RUNPATH exists */
    if (d->soname != NULL)
        r->image->soname = d->soname;
    return 0;
}

static void read_flags(struct dynamic *d, const struct raw *raw) {
    uint64_t flags = raw->value[DT_FLAGS];
    d->symbolic = raw->seen[DT_SYMBOLIC] || (flags & DF_SYMBOLIC);
    d->text_relocations = raw->seen[DT_TEXTREL] || (flags & DF_TEXTREL);
    d->bind_now = raw->seen[DT_BIND_NOW] || (flags & DF_BIND_NOW) || (raw->flags_1 & DF_1_NOW);
    d->no_delete = raw->flags_1 & DF_1_NODELETE;
    d->no_open = raw->flags_1 & DF_1_NOOPEN;
    d->no_default_lib = raw->flags_1 & DF_1_NODEFLIB;
    d->pie = raw->flags_1 & DF_1_PIE;
    d->init_first = raw->flags_1 & DF_1_INITFIRST;
}

static int set_version(struct image *image, size_t index, struct version version) {
    index &= 0x7fff;
    if (index >= image->version_count) {
        size_t count = index + 16;
        struct version *bigger = realloc(image->versions, count * sizeof *bigger);
        if (bigger == NULL) {
            error_set(ISOLDE_EMEMORY, NULL, "out of memory");
            return -1;
        }
        memset(bigger + image->version_count, 0, (count - image->version_count) * sizeof *bigger);
        image->versions = bigger;
        image->version_count = count;
    }
    image->versions[index] = version;
    return 0;
}

/* In both walks TRUSTED is a host image, where room() knows no segments. */
static bool holds(const struct image *image, const void *at, size_t size) {
    return image->space == NULL ||
           ((uintptr_t)at % 4 == 0 && map_covers(image, (uintptr_t)at, size, PF_R));
}

/* More entries than version indices can exist; ends a walk through a hostile table. */
enum { VERSION_ENTRIES_MAX = 1 << 16 };

static int read_verneed(struct image *image) {
    const struct dynamic *d = &image->dynamic;
    const char *at = d->verneed;
    size_t entries = 0;
    for (size_t i = 0; i < d->verneed_count; i++) {
        const ElfW(Verneed) *need = (const void *)at;
        if (!holds(image, need, sizeof *need) || ++entries > VERSION_ENTRIES_MAX)
            return -2;
        const char *file = string(d, need->vn_file);
        const char *aux_at = at + need->vn_aux;
        for (size_t j = 0; j < need->vn_cnt; j++) {
            const ElfW(Vernaux) *aux = (const void *)aux_at;
            if (!holds(image, aux, sizeof *aux) || ++entries > VERSION_ENTRIES_MAX)
                return -2;
            const char *name = string(d, aux->vna_name);
            if (name == NULL || file == NULL)
                return -2;
            struct version version = {name, file, aux->vna_hash, aux->vna_other & 0x8000,
                                      aux->vna_flags & VER_FLG_WEAK};
            if (set_version(image, aux->vna_other, version) < 0)
                return -1;
            if (aux->vna_next == 0)
                break;
            aux_at += aux->vna_next;
        }
        if (need->vn_next == 0)
            break;
        at += need->vn_next;
    }
    return 0;
}

static int read_verdef(struct image *image) {
    const struct dynamic *d = &image->dynamic;
    const char *at = d->verdef;
    for (size_t i = 0; i < d->verdef_count; i++) {
        const ElfW(Verdef) *def = (const void *)at;
        if (!holds(image, def, sizeof *def) || i > VERSION_ENTRIES_MAX)
            return -2;
        const ElfW(Verdaux) *aux = (const void *)(at + def->vd_aux);
        if (!holds(image, aux, sizeof *aux))
            return -2;
        const char *name = string(d, aux->vda_name);
        if (name == NULL)
            return -2;
        if (!(def->vd_flags & VER_FLG_BASE) &&
            set_version(image, def->vd_ndx,
                        (struct version){name, NULL, def->vd_hash, false, false}) < 0)
            return -1;
        if (def->vd_next == 0)
            break;
        at += def->vd_next;
    }
    return 0;
}

static int read_versions(struct image *image) {
    int result = image->dynamic.verneed ? read_verneed(image) : 0;
    if (result == 0 && image->dynamic.verdef)
        result = read_verdef(image);
    return result;
}

int dynamic_read(struct image *image, const char *needed_by) {
    struct reading r = {.image = image, .needed_by = needed_by};
    if (read_entries(&r) < 0 || read_strings(&r) < 0 || read_gnu_hash(&r) < 0 ||
        read_sysv_hash(&r) < 0 || read_relocations(&r) < 0 || read_functions(&r) < 0 ||
        read_names(&r) < 0)
        return -1;
    struct dynamic *d = &image->dynamic;
    read_flags(d, &r.raw);
    uintptr_t base = image->map.l_addr;
    d->verdef = r.raw.verdef ? (const char *)(r.raw.verdef + base) : NULL;
    d->verneed = r.raw.verneed ? (const char *)(r.raw.verneed + base) : NULL;
    d->verdef_count = r.raw.verdef_count;
    d->verneed_count = r.raw.verneed_count;
    int result = read_versions(image);
    return result == -2 ? bad(&r, "a version table lies outside every segment") : result;
}

/* glibc makes most pointers of a loaded object's dynamic section absolute, but not in objects
 * whose dynamic section is read-only. */
static uintptr_t absolute(const struct image *image, uint64_t value) {
    return value == 0 ? 0 : value < image->map.l_addr ? value + image->map.l_addr : value;
}

static void read_host_hash(struct image *image, const struct raw *raw) {
    const uint32_t *gnu = (const uint32_t *)absolute(image, raw->gnu_hash);
    const uint32_t *sysv = (const uint32_t *)absolute(image, raw->value[DT_HASH]);
    struct dynamic *d = &image->dynamic;
    d->symbol_count = UINT32_MAX;
    if (gnu != NULL)
        d->gnu = (struct gnu_hash){
            .bucket_count = gnu[0],
            .first_symbol = gnu[1],
            .bloom_mask = gnu[2] - 1,
            .bloom_shift = gnu[3] & 31,
            .bloom = (const uint64_t *)(gnu + 4),
            .buckets = gnu + 4 + gnu[2] * 2,
            .chain = gnu + 4 + gnu[2] * 2 + gnu[0] - gnu[1],
        };
    if (sysv != NULL)
        d->sysv = (struct sysv_hash){sysv[0], sysv[1], sysv + 2, sysv + 2 + sysv[0]};
}

static void read_host_tables(struct image *image, const struct raw *raw) {
    struct dynamic *d = &image->dynamic;
    d->strings = (const char *)absolute(image, raw->value[DT_STRTAB]);
    d->strings_size = raw->value[DT_STRSZ];
    d->symbols = (const ElfW(Sym) *)absolute(image, raw->value[DT_SYMTAB]);
    d->versym = (const uint16_t *)absolute(image, raw->versym);
    d->rela = (const ElfW(Rela) *)absolute(image, raw->value[DT_RELA]);
    d->rela_count = raw->value[DT_RELASZ] / sizeof(ElfW(Rela));
    d->plt = (const ElfW(Rela) *)absolute(image, raw->value[DT_JMPREL]);
    d->plt_count = raw->value[DT_PLTRELSZ] / sizeof(ElfW(Rela));
    d->verdef = (const char *)absolute(image, raw->verdef);
    d->verdef_count = raw->verdef_count;
    d->verneed = (const char *)absolute(image, raw->verneed);
    d->verneed_count = raw->verneed_count;
}

static struct raw read_host_raw(struct image *image) {
    struct raw raw = {0};
    for (const ElfW(Dyn) *entry = image->map.l_ld; entry->d_tag != DT_NULL; entry++)
        collect(&raw, entry);
    read_host_tables(image, &raw);
    read_host_hash(image, &raw);
    return raw;
}

/* What a search without a version needs; allocates nothing. */
void dynamic_read_host_symbols(struct image *image) { read_host_raw(image); }

void dynamic_read_host(struct image *image) {
    struct raw raw = read_host_raw(image);
    struct dynamic *d = &image->dynamic;
    read_flags(d, &raw);
    d->needed = calloc(raw.needed_count + 1, sizeof *d->needed);
    for (const ElfW(Dyn) *entry = image->map.l_ld; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_NEEDED && d->needed != NULL)
            d->needed[d->needed_count++] = d->strings + entry->d_un.d_val;
        else if (entry->d_tag == DT_SONAME)
            d->soname = d->strings + entry->d_un.d_val;
        else if (entry->d_tag == DT_RPATH)
            d->rpath = d->strings + entry->d_un.d_val;
        else if (entry->d_tag == DT_RUNPATH)
            d->runpath = d->strings + entry->d_un.d_val;
    }
    if (d->runpath != NULL)
        d->rpath = NULL;
    if (d->soname != NULL)
        image->soname = d->soname;
    read_versions(image);
}

/* What the image's object has not taken over. */
void dynamic_free(struct image *image) {
    if (image->object != NULL && image->object->is_read)
        return;
    free(image->dynamic.needed);
    free(image->dynamic.filtees);
    free(image->versions);
    image->versions = NULL;
    image->version_count = 0;
}
