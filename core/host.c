/* host.c - what glibc itself loaded: the shared group, the program, and patching their slots.
 *
 * The libraries of the shared group hold state of which a process has one: threads, keys, stdio,
 * malloc, the unwinder.  Spaces take them from glibc.  A host image is the same `struct image` as
 * ours, made from glibc's link_map, so that symbols.c looks into both alike; it is pinned with a
 * dlopen and never goes away.
 *
 * glibc holds its own lock while constructors run, and those may call us.  So our lock is never
 * held across a call that takes glibc's: dependencies are found by walking glibc's list under the
 * lock of dl_iterate_phdr, which glibc holds only for moments.
 *
 * A binding into the shared group must be the one the host itself has, which is not always the
 * definition in libc: a library of LD_PRELOAD may stand before it, the program may have copied a
 * variable of it into itself (R_X86_64_COPY: stdout, environ), or may carry an allocator, malloc or
 * operator new. */
#include "loader.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const char *const default_shared[] = {"libc.so.6",
                                             "libm.so.6",
                                             "libpthread.so.0",
                                             "libdl.so.2",
                                             "librt.so.1",
                                             "libutil.so.1",
                                             "libresolv.so.2",
                                             "libanl.so.1",
                                             "libmvec.so.1",
                                             "libnsl.so.1",
                                             "libBrokenLocale.so.1",
                                             "libthread_db.so.1",
                                             "libnss_*.so.2",
                                             "libgcc_s.so.1",
                                             "ld-linux-x86-64.so.2",
                                             "libc_malloc_debug.so.0",
                                             "libisolde.so*",
                                             "linux-vdso.so.1",
                                             NULL};

/* Members that serve every space, named or not in its DT_NEEDED entries, where the host has them.
 */
static const char *const always[] = {
    "libc.so.6",  "ld-linux-x86-64.so.2", "libm.so.6",     "libpthread.so.0",
    "libdl.so.2", "librt.so.1",           "libgcc_s.so.1", NULL};

/* Of their state a process has one, so no space may have a copy. */
static const char *const one_a_process[] = {
    "libc.so.6",  "ld-linux-x86-64.so.2",   "libpthread.so.0", "libdl.so.2",
    "librt.so.1", "libc_malloc_debug.so.0", "linux-vdso.so.1", NULL};

static struct {
    const char *name;
    uintptr_t address; /* of the process's own, where that is not libc's; 0: libc's */
} allocator[] = {{"malloc", 0},
                 {"free", 0},
                 {"calloc", 0},
                 {"realloc", 0},
                 {"memalign", 0},
                 {"aligned_alloc", 0},
                 {"posix_memalign", 0},
                 {"reallocarray", 0},
                 {"valloc", 0},
                 {"pvalloc", 0},
                 {"malloc_usable_size", 0}};
enum { ALLOCATOR_COUNT = sizeof allocator / sizeof *allocator };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct scope known; /* every host image made so far */
static struct scope group; /* the `always` ones */
static struct scope preloaded;
static struct scope all; /* for host=True, in glibc's order */
static unsigned long long all_counter;
static struct image *program;
static uintptr_t *copies; /* addresses of the program's copies of variables */
static size_t copy_count;
static bool foreign_allocator;

const char *const *isolde_default_shared(void) { return default_shared; }
void host_lock(void) { pthread_mutex_lock(&lock); }
void host_unlock(void) { pthread_mutex_unlock(&lock); }

/* glibc's list knows each object's program headers only through dl_iterate_phdr. */
static int find_headers(struct dl_phdr_info *info, size_t size, void *data) {
    struct image *image = data;
    (void)size;
    if (info->dlpi_addr != image->map.l_addr || strcmp(info->dlpi_name, image->map.l_name) != 0)
        return 0;
    image->headers = info->dlpi_phdr;
    image->header_count = info->dlpi_phnum;
    uintptr_t low = UINTPTR_MAX, high = 0;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
        if (ph->p_type != PT_LOAD)
            continue;
        low = ph->p_vaddr < low ? ph->p_vaddr : low;
        high = ph->p_vaddr + ph->p_memsz > high ? ph->p_vaddr + ph->p_memsz : high;
    }
    image->start = info->dlpi_addr + PAGE_DOWN(low);
    image->end = info->dlpi_addr + PAGE_UP(high);
    return 1;
}

