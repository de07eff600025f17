/* symbols.c - what a name means: hash tables, versions, scopes.
 *
 * The rules are glibc's (dl-lookup.c behaves so; gABI "Symbol Table", Drepper's "How to write
 * shared libraries" and "ELF symbol versioning"), over the scopes of a space:
 *   the image itself first where it is DF_SYMBOLIC; what the host lends, as an executable's own
 *   symbols come first in its process; the space's global scope; the search lists of the roots it
 *   was loaded for (before all of these with RTLD_DEEPBIND); then the shared group; then, with
 *   host=True, everything else the host has loaded.
 * A weak definition counts as much as a strong one.  A unique definition (STB_GNU_UNIQUE) is the
 * first of its name in the space, for everybody in the space. */
#include "loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t hash_sysv(const char *name) {
    uint32_t hash = 0;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
        hash = (hash << 4) + *c;
        hash ^= (hash >> 24) & 0xf0;
    }
    return hash & 0x0fffffff;
}

enum { STEP = 8 }; /* characters that are hashed at once */

/* 33 to the power of how many characters follow. */
static const uint32_t power[STEP + 1] = {1,
                                         33,
                                         33 * 33,
                                         33 * 33 * 33,
                                         33 * 33 * 33 * 33,
                                         33u * 33 * 33 * 33 * 33,
                                         33u * 33 * 33 * 33 * 33 * 33,
                                         33u * 33 * 33 * 33 * 33 * 33 * 33,
                                         33u * 33 * 33 * 33 * 33 * 33 * 33 * 33};

/* What eight characters, the first in the lowest byte, add to a hash: neighbours are put together,
 * then neighbours of those. */
static uint32_t hash_step(uint64_t characters) {
    const uint64_t bytes = 0x00ff00ff00ff00ff, pairs = 0x0000ffff0000ffff;
    uint64_t two = (characters & bytes) * power[1] + (characters >> 8 & bytes);
    uint64_t four = (two & pairs) * power[2] + (two >> 16 & pairs);
    return (uint32_t)four * power[4] + (uint32_t)(four >> 32);
}

static uint64_t characters_at(const char *name) {
    uint64_t characters;
    memcpy(&characters, name, sizeof characters);
    return characters;
}

static uint32_t hash_pair(uint32_t hash, const unsigned char *pair) {
    return hash * power[2] + (pair[0] * power[1] + pair[1]);
}

static uint32_t hash_short(const char *name, size_t length) {
    const unsigned char *at = (const unsigned char *)name;
    uint32_t hash = 5381;
    for (; length >= 2; length -= 2, at += 2)
        hash = hash_pair(hash, at);
    return length > 0 ? hash * power[1] + *at : hash;
}

/* h = h * 33 + c, begun with 5381.  Character by character each step would wait for the product of
 * the one before.  The last step takes eight again, without those that have been. */
static uint32_t hash_gnu(const char *name, size_t left) {
    if (left < STEP)
        return hash_short(name, left);
    uint32_t hash = 5381;
    for (; left >= STEP; left -= STEP, name += STEP)
        hash = hash * power[STEP] + hash_step(characters_at(name));
    if (left == 0)
        return hash;
    uint64_t last = characters_at(name + left - STEP) >> 8 * (STEP - left) << 8 * (STEP - left);
    return hash * power[left] + hash_step(last);
}

static struct query query_of(const char *name, size_t length, const struct version *version,
                             unsigned class) {
    return (struct query){.name = name,
                          .length = length,
                          .version = version,
                          .gnu = hash_gnu(name, length),
                          .class = class};
}

struct query query_for(const char *name, const struct version *version, unsigned class) {
    return query_of(name, strlen(name), version, class);
}

