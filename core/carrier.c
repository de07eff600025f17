/* carrier.c - asking glibc for what only glibc can give.
 *
 * Some things belong to glibc's own books: a place at a fixed distance from every thread's thread
 * pointer (initial-exec TLS), executable stacks, the meaning of $LIB and $PLATFORM.  A carrier is
 * an ELF object of one segment, made in a memfd, that asks for just that; glibc's dlopen loads it
 * and does the work, for existing and for future threads, and undoes it when it is closed.
 *
 * Every carrier gets a path spelt in its own way: glibc compares names before inodes, and would
 * otherwise take two carriers for one.  The path goes through /proc/PID rather than /proc/self,
 * because debuggers open it from their own process. */
#include "loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ENTRIES = 12, HEADERS = 4 };

struct carrier {
    ElfW(Ehdr) header;
    ElfW(Phdr) headers[HEADERS];
    ElfW(Dyn) dynamic[ENTRIES];
    ElfW(Sym) null_symbol;
    ElfW(Rela) relocation;
    uint64_t slot; /* receives the TLS offset */
    char strings[4200];
};

struct wish {
    const struct tls_block *tls;
    bool static_tls;
    const char *runpath;
    bool executable_stack;
};

static void add_entry(struct carrier *c, int64_t tag, uint64_t value) {
    ElfW(Dyn) *entry = c->dynamic;
    while (entry->d_tag != DT_NULL)
        entry++;
    *entry = (ElfW(Dyn)){.d_tag = tag, .d_un.d_val = value};
}

static void add_header(struct carrier *c, ElfW(Phdr) header) {
    header.p_paddr = header.p_vaddr = header.p_offset;
    c->headers[c->header.e_phnum++] = header;
}

static void fill(struct carrier *c, const struct wish *wish, size_t tls_at, size_t size) {
    memcpy(c->header.e_ident, ELFMAG, SELFMAG);
    c->header.e_ident[EI_CLASS] = ELFCLASS64;
    c->header.e_ident[EI_DATA] = ELFDATA2LSB;
    c->header.e_ident[EI_VERSION] = EV_CURRENT;
    c->header.e_type = ET_DYN;
    c->header.e_machine = EM_X86_64;
    c->header.e_version = EV_CURRENT;
    c->header.e_phoff = offsetof(struct carrier, headers);
    c->header.e_ehsize = sizeof c->header;
    c->header.e_phentsize = sizeof *c->headers;
    add_header(c, (ElfW(Phdr)){.p_type = PT_LOAD,
                               .p_flags = PF_R | PF_W,
                               .p_filesz = size,
                               .p_memsz = size,
                               .p_align = PAGE_SIZE});
    add_header(c, (ElfW(Phdr)){.p_type = PT_DYNAMIC,
                               .p_flags = PF_R | PF_W,
                               .p_align = 8,
                               .p_offset = offsetof(struct carrier, dynamic),
                               .p_filesz = sizeof c->dynamic,
                               .p_memsz = sizeof c->dynamic});
    add_header(c, (ElfW(Phdr)){.p_type = PT_GNU_STACK,
                               .p_align = 16,
                               .p_flags = PF_R | PF_W | (wish->executable_stack ? PF_X : 0)});
    if (wish->tls != NULL)
        add_header(c, (ElfW(Phdr)){.p_type = PT_TLS,
                                   .p_flags = PF_R,
                                   .p_offset = tls_at,
                                   .p_filesz = wish->tls->file_size,
                                   .p_memsz = wish->tls->memory_size,
                                   .p_align = wish->tls->alignment});
    add_entry(c, DT_STRTAB, offsetof(struct carrier, strings));
    add_entry(c, DT_STRSZ, sizeof c->strings);
    add_entry(c, DT_SYMTAB, offsetof(struct carrier, null_symbol));
    add_entry(c, DT_SYMENT, sizeof c->null_symbol);
    if (wish->runpath != NULL) {
        snprintf(c->strings + 1, sizeof c->strings - 1, "%s", wish->runpath);
        add_entry(c, DT_RUNPATH, 1);
    }
    if (wish->static_tls) {
        c->relocation.r_offset = offsetof(struct carrier, slot);
        c->relocation.r_info = ELF64_R_INFO(0, R_X86_64_TPOFF64);
        add_entry(c, DT_RELA, offsetof(struct carrier, relocation));
        add_entry(c, DT_RELASZ, sizeof c->relocation);
        add_entry(c, DT_RELAENT, sizeof c->relocation);
        add_entry(c, DT_FLAGS, DF_STATIC_TLS | DF_BIND_NOW);
    }
}