static void identify(struct image *image) {
    struct stat status;
    if (stat(*image->map.l_name ? image->map.l_name : "/proc/self/exe", &status) < 0)
        return;
    image->file = (struct file_id){status.st_dev, status.st_ino};
    image->edition = replay_is_settled(&status) ? portable_file(&status) : 0;
}

struct walk {
    const char *name;
    struct link_map *found;
};

static const char *soname_of(const struct link_map *map) {
    const char *strings = NULL;
    uint64_t soname = UINT64_MAX;
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_STRTAB)
            strings = (const char *)entry->d_un.d_ptr;
        else if (entry->d_tag == DT_SONAME)
            soname = entry->d_un.d_val;
    }
    if (strings == NULL || soname == UINT64_MAX)
        return "";
    if ((uintptr_t)strings < map->l_addr) /* a dynamic section that glibc could not write to */
        strings += map->l_addr;
    return strings + soname;
}

/* Called for the first object only, to walk the whole list under the lock of dl_iterate_phdr. */
static int walk_maps(struct dl_phdr_info *info, size_t size, void *data) {
    struct walk *walk = data;
    (void)info;
    (void)size;
    for (struct link_map *map = program->glibc; map != NULL && walk->found == NULL;
         map = map->l_next)
        if (strcmp(map->l_name, walk->name) == 0 || strcmp(soname_of(map), walk->name) == 0)
            walk->found = map;
    return 1;
}

static struct image *find_or_make(struct link_map *map);

/* dlsym(3) on a space's handle goes on through these. */
static void add_dependencies(struct image *image) {
    for (size_t i = 0; i < image->dynamic.needed_count; i++) {
        struct walk walk = {.name = image->dynamic.needed[i]};
        glibc.dl_iterate_phdr(walk_maps, &walk);
        struct image *needed = walk.found ? find_or_make(walk.found) : NULL;
        if (needed != NULL)
            scope_add(&image->dependencies, needed);
    }
}

static struct image *read_map(struct link_map *map) {
    struct image *image = image_new(map->l_name);
    if (image == NULL)
        return NULL;
    image->glibc = map;
    image->map.l_addr = map->l_addr;
    image->map.l_ld = map->l_ld;
    image->why = "host";
    image->relocated = true;
    image->state = IMAGE_READY;
    glibc.dl_iterate_phdr(find_headers, image);
    dynamic_read_host(image);
    return image;
}

/* Names are compared at each open: a copy keeps them together, apart from the tables of names that
 * nothing else there may be wanted of.  It is never freed, as the image is not. */
static void keep_name(struct image *image) {
    char *copy = image->dynamic.soname ? strdup(image->dynamic.soname) : NULL;
    if (copy != NULL)
        image->soname = image->dynamic.soname = copy;
}

static struct image *make(struct link_map *map) {
    struct image *image = read_map(map);
    if (image == NULL)
        return NULL;
    image->live = 1;
    identify(image);
    exceptions_notice(image);
    if (scope_add(&known, image) < 0) {
        image_free(image);
        return NULL;
    }
    keep_name(image);
    return image;
}

static struct image *find_or_make(struct link_map *map) {
    for (size_t i = 0; i < known.count; i++)
        if (known.list[i]->glibc == map)
            return known.list[i];
    struct image *image = make(map);
    if (program == NULL)
        program = image; /* the first one made */
    if (image != NULL)
        add_dependencies(image);
    return image;
}

/* The image of MAP, which must be pinned. */
static struct image *host_image(struct link_map *map) {
    host_lock();
    struct image *image = find_or_make(map);
    host_unlock();
    return image;
}

