/* variables.c - libc's variables of which a run has its own: the environment, the program's name,
 * the state of getopt, the count of error(3).
 *
 * An image of the run that names such a variable is bound to the run's cell; where the program has
 * copied it (R_X86_64_COPY), to the program's copy, which was filled from the cell.  Either way
 * `places` knows.  libc's own functions read libc's own variable, so those that matter are done
 * here.  Other variables that libc writes to and the program has copied are copied again after
 * the functions that write them (zones.c). */
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum variable which;
} names[] = {
    {"environ", ENVIRONMENT},
    {"__environ", ENVIRONMENT},
    {"_environ", ENVIRONMENT},
    {"program_invocation_name", INVOCATION_NAME},
    {"__progname_full", INVOCATION_NAME},
    {"program_invocation_short_name", INVOCATION_SHORT_NAME},
    {"__progname", INVOCATION_SHORT_NAME},
    {"optarg", OPTARG},
    {"optind", OPTIND},
    {"opterr", OPTERR},
    {"optopt", OPTOPT},
    {"error_message_count", ERROR_COUNT},
};
enum { NAMES = sizeof names / sizeof *names };

void variables_start(struct run *run, char **environment) {
    char *name = run->argc > 0 ? run->argv[0] : "";
    const char *slash = strrchr(name, '/');
    run->cells[ENVIRONMENT].strings = environment;
    run->cells[INVOCATION_NAME].string = name;
    run->cells[INVOCATION_SHORT_NAME].string = slash ? (char *)slash + 1 : name;
    run->cells[OPTIND].number = 1;
    run->cells[OPTERR].number = 1;
    run->cells[OPTOPT].number = '?';
    for (size_t i = 0; i < VARIABLE_COUNT; i++)
        run->places[i] = &run->cells[i];
}

void variables_settle(struct run *run) {
    for (size_t i = 0; i < NAMES; i++) {
        struct query query = query_for(names[i].name, NULL, CLASS_ANY);
        query.newest = true;
        const ElfW(Sym) *symbol = symbol_in_image(run->image, &query);
        if (symbol != NULL && symbol->st_shndx != SHN_UNDEF)
            run->places[names[i].which] = (void *)(run->image->map.l_addr + symbol->st_value);
    }
}

uintptr_t variables_symbol(const struct run *run, const char *name) {
    for (size_t i = 0; i < NAMES; i++)
        if (strcmp(names[i].name, name) == 0)
            return (uintptr_t)&run->cells[names[i].which];
    return 0;
}

const char *variables_name(const struct run *run, enum variable which) {
    return run->places[which]->string;
}

char **variables_environment(const struct run *run) { return run->places[ENVIRONMENT]->strings; }

void variables_refresh(const struct run *run) {
    for (size_t i = 0; i < run->copy_count; i++)
        memcpy(run->copies[i].copy, run->copies[i].original, run->copies[i].size);
}

/* ---- the environment ----------------------------------------------------------------------------
 */

/* The place of NAME in the environment, or NULL. */
static char **find(const struct run *run, const char *name) {
    size_t length = strlen(name);
    for (char **at = variables_environment(run); at != NULL && *at != NULL; at++)
        if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
            return at;
    return NULL;
}

static size_t count(char *const *strings) {
    size_t n = 0;
    while (strings != NULL && strings[n] != NULL)
        n++;
    return n;
}

/* The program may have set environ to an array of its own: that one is never written behind. */
static int append(struct run *run, char *entry) {
    char **now = variables_environment(run);
    size_t used = count(now);
    if (now == NULL || now != run->vector || used + 2 > run->vector_capacity) {
        size_t capacity = 2 * used + 16;
        char **bigger = run_memory(run, capacity * sizeof *bigger);
        if (bigger == NULL)
            return -1;
        if (used > 0)
            memcpy(bigger, now, used * sizeof *bigger);
        run->vector = now = bigger;
        run->vector_capacity = capacity;
    }
    now[used] = entry;
    now[used + 1] = NULL;
    run->places[ENVIRONMENT]->strings = now;
    return 0;
}

static int put(struct run *run, const char *name, char *entry) {
    char **place = find(run, name);
    if (place == NULL)
        return append(run, entry);
    *place = entry;
    return 0;
}

static void take_out(const struct run *run, const char *name) {
    for (char **place; (place = find(run, name)) != NULL;)
        do
            place[0] = place[1];
        while (*place++ != NULL);
}

static int result_of(int result) {
    if (result < 0)
        errno = ENOMEM;
    return result;
}

static bool is_name(const char *name) {
    if (name != NULL && *name != '\0' && strchr(name, '=') == NULL)
        return true;
    errno = EINVAL;
    return false;
}

char *run_getenv(const char *name) {
    struct run *run = program_of_thread();
    if (run == NULL)
        return getenv(name);
    pthread_mutex_lock(&run->lock);
    char **place = *name ? find(run, name) : NULL;
    char *value = place ? *place + strlen(name) + 1 : NULL;
    pthread_mutex_unlock(&run->lock);
    return value;
}

int run_setenv(const char *name, const char *value, int overwrite) {
    struct run *run = program_of_thread();
    if (run == NULL)
        return setenv(name, value, overwrite);
    if (!is_name(name))
        return -1;
    char *entry = run_memory(run, strlen(name) + strlen(value) + 2);
    if (entry == NULL)
        return result_of(-1);
    stpcpy(stpcpy(stpcpy(entry, name), "="), value);
    pthread_mutex_lock(&run->lock);
    int result = overwrite || find(run, name) == NULL ? put(run, name, entry) : 0;
    pthread_mutex_unlock(&run->lock);
    return result_of(result);
}

int run_unsetenv(const char *name) {
    struct run *run = program_of_thread();
    if (run == NULL)
        return unsetenv(name);
    if (!is_name(name))
        return -1;
    pthread_mutex_lock(&run->lock);
    take_out(run, name);
    pthread_mutex_unlock(&run->lock);
    return 0;
}

int run_putenv(char *string) {
    struct run *run = program_of_thread();
    if (run == NULL)
        return putenv(string);
    const char *equals = strchr(string, '=');
    if (equals == NULL)
        return run_unsetenv(string);
    char *name = strndup(string, (size_t)(equals - string));
    if (name == NULL)
        return -1;
    pthread_mutex_lock(&run->lock);
    int result = put(run, name, string);
    pthread_mutex_unlock(&run->lock);
    free(name);
    return result_of(result);
}

int run_clearenv(void) {
    struct run *run = program_of_thread();
    if (run == NULL)
        return clearenv();
    run->places[ENVIRONMENT]->strings = NULL;
    return 0;
}
