/* loader.h - the nouns of the core and the rooms they pass through.
 *
 * Data flows one way:
 *
 *   search -> map -> dynamic -> scope -> symbols -> relocate -> tls -> bind
 *     -> unwind / debugger -> lifecycle
 *
 * opening.c is the table of contents: with load.c it calls the rooms in that order.  Every room
 * that can fail returns 0 or -1 (or NULL) after calling error_set, and leaves the undoing to
 * opening.c.
 *
 * Locks, outermost first: world (read: any change of a space; write: fork), a space's own lock,
 * then the leaf locks of host.c, link.c, symbols.c, tls.c, pool.c, memo.c, handlers.c and
 * debugger.c.  Two spaces are never locked at once.  Constructors, destructors and what a space
 * calls back run with none held.
 */
#ifndef ISOLDE_LOADER_H
#define ISOLDE_LOADER_H

#include "isolde.h"

#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#ifndef ISOLDE_REHEARSE
#define ISOLDE_REHEARSE 0
#endif
enum { REHEARSE = ISOLDE_REHEARSE }; /* opening.c */

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define PAGE_SIZE ((size_t)4096)
#define PAGE_DOWN(x) ((x) & ~(PAGE_SIZE - 1))
#define PAGE_UP(x) (((x) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))

struct image;
struct opening;
struct run;
struct runs;

/* ---- what an object's dynamic section says (dynamic.c) ---------------------------------- */

struct gnu_hash {
    uint32_t bucket_count, first_symbol, bloom_mask, bloom_shift;
    const uint64_t *bloom;
    const uint32_t *buckets, *chain; /* chain[i] belongs to symbol i */
};

struct sysv_hash {
    uint32_t bucket_count, chain_count;
    const uint32_t *buckets, *chain;
};

struct version {
    const char *name; /* NULL: this index is not in use */
    const char *file; /* soname of the library that must define it; NULL for a definition */
    uint32_t hash;    /* SysV hash of the name */
    bool hidden, weak;
};

struct dynamic {
    const char *strings;
    size_t strings_size;
    const ElfW(Sym) * symbols;
    size_t symbol_count;
    const uint16_t *versym;
    const char *verdef, *verneed;
    size_t verdef_count, verneed_count;
    struct gnu_hash gnu;   /* bucket_count 0: absent */
    struct sysv_hash sysv; /* bucket_count 0: absent */
    const ElfW(Rela) * rela, *plt;
    size_t rela_count, plt_count;
    const uint64_t *relr;
    size_t relr_count;
    uintptr_t *got; /* DT_PLTGOT, or NULL */
    uintptr_t init, fini;
    const uintptr_t *init_array, *fini_array;
    const uintptr_t *preinit_array; /* only executables have one */
    size_t init_count, fini_count, preinit_count;
    const char *soname, *rpath, *runpath;
    const char **needed;
    size_t needed_count;
    const char **filtees; /* DT_FILTER and DT_AUXILIARY, in order */
    size_t filtee_count;
    bool symbolic, text_relocations, bind_now, no_delete, no_open, no_default_lib, pie, init_first;
};

/* ---- what is worked out once (memo.c) ------------------------------------------------------ */

/* The first member of what a memo leads to. */
struct kept {
    atomic_uint holders;
    size_t size; /* of all of it, in bytes */
    void (*free)(struct kept *kept);
};
struct recollection {
    uint64_t number; /* 0: out of memory */
    bool known;      /* it had been asked for before */
    struct kept *value;
};

/* ---- one mapped object (image.c, object.c)
 * -------------------------------------------------------- */

/* A breadth-first list of images: a search list (gABI, "Shared Object Dependencies"). */
struct scope {
    struct image **list;
    size_t count, capacity;
};

struct file_id {
    dev_t device;
    ino_t inode;
};

enum image_state { IMAGE_FRESH, IMAGE_INITIALISING, IMAGE_READY, IMAGE_DYING };

struct tls_block {
    size_t file_size, memory_size, alignment, first_byte; /* first_byte: p_vaddr modulo alignment */
    const void *initial;
    long module;      /* index of our own DTV, or -1 */
    bool is_static;   /* a carrier holds it at a fixed distance from the thread pointer */
    ptrdiff_t offset; /* that distance (negative on x86-64) */
    void *carrier;    /* glibc handle of the carrier */
};