/* One that we know already. */
struct image *host_find(const char *name) {
    struct image *image = NULL;
    host_lock();
    for (size_t i = 0; i < known.count && image == NULL; i++)
        if (image_has_name(known.list[i], name))
            image = known.list[i];
    host_unlock();
    return image;
}

/* The host's library of this name if glibc has it, pinned; or NULL. */
struct image *host_loaded(const char *name) {
    struct image *image = host_find(name);
    void *map = image ? NULL : glibc.dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
    if (image == NULL && map == NULL)
        glibc.dlerror();
    return map ? host_image(map) : image;
}

struct news {
    struct walk walk;
    unsigned long long adds;
};

static int walk_if_new(struct dl_phdr_info *info, size_t size, void *data) {
    struct news *news = data;
    if (info->dlpi_adds != news->adds)
        walk_maps(info, size, &news->walk);
    news->adds = info->dlpi_adds;
    return 1;
}

/* A child forked while glibc's lock of its list is held would find it held for ever. */
static void iterate(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data) {
    world_enter();
    glibc.dl_iterate_phdr(visit, data);
    world_leave();
}

/* Makes the image of SONAME if glibc has loaded it.  ADDS: how many objects glibc had loaded when
 * this was asked last.  May take glibc's lock: to be called with none of ours held. */
void host_notice(const char *soname, atomic_ullong *adds) {
    struct news news = {.walk = {.name = soname}, .adds = atomic_load(adds)};
    iterate(walk_if_new, &news);
    atomic_store(adds, news.adds);
    if (news.walk.found != NULL)
        host_loaded(soname);
}

static void read_copies(void) {
    const struct dynamic *d = &program->dynamic;
    for (size_t i = 0; i < d->rela_count; i++) {
        if (ELF64_R_TYPE(d->rela[i].r_info) != R_X86_64_COPY)
            continue;
        uintptr_t *bigger = realloc(copies, (copy_count + 1) * sizeof *copies);
        if (bigger == NULL)
            return;
        copies = bigger;
        copies[copy_count++] = d->rela[i].r_offset + program->map.l_addr;
    }
}

/* The program's copy of a variable, under any of the names it exports it by; 0: it has none. */
static uintptr_t copied(const struct query *query) {
    const ElfW(Sym) *symbol = copy_count ? symbol_in_image(program, query) : NULL;
    uintptr_t address = symbol ? program->map.l_addr + symbol->st_value : 0;
    for (size_t i = 0; i < copy_count && address != 0; i++)
        if (copies[i] == address)
            return address;
    return 0;
}

/* Whether LD_PRELOAD means MAP by NAME. */
static bool is_preloaded_as(const struct link_map *map, const char *name) {
    const char *slash = strrchr(map->l_name, '/');
    bool same_file = slash != NULL && strchr(name, '/') == NULL && strcmp(slash + 1, name) == 0;
    return same_file || strcmp(map->l_name, name) == 0 || strcmp(soname_of(map), name) == 0;
}

/* Found in glibc's list: to open them would run their constructors, and those may call us. */
static struct link_map *preloaded_map(const char *name) {
    struct link_map *map = program->glibc->l_next;
    while (map != NULL && !is_preloaded_as(map, name))
        map = map->l_next;
    return map;
}

static void read_preloaded(void) {
    const char *list = getenv("LD_PRELOAD");
    Dl_info own;
    char name[4096];
    if (glibc.dladdr(default_shared, &own) == 0)
        own.dli_fname = "";
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, " :");
        snprintf(name, sizeof name, "%.*s", (int)length, list);
        struct link_map *map = length ? preloaded_map(name) : NULL;
        struct image *image = map != NULL ? host_image(map) : NULL;
        if (image != NULL && strcmp(image->map.l_name, own.dli_fname) != 0)
            scope_add(&preloaded, image);
        list += length + (list[length] != '\0');
    }
}