/* Types that a reference may bind to: STT_NOTYPE, OBJECT, FUNC, COMMON, TLS, GNU_IFUNC. */
static inline bool eligible(const ElfW(Sym) * symbol, unsigned class) {
    const unsigned types = 1u << STT_NOTYPE | 1u << STT_OBJECT | 1u << STT_FUNC | 1u << STT_COMMON |
                           1u << STT_TLS | 1u << STT_GNU_IFUNC;
    unsigned type = ELF64_ST_TYPE(symbol->st_info), bind = ELF64_ST_BIND(symbol->st_info);
    if (symbol->st_value == 0 && symbol->st_shndx != SHN_ABS && type != STT_TLS)
        return false;
    if (symbol->st_shndx == SHN_UNDEF && ((class & CLASS_PLT) || type == STT_TLS))
        return false;
    unsigned visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    if (visibility == STV_HIDDEN || visibility == STV_INTERNAL)
        return false;
    return (types >> type & 1) &&
           (bind == STB_GLOBAL || bind == STB_WEAK || bind == STB_GNU_UNIQUE);
}

/* Short ones, which differ early or not at all. */
static bool same_name(const char *a, const char *b) {
    while (*a == *b && *a != '\0') {
        a++;
        b++;
    }
    return *a == *b;
}

enum match { NO, YES, ONLY_IF_ALONE };

static enum match version_matches(const struct image *image, size_t index,
                                  const struct query *query) {
    const uint16_t *versym = image->dynamic.versym;
    if (versym == NULL)
        return YES; /* an object without versions satisfies every reference */
    uint16_t entry = versym[index];
    size_t number = entry & 0x7fff;
    if (query->version == NULL) {
        /* Index 2 is the first version, the oldest: what an unversioned reference of old meant.
         * A newer one is taken if it is the default and the only candidate. */
        if (number < (query->newest ? 2u : 3u))
            return YES;
        return entry & 0x8000 ? NO : ONLY_IF_ALONE;
    }
    const struct version *have = number < image->version_count ? &image->versions[number] : NULL;
    if (have != NULL && have->name != NULL && have->hash == query->version->hash &&
        same_name(have->name, query->version->name))
        return YES;
    /* An unversioned definition in a versioned object serves unless the reference says "hidden". */
    bool unversioned = have == NULL || have->hash == 0;
    return !query->version->hidden && unversioned && !(entry & 0x8000) ? YES : NO;
}

/* Whether both have the same LENGTH characters.  They nearly always have: the hashes are the same.
 */
static bool same_characters(const char *a, const char *b, size_t length) {
    if (length < STEP) {
        while (length > 0 && a[length - 1] == b[length - 1])
            length--;
        return length == 0;
    }
    for (size_t i = 0; i + STEP < length; i += STEP)
        if (characters_at(a + i) != characters_at(b + i))
            return false;
    return characters_at(a + length - STEP) == characters_at(b + length - STEP);
}

static inline bool is_named(const struct dynamic *d, const ElfW(Sym) * symbol,
                            const struct query *query) {
    const char *name = d->strings + symbol->st_name;
    if (name == query->name)
        return true;
    return symbol->st_name < d->strings_size && query->length < d->strings_size - symbol->st_name &&
           name[query->length] == '\0' && same_characters(name, query->name, query->length);
}

struct candidate {
    const ElfW(Sym) * sole; /* the default version, if only one was seen */
    unsigned seen;
};

static const ElfW(Sym) * consider(const struct image *image, size_t index,
                                  const struct query *query, struct candidate *candidate) {
    const struct dynamic *d = &image->dynamic;
    const ElfW(Sym) *symbol = &d->symbols[index];
    if (!is_named(d, symbol, query) || !eligible(symbol, query->class))
        return NULL;
    enum match match = version_matches(image, index, query);
    if (match == ONLY_IF_ALONE && candidate->seen++ == 0)
        candidate->sole = symbol;
    return match == YES ? symbol : NULL;
}

static const ElfW(Sym) *
    by_gnu_hash(const struct image *image, const struct query *query, struct candidate *candidate) {
    const struct gnu_hash *t = &image->dynamic.gnu;
    size_t index = t->buckets[query->gnu % t->bucket_count];
    if (index < t->first_symbol)
        return NULL;
    for (; index < image->dynamic.symbol_count; index++) {
        uint32_t hash = t->chain[index];
        if (((hash ^ query->gnu) >> 1) == 0) {
            const ElfW(Sym) *symbol = consider(image, index, query, candidate);
            if (symbol != NULL)
                return symbol;
        }
        if (hash & 1)
            break;
    }
    return NULL;
}