/* What a file says of itself (object.c).  Addresses are as linked: less the base of an image. */
struct object {
    struct kept kept;
    ElfW(Phdr) * headers;
    size_t header_count;
    uintptr_t low, high; /* page-aligned range of all PT_LOAD */
    size_t alignment;    /* of an image's start, at least GRANULE */
    uintptr_t entry, dynamic_section;
    uintptr_t eh_frame_header;        /* 0: absent */
    uintptr_t relro_start, relro_end; /* page-aligned; both 0: absent */
    bool is_fixed, executable_stack;  /* is_fixed: ET_EXEC */
    struct tls_block tls;             /* memory_size 0: absent */
    bool is_read;                     /* the rest is known, too */
    uintptr_t base;                   /* of the image that `dynamic` was read in, whose it is */
    struct dynamic dynamic;
    struct version *versions;
    size_t version_count;
    char *names;          /* what is named in the two */
    struct object *plain; /* which has all of the above, kept by this one; or NULL */
    struct runs *runs;    /* pages that relocations write; NULL: not known yet */
    struct contents {
        uintptr_t start, end, file_end; /* of the writable segments, all of them */
        char *bytes;                    /* what the file has from `start` to `file_end`, or NULL */
    } contents;
};

/* The link_map comes first: a handle can be read as a `struct link_map *`, as with glibc, and
 * debuggers read it from outside.  Slots are never given back to malloc (pool.c), so that a stale
 * pointer still points at an image slot. */
struct image {
    struct link_map map;
    struct isolde_space *space; /* NULL: a host image */
    unsigned live;              /* 0: the slot is free */
    enum image_state state;
    pthread_t finaliser; /* the thread that runs its destructors, of one that is IMAGE_DYING */
    uintptr_t start, end;
    uintptr_t filled; /* where its data has been copied to (map_fill) */
    const ElfW(Phdr) * headers;
    size_t header_count;
    struct object *object; /* held; NULL: a host image */
    struct dynamic dynamic;
    struct version *versions; /* the object's; a host image has its own */
    size_t version_count;
    struct file_id file;
    uint64_t edition;          /* of that file's content (replay.c); 0: not known */
    _Atomic uint64_t identity; /* the same in every process (portable.c); 0: not known */
    const char *soname;
    const char *why;
    char *provides; /* `why`, of one that is there for a symbol (provide.c) */
    char *needed_by;
    char **aliases;
    size_t alias_count;
    struct image *loader; /* whose DT_RPATH also counts; NULL for one opened by name */
    struct scope dependencies, filtees, bound, search_list;
    struct scope **scopes; /* search lists of the roots it was loaded for */
    size_t scope_count;
    unsigned opens;
    bool global, deepbind, relocated, visited, executable_stack;
    bool pinned;             /* RTLD_NODELETE, DF_1_NODELETE */
    bool unique_definer;     /* others may have bound to a unique symbol of it */
    unsigned long sequence;  /* order of initialisation, which destructors run against */
    atomic_bool initialised; /* its constructors have begun, its destructors not */
    bool program;            /* an executable: what isolde_run runs */
    uintptr_t entry;         /* e_entry of a program */
    struct run *run;         /* the run that it was mapped for, which may be over; or NULL */
    struct tls_block tls;
    const void *eh_frame_header;
    struct link_map *glibc; /* of a host image: glibc's own record */
    struct image *borrows;  /* not mapped at all: a space's handle of this host image */
    struct image *linked;   /* of a link: the image of another space that it stands for (link.c) */
    atomic_uint links;      /* how many links of other spaces stand for it, or are about to */
    uintptr_t relro_start, relro_end;
    unsigned mappings;
    struct entry *entries;                    /* callers.c */
    struct image *shown_before, *shown_after; /* in the list that the host iterates (unwind.c) */
    bool shown;
    struct jit_entry *jit;                /* jit.c; NULL: not shown that way */
    atomic_uint tls_destructors, threads; /* code of it that runs later, or still (threads.c) */
    atomic_uint told;                     /* callbacks that are being told of it (unwind.c) */
    atomic_bool left_handlers;            /* libc has functions of it for fork or quick_exit */
    struct exit_handler *exit_handlers;   /* to be run when it is finalised, newest first */
};

/* ---- error.c ---------------------------------------------------------------------------- */