/* Now, because dlsym(3) takes glibc's lock, which a bind must not wait for. */
static void read_allocator(void) {
    void *libc = glibc.dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    if (libc == NULL || glibc.dlsym(RTLD_DEFAULT, "malloc") == glibc.dlsym(libc, "malloc"))
        return;
    for (size_t i = 0; i < ALLOCATOR_COUNT; i++)
        allocator[i].address = (uintptr_t)glibc.dlsym(RTLD_DEFAULT, allocator[i].name);
    foreign_allocator = true;
}

/* Whether malloc is not libc's: a profiler's, or one that the program brings. */
bool host_has_other_allocator(void) { return foreign_allocator; }

static void read_folders(void);

/* When this library is loaded, glibc's lock is held anyway. */
void host_start(void) {
    void *map = glibc.dlopen(NULL, RTLD_LAZY);
    if (map != NULL && host_image(map) != NULL)
        read_copies();
    for (size_t i = 0; always[i] != NULL; i++) {
        struct image *image = host_loaded(always[i]);
        if (image != NULL)
            scope_add(&group, image);
    }
    read_preloaded();
    read_allocator();
    read_folders();
}

const struct image *host_program(void) { return program; }

/* The image of the host's code at ADDRESS, where a call of its comes from, which keeps it loaded.
 * Made for the call alone: to keep it, it would have to be pinned, and could never be closed. */
struct image *host_caller(const void *address) {
    struct dl_find_object found;
    if (_dl_find_object((void *)address, &found) != 0 || *found.dlfo_link_map->l_name == '\0')
        return program;
    struct image *image = read_map(found.dlfo_link_map);
    return image ? image : program;
}

void host_caller_free(struct image **caller) {
    if (*caller != program)
        image_free(*caller);
}

/* Data of ld.so's own, up to *END.  Not by reference, which could be a copy of the program's, nor
 * by dlsym, which finds nothing in ld.so's own handle. */
void *host_loader_data(const char *name, char **end) {
    struct query query = query_for(name, NULL, CLASS_ANY);
    struct image *loader = host_loaded("ld-linux-x86-64.so.2");
    const ElfW(Sym) *symbol = loader ? symbol_in_image(loader, &query) : NULL;
    char *start = symbol ? (char *)(loader->map.l_addr + symbol->st_value) : NULL;
    *end = symbol ? start + symbol->st_size : NULL;
    return start;
}

bool host_always_shares(const char *soname) {
    for (size_t i = 0; one_a_process[i] != NULL; i++)
        if (strcmp(one_a_process[i], soname) == 0)
            return true;
    return false;
}

int host_check_policy(const char *const *shared) {
    for (; shared != NULL && *shared != NULL; shared++)
        for (size_t i = 0; **shared == '!' && one_a_process[i] != NULL; i++) {
            if (fnmatch(*shared + 1, one_a_process[i], 0) != 0)
                continue;
            error_set(
                ISOLDE_EINVALID, &(struct error_detail){.file = one_a_process[i]},
                "'%s' in shared: %s cannot be private, because a process has one of its state; "
                "leave the element out, or write a glob that spares %s",
                *shared, one_a_process[i], one_a_process[i]);
            return -1;
        }
    return 0;
}

enum policy { UNSAID, SHARED, PRIVATE };

/* Most globs are plain names: fnmatch(3) is a large function for those. */
static bool glob_matches(const char *glob, const char *name) {
    while (*glob != '\0' && *glob == *name && strchr("*?[\\", *glob) == NULL) {
        glob++;
        name++;
    }
    if (*glob == '\0' || strchr("*?[\\", *glob) == NULL)
        return *glob == *name;
    return fnmatch(glob, name, 0) == 0;
}

/* What SPACE's list, which comes on top of the default one, says last. */
static enum policy policy_for(const struct isolde_space *space, const char *soname) {
    enum policy policy = UNSAID;
    if (host_always_shares(soname))
        return SHARED;
    for (size_t i = 0; default_shared[i] != NULL && policy == UNSAID; i++)
        if (glob_matches(default_shared[i], soname))
            policy = SHARED;
    for (size_t i = 0; space->shared[i] != NULL; i++) {
        bool private = *space->shared[i] == '!';
        if (glob_matches(space->shared[i] + private, soname))
            policy = private ? PRIVATE : SHARED;
    }
    return policy;
}