static const ElfW(Sym) * by_sysv_hash(const struct image *image, const struct query *query,
                                      struct candidate *candidate) {
    const struct sysv_hash *t = &image->dynamic.sysv;
    size_t index = t->buckets[hash_sysv(query->name) % t->bucket_count];
    for (size_t steps = 0; index != STN_UNDEF && steps < t->chain_count; steps++) {
        if (index >= image->dynamic.symbol_count || index >= t->chain_count)
            return NULL;
        const ElfW(Sym) *symbol = consider(image, index, query, candidate);
        if (symbol != NULL)
            return symbol;
        index = t->chain[index];
    }
    return NULL;
}

/* What symbol_may_be_in does not rule out. */
static const ElfW(Sym) * search(const struct image *image, const struct query *query) {
    struct candidate candidate = {NULL, 0};
    const ElfW(Sym) *symbol = NULL;
    if (image->dynamic.gnu.bucket_count)
        symbol = by_gnu_hash(image, query, &candidate);
    else if (image->dynamic.sysv.bucket_count)
        symbol = by_sysv_hash(image, query, &candidate);
    return symbol ? symbol : candidate.seen == 1 ? candidate.sole : NULL;
}

/* IMAGE's definition that answers QUERY, or NULL. */
const ElfW(Sym) * symbol_in_image(const struct image *image, const struct query *query) {
    return symbol_may_be_in(image, query->gnu) ? search(image, query) : NULL;
}

/* The space's own images of SCOPE, and its links, from element FROM on.  A link means the image
 * that it stands for. */
bool symbol_in_scope(const struct scope *scope, size_t from, const struct query *query,
                     struct binding *binding) {
    for (size_t i = from; i < scope->count; i++) {
        struct image *image = scope->list[i], *definer = image->linked ? image->linked : image;
        if (LIKELY(!symbol_may_be_in(definer, query->gnu)) || image->space == NULL ||
            (image->program && (query->class & CLASS_COPY))) /* it copies what others define */
            continue;
        const ElfW(Sym) *symbol = search(definer, query);
        if (symbol == NULL)
            continue;
        binding->image = definer;
        binding->symbol = symbol;
        binding->link = image->linked ? image : NULL;
        binding->address = 0;
        binding->last_resort = false;
        return true;
    }
    return false;
}

/* Guards every space's table: a link reads that of the space it leads to. */
static pthread_mutex_t unique_guard = PTHREAD_MUTEX_INITIALIZER;

void unique_lock(void) { pthread_mutex_lock(&unique_guard); }
void unique_unlock(void) { pthread_mutex_unlock(&unique_guard); }

/* The place of a name in the open-addressing table: its own, or the empty one it would take. */
static struct unique *unique_place(struct unique *table, size_t capacity, uint32_t hash,
                                   const char *name) {
    size_t i = hash & (capacity - 1);
    while (table[i].name != NULL && table[i].name != name &&
           (table[i].hash != hash || strcmp(table[i].name, name) != 0))
        i = (i + 1) & (capacity - 1);
    return &table[i];
}

static int unique_rebuild(struct isolde_space *space, size_t capacity,
                          const struct image *without) {
    struct unique *table = calloc(capacity, sizeof *table);
    if (table == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        return -1;
    }
    space->unique_count = 0;
    for (size_t i = 0; i < space->unique_capacity; i++) {
        const struct unique *old = &space->unique[i];
        if (old->name == NULL || old->image == without)
            continue;
        *unique_place(table, capacity, old->hash, old->name) = *old;
        space->unique_count++;
    }
    free(space->unique);
    space->unique = table;
    space->unique_capacity = capacity;
    return 0;
}

/* Drops the definitions of an image whose open is being undone. */
void unique_forget(struct isolde_space *space, const struct image *image) {
    if (!image->unique_definer || space->unique_capacity == 0)
        return;
    unique_lock();
    unique_rebuild(space, space->unique_capacity, image);
    unique_unlock();
}

static bool unique_known(const struct isolde_space *space, uint32_t hash, const char *name,
                         struct binding *binding) {
    if (space->unique_capacity == 0)
        return false;
    const struct unique *place = unique_place(space->unique, space->unique_capacity, hash, name);
    if (place->name == NULL)
        return false;
    struct image *link = binding->image->space == space ? binding->link : NULL;
    *binding = (struct binding){
        .image = place->image, .symbol = place->symbol, .found = binding->symbol, .link = link};
    return true;
}