struct error_detail {
    const char *file, *needed_by, *symbol, *version;
};
/* Records this thread's failure.  DETAIL may be NULL.  Keeps the list of tried places. */
void error_set(int code, const struct error_detail *detail, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void error_tried(const char *path, const char *reason); /* adds a place to the next error */
void error_tried_clear(void);
void error_invalid_handle(const void *handle, const char *symbol); /* SYMBOL may be NULL */
size_t error_tried_list(char *text, size_t size); /* "a (why), b (why)"; returns the number */
char *error_take(void);
const struct isolde_error *error_last(void);
void error_free_thread(void *state);

/* ---- process.c: this thread, this process ------------------------------------------------ */

struct thread {
    void **blocks; /* where our dynamic thread vector ends: module M, < 0, has blocks[M] */
    size_t limit;  /* what a module's number must exceed, without its sign, to be in it */
    struct thread_rest *rest;
};
extern __thread struct thread isolde_thread; /* tlsdesc.S knows the first two fields */

extern int process_argc;
extern char **process_argv, **process_envp;
extern bool process_bind_now;
extern const char *process_library_path; /* LD_LIBRARY_PATH, or NULL */
extern bool process_under_valgrind;
/* What the namespaces are like that the host makes with dlmopen: ISOLDE_HOST, ISOLDE_SHARED. */
extern bool process_host;
extern char **process_shared; /* globs, NULL-terminated; or NULL */

int file_look(int fd, struct stat *status);
void clock_coarsely(struct timespec *now);

void world_enter(void);
bool world_try_enter(void); /* false: a thread forks */
void world_leave(void);

/* ---- pool.c: slots whose memory is never given back --------------------------------------- */

enum { IMAGE_SLOT = 1280, SPACE_SLOT = 512 };
struct image *image_slot_new(void);
void image_slot_free(struct image *image);
bool slot_was_ours(const void *handle);        /* live or not */
struct image *image_check(const void *handle); /* the live image at this address, or NULL */
struct isolde_space *space_slot_new(void);
void space_slot_free(struct isolde_space *space);
struct isolde_space *space_check(const void *handle);
void pool_lock(void);
void pool_unlock(void);

/* ---- addresses.c: which image is at an address -------------------------------------------- */

#define GRANULE ((uintptr_t)65536)
int addresses_add(struct image *image);
/* An image that shares a granule with these addresses, or NULL. */
struct image *addresses_in_the_way(uintptr_t start, uintptr_t end);
void addresses_remove(struct image *image);
struct image *addresses_find(uintptr_t address); /* lock-free, async-signal-safe */
/* An owner that is not an image is tagged in its low bits. */
enum { OWNER_SLOTS = 1, OWNER_GATES = 2, OWNER_ENTRIES = 3, OWNER_TAGS = 3 };
void *addresses_map_chunk(unsigned tag);
uintptr_t addresses_hint(size_t size, size_t alignment);
void addresses_taken(uintptr_t start);
void addresses_given_back(uintptr_t end);
void *addresses_chunk(uintptr_t address, unsigned tag);

/* ---- mappings.c: the budget of /proc/sys/vm/max_map_count ---------------------------------- */

void mappings_lock(void);
void mappings_unlock(void);
void mappings_start(void);
int mappings_reserve(unsigned count, const char *file);
void mappings_return(unsigned count);

/* ---- image.c ------------------------------------------------------------------------------ */

struct image *image_new(const char *path);
void image_unmap(struct image *image);
void image_forget_others(struct image *image);
void image_free(struct image *image); /* unmaps, releases TLS, gives the slot back */
int image_add_alias(struct image *image, const char *name);
bool image_has_name(const struct image *image, const char *name);
const char *image_name(const struct image *image);
int scope_add(struct scope *scope, struct image *image);
bool scope_has(const struct scope *scope, const struct image *image);
void scope_remove(struct scope *scope, const struct image *image);
void scope_free(struct scope *scope);
int image_add_scope(struct image *image, struct scope *scope);
void image_remove_scope(struct image *image, const struct scope *scope);
void scope_rotate(struct scope *scope, size_t first); /* the images from FIRST on come first */
int image_refuse(const struct image *image, const char *why);
void images_free(struct scope *list);
void image_end_borrowing(struct image *image);
int image_latest_first(const void *a, const void *b); /* for qsort: order of destruction */
bool image_wanted_by_threads(const struct image *image);
void space_drop_scope(struct isolde_space *space, const struct scope *scope);
void *array_grow(void *array, size_t count, size_t *capacity, size_t element);

/* ---- object.c, map.c, dynamic.c ------------------------------------------------------------- */

struct object *object_read(const struct image *image, int fd, const struct stat *status);
int object_learn(struct image *image);
struct object *object_with_contents(struct object *plain, struct runs *runs, int fd);
void object_place(struct image *image);
const ElfW(Phdr) * object_load(const struct object *object, const ElfW(Phdr) * ph);
bool object_covers(const ElfW(Phdr) * headers, size_t count, uintptr_t address, size_t size,
                   unsigned flags);
int map_file(struct image *image, int fd);
void map_release(const struct image *image);
void map_fill(struct image *image, uintptr_t from, uintptr_t to);
int map_protect_relro(const struct image *image);
int map_text_writable(struct image *image, bool writable);
bool map_covers(const struct image *image, uintptr_t address, size_t size, unsigned flags);
int dynamic_read(struct image *image, const char *needed_by);
void dynamic_read_host(struct image *image);
void dynamic_read_host_symbols(struct image *image);
void dynamic_free(struct image *image);

/* ---- cache.c, search.c --------------------------------------------------------------------- */

void cache_lock(void);
void cache_unlock(void);
char *cache_lookup(const char *soname); /* path in /etc/ld.so.cache, malloc'd, or NULL */
char **cache_paths(void);               /* every library's; for strings_free; NULL: no memory */
int cpu_level(void);                    /* 1..4: x86-64-vN */

struct found {
    int fd;
    const char *why;
    struct stat status;
    struct recollection file; /* replay_edition(&status) */
    char path[4096];
};
int search_file(const struct isolde_space *space, const struct image *needer, const char *name,
                struct found *found);
void found_close(struct found *found);
char *search_expand(const struct image *image, const char *text); /* malloc'd; NULL: no memory */
int search_paths(const struct isolde_space *space, const struct image *image,
                 int (*visit)(const char *folder, const char *why, void *data), void *data);

/* ---- scope.c ------------------------------------------------------------------------------- */

int scope_build(struct image *root);
int scope_order(struct scope *order, struct image *root); /* dependencies first */

/* ---- symbols.c ----------------------------------------------------------------------------- */

enum symbol_class { CLASS_ANY = 0, CLASS_PLT = 1, CLASS_COPY = 2 };

struct query {
    const char *name;
    size_t length;                 /* of the name */
    const struct version *version; /* NULL: no version asked for */
    uint32_t gnu;                  /* the name's hash */
    unsigned class;
    bool newest;           /* dlsym: an unversioned look-up takes the newest default version */
    const struct run *run; /* whose images ask: libc's exit and the like mean the run's; or NULL */
};

struct binding {
    struct image *image;
    const ElfW(Sym) * symbol; /* NULL: `address` is the answer */
    union {
        uintptr_t address;
        const ElfW(Sym) * found; /* what had been found, if it is not the unique one; or NULL */
    };
    struct image *link; /* the link through which another space's image was found, or NULL */
    bool last_resort;   /* found among all that the host has loaded, of a space with host=True */
};

/* Whether IMAGE may define a name of this GNU hash: nearly always, if it does not, it says so. */
static inline bool symbol_may_be_in(const struct image *image, uint32_t hash) {
    const struct gnu_hash *t = &image->dynamic.gnu;
    if (UNLIKELY(t->bucket_count == 0))
        return true;
    uint64_t word = t->bloom[(hash / 64) & t->bloom_mask];
    return word >> (hash % 64) & word >> ((hash >> t->bloom_shift) % 64) & 1;
}
uint32_t hash_sysv(const char *name);
struct query query_for(const char *name, const struct version *version, unsigned class);
const ElfW(Sym) * symbol_in_image(const struct image *image, const struct query *query);
bool symbol_in_scope(const struct scope *scope, size_t from, const struct query *query,
                     struct binding *binding);
/* What symbol INDEX of IMAGE binds to.  0: found or weak (binding->symbol may be NULL), -1. */
int symbol_bind(struct image *image, size_t index, unsigned class, struct binding *binding);
int symbol_depend(struct image *image, struct image *target); /* IMAGE has bound to TARGET */
/* The same where it changes nothing and calls nothing outside of the core; false: it may. */
bool symbol_bound(struct image *image, size_t index, unsigned class, struct binding *binding);
/* Whether the address is the image's base and the symbol's value, or a resolver of the host's. */
bool binding_is_plain(const struct query *query, const struct binding *binding);
bool symbol_default(struct image *caller, const struct query *query, struct binding *binding);
bool symbol_next(struct image *caller, const struct query *query, struct binding *binding);
int binding_check(const struct binding *binding);
uintptr_t binding_place(const struct binding *binding);
uintptr_t binding_address(const struct binding *binding); /* runs an IFUNC's resolver */
const ElfW(Sym) * symbol_nearest(const struct image *image, uintptr_t address);
size_t symbol_hashed_count(const struct image *image);
const struct version *symbol_version(const struct image *image, size_t index); /* or NULL */
int versions_check(const struct image *image);
void unique_lock(void);
void unique_unlock(void);
int symbol_unify(struct isolde_space *space, const struct query *query, struct binding *binding);
/* The same of a symbol known to be unique; NAME, whose hash is HASH, is in its image's strings. */
int unique_settle(struct isolde_space *space, uint32_t hash, const char *name,
                  struct binding *binding);
void unique_forget(struct isolde_space *space, const struct image *image);

/* ---- glibc.c: glibc's own dl functions, whatever a preloaded library puts before them ---------
 */

typedef int glibc_iterate(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data);
extern struct glibc {
    void *(*dlopen)(const char *file, int mode);
    void *(*dlsym)(void *handle, const char *name);
    void *(*dlvsym)(void *handle, const char *name, const char *version);
    int (*dlclose)(void *handle);
    char *(*dlerror)(void);
    int (*dlinfo)(void *handle, int request, void *answer);
    int (*dladdr)(const void *address, Dl_info *info);
    int (*dladdr1)(const void *address, Dl_info *info, void **extra, int flags);
    glibc_iterate *dl_iterate_phdr;
    /* Where its private part of a link_map has these, as it tells libthread_db: size in bits,
     * number of elements, offset in bytes; NULL: it does not. */
    const uint32_t *link_map_tls_module, *link_map_tls_offset;
} glibc;
void glibc_start(void);

/* ---- loaderlock.c --------------------------------------------------------------------------- */

void loaderlock_start(void);
void loaderlock_enter(void);
void loaderlock_leave(void);
void loaderlock_reset_after_fork(void);

/* ---- host.c: what glibc itself loaded ------------------------------------------------------- */

struct image *host_shared(const char *soname, const struct image *needer);
struct image *host_load(const char *name, const char *needed_by);
struct image *host_find(const char *name);
void host_refresh(void);
unsigned long long host_generation(void);      /* of what host_lookup_any looks through */
struct image *host_loaded(const char *soname); /* only if glibc has it already; or NULL */
struct image *host_same_file(const struct file_id *file);
struct image *host_holding(uintptr_t address); /* that we know already, or NULL */
struct image *host_with_identity(uint64_t identity);
typedef void host_visit(struct image *image, uintptr_t offset, void *data);
void host_visit_givers(host_visit *visit, void *data);
void host_visit_all(host_visit *visit, void *data);
bool host_is_shared(const struct isolde_space *space, const char *soname);
bool host_always_shares(const char *soname);      /* whatever a space's own list says */
int host_check_policy(const char *const *shared); /* of a space to be made; may be NULL */
/* SPACE: who looks; what it keeps private does not answer.  NULL: no space does. */
bool host_lookup_shared(const struct isolde_space *space, const struct scope *first,
                        const struct query *query, struct binding *binding);
bool host_lookup_listed(const struct isolde_space *space, const struct scope *list,
                        const struct query *query, struct binding *binding);
bool host_lookup_plain(const struct isolde_space *space, const struct scope *first,
                       const struct query *query, struct binding *binding);
bool host_lookup_any(const struct isolde_space *space, const struct query *query,
                     struct binding *binding);
bool host_has_other_allocator(void);
const struct image *host_program(void);
struct image *host_caller(const void *address); /* the program's where none holds it */
void host_caller_free(struct image **caller);
void *host_loader_data(const char *name, char **end); /* a variable of ld.so itself, or NULL */
const char *const *host_default_folders(void);
void host_notice(const char *soname, atomic_ullong *adds);
struct image *host_named(const char *path);
uintptr_t host_slot(const struct image *image, const char *symbol);
int host_lend(struct isolde_space *space, const char *path, const char *const *prefixes);
bool host_lookup_lent(const struct isolde_space *space, const struct query *query,
                      struct binding *binding);
unsigned host_patch(const struct image *image, const char *symbol, uintptr_t replacement);
void host_start(void);
void host_lock(void);
void host_unlock(void);

/* ---- provide.c: libraries that an underlinked image does not name ------------------------------
 */

struct lack {
    char *needer, *symbol; /* needer: path of the image that lacks it */
    struct version version;
    bool versioned, provided;
};
struct provision {
    char *needer, *file, *soname, *why; /* needer, file: paths */
};
struct provisions {
    struct lack *lacks;
    size_t lack_count, lack_capacity;
    struct provision *list;
    size_t count, capacity;
    size_t searched; /* libraries looked through; 0: none yet */
};

/* Notes what IMAGE refers to and nothing defines, which must be relocatable now. */
int provide_note(struct provisions *p, struct image *image);
/* No lock held: adds a provision for each lack that some library fills. */
void provide_search(struct provisions *p, const struct isolde_space *space);
void provide_forget_lacks(struct provisions *p);
void provide_free(struct provisions *p);

/* ---- trace.c: ISOLDE_TRACE_LOADS ----------------------------------------------------------------
 */

void trace_mapped(const struct image *image);
void trace_unmapped(const struct image *image);

/* ---- memo.c, replay.c: what has been worked out before -----------------------------------------
 */

struct recollection memo_recall(const uint64_t *words, size_t count); /* the value is held */
void memo_keep(const uint64_t *words, size_t count, struct kept *value);
void kept_release(struct kept *kept); /* may be NULL */
void memo_lock(void);
void memo_unlock(void);

struct recollection replay_edition(const struct stat *status);
void replay_keep_object(const struct stat *status, struct object *object);
bool replay_is_settled(const struct stat *status);
uint64_t portable_file(const struct stat *status);
void portable_identify(struct image *image, const struct stat *status);
void folder_start(void);
struct runs *replay_runs(uint64_t edition);

/* ---- relocate.c, tls.c, carrier.c, bind.c ---------------------------------------------------- */

int relocate_images(const struct scope *order, bool lazy);
void *bind_lazily(struct image *image, size_t index);
void bind_prepare(struct image *image);

int tls_assign(struct image *image);
int tls_make_static(struct image *image, const struct image *wanted_by);
void tls_release(struct image *image);
void *isolde_tls_get_addr(void *index);
void tls_await_readers(const struct isolde_space *space);
void tls_reset_after_fork(void);
void tls_lock(void);
void tls_unlock(void);
int tls_descriptor(long module, uint64_t offset, uintptr_t *word);
void *tls_block_here(const struct image *image);
bool tls_host_offset(const struct image *image, ptrdiff_t *offset);
long tls_module_of(const struct image *image); /* what a DTPMOD64 slot of it holds; 0: none */
extern char isolde_tlsdesc_dynamic[], isolde_tlsdesc_static[], isolde_tlsdesc_undefined[];
extern char isolde_bind[];
extern uint32_t isolde_xsave_size, isolde_xsave_mask;
extern bool isolde_xsave_compact;

enum carrier_need { CARRIER_DYNAMIC, CARRIER_STATIC, CARRIER_STATIC_IF_ROOM };
int carrier_open(struct image *image);
void carrier_open_if_room(struct image *image);
void carrier_open_dynamic(struct image *image);
size_t carrier_module(const struct image *image);
void carrier_close(struct image *image);
void carrier_close_all(void); /* what carrier_close has put aside; with no lock of ours held */
void carrier_give_back(void *handle);
void *carrier_make(const struct tls_block *tls, enum carrier_need need);
int carrier_refused(const char *path, const char *space, size_t size);
bool carrier_stacks_are_executable(void);
int carrier_make_stacks_executable(const char *path, const char *needed_by, const char *space);
bool carrier_knows_token(const char *text);
const char *carrier_token(const char *text); /* what $LIB or $PLATFORM means to glibc */

/* ---- requests.c: what an open asks of glibc, with no lock of ours held -------------------------
 */

struct request;
struct requests {
    struct request *list;
    bool pending; /* the attempt has met a need that must be answered first */
    unsigned attempts;
    struct requests *outer; /* of an open that this one runs inside of */
};
int requests_begin(struct requests *requests, const char *file, const char *space, bool expected);
bool requests_pending(void);
void requests_undone(void);
int requests_answer(struct requests *requests);
void requests_end(struct requests *requests, const char *file);
struct image *request_shared(const char *name, const struct image *needer);
struct image *request_loaded(const char *name);
const char *request_token(const char *text);
int request_executable_stacks(const struct image *image);
void *request_carrier(const struct image *image, enum carrier_need need);
void requests_lock(void);
void requests_unlock(void);

/* ---- unwind.c, exceptions.c, debugger.c, jit.c
 * ----------------------------------------------------------------------
 */

void unwind_start(void);   /* after host_start */
void unwind_require(void); /* no lock held: before the first space */
int unwind_find_object(void *address, struct dl_find_object *result);
int unwind_iterate(struct isolde_space *space, int (*visit)(struct dl_phdr_info *, size_t, void *),
                   void *data);
int unwind_iterate_all(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data);
void unwind_count(unsigned added, unsigned removed);
void unwind_show(struct image *image);
void unwind_hide(struct image *image);
void unwind_tell_profilers(void); /* no lock held */
void unwind_lock(void);
void unwind_unlock(void);
void unwind_reset_after_fork(void);
bool unwind_tells(void); /* whether this thread is in a callback of unwind_iterate */
void unwind_recount_after_fork(struct isolde_space *space);

void exceptions_notice(const struct image *image); /* of the host */
void exceptions_refresh(void);
bool exceptions_may_unite(uint32_t hash);
void exceptions_unite(const struct query *query, struct binding *binding);

int debugger_add_space(struct isolde_space *space);
void debugger_remove_space(struct isolde_space *space);
void debugger_before(struct isolde_space *space, int state);
void debugger_add_image(struct isolde_space *space, struct image *image);
void debugger_remove_image(struct isolde_space *space, struct image *image);
void debugger_after(struct isolde_space *space);
void debugger_start(void);
void debugger_place_tls(struct image *image);
void debugger_show_tls(struct image *image);
struct jit_entry *jit_prepare(const struct image *image); /* NULL: nothing to show */
void jit_add(struct jit_entry *entry);
void jit_remove(struct jit_entry *entry);
void debugger_lock(void);
void debugger_unlock(void);

/* ---- lifecycle.c, threads.c ---------------------------------------------------------------------
 */

int lifecycle_initialise(struct isolde_space *space, const struct scope *order);
void lifecycle_preinitialise(const struct image *program);
void lifecycle_construct(struct image *program, void (*init)(int, char **, char **));
void lifecycle_finalise(struct image *image);
void lifecycle_release(const struct image *image);

void threads_run_own_destructors(struct isolde_space *space);
void threads_forget_own(struct isolde_space *space, const struct run *run);
void threads_reset_after_fork(struct isolde_space *space);
int threads_at_exit(void (*run)(void *), void *object, void *dso);
int threads_create(struct image *image, pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*start)(void *), void *argument);