bool host_is_shared(const struct isolde_space *space, const char *soname) {
    return policy_for(space, soname) == SHARED;
}

/* Whether a definition in the host's IMAGE may serve SPACE. */
static bool may_serve(const struct image *image, const struct isolde_space *space) {
    return space == NULL || !space->privatises || policy_for(space, image->soname) != PRIVATE;
}

/* The host's library of this name; glibc loads it if need be, so no lock of ours may be held. */
struct image *host_load(const char *name, const char *needed_by) {
    void *map = glibc.dlopen(name, RTLD_LAZY | RTLD_LOCAL);
    struct image *image = map ? host_image(map) : NULL;
    if (image != NULL)
        return image;
    const char *why = glibc.dlerror();
    error_set(ISOLDE_EHOST, &(struct error_detail){.file = name, .needed_by = needed_by},
              "%s%s%s: shared with the host, whose loader says: %s", name,
              needed_by ? ", needed by " : "", needed_by ? needed_by : "", why ? why : "no reason");
    return NULL;
}

/* The same from inside an attempt to open. */
struct image *host_shared(const char *name, const struct image *needer) {
    struct image *image = host_find(name);
    return image ? image : request_shared(name, needer);
}

struct image *host_same_file(const struct file_id *file) {
    struct image *image = NULL;
    host_lock();
    for (size_t i = 0; i < known.count && image == NULL; i++)
        if (known.list[i] != program && known.list[i]->file.inode == file->inode &&
            known.list[i]->file.device == file->device)
            image = known.list[i];
    host_unlock();
    return image;
}

struct image *host_holding(uintptr_t address) {
    struct image *image = NULL;
    host_lock();
    for (size_t i = 0; i < known.count && image == NULL; i++)
        if (address >= known.list[i]->start && address < known.list[i]->end)
            image = known.list[i];
    host_unlock();
    return image;
}

struct image *host_with_identity(uint64_t identity) {
    struct image *image = NULL;
    host_lock();
    for (size_t i = 0; i < known.count && image == NULL; i++)
        if (identity != 0 && atomic_load(&known.list[i]->identity) == identity)
            image = known.list[i];
    host_unlock();
    return image;
}

/* All that what a space takes from the host depends on, whatever its scopes: the images, and where
 * in one of them (NULL: in none) memory is allocated. */
void host_visit_givers(host_visit *visit, void *data) {
    visit(program, 0, data);
    for (size_t i = 0; i < preloaded.count; i++)
        visit(preloaded.list[i], 1, data);
    for (size_t i = 0; i < group.count; i++)
        visit(group.list[i], 2, data);
    for (size_t i = 0; foreign_allocator && i < ALLOCATOR_COUNT; i++) {
        struct image *image = host_holding(allocator[i].address);
        if (allocator[i].address != 0)
            visit(image, image ? allocator[i].address - image->map.l_addr : 0, data);
    }
}

/* What host_lookup_any looks through. */
void host_visit_all(host_visit *visit, void *data) {
    host_lock();
    for (size_t i = 0; i < all.count; i++)
        visit(all.list[i], 0, data);
    host_unlock();
}

/* C++'s operator new and delete in all their forms, of which a program may define its own. */
static bool is_replaceable(const char *name) {
    return strncmp(name, "_Znwm", 5) == 0 || strncmp(name, "_Znam", 5) == 0 ||
           strncmp(name, "_ZdlPv", 6) == 0 || strncmp(name, "_ZdaPv", 6) == 0;
}

static uintptr_t replaced(const struct query *query) {
    const ElfW(Sym) *symbol = is_replaceable(query->name) ? symbol_in_image(program, query) : NULL;
    return symbol ? program->map.l_addr + symbol->st_value : 0;
}

/* libc's functions, whoever wraps them for the host. */
static bool is_libc(const struct image *image) {
    return strcmp(image->soname, "libc.so.6") == 0 ||
           strcmp(image->soname, "ld-linux-x86-64.so.2") == 0 || scope_has(&preloaded, image);
}

