/* isolde.h - any number of modules, each with its own shared libraries, in one process.
 *
 * The C interface of Isolde, an isolating dynamic loader.  It has the manners of
 * <dlfcn.h>: the same flags, the same conventions, one error string per thread.
 *
 *     isolde_space *space = isolde_space_new("codec-a", NULL);
 *     void *z = isolde_dlopen(space, "libz.so.1", RTLD_NOW);
 *     if (z == NULL)
 *         fprintf(stderr, "%s\n", isolde_dlerror());
 *     const char *(*version)(void) = isolde_dlsym(z, "zlibVersion");
 *
 * All functions may be called from any thread.  None of them needs a lock of the
 * caller's, and none is async-signal-safe unless it says so.
 */
#ifndef ISOLDE_H
#define ISOLDE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* for Dl_info; include this header before others, or define it yourself */
#endif
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ISOLDE_API __attribute__((visibility("default")))

/* The interface number: raised whenever a structure or signature below changes. */
#define ISOLDE_ABI 2

/* A space: an isolated list of images, what glibc calls a link-map namespace. */
typedef struct isolde_space isolde_space;

/* How a space is made.  Zero-initialise it, set `size`, then what you need. */
struct isolde_options {
    size_t size; /* sizeof(struct isolde_options) */
    const char *const
        *search_path; /* folders searched before all others; NULL-terminated; may be NULL */
    const char *const *shared; /* sonames (globs) taken from the host, on top of
                                  isolde_default_shared(); after a "!" those that the space keeps
                                  to itself; the last that matches counts; NULL-terminated; may be
                                  NULL */
    int host;                  /* non-zero: what the space and the shared group lack may come
                                  from whatever else the host has loaded */
    int lazy;                  /* non-zero: RTLD_LAZY where a mode names neither LAZY nor NOW */
};

/* What went wrong, in parts.  Every string may be NULL except `message`. */
enum isolde_error_code {
    ISOLDE_OK = 0,
    ISOLDE_EINVALID = 1,  /* a wrong argument: mode, handle, closed space */
    ISOLDE_ENOTFOUND = 2, /* a file that no searched place holds */
    ISOLDE_EFORMAT = 3,   /* a file that is not a loadable ELF object */
    ISOLDE_ESYMBOL = 4,   /* an undefined symbol */
    ISOLDE_EVERSION = 5,  /* a symbol version that its library does not define */
    ISOLDE_ETLS = 6,      /* no static TLS left in the process */
    ISOLDE_EMEMORY = 7,   /* memory, or the table of mappings, is exhausted */
    ISOLDE_EBUSY = 8,     /* a call is running inside the space */
    ISOLDE_EHOST = 9,     /* glibc's own loader refused a shared library */
};

struct isolde_error {
    size_t size;           /* sizeof(struct isolde_error) */
    int code;              /* enum isolde_error_code */
    const char *message;   /* one line, both sides named */
    const char *file;      /* what was being opened or looked up in */
    const char *needed_by; /* path of the image that asked for it; NULL: the host itself */
    const char *symbol;
    const char *version;
    const char *const
        *tried; /* "PATH (REASON)", in the order tried; NULL-terminated; NULL if none */
};

/* One image of a space. */
struct isolde_image_info {
    const char *path;        /* absolute path of the file */
    const char *soname;      /* DT_SONAME, or the last part of the path */
    const char *needed_by;   /* path of the image that asked for it first; NULL: opened by name */
    const char *why;         /* how the file was found: "path", "search_path", "rpath",
                                "LD_LIBRARY_PATH", "runpath", "cache", "default", "host", "link" */
    const char *linked_from; /* name of the space that maps it; NULL: this one, or the host */
    void *handle;            /* what isolde_dlopen would return for it */
    uintptr_t base;          /* load bias: add it to a symbol's st_value */
    uintptr_t start, end;    /* the addresses it occupies, [start, end) */
    int shared;              /* non-zero: taken from the host, not mapped by the space */
    unsigned opens;          /* how many dlopen calls hold it directly */
};