static int unique_enter(struct isolde_space *space, uint32_t hash, const char *name,
                        const struct binding *binding) {
    if (space->unique_count * 4 >= space->unique_capacity * 3 &&
        unique_rebuild(space, space->unique_capacity ? space->unique_capacity * 2 : 16, NULL) < 0)
        return -1;
    *unique_place(space->unique, space->unique_capacity, hash, name) =
        (struct unique){hash, name, binding->image, binding->symbol};
    space->unique_count++;
    binding->image->unique_definer = true;
    return 0;
}

/* The first unique definition of a name stands for all later ones of the space, and keeps its
 * image loaded as long as the space: others may have bound to it without depending on it.  One
 * found through a link is the one that stands in the space it was found in. */
int unique_settle(struct isolde_space *space, uint32_t hash, const char *name,
                  struct binding *binding) {
    int result = 0;
    unique_lock();
    if (!unique_known(space, hash, name, binding)) {
        if (binding->image->space != space)
            unique_known(binding->image->space, hash, name, binding);
        else
            result = unique_enter(space, hash, name, binding);
    }
    unique_unlock();
    return result;
}

int symbol_unify(struct isolde_space *space, const struct query *query, struct binding *binding) {
    if (binding->symbol == NULL || binding->image->space == NULL ||
        ELF64_ST_BIND(binding->symbol->st_info) != STB_GNU_UNIQUE)
        return 0;
    const char *name = binding->image->dynamic.strings + binding->symbol->st_name;
    return unique_settle(space, query->gnu, name, binding);
}

static bool in_own_scopes(struct image *image, const struct query *query, struct binding *binding) {
    for (size_t i = 0; i < image->scope_count; i++)
        if (symbol_in_scope(image->scopes[i], 0, query, binding))
            return true;
    return false;
}

static const struct scope *first_scope(const struct image *image) {
    return image->scope_count ? image->scopes[0] : NULL;
}

/* Before what is lent: IMAGE itself where it is symbolic, its own scopes where they go first. */
static bool in_front(struct image *image, const struct query *query, struct binding *binding) {
    const ElfW(Sym) *own = image->dynamic.symbolic ? symbol_in_image(image, query) : NULL;
    if (own != NULL) {
        *binding = (struct binding){.image = image, .symbol = own};
        return true;
    }
    return image->deepbind && in_own_scopes(image, query, binding);
}

/* After it, and before the host. */
static bool in_space(struct image *image, const struct query *query, struct binding *binding) {
    return symbol_in_scope(&image->space->global, 0, query, binding) ||
           (!image->deepbind && in_own_scopes(image, query, binding));
}

/* The scopes of IMAGE, in order. */
bool symbol_default(struct image *image, const struct query *query, struct binding *binding) {
    const struct isolde_space *space = image->space;
    if (in_front(image, query, binding) ||
        (UNLIKELY(space->lender != NULL) && host_lookup_lent(space, query, binding)) ||
        in_space(image, query, binding) ||
        host_lookup_shared(space, first_scope(image), query, binding) ||
        host_lookup_listed(space, &space->global, query, binding))
        return true;
    if (!space->host || !host_lookup_any(space, query, binding))
        return false;
    binding->last_resort = true;
    return true;
}

static size_t position(const struct scope *scope, const struct image *image) {
    for (size_t i = 0; i < scope->count; i++)
        if (scope->list[i] == image)
            return i + 1;
    return 0;
}

/* RTLD_NEXT: what comes after the caller in the search list it was loaded for. */
bool symbol_next(struct image *caller, const struct query *query, struct binding *binding) {
    const struct scope *scope = first_scope(caller);
    size_t after = scope ? position(scope, caller) : 0;
    if (after > 0 && symbol_in_scope(scope, after, query, binding))
        return true;
    if (host_lookup_shared(caller->space, scope, query, binding))
        return true;
    return caller->space->host && host_lookup_any(caller->space, query, binding);
}