/* What the host itself takes for a definition found in the shared group (see the top). */
static void as_the_host_sees_it(const struct query *query, struct binding *binding) {
    unsigned type = ELF64_ST_TYPE(binding->symbol->st_info);
    bool of_run = query->run != NULL && is_libc(binding->image);
    uintptr_t address = of_run ? program_symbol(query->run, query->name) : 0;
    if (address == 0)
        address = shim_find(query);
    if (address == 0 && type == STT_OBJECT)
        address = copied(query);
    if (address == 0)
        address = replaced(query);
    if (address == 0 && foreign_allocator)
        for (size_t i = 0; i < ALLOCATOR_COUNT && address == 0; i++)
            if (strcmp(allocator[i].name, query->name) == 0)
                address = allocator[i].address;
    if (address != 0) {
        binding->symbol = NULL;
        binding->address = address;
    }
}

static const ElfW(Sym) *
    find_listed(const struct scope *list, const struct query *query, struct image **definer) {
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        struct image *image = *definer = list->list[i];
        const ElfW(Sym) *symbol = NULL;
        if (symbol_may_be_in(image, query->gnu) && image->space == NULL)
            symbol = symbol_in_image(image, query);
        if (symbol != NULL)
            return symbol;
    }
    return NULL;
}

/* Whether the host itself may take something else for this definition; without a look at more than
 * the name's beginning. */
static bool may_be_seen_otherwise(const struct query *query, const ElfW(Sym) * symbol) {
    const char *name = query->name;
    return query->run != NULL || foreign_allocator ||
           ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT || (name[0] == '_' && name[1] == 'Z') ||
           shim_may_be(query->gnu);
}

/* host_lookup_shared where nothing but a definition is found; of functions that nothing stands for
 * in the host, most.  Calls nothing outside of the core. */
bool host_lookup_plain(const struct isolde_space *space, const struct scope *first,
                       const struct query *query, struct binding *binding) {
    if (space->privatises)
        return false;
    *binding = (struct binding){0};
    if ((binding->symbol = find_listed(&preloaded, query, &binding->image)) == NULL &&
        (binding->symbol = find_listed(first, query, &binding->image)) == NULL)
        binding->symbol = find_listed(&group, query, &binding->image);
    return binding->symbol != NULL && !may_be_seen_otherwise(query, binding->symbol);
}

/* Looks in the host images of LIST. */
bool host_lookup_listed(const struct isolde_space *space, const struct scope *list,
                        const struct query *query, struct binding *binding) {
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        struct image *image = list->list[i];
        const ElfW(Sym) *symbol = NULL;
        if (symbol_may_be_in(image, query->gnu) && image->space == NULL)
            symbol = symbol_in_image(image, query);
        if (symbol == NULL || !may_serve(image, space))
            continue;
        *binding = (struct binding){.image = image, .symbol = symbol};
        as_the_host_sees_it(query, binding);
        return true;
    }
    return false;
}

/* Looks in the preloaded libraries, the host images of FIRST, and the group, in that order. */
bool host_lookup_shared(const struct isolde_space *space, const struct scope *first,
                        const struct query *query, struct binding *binding) {
    return host_lookup_listed(space, &preloaded, query, binding) ||
           host_lookup_listed(space, first, query, binding) ||
           host_lookup_listed(space, &group, query, binding);
}

/* LENT stays as it is while anybody looks: who replaces it holds the space's lock. */
bool host_lookup_lent(const struct isolde_space *space, const struct query *query,
                      struct binding *binding) {
    if (space->lender == NULL)
        return false;
    for (char **prefix = space->lent; *prefix != NULL; prefix++) {
        struct scope alone = {.list = (struct image **)&space->lender, .count = 1};
        if (strncmp(query->name, *prefix, strlen(*prefix)) == 0)
            return host_lookup_listed(space, &alone, query, binding);
    }
    return false;
}