/* The interface number this library was built with; refuse one that is not ISOLDE_ABI. */
ISOLDE_API int isolde_abi(void);
/* "0.1.0" */
ISOLDE_API const char *isolde_version(void);

/* A new, empty space.  NAME is copied; NULL gives "space-N".  OPTIONS may be NULL and is copied.
 * NULL on failure (isolde_dlerror says why). */
ISOLDE_API isolde_space *isolde_space_new(const char *name, const struct isolde_options *options);

/* Runs the destructors of every image in reverse order of initialisation and unmaps them.
 * Returns 0, or -1 (isolde_dlerror) and changes nothing: ISOLDE_EBUSY while a counted call runs
 * in the space.  Memory is given back later, by the thread concerned, while a thread started by
 * an image still runs or another thread's thread_local destructor is pending; the handle is dead
 * at once either way. */
ISOLDE_API int isolde_space_close(isolde_space *space);

/* Later opens in SPACE take each library that a soname of SONAMES (globs; NULL-terminated) matches,
 * needed or opened by name, from FROM: it is opened there, by FROM's own rules, and stays as long
 * as SPACE uses it.  The latest link that matches counts.  0, or -1 (isolde_dlerror). */
ISOLDE_API int isolde_space_link(isolde_space *space, isolde_space *from,
                                 const char *const *sonames);

/* Like dlopen(3), in SPACE.  FILE NULL gives the handle of the space's own global scope. */
ISOLDE_API void *isolde_dlopen(isolde_space *space, const char *file, int mode);
/* Like dlsym(3): HANDLE's image and then its dependencies, breadth first. */
ISOLDE_API void *isolde_dlsym(void *handle, const char *symbol);
ISOLDE_API void *isolde_dlvsym(void *handle, const char *symbol, const char *version);
/* Like dlclose(3), but refused with ISOLDE_EBUSY where it would give up the last reference while a
 * counted call runs in the space. */
ISOLDE_API int isolde_dlclose(void *handle);
/* The message of this thread's latest failure, then NULL until the next one. */
ISOLDE_API char *isolde_dlerror(void);
#ifdef __USE_GNU
/* Like dladdr(3), for every image of every space, and for the host's own objects. */
ISOLDE_API int isolde_dladdr(const void *address, Dl_info *info);
#endif

/* Runs the program FILE, a dynamically linked executable, as an image of SPACE: on a thread of its
 * own, whose end it waits for.  FILE is looked for in PATH if it has no slash; ARGV and ENVP end
 * with NULL; ENVP NULL means the process's environment.  *STATUS receives the exit status, 0 to
 * 255, or minus the number of a signal (SIGABRT after abort).  What was mapped for it is unmapped
 * afterwards.  Returns 0, or -1 (isolde_dlerror): it has not been run. */
ISOLDE_API int isolde_run(isolde_space *space, const char *file, char *const argv[],
                          char *const envp[], int *status);

/* The parts of this thread's latest failure; valid until its next failing call.  Never NULL. */
ISOLDE_API const struct isolde_error *isolde_last_error(void);

/* SYMBOL's address in any image of the space (its global scope first, then load order), or NULL.
 * Does not look in the shared group. */
ISOLDE_API void *isolde_space_symbol(isolde_space *space, const char *symbol);
ISOLDE_API const char *isolde_space_name(const isolde_space *space);
/* A number unique in the process's life, > 0. */
ISOLDE_API unsigned long isolde_space_id(const isolde_space *space);
/* The space whose image holds ADDRESS, or NULL.  Async-signal-safe. */
ISOLDE_API isolde_space *isolde_space_of(const void *address);

/* The live spaces: writes up to CAPACITY of them, returns how many there are. */
ISOLDE_API size_t isolde_spaces(isolde_space **spaces, size_t capacity);
/* A snapshot of the space's images in load order; *COUNT receives the number.  One block:
 * free it with isolde_free.  NULL on failure. */