/* ---- handlers.c: of the functions that libc has, for images of spaces ------------------------ */

int handlers_at_exit(void (*function)(void *), void *argument, void *dso);
int handlers_at_quick_exit(void (*function)(void *), void *dso);
int handlers_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *dso);
void handlers_finalise(void *dso);
void handlers_run_rest(struct image *image);
void handlers_forget_at_fork(void *dso);
void handlers_free(struct image *image);
void handlers_lock(void);
void handlers_unlock(void);

/* ---- keys.c ---------------------------------------------------------------------------------- */

struct thread_rest;
int keys_create(struct image *image, pthread_key_t *number, void (*run)(void *));
int keys_delete(pthread_key_t number);
void keys_delete_all(const struct isolde_space *space, const struct run *run);
void keys_forget_values(const struct isolde_space *space, const struct run *run);
void *keys_get(pthread_key_t number);
int keys_set(pthread_key_t number, const void *value);
void keys_run_destructors(const struct thread_rest *rest);
void keys_lock(void);
void keys_unlock(void);

/* ---- calls.c, gates.c ---------------------------------------------------------------------- */

typedef void function(void);

struct gate {
    _Atomic(void *) target; /* its code jumps there; calls_refused once it is shut */
    struct isolde_space *space;
    unsigned long space_id;
};
struct gate *gate_at(uintptr_t address); /* the gate whose code starts there, or NULL */
int calls_visit(struct isolde_space *space);
bool calls_visit_with_id(struct isolde_space *space, unsigned long id); /* false: it is closed */
void calls_visit_ends(struct isolde_space *space);
void calls_leave(struct isolde_space **visited);
/* A visit, or NULL, that ends with its block; also when a constructor is left by an exception. */
#define VISIT __attribute__((cleanup(calls_leave))) struct isolde_space *
uintptr_t calls_refused(void);
void *route_dlopen(void);
extern char isolde_route_dlopen[];
void calls_reset_after_fork(struct isolde_space *space);