int host_lend(struct isolde_space *space, const char *path, const char *const *prefixes) {
    struct image *lender = host_named(path);
    char **lent = lender ? strings_copy(prefixes) : NULL;
    if (lender == NULL)
        return -1;
    if (lent == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        return -1;
    }
    space_lock_to_change(space);
    char **before = space->lent;
    space->lender = lender;
    space->lent = lent;
    space_unlock_changed(space);
    strings_free(before);
    return 0;
}

struct listing {
    char **names;
    size_t count, capacity;
    unsigned long long counter;
};

static int list_name(struct dl_phdr_info *info, size_t size, void *data) {
    struct listing *listing = data;
    (void)size;
    listing->counter = info->dlpi_adds + info->dlpi_subs;
    if (listing->counter == all_counter)
        return 1;
    char **names =
        array_grow(listing->names, listing->count, &listing->capacity, sizeof *listing->names);
    if (names == NULL)
        return 1;
    listing->names = names;
    names[listing->count++] = strdup(info->dlpi_name);
    return 0;
}

/* Lists every object glibc has mapped, RTLD_LOCAL ones included, if its list has changed.  Pinning
 * them takes glibc's lock: to be called with none of ours held, before host_lookup_any. */
void host_refresh(void) {
    struct listing listing = {0};
    struct scope fresh = {0};
    iterate(list_name, &listing);
    for (size_t i = 0; i < listing.count; i++) {
        const char *name = listing.names[i];
        struct image *image = name == NULL ? NULL : *name ? host_loaded(name) : program;
        if (image != NULL)
            scope_add(&fresh, image);
        free(listing.names[i]);
    }
    free(listing.names);
    host_lock();
    if (listing.counter != all_counter) {
        struct scope old = all;
        all = fresh;
        fresh = old;
        all_counter = listing.counter;
    }
    host_unlock();
    scope_free(&fresh);
}

unsigned long long host_generation(void) {
    host_lock();
    unsigned long long generation = all_counter;
    host_unlock();
    return generation;
}

bool host_lookup_any(const struct isolde_space *space, const struct query *query,
                     struct binding *binding) {
    bool found = false;
    host_lock();
    for (size_t i = 0; i < all.count && !found; i++) {
        const ElfW(Sym) *symbol = symbol_in_image(all.list[i], query);
        if (symbol != NULL && may_serve(all.list[i], space)) {
            *binding = (struct binding){.image = all.list[i], .symbol = symbol};
            found = true;
        }
    }
    host_unlock();
    return found;
}

static char **folders;

static bool is_default_folder(const char *name, const char *libc_folder) {
    static const char *const usual[] = {"/lib/x86_64-linux-gnu",
                                        "/usr/lib/x86_64-linux-gnu",
                                        "/lib",
                                        "/usr/lib",
                                        "/lib64",
                                        "/usr/lib64",
                                        NULL};
    for (size_t i = 0; usual[i] != NULL; i++)
        if (strcmp(usual[i], name) == 0)
            return true;
    return strcmp(name, libc_folder) == 0;
}

/* The tail of the program's search list as glibc tells it: the folders built into ld.so. */
static void read_folders(void) {
    void *map = glibc.dlopen(NULL, RTLD_LAZY);
    void *libc = glibc.dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    Dl_serinfo size, *info = NULL;
    char libc_folder[4096] = "";
    if (libc != NULL && glibc.dlinfo(libc, RTLD_DI_ORIGIN, libc_folder) != 0)
        libc_folder[0] = '\0';
    size_t first = 0, count = 0;
    if (glibc.dlinfo(map, RTLD_DI_SERINFOSIZE, &size) == 0 &&
        (info = calloc(1, size.dls_size)) != NULL &&
        glibc.dlinfo(map, RTLD_DI_SERINFOSIZE, info) == 0 &&
        glibc.dlinfo(map, RTLD_DI_SERINFO, info) == 0) {
        first = count = info->dls_cnt;
        while (first > 0 && is_default_folder(info->dls_serpath[first - 1].dls_name, libc_folder))
            first--;
    }
    folders = calloc(count - first + 1, sizeof *folders);
    for (size_t i = first; folders != NULL && i < count; i++)
        folders[i - first] = strdup(info->dls_serpath[i].dls_name);
    free(info);
}