ISOLDE_API struct isolde_image_info *isolde_images(isolde_space *space, size_t *count);
ISOLDE_API void isolde_free(void *block);

/* The globs of the libraries every space takes from the host by default; NULL-terminated. */
ISOLDE_API const char *const *isolde_default_shared(void);

/* Makes the host object PATH (as in its link map; "" is the executable) treat Isolde's handles as
 * its own.  Its dlsym and dlclose understand them (bit 1 of the result), its calls through
 * ffi_call into a space are counted, so that a close during a call is refused (bit 2), and its
 * dlopen goes where isolde_host_route says (bit 4).
 * Returns the bits done, or -1 (isolde_dlerror). */
ISOLDE_API int isolde_host_adopt(const char *path);

/* This thread's next dlopen by an adopted object (bit 4) opens in SPACE; NULL: as ever, with glibc.
 * Returns what was said before and has not been used yet. */
ISOLDE_API isolde_space *isolde_host_route(isolde_space *space);

/* The host object PATH (as for isolde_host_adopt) comes first, in SPACE, for symbols whose names
 * begin with one of PREFIXES (NULL-terminated), and is seen for no others: a host whose plugins use
 * an interface that it exports, whether or not they name it in DT_NEEDED.  For images opened from
 * now on; a later call takes the place of this one.  0, or -1 (isolde_dlerror). */
ISOLDE_API int isolde_space_lend(isolde_space *space, const char *path,
                                 const char *const *prefixes);

/* Brackets a call into SPACE that isolde_host_adopt cannot see: a close in between is refused. */
ISOLDE_API int isolde_call_enter(isolde_space *space); /* 0, or -1: the space is closed */
ISOLDE_API void isolde_call_leave(isolde_space *space);

/* A gate: the address of a function of SPACE that stays callable when the code behind it goes.
 * For hosts that keep function addresses while others close spaces.  Called through ffi_call of an
 * adopted host (bit 2), it counts itself in the space first; once the space is closed, or the gate
 * is shut (TARGET NULL), the call does not happen, returns zero, and the hook is told.  Any other
 * call jumps to TARGET.  NULL on failure (isolde_dlerror). */
ISOLDE_API void *isolde_gate_new(isolde_space *space, void *target);
ISOLDE_API void isolde_gate_set(void *gate, void *target);
/* Nobody may call it any more: the address is reused. */
ISOLDE_API void isolde_gate_free(void *gate);
/* HOOK, which may be NULL, runs in the thread of each call that is refused: its space is closed. */
ISOLDE_API void isolde_on_refused_call(void (*hook)(void));

/* For debuggers' scripts and whatever else reads a process from outside: where the live spaces are
 * in its memory.  A space is followed by the one made before it, NULL ends the list.  Its first
 * image is a struct link_map of <link.h> (l_addr, l_name, l_ld, l_next), and so is each that l_next
 * leads to. Fields may be added at the end. */
struct isolde_layout {
    uint32_t size; /* sizeof(struct isolde_layout) */
    /* How far into a space these are: */
    uint32_t space_next;   /* the space made before it */
    uint32_t space_name;   /* char * */
    uint32_t space_id;     /* unsigned long, as isolde_space_id gives it */
    uint32_t space_images; /* its first image, or NULL */
    /* How far into an image: */
    uint32_t image_start, image_end; /* uintptr_t: the addresses it occupies, [start, end) */
    uint32_t reserved;
    isolde_space *const *newest; /* the space made last */
};
ISOLDE_API extern const struct isolde_layout isolde_layout;

/* Installs handlers for SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT that write one JSON object
 * about the crash (signal, address, and for each frame its symbol, image and space) to FD and
 * then let the signal take its course.  0, or -1 (isolde_dlerror). */
ISOLDE_API int isolde_report_crashes(int fd);

#ifdef __cplusplus
}
#endif
#endif