/* The commonest reason: another image of the space has it, but keeps it to itself. */
static const struct image *local_definer(const struct image *image, const struct query *query) {
    struct binding binding;
    bool found = symbol_in_scope(&image->space->images, 0, query, &binding);
    return found ? binding.image : NULL;
}

/* Where an undefined symbol has been looked for last, and what would help. */
static void describe_search(const struct image *image, const struct query *query, char *text,
                            size_t size) {
    const struct image *definer = local_definer(image, query);
    int n = 0;
    if (image->space->searched > 0)
        n = snprintf(text, size, ", the host, %zu libraries of search_path and /etc/ld.so.cache)",
                     image->space->searched);
    else
        n = snprintf(text, size, "%s)", image->space->host ? " and the host" : "");
    if (definer != NULL)
        snprintf(text + n, size - (size_t)n, "; %s defines it: open that with RTLD_GLOBAL",
                 definer->map.l_name);
    else if (image->space->searched > 0)
        snprintf(text + n, size - (size_t)n,
                 "; install the library that defines it, or add its folder to search_path");
}

static int undefined(const struct image *image, const struct query *query) {
    const char *version = query->version ? query->version->name : NULL;
    struct error_detail detail = {.file = image->map.l_name,
                                  .needed_by = image->needed_by,
                                  .symbol = query->name,
                                  .version = version};
    char search[4500];
    describe_search(image, query, search, sizeof search);
    error_set(ISOLDE_ESYMBOL, &detail,
              "%s in space '%s': undefined symbol: %s%s%s (looked in its dependencies, the space's "
              "global scope, the shared group%s",
              image->map.l_name, image->space->name, query->name, version ? ", version " : "",
              version ? version : "", search);
    return -1;
}

static int malformed(const struct image *image, const char *what) {
    error_set(ISOLDE_EFORMAT, &(struct error_detail){.file = image->map.l_name}, "%s: %s",
              image->map.l_name, what);
    return -1;
}

/* An IFUNC's value is about to be called. */
int binding_check(const struct binding *binding) {
    const ElfW(Sym) *symbol = binding->symbol;
    const struct image *image = binding->image;
    if (symbol == NULL || image->space == NULL || ELF64_ST_TYPE(symbol->st_info) != STT_GNU_IFUNC ||
        map_covers(image, image->map.l_addr + symbol->st_value, 1, PF_X))
        return 0;
    return malformed(image, "an IFUNC resolver lies outside the text");
}

const struct version *symbol_version(const struct image *image, size_t index) {
    if (image->dynamic.versym == NULL)
        return NULL;
    size_t number = image->dynamic.versym[index] & 0x7fff;
    if (number >= image->version_count || image->versions[number].name == NULL)
        return NULL;
    return &image->versions[number];
}

/* Whether TARGET stays for as long as IMAGE. */
static bool outlives(const struct image *target, const struct image *image) {
    return target == image || target->space == NULL || target->pinned || target->unique_definer ||
           scope_has(&image->dependencies, target) || scope_has(&image->bound, target);
}

/* An image bound to by one that does not depend on it must outlive it. */
int symbol_depend(struct image *image, struct image *target) {
    return outlives(target, image) ? 0 : scope_add(&image->bound, target);
}

bool binding_is_plain(const struct query *query, const struct binding *binding) {
    if (binding->symbol == NULL)
        return false;
    unsigned type = ELF64_ST_TYPE(binding->symbol->st_info);
    if (binding->image->space == NULL)
        return type != STT_TLS;
    return type != STT_TLS && type != STT_GNU_IFUNC &&
           ELF64_ST_BIND(binding->symbol->st_info) != STB_GNU_UNIQUE &&
           !exceptions_may_unite(query->gnu);
}

/* Who is asked first for what IMAGE refers to; NULL: not an image of the space, or many. */
static const struct image *first_asked(const struct image *image) {
    const struct scope *global = &image->space->global, *own = first_scope(image);
    if (image->dynamic.symbolic)
        return image;
    if (image->space->lender != NULL && !image->deepbind)
        return NULL;
    if (global->count > 0 && !image->deepbind)
        return global->list[0];
    return own != NULL && own->count > 0 ? own->list[0] : NULL;
}