/* ---- link.c: libraries that one space takes from another --------------------------------------
 */

struct link {
    struct isolde_space *from;
    unsigned long from_id;
    char *from_name;
    char **sonames;
};
struct holder {
    struct isolde_space *space;
    size_t links;
};

void link_lock(void);
void link_unlock(void);
int link_declare(struct isolde_space *space, struct isolde_space *from, const char *const *sonames);
/* The link of SPACE that NAME is taken through, or NULL. */
const struct link *link_for(const struct isolde_space *space, const char *name);
void link_free_all(struct isolde_space *space);
struct image *link_new(struct isolde_space *space, struct image *target, struct image *needer);
/* HOLDER keeps IMAGE, which another keeps meanwhile, mapped.  -1: out of memory. */
int link_hold(struct isolde_space *holder, struct image *image);
/* No locks held: what nothing holds any more is finalised and unmapped. */
void link_let_go(struct isolde_space *holder, struct image *image);
void link_release_all(struct scope *links); /* lets go of what they stand for, and frees them */
void link_initialise(const struct image *link);
bool link_end_company(struct isolde_space *space);
void link_recount_after_fork(struct isolde_space *spaces);
/* ---- program.c, exits.c, libc_state.c: a program as an image of a space (run.h) ----------------
 */

int program_run(struct isolde_space *space, const char *file, char *const *argv, char *const *envp,
                int *status);
