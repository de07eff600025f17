/* error.c - one failure per thread, kept in parts.
 *
 * isolde_dlerror gives the message once, as dlerror(3) does; isolde_last_error gives the parts
 * until the thread's next failure.  The state is allocated at the first failure, so a thread that
 * never fails costs nothing. */
#include "loader.h"
#include "thread.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIED_MAX = 64 };

struct error_state {
    struct isolde_error public;
    bool pending; /* isolde_dlerror has not handed the message out yet */
    char *message, *file, *needed_by, *symbol, *version;
    char *tried[TRIED_MAX + 1];
    size_t tried_count;
    bool tried_fresh; /* no error has used the list yet */
};

static const struct isolde_error none = {.size = sizeof none, .code = ISOLDE_OK, .message = ""};
static const struct isolde_error no_memory = {
    .size = sizeof no_memory, .code = ISOLDE_EMEMORY, .message = "out of memory"};

static struct error_state *state(void) {
    struct thread_rest *rest = thread_rest();
    if (rest == NULL)
        return NULL;
    if (rest->error == NULL)
        rest->error = calloc(1, sizeof(struct error_state));
    return rest->error;
}

static void replace(char **slot, const char *text) {
    char *copy = text ? strdup(text) : NULL;
    free(*slot);
    *slot = copy;
}

void error_set(int code, const struct error_detail *detail, const char *format, ...) {
    static const struct error_detail nothing;
    struct error_state *e = state();
    if (e == NULL)
        return;
    if (detail == NULL)
        detail = &nothing;
    char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&message, format, arguments) < 0)
        message = NULL;
    va_end(arguments);
    replace(&e->file, detail->file);
    replace(&e->needed_by, detail->needed_by);
    replace(&e->symbol, detail->symbol);
    replace(&e->version, detail->version);
    free(e->message);
    e->message = message;
    e->pending = true;
    if (code != ISOLDE_ENOTFOUND)
        error_tried_clear();
    e->tried_fresh = false;
    e->public = (struct isolde_error){
        .size = sizeof e->public,
        .code = code,
        .message = message ? message : "out of memory",
        .file = e->file,
        .needed_by = e->needed_by,
        .symbol = e->symbol,
        .version = e->version,
        .tried = e->tried_count ? (const char *const *)e->tried : NULL,
    };
}

void error_invalid_handle(const void *handle, const char *symbol) {
    error_set(ISOLDE_EINVALID, &(struct error_detail){.symbol = symbol},
              "invalid handle %p: not one that isolde_dlopen returned, or closed", handle);
}

void error_tried_clear(void) {
    struct error_state *e = state();
    if (e == NULL)
        return;
    for (size_t i = 0; i < e->tried_count; i++) {
        free(e->tried[i]);
        e->tried[i] = NULL;
    }
    e->tried_count = 0;
    e->public.tried = NULL;
}

void error_tried(const char *path, const char *reason) {
    struct error_state *e = state();
    if (e == NULL || e->tried_count == TRIED_MAX)
        return;
    size_t size = strlen(path) + strlen(reason) + sizeof " ()";
    char *text = malloc(size); /* not by asprintf(3), which few opens that succeed need otherwise */
    if (text == NULL)
        return;
    strcat(strcat(strcat(strcpy(text, path), " ("), reason), ")");
    e->tried[e->tried_count++] = text;
    e->tried[e->tried_count] = NULL;
}

size_t error_tried_list(char *text, size_t size) {
    struct error_state *e = state();
    size_t used = 0;
    text[0] = '\0';
    if (e == NULL)
        return 0;
    for (size_t i = 0; i < e->tried_count && used < size; i++) {
        int n = snprintf(text + used, size - used, "%s%s", i ? ", " : "", e->tried[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    return e->tried_count;
}

char *error_take(void) {
    struct thread_rest *rest = isolde_thread.rest;
    if (rest == NULL || rest->error == NULL || !rest->error->pending)
        return NULL;
    rest->error->pending = false;
    return (char *)rest->error->public.message;
}

const struct isolde_error *error_last(void) {
    struct thread_rest *rest = isolde_thread.rest;
    if (rest == NULL || rest->error == NULL)
        return &none;
    return rest->error->public.message ? &rest->error->public : &no_memory;
}

void error_free_thread(void *pointer) {
    struct error_state *e = pointer;
    if (e == NULL)
        return;
    for (size_t i = 0; i < e->tried_count; i++)
        free(e->tried[i]);
    free(e->message);
    free(e->file);
    free(e->needed_by);
    free(e->symbol);
    free(e->version);
    free(e);
}