/* Whether a look-up in IMAGE for what its own definition INDEX is called would find just that. Told
 * without its name: in the table, symbols of one hash value stand side by side, so that another of
 * the name would be among those just before it. */
static bool is_first_of_its_name(const struct image *image, size_t index) {
    const struct gnu_hash *t = &image->dynamic.gnu;
    if (t->bucket_count == 0 || index < t->first_symbol)
        return false;
    for (size_t i = index; i > t->first_symbol && !(t->chain[i - 1] & 1); i--)
        if ((t->chain[i - 1] ^ t->chain[index]) >> 1 == 0)
            return false;
    return !exceptions_may_unite(t->chain[index]);
}

/* Whether IMAGE's reference to its own definition INDEX stays with it, as most do: the image that
 * an open asks for is the first one asked.  What this leaves open, the look-up decides. */
static bool binds_to_itself(const struct image *image, size_t index, unsigned class) {
    const struct dynamic *d = &image->dynamic;
    const ElfW(Sym) *symbol = &d->symbols[index];
    const unsigned oldest = 2; /* version_matches */
    bool old = d->versym == NULL || (d->versym[index] & 0x7fff) <= oldest;
    return symbol->st_shndx != SHN_UNDEF && class != CLASS_COPY && first_asked(image) == image &&
           ELF64_ST_BIND(symbol->st_info) != STB_GNU_UNIQUE && eligible(symbol, class) &&
           (old || symbol_version(image, index) != NULL) && is_first_of_its_name(image, index);
}

/* Whether a reference to SYMBOL of its image's own table means just that. */
static bool is_own(const ElfW(Sym) * symbol) {
    unsigned visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    bool defined = symbol->st_shndx != SHN_UNDEF;
    return ELF64_ST_BIND(symbol->st_info) == STB_LOCAL || visibility == STV_HIDDEN ||
           visibility == STV_INTERNAL || (visibility == STV_PROTECTED && defined);
}

int symbol_bind(struct image *image, size_t index, unsigned class, struct binding *binding) {
    const struct dynamic *d = &image->dynamic;
    *binding = (struct binding){0};
    if (index == STN_UNDEF) {
        *binding = (struct binding){.image = image, .symbol = &d->symbols[0]};
        return binding_check(binding);
    }
    if (index >= d->symbol_count || d->symbols[index].st_name >= d->strings_size)
        return malformed(image, "a relocation names a symbol outside the symbol table");
    const ElfW(Sym) *symbol = &d->symbols[index];
    if (is_own(symbol) || binds_to_itself(image, index, class)) {
        *binding = (struct binding){.image = image, .symbol = symbol};
        return binding_check(binding);
    }
    const struct version *version = symbol_version(image, index);
    const char *name = d->strings + symbol->st_name;
    struct query query = query_for(name, version, class);
    query.run = image->run;
    if (!symbol_default(image, &query, binding)) {
        *binding = (struct binding){0};
        return ELF64_ST_BIND(symbol->st_info) == STB_WEAK ? 0 : undefined(image, &query);
    }
    exceptions_unite(&query, binding);
    if ((class != CLASS_COPY && symbol_unify(image->space, &query, binding) < 0) ||
        shim_settle(image, binding) < 0 || binding_check(binding) < 0)
        return -1;
    return symbol_depend(image, binding->link ? binding->link : binding->image);
}

/* Not strlen(3), which uses vector registers; nor may the compiler take it for that. */
static size_t length_of(const char *name) {
    size_t length = 0;
    while (name[length] != '\0') {
        length++;
        __asm__("" : "+r"(length));
    }
    return length;
}

bool symbol_bound(struct image *image, size_t index, unsigned class, struct binding *binding) {
    const struct dynamic *d = &image->dynamic;
    if (index == STN_UNDEF || index >= d->symbol_count || image->run != NULL ||
        image->space->lender != NULL || d->symbols[index].st_name >= d->strings_size ||
        is_own(&d->symbols[index]))
        return false;
    const char *name = d->strings + d->symbols[index].st_name;
    struct query query = query_of(name, length_of(name), symbol_version(image, index), class);
    return (in_front(image, &query, binding) || in_space(image, &query, binding) ||
            host_lookup_plain(image->space, first_scope(image), &query, binding)) &&
           binding_is_plain(&query, binding) &&
           outlives(binding->link ? binding->link : binding->image, image);
}