int program_check(const struct image *image);
void program_lock(void);
void program_unlock(void);
void options_lock(void);
void options_unlock(void);
struct run *program_hold(struct run *run);
unsigned long program_id(const struct run *run);
void program_release(struct run *run);
struct run *program_of_thread(void); /* the run that this thread belongs to, or NULL */
int program_arguments(const struct image *image, char ***arguments, char ***environment);
void *program_thread(struct run *run, void *(*start)(void *), void *argument);
void program_thread_starts(struct run *run);
void program_thread_failed(struct run *run);
void program_thread_ending(struct run *run);
void program_thread_ended(struct run *run);
void program_reset_after_fork(struct run *run);
uintptr_t program_symbol(const struct run *run, const char *name);
void program_note_copy(struct run *run, const char *name, void *copy, const void *original,
                       size_t size);
extern _Noreturn void isolde_enter_program(uintptr_t entry, void *stack);

/* ---- shims.c
 * -------------------------------------------------------------------------------------- */

void *shim_dlmopen(Lmid_t id, const char *file, int mode, struct image *caller);
int shim_dlinfo(void *handle, int request, void *answer);
int shim_dladdr1(const void *address, Dl_info *info, void **extra, int flags);
bool shim_may_be(uint32_t hash); /* whether a name of this GNU hash may mean something else */
uintptr_t shim_find(const struct query *query); /* what a name means inside a space; 0: itself */
int shim_settle(struct image *image, struct binding *binding); /* makes it IMAGE's own entry */
uintptr_t caller_entry(struct image *image, void *function, unsigned position);
void *caller_entry_target(uintptr_t address); /* what the entry there leads to, or NULL */
void caller_entries_free(struct image *image);