const char *const *host_default_folders(void) {
    static const char *const none[] = {NULL};
    return folders ? (const char *const *)folders : none;
}

/* The host's object PATH, "" is the program, which it must have loaded; or NULL. */
struct image *host_named(const char *path) {
    void *map = glibc.dlopen(*path ? path : NULL, RTLD_LAZY | RTLD_NOLOAD);
    if (map == NULL) {
        glibc.dlerror();
        error_set(ISOLDE_EINVALID, &(struct error_detail){.file = path},
                  "%s: the host has not loaded it", path);
    }
    return map ? host_image(map) : NULL;
}

static bool in_relro(const struct image *image, uintptr_t address) {
    uintptr_t at = address - image->map.l_addr;
    for (size_t i = 0; i < image->header_count; i++) {
        const ElfW(Phdr) *ph = &image->headers[i];
        if (ph->p_type == PT_GNU_RELRO && at >= PAGE_DOWN(ph->p_vaddr) &&
            at < PAGE_DOWN(ph->p_vaddr + ph->p_memsz))
            return true;
    }
    return false;
}

/* Returns 1, or 0 where the slot cannot be written.  The lock: two threads that patch one page must
 * not close it under each other. */
static unsigned write_slot(uintptr_t slot, uintptr_t value, bool closed) {
    void *page = (void *)PAGE_DOWN(slot);
    host_lock();
    bool open = !closed || mprotect(page, PAGE_SIZE, PROT_READ | PROT_WRITE) == 0;
    if (open)
        __atomic_store_n((uintptr_t *)slot, value, __ATOMIC_RELEASE);
    if (open && closed)
        mprotect(page, PAGE_SIZE, PROT_READ);
    host_unlock();
    return open;
}

/* The first GOT slot from entry *AT on that stands for SYMBOL, or 0.  *AT goes behind it. */
static uintptr_t next_slot(const struct image *image, const ElfW(Rela) * table, size_t count,
                           const char *symbol, size_t *at) {
    while (*at < count) {
        const ElfW(Rela) *entry = &table[(*at)++];
        unsigned type = ELF64_R_TYPE(entry->r_info);
        if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT)
            continue;
        const ElfW(Sym) *s = &image->dynamic.symbols[ELF64_R_SYM(entry->r_info)];
        if (strcmp(image->dynamic.strings + s->st_name, symbol) == 0)
            return entry->r_offset + image->map.l_addr;
    }
    return 0;
}

static unsigned patch_table(const struct image *image, const ElfW(Rela) * table, size_t count,
                            const char *symbol, uintptr_t replacement) {
    unsigned patched = 0;
    size_t at = 0;
    for (uintptr_t slot; (slot = next_slot(image, table, count, symbol, &at)) != 0;)
        patched += write_slot(slot, replacement, in_relro(image, slot));
    return patched;
}

/* Where the first of those slots leads, or 0.  To a stub of the object's own: it is not bound yet.
 */
uintptr_t host_slot(const struct image *image, const char *symbol) {
    const struct dynamic *d = &image->dynamic;
    size_t in_rela = 0, in_plt = 0;
    uintptr_t slot = next_slot(image, d->rela, d->rela_count, symbol, &in_rela);
    if (slot == 0)
        slot = next_slot(image, d->plt, d->plt_count, symbol, &in_plt);
    return slot ? __atomic_load_n((uintptr_t *)slot, __ATOMIC_ACQUIRE) : 0;
}

/* Points every GOT slot of one host object that stands for SYMBOL at REPLACEMENT.  Returns how
 * many there were. */
unsigned host_patch(const struct image *image, const char *symbol, uintptr_t replacement) {
    const struct dynamic *d = &image->dynamic;
    return patch_table(image, d->rela, d->rela_count, symbol, replacement) +
           patch_table(image, d->plt, d->plt_count, symbol, replacement);
}