/* Where a definition is; of an IFUNC, where its resolver is. */
uintptr_t binding_place(const struct binding *binding) {
    const ElfW(Sym) *symbol = binding->symbol;
    return symbol->st_value + (symbol->st_shndx == SHN_ABS ? 0 : binding->image->map.l_addr);
}

/* The address a binding stands for.  An IFUNC's resolver decides (its image must be relocated). */
uintptr_t binding_address(const struct binding *binding) {
    if (binding->symbol == NULL)
        return binding->address;
    uintptr_t place = binding_place(binding);
    bool resolves = ELF64_ST_TYPE(binding->symbol->st_info) == STT_GNU_IFUNC;
    return resolves ? ((uintptr_t(*)(void))place)() : place;
}

/* How many symbols the hash tables know of; what dladdr may look at. */
size_t symbol_hashed_count(const struct image *image) {
    const struct dynamic *d = &image->dynamic;
    if (d->sysv.bucket_count)
        return d->sysv.chain_count < d->symbol_count ? d->sysv.chain_count : d->symbol_count;
    size_t last = 0;
    if (d->gnu.bucket_count == 0)
        return 0;
    for (size_t i = 0; i < d->gnu.bucket_count; i++)
        if (d->gnu.buckets[i] > last)
            last = d->gnu.buckets[i];
    if (last < d->gnu.first_symbol)
        return 0;
    while (last < d->symbol_count && !(d->gnu.chain[last] & 1))
        last++;
    return last + 1 < d->symbol_count ? last + 1 : d->symbol_count;
}

/* The definition that ADDRESS lies in, or the nearest one below it without a size; for dladdr. */
const ElfW(Sym) * symbol_nearest(const struct image *image, uintptr_t address) {
    const struct dynamic *d = &image->dynamic;
    const ElfW(Sym) *best = NULL;
    uintptr_t at = address - image->map.l_addr;
    size_t count = symbol_hashed_count(image);
    for (size_t i = 1; i < count; i++) {
        const ElfW(Sym) *s = &d->symbols[i];
        if (s->st_shndx == SHN_UNDEF || s->st_shndx == SHN_ABS || s->st_value > at ||
            ELF64_ST_TYPE(s->st_info) == STT_TLS || s->st_name >= d->strings_size ||
            (s->st_size != 0 && at - s->st_value >= s->st_size))
            continue;
        if (best == NULL || s->st_value > best->st_value)
            best = s;
    }
    return best;
}

static bool defines_version(const struct image *image, const struct version *wanted) {
    if (image->dynamic.verdef == NULL) /* an object without versions satisfies every reference */
        return true;
    for (size_t i = 0; i < image->version_count; i++)
        if (image->versions[i].name != NULL && image->versions[i].file == NULL &&
            image->versions[i].hash == wanted->hash &&
            strcmp(image->versions[i].name, wanted->name) == 0)
            return true;
    return false;
}

/* Each version IMAGE asks for must be defined by the dependency it asks it from. */
int versions_check(const struct image *image) {
    for (size_t i = 0; i < image->version_count; i++) {
        const struct version *wanted = &image->versions[i];
        if (wanted->name == NULL || wanted->file == NULL || wanted->weak)
            continue;
        for (size_t j = 0; j < image->dependencies.count; j++) {
            const struct image *from = image->dependencies.list[j];
            if (!image_has_name(from, wanted->file) ||
                defines_version(from->linked ? from->linked : from, wanted))
                continue;
            struct error_detail detail = {
                .file = from->map.l_name, .needed_by = image->map.l_name, .version = wanted->name};
            error_set(ISOLDE_EVERSION, &detail,
                      "%s: version `%s' not found (required by %s in space '%s'%s%s%s)",
                      from->map.l_name, wanted->name, image->map.l_name, image->space->name,
                      from->linked  ? ", which takes it from space '"
                      : from->space ? ""
                                    : "; the host shares this library",
                      from->linked ? from->linked->space->name : "", from->linked ? "'" : "");
            return -1;
        }
    }
    return 0;
}
