/* packed.c - whatever a file of a recipe holds, nothing is written but what relocations may write.
 *
 * usage: packed ROUNDS SEED
 *
 * Makes a recipe for an image of two pages between pages that nobody may touch, writes it down,
 * changes the bytes at random, makes the checksum right again, and applies what is taken for a
 * recipe.  A write, a read or a call beside what is allowed ends the program. */
#include "recipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGES = 4, DATA = 1, FIRST_PLACE = DATA * 4096 + 64 };

static struct image image, host;
static struct scope scope, global, *scopes[] = {&scope};
static struct isolde_space space = {.global = {0}};
static unsigned char *memory, *text;
static unsigned applied, refused;

/* ---- what the rest of the core would say ---- */

void error_set(int code, const struct error_detail *detail, const char *format, ...) {
    (void)code, (void)detail, (void)format;
}
void *array_grow(void *array, size_t count, size_t *capacity, size_t element) {
    if (count < *capacity)
        return array;
    *capacity = *capacity ? *capacity * 2 : 4;
    return realloc(array, *capacity * element);
}
void map_fill(struct image *filled, uintptr_t from, uintptr_t to) {
    if (filled != &image || (from != to && (from < image.start || to > image.end || from > to)))
        abort();
}
bool map_covers(const struct image *in, uintptr_t address, size_t size, unsigned flags) {
    uintptr_t at = address - in->map.l_addr;
    for (size_t i = 0; i < in->header_count; i++) {
        const ElfW(Phdr) *ph = &in->headers[i];
        if ((ph->p_flags & flags) == flags && at >= ph->p_vaddr && at - ph->p_vaddr < ph->p_memsz)
            return size <= ph->p_memsz - (at - ph->p_vaddr);
    }
    return false;
}
struct image *host_with_identity(uint64_t identity) {
    return identity == 77 ? &host : NULL;
}
uint64_t portable_host(void) { return 99; }
uint64_t portable_image(struct image *of) { return of == &host ? 77 : 0; }
uint64_t portable_mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}
int symbol_depend(struct image *of, struct image *target) {
    return of == &image && target != NULL ? 0 : (abort(), -1);
}
int unique_settle(struct isolde_space *in, uint32_t hash, const char *name,
                  struct binding *binding) {
    (void)hash;
    (void)*(const volatile char *)name;
    (void)*(const volatile unsigned char *)&binding->symbol->st_info;
    return in == &space ? 0 : (abort(), -1);
}
uintptr_t binding_address(const struct binding *binding) {
    return binding->image->map.l_addr + binding->symbol->st_value;
}
int shim_settle(struct image *of, struct binding *binding) {
    (void)binding;
    return of == &image ? 0 : -1;
}
bool replay_sees(const struct image *of, const struct target *target) {
    (void)of;
    return target->scope == 1 && target->index < scope.count;
}
struct image *replay_target(struct image *of, const struct target *target) {
    if (target->base == BASE_OWN)
        return of;
    if (target->base == BASE_SCOPE)
        return scope.list[target->index];
    return target->base == BASE_HOST ? (struct image *)target->host : NULL;
}

/* ---- an image, and a recipe for it ---- */

static const ElfW(Phdr) headers[] = {
    {.p_type = PT_LOAD, .p_flags = PF_R, .p_vaddr = 0, .p_memsz = 4096, .p_filesz = 4096},
    {.p_type = PT_LOAD,
     .p_flags = PF_R | PF_W,
     .p_vaddr = DATA * 4096 + 8,
     .p_filesz = 2 * 4096 - 64,
     .p_memsz = 2 * 4096 - 16},
};
static const ElfW(Phdr) host_headers[] = {
    {.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0, .p_memsz = 4096, .p_filesz = 4096},
};