static int write_all(int fd, const void *data, size_t size, size_t at) {
    for (size_t done = 0; done < size;) {
        ssize_t n = pwrite(fd, (const char *)data + done, size - done, (off_t)(at + done));
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

/* /proc/PID/fd/FD with a number of our own written into its slashes and dots. */
static void spell_path(char *path, int fd) {
    static atomic_ulong number;
    unsigned long n = atomic_fetch_add(&number, 1);
    path += sprintf(path, "/proc/%d/", (int)getpid());
    for (; n != 0; n >>= 1)
        path += sprintf(path, n & 1 ? "./" : "/");
    sprintf(path, "fd/%d", fd);
}

static void *load(int fd) {
    char path[256];
    spell_path(path, fd);
    loaderlock_enter();
    void *handle = glibc.dlopen(path, RTLD_NOW | RTLD_LOCAL);
    loaderlock_leave();
    return handle;
}

/* No lock of ours may be held.  NULL is none. */
void carrier_give_back(void *handle) {
    if (handle == NULL)
        return;
    loaderlock_enter();
    glibc.dlclose(handle);
    loaderlock_leave();
}

/* glibc's handle of a carrier, or NULL with glibc's own dlerror pending. */
static void *carrier_load(const struct wish *wish) {
    size_t alignment = wish->tls ? wish->tls->alignment : 1;
    size_t at = (sizeof(struct carrier) + alignment - 1) & ~(alignment - 1);
    if (wish->tls != NULL)
        at += wish->tls->first_byte;
    size_t size = at + (wish->tls ? wish->tls->file_size : 0);
    struct carrier *carrier = calloc(1, sizeof *carrier);
    int fd = memfd_create("isolde-carrier", MFD_CLOEXEC);
    void *handle = NULL;
    if (carrier != NULL && fd >= 0) {
        fill(carrier, wish, at, size);
        if (write_all(fd, carrier, sizeof *carrier, 0) == 0 && ftruncate(fd, (off_t)size) == 0 &&
            (wish->tls == NULL || write_all(fd, wish->tls->initial, wish->tls->file_size, at) == 0))
            handle = load(fd);
    }
    if (fd >= 0)
        close(fd);
    free(carrier);
    return handle;
}

/* A carrier of TLS, whose `initial` is copied; NULL with glibc's dlerror pending. */
void *carrier_make(const struct tls_block *tls, enum carrier_need need) {
    return carrier_load(&(struct wish){.tls = tls, .static_tls = need != CARRIER_DYNAMIC});
}

int carrier_refused(const char *path, const char *space, size_t size) {
    const char *why = glibc.dlerror();
    error_set(ISOLDE_ETLS, &(struct error_detail){.file = path},
              "%s in space '%s': no static TLS left for its %zu bytes (initial-exec TLS): %s; "
              "start the process with isolde run or isolde python, or with "
              "GLIBC_TUNABLES=glibc.rtld.optional_static_tls=N",
              path, space, size, why ? why : "no memory file could be made");
    return -1;
}

static int open_static(struct image *image, enum carrier_need need) {
    struct tls_block *tls = &image->tls;
    const struct link_map *map = request_carrier(image, need);
    if (map == NULL)
        return -1;
    tls->offset = (ptrdiff_t)((const struct carrier *)map->l_addr)->slot;
    tls->carrier = (void *)map;
    tls->is_static = true;
    debugger_show_tls(image);
    return 0;
}

/* Gives IMAGE's TLS a place at a fixed distance from the thread pointer. */
int carrier_open(struct image *image) { return open_static(image, CARRIER_STATIC); }

/* The same where there is room for it. */
void carrier_open_if_room(struct image *image) { open_static(image, CARRIER_STATIC_IF_ROOM); }

/* Makes IMAGE's TLS, which is dynamic, a module of glibc's.  What a debugger can print. */
void carrier_open_dynamic(struct image *image) {
    image->tls.carrier = request_carrier(image, CARRIER_DYNAMIC);
    if (image->tls.carrier != NULL)
        debugger_show_tls(image);
}

/* glibc's number for the module that IMAGE's carrier is; 0: it has none. */
size_t carrier_module(const struct image *image) {
    size_t module = 0;
    if (image->tls.carrier == NULL ||
        glibc.dlinfo(image->tls.carrier, RTLD_DI_TLS_MODID, &module) != 0)
        return 0;
    return module;
}

/* Carriers that are to be closed once no lock of ours is held; linked through their `slot`. */
static _Atomic(struct link_map *) closing;

static struct link_map **next_closing(struct link_map *map) {
    return (struct link_map **)&((struct carrier *)map->l_addr)->slot;
}

void carrier_close(struct image *image) {
    struct link_map *map = image->tls.carrier;
    image->tls.carrier = NULL;
    if (map == NULL)
        return;
    *next_closing(map) = atomic_load(&closing);
    while (!atomic_compare_exchange_weak(&closing, next_closing(map), map))
        continue;
}

void carrier_close_all(void) {
    struct link_map *map = atomic_exchange(&closing, NULL);
    while (map != NULL) {
        struct link_map *next = *next_closing(map);
        carrier_give_back(map);
        map = next;
    }
}

static atomic_bool executable_stacks;

bool carrier_stacks_are_executable(void) { return atomic_load(&executable_stacks); }

/* The image at PATH asks for it.  glibc 2.41 and later refuse it to a running process. */
int carrier_make_stacks_executable(const char *path, const char *needed_by, const char *space) {
    /* Never closed: a stack cannot be made non-executable again. */
    if (carrier_load(&(struct wish){.executable_stack = true}) == NULL) {
        const char *why = glibc.dlerror();
        error_set(ISOLDE_EHOST, &(struct error_detail){.file = path, .needed_by = needed_by},
                  "%s in space '%s' asks for executable stacks: %s; relink it with -z noexecstack",
                  path, space, why ? why : "no memory file could be made");
        return -1;
    }
    atomic_store(&executable_stacks, true);
    return 0;
}

/* What the dynamic string token TEXT ("$LIB" or "$PLATFORM") means to glibc; malloc'd, or NULL.
 * The text is given to glibc as a DT_RUNPATH and read back with RTLD_DI_SERINFO. */
static char *expand(const char *text) {
    static const char mark[] = "/isolde/expand/";
    char *runpath = NULL, *expanded = NULL;
    if (asprintf(&runpath, "%s%s", mark, text) < 0)
        return NULL;
    void *handle = carrier_load(&(struct wish){.runpath = runpath});
    Dl_serinfo size, *info = NULL;
    if (handle != NULL && glibc.dlinfo(handle, RTLD_DI_SERINFOSIZE, &size) == 0 &&
        (info = calloc(1, size.dls_size)) != NULL &&
        glibc.dlinfo(handle, RTLD_DI_SERINFOSIZE, info) == 0 &&
        glibc.dlinfo(handle, RTLD_DI_SERINFO, info) == 0)
        for (unsigned i = 0; i < info->dls_cnt && expanded == NULL; i++)
            if (strncmp(info->dls_serpath[i].dls_name, mark, sizeof mark - 1) == 0)
                expanded = strdup(info->dls_serpath[i].dls_name + sizeof mark - 1);
    carrier_give_back(handle);
    free(info);
    free(runpath);
    return expanded;
}

static _Atomic(char *) known_tokens[2];

static _Atomic(char *) *known_token(const char *text) {
    return &known_tokens[strcmp(text, "$LIB") == 0];
}

bool carrier_knows_token(const char *text) { return atomic_load(known_token(text)) != NULL; }

/* The same, asked of glibc once; "" where it stands for nothing. */
const char *carrier_token(const char *text) {
    _Atomic(char *) *known = known_token(text);
    if (atomic_load(known) == NULL) {
        char *none = NULL, *value = expand(text);
        if (value == NULL)
            value = strdup("");
        if (!atomic_compare_exchange_strong(known, &none, value))
            free(value);
    }
    return atomic_load(known) ? atomic_load(known) : "";
}