/* ---- opening.c, lookup.c, sweep.c, closing.c, space.c ------------------------------------------
 */

struct unique {
    uint32_t hash;
    const char *name; /* NULL: an empty place of the table */
    struct image *image;
    const ElfW(Sym) * symbol;
};

struct isolde_space {
    struct {
        int version;
        struct link_map *map;
        ElfW(Addr) brk;
        int state;
        ElfW(Addr) ldbase;
        void *next;
    } debug; /* struct r_debug_extended, spelt out because older <link.h> lacks it */
    void **debug_back;
    struct link_map *last_map;
    unsigned live;
    unsigned long id;
    char *name;
    char **search_path, **shared;
    struct image *lender;        /* a host image that comes first, or NULL... */
    char **lent;                 /* ... for symbols that begin so */
    bool host, lazy, privatises; /* privatises: `shared` has an element that begins with "!" */
    bool ends_when_empty;        /* made by dlmopen(LM_ID_NEWLM): nobody else has its handle */
    atomic_int stage;            /* enum space_stage */
    atomic_bool made_keys, sweep_wanted;
    atomic_bool end_wanted; /* whoever leaves it looks whether it ends_when_empty */
    pthread_mutex_t lock;
    unsigned changes;     /* of what readers.c names, under way, by the holder of the lock */
    atomic_bool readable; /* without the lock */
    pthread_cond_t initialised;
    struct scope images, global;
    struct run *run;       /* of the program that runs in it, or NULL */
    struct scope borrowed; /* handles of host images opened by name */
    struct unique *unique;
    size_t unique_count, unique_capacity;
    size_t searched;    /* libraries that the open in progress has looked through for symbols */
    struct link *links; /* what it takes from other spaces, in the order declared */
    size_t link_count, link_capacity;
    struct holder *holders; /* the spaces that hold images of it; guarded by link.c's lock */
    size_t holder_count, holder_capacity;
    _Atomic(struct isolde_space *) leader; /* of the spaces that end together with it: or itself */
    _Atomic(struct isolde_space *) next_member;       /* of the same */
    atomic_ulong calls, visits, threads, destructors; /* what keeps its images mapped */
    atomic_uint holds;      /* short uses that a close waits for: sweeps, iterations */
    atomic_uint letting_go; /* sweeps that still have to let go of what others map */
    struct isolde_space *previous, *next;
};

