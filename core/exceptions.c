/* exceptions.c - one account of the C++ exceptions under way in a thread.
 *
 * A C++ runtime knows, for each thread, which exceptions are being handled and how many are thrown
 * but not yet caught (Itanium C++ ABI, "Caught Exception Stack": __cxa_get_globals).  Each space
 * has a libstdc++ of its own, yet what one copy throws another may catch.  Were the accounts
 * separate too, the catcher would count an exception less than none and the thrower one for ever,
 * and `throw;` in a function of the thrower's would find nothing to rethrow and end the process.
 *
 * So the account belongs to the thread, like errno: what a space's libstdc++ calls by that name,
 * through its PLT, is the function here.  It is the host's account, or, as long as the host has no
 * libstdc++, our own.  libc++abi has another kind of exception, and keeps its account. */
#include "loader.h"

#include <string.h>

static const char runtime[] = "libstdc++.so.6";
static const char account_name[] = "__cxa_get_globals";

typedef void *account(void);
static _Atomic(account *) hosts;

/* The ABI fixes the layout. */
static __thread struct {
    void *caught;
    unsigned uncaught;
} own;

/* What began on our own account ends there, should the host load a libstdc++ in between. */
static void *account_of_thread(void) {
    account *host = atomic_load_explicit(&hosts, memory_order_acquire);
    return host != NULL && own.caught == NULL && own.uncaught == 0 ? host() : &own;
}

/* Called for each object of the host that we learn of. */
void exceptions_notice(const struct image *image) {
    if (strcmp(image->soname, runtime) != 0)
        return;
    struct query query = query_for(account_name, NULL, CLASS_ANY);
    const ElfW(Sym) *symbol = symbol_in_image(image, &query);
    if (symbol != NULL)
        atomic_store(&hosts, (account *)(image->map.l_addr + symbol->st_value));
}

/* Looks whether the host has loaded a libstdc++ by itself. */
void exceptions_refresh(void) {
    static atomic_ullong adds;
    if (atomic_load(&hosts) == NULL)
        host_notice(runtime, &adds);
}

/* Whether the name of this GNU hash, but for its lowest bit, may be one of the account's. */
bool exceptions_may_unite(uint32_t hash) {
    const uint32_t account = 0x57d10341, fast = 0x807ae64e;
    return (hash ^ account) >> 1 == 0 || (hash ^ fast) >> 1 == 0;
}

static bool is_account(const char *name) {
    size_t length = sizeof account_name - 1;
    return strncmp(name, account_name, length) == 0 &&
           (name[length] == '\0' || strcmp(name + length, "_fast") == 0);
}

/* Leads what binds to the account of a space's libstdc++ to the thread's. */
void exceptions_unite(const struct query *query, struct binding *binding) {
    if (!exceptions_may_unite(query->gnu) || binding->symbol == NULL ||
        binding->image->space == NULL || !is_account(query->name) ||
        strcmp(binding->image->soname, runtime) != 0)
        return;
    binding->symbol = NULL;
    binding->address = (uintptr_t)account_of_thread;
}