static void make_image(void) {
    memory = mmap(NULL, PAGES * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(memory, 4096, PROT_READ);
    mprotect(memory + DATA * 4096, 2 * 4096, PROT_READ | PROT_WRITE);
    text = mmap(NULL, 2 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(text, 4096, PROT_READ | PROT_WRITE);
    memset(text, 0xc3, 4096); /* ret */
    mprotect(text, 4096, PROT_READ | PROT_EXEC);
    static ElfW(Sym) symbols[3];
    static const char strings[] = "\0one\0two";
    static ElfW(Rela) rela[2] = {{.r_offset = FIRST_PLACE, .r_info = R_X86_64_IRELATIVE}};
    image.space = &space;
    image.map.l_addr = image.start = (uintptr_t)memory;
    image.end = image.start + 3 * 4096;
    image.headers = headers;
    image.header_count = 2;
    image.scopes = scopes;
    image.scope_count = 1;
    image.dynamic = (struct dynamic){.strings = strings,
                                     .strings_size = sizeof strings,
                                     .symbols = symbols,
                                     .symbol_count = 3,
                                     .rela = rela,
                                     .rela_count = 2};
    host.map.l_addr = (uintptr_t)text;
    host.headers = host_headers;
    host.header_count = 1;
    static struct image *list[] = {&image};
    scope = (struct scope){.list = list, .count = 1};
}

static struct recipe *make_recipe(void) {
    static struct target targets[] = {{.base = BASE_OWN, .is_bound = 1},
                                      {.base = BASE_SCOPE, .scope = 1, .is_bound = 1},
                                      {.base = BASE_HOST, .host = 0},
                                      {.base = BASE_CORE},
                                      {.base = BASE_NONE}};
    static struct group groups[] = {{16, 0, 2}, {32, 2, 1}, {0, 4, 1}};
    static uint32_t places[] = {4200, 4208, 4216, 4224}, odd[] = {1};
    static struct unique_word unique[] = {{.value = 8, .place = 4232, .target = 1, .symbol = 1}};
    static struct called_word called[] = {{.place = 4240, .target = 2, .function = 64},
                                          {.place = 4248, .target = 3, .is_shim = 1}};
    static struct tls_word tls[] = {{.place = 4256, .target = 0, .type = R_X86_64_TPOFF64}};
    targets[2].host = (uintptr_t)&host;
    struct recipe *recipe = calloc(1, sizeof *recipe);
    *recipe = (struct recipe){.headers = recipe_headers(&image),
                              .host = 1,
                              .targets = {targets, 5, 0},
                              .groups = {groups, 3, 0},
                              .places = {places, 4, 0},
                              .unique = {unique, 1, 0},
                              .called = {called, 2, 0},
                              .tls = {tls, 1, 0},
                              .odd = {odd, 1, 0}};
    struct relatives *relatives = relatives_new(&image);
    for (int i = 0; i < 4; i++)
        relatives->bits[i] = UINT64_C(0xff00) << i;
    relatives_join(relatives, &image, recipe);
    recipe->relatives = relatives;
    return recipe;
}

/* ---- changing it ---- */

static uint64_t state;

static uint64_t chance(uint64_t below) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state % below;
}

static void change(unsigned char *bytes, size_t size) {
    static const uint64_t telling[] = {0, 1, 7, 8, 4096, 1 << 20, UINT32_MAX, UINT64_MAX};
    size_t at = chance(size / 4) * 4;
    uint64_t value = telling[chance(8)];
    switch (chance(3)) {
    case 0:
        bytes[chance(size)] ^= (unsigned char)(1 << chance(8));
        break;
    case 1:
        memcpy(bytes + at, &value, 4);
        break;
    default:
        memcpy(bytes + at, bytes + chance(size / 4) * 4, 4);
    }
}

static void apply(const struct recipe *recipe) {
    struct image *targets[TARGETS_MAX];
    relatives_apply(recipe->relatives, &image, false);
    if (recipe_apply(recipe, &image, targets) == 0)
        applied++;
}

static void one_round(const struct packed *good, const struct description *description) {
    struct packed packed = {malloc(good->size), good->size};
    memcpy(packed.bytes, good->bytes, good->size);
    for (uint64_t n = 1 + chance(3); n > 0; n--)
        change(packed.bytes, packed.size);
    if (chance(16) == 0)
        packed.size = chance(packed.size);
    packed_seal(&packed);
    struct recipe *recipe = packed_read(packed, description, &image, 0);
    if (recipe == NULL)
        refused++;
    else
        apply(recipe);
    kept_release((struct kept *)recipe);
}

int main(int argc, char **argv) {
    uint64_t words[] = {5, 6, 7};
    struct description description = {words, 3};
    struct packed good;
    if (argc != 3)
        return 2;
    (void)global;
    state = strtoull(argv[2], NULL, 10);
    make_image();
    struct recipe *recipe = make_recipe();
    if (!packed_make(recipe, &description, &good))
        return 3;
    struct packed copy = {malloc(good.size), good.size};
    memcpy(copy.bytes, good.bytes, good.size);
    struct recipe *same = packed_read(copy, &description, &image, 0);
    if (same == NULL)
        return 4;
    apply(same);
    kept_release(&same->kept);
    for (long i = atol(argv[1]); i > 0; i--)
        one_round(&good, &description);
    printf("%s, %s\n", applied > 100 ? "some taken" : "few taken",
           refused > 100 ? "some refused" : "few refused");
}