enum space_stage {
    SPACE_OPEN,
    SPACE_CLOSING,            /* a close is deciding; calls are refused meanwhile */
    SPACE_AWAITS_LINKS,       /* closed; spaces that are not hold images of it */
    SPACE_AWAITS_DESTRUCTORS, /* closed; another thread's thread_local destructors are pending */
    SPACE_FINALISING,
    SPACE_AWAITS_THREADS, /* finalised; threads that its images started still run */
    SPACE_UNMAPPING,
};

extern struct isolde_space *space_newest;
struct isolde_space *space_new(const char *name, const struct isolde_options *options);
int space_close(struct isolde_space *space);
void space_proceed(struct isolde_space *space); /* when something that held it has ended */
void space_sweep(struct isolde_space *space);   /* the same for one of its images */
void *space_open(struct isolde_space *space, const char *file, int mode, struct image *caller);
/* DURING_CALLS false: not the last reference while a counted call runs in the space. */
int space_close_handle(void *handle, bool during_calls);
/* dlsym: NULL and an error set.  ASKER: the image that calls, or NULL. */
void *space_symbol(void *handle, const struct query *query, struct image *asker);
void *space_symbol_read(void *handle, const struct query *query);
void *space_bound_address(struct image *image, struct isolde_space *space,
                          const struct query *query, struct binding *binding);
/* All but the constructors, whose ORDER is given back, of the program FILE.  NULL: undone. */
struct image *space_open_program(struct isolde_space *space, const char *file, struct run *run,
                                 struct scope *order);
void space_finalise_program(struct isolde_space *space, const struct run *run);
void space_end_program(struct isolde_space *space, const struct run *run);
struct isolde_space *space_with_id(unsigned long id);
/* For who changes what others look up without a lock (readers.c). */
void space_lock_to_change(struct isolde_space *space);
void space_unlock_changed(struct isolde_space *space);
void readers_end(struct isolde_space *space);
void readers_reset_after_fork(struct isolde_space *space);
char **strings_copy(const char *const *strings); /* NULL-terminated; NULL: out of memory */
void strings_free(char **strings);
size_t space_list(struct isolde_space **spaces, size_t capacity);
void space_unhold(struct isolde_space *space);
void space_forget(struct isolde_space *space);
bool space_advance(struct isolde_space *space, int from, int to); /* to its next stage */
void space_end_if_empty(struct isolde_space *space, unsigned long id);
void space_close_all_at_exit(void);
bool space_all_end(void); /* since then */
void space_reset_after_fork(void);

#endif
