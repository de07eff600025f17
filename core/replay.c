/* replay.c - resolve once, replay after.
 *
 * What a reference binds to depends on the file it stands in, on the files of the scopes it is
 * looked up in and their order, and on what the host gives; not on where anything is mapped.  So
 * what the relocations of an image came to (recipe.c) holds for each later image of the same file
 * that sees the same files in the same order, and only the bases differ.
 *
 * "The same file" is device, inode, size, and the times of the last change of its content and of
 * its inode, which nobody can set back.  The kernel's clock for these moves in ticks: a file that
 * was changed a moment ago could be changed again within one, so it is not believed yet.  A file
 * that no folder has (a memfd) is not believed at all, since a program can write to it through
 * memory, which leaves no trace.
 *
 * What cannot be described so is resolved each time: what a program in the space, a link to another
 * space, symbols lent by the host, or a private copy of what the host shares bring along. */
#include "recipe.h"

#include <stdlib.h>
#include <time.h>

enum kind { KIND_FILE, KIND_RUNS, KIND_SCOPE, KIND_IMAGE };
enum { SCOPES_MAX = 8 };
static const long settled_ns = 50 * 1000 * 1000; /* some ticks of the slowest kernel's clock */

static long long nanoseconds(const struct timespec *time) {
    return time->tv_sec * 1000000000LL + time->tv_nsec;
}

/* Whether a later change must show in STATUS. */
bool replay_is_settled(const struct stat *status) {
    struct timespec now;
    clock_coarsely(&now);
    const struct timespec *last = &status->st_ctim;
    if (nanoseconds(&status->st_mtim) > nanoseconds(last))
        last = &status->st_mtim;
    /* Whole seconds: the file system may count no others. */
    long long enough = last->tv_nsec == 0 ? 2000000000LL : settled_ns;
    return status->st_nlink > 0 && nanoseconds(&now) - nanoseconds(last) > enough;
}

enum { FILE_WORDS = 6 };

static void describe_file(const struct stat *status, uint64_t words[FILE_WORDS]) {
    words[0] = KIND_FILE;
    words[1] = status->st_dev;
    words[2] = status->st_ino;
    words[3] = (uint64_t)status->st_size;
    words[4] = (uint64_t)nanoseconds(&status->st_mtim);
    words[5] = (uint64_t)nanoseconds(&status->st_ctim);
}

/* What stands for the content of a file that STATUS tells of, and the object kept for it; 0 and
 * NULL: nothing can. */
struct recollection replay_edition(const struct stat *status) {
    uint64_t words[FILE_WORDS];
    if (!REHEARSE && !replay_is_settled(status))
        return (struct recollection){0};
    describe_file(status, words);
    return memo_recall(words, FILE_WORDS);
}

void replay_keep_object(const struct stat *status, struct object *object) {
    uint64_t words[FILE_WORDS];
    describe_file(status, words);
    memo_keep(words, FILE_WORDS, &object->kept);
}

/* The pages of that file that relocations are known to write; held, or NULL. */
struct runs *replay_runs(uint64_t edition) {
    const uint64_t words[] = {KIND_RUNS, edition};
    return edition ? (struct runs *)memo_recall(words, 2).value : NULL;
}

static void keep_runs(const struct image *image, const struct relatives *relatives) {
    const uint64_t words[] = {KIND_RUNS, image->edition};
    struct runs *runs = relatives_runs(relatives, image);
    if (runs != NULL)
        memo_keep(words, 2, &runs->kept);
    kept_release((struct kept *)runs);
}

/* A host image is never freed: its address stands for it. */
static uint64_t word_for(const struct image *image) {
    if (image->space == NULL)
        return (uintptr_t)image;
    return image->linked == NULL && !image->program ? image->edition : 0;
}

static uint64_t number_scope(const struct scope *scope) {
    uint64_t *words = malloc((scope->count + 1) * sizeof *words), number = 0;
    if (words == NULL)
        return 0;
    words[0] = KIND_SCOPE;
    size_t i = 0;
    while (i < scope->count && (words[i + 1] = word_for(scope->list[i])) != 0)
        i++;
    if (i == scope->count)
        number = memo_recall(words, i + 1).number;
    free(words);
    return number;
}

/* All images of an open look into the same few scopes. */
static uint64_t number_known_scope(struct outlook *outlook, const struct scope *scope) {
    for (size_t i = 0; i < 2; i++)
        if (outlook->known[i] == scope)
            return outlook->number[i];
    outlook->known[1] = outlook->known[0];
    outlook->number[1] = outlook->number[0];
    outlook->known[0] = scope;
    return outlook->number[0] = number_scope(scope);
}

static bool is_describable(const struct image *image) {
    const struct isolde_space *space = image->space;
    return image->edition != 0 && image->run == NULL && !image->dynamic.text_relocations &&
           image->scope_count <= SCOPES_MAX && space->lender == NULL && !space->privatises;
}

/* Writes down all that IMAGE's bindings depend on. */
static bool describe(struct replay *replay, struct outlook *outlook, bool lazily) {
    const struct image *image = replay->image;
    const struct isolde_space *space = image->space;
    if (!is_describable(image))
        return false;
    uint64_t *words = replay->words;
    words[0] = KIND_IMAGE;
    words[1] = image->edition;
    words[2] = (uint64_t)lazily | (uint64_t)image->deepbind << 1;
    words[3] = space->host;
    words[4] = number_known_scope(outlook, &space->global);
    replay->count = 5;
    bool complete = words[4] != 0;
    for (size_t i = 0; i < image->scope_count && complete; i++)
        complete = (words[replay->count++] = number_known_scope(outlook, image->scopes[i])) != 0;
    return complete;
}

/* Scope 1 is the space's global one, those from 2 on are the image's own. */
static const struct scope *scope_numbered(const struct image *image, uint32_t number) {
    return number == 1 ? &image->space->global : image->scopes[number - 2];
}

bool replay_locate(const struct image *image, const struct image *found, struct target *target) {
    *target = (struct target){.base = BASE_OWN};
    if (found == image)
        return true;
    *target = (struct target){.base = BASE_HOST, .host = (uintptr_t)found};
    if (found->space == NULL)
        return true;
    for (uint32_t i = 1; i < image->scope_count + 2; i++) {
        const struct scope *scope = scope_numbered(image, i);
        for (size_t j = 0; j < scope->count; j++)
            if (scope->list[j] == found) {
                *target = (struct target){.base = BASE_SCOPE, .scope = i, .index = (uint32_t)j};
                return true;
            }
    }
    return false;
}

/* Whether a TARGET of the kind BASE_SCOPE is there: an image of the space. */
bool replay_sees(const struct image *image, const struct target *target) {
    if (target->scope == 0 || target->scope > image->scope_count + 1)
        return false;
    const struct scope *scope = scope_numbered(image, target->scope);
    return target->index < scope->count && scope->list[target->index]->space != NULL;
}

struct image *replay_target(struct image *image, const struct target *target) {
    switch (target->base) {
    case BASE_OWN:
        return image;
    case BASE_SCOPE:
        return scope_numbered(image, target->scope)->list[target->index];
    case BASE_HOST:
        return (struct image *)target->host;
    default:
        return NULL;
    }
}

/* The recipe that another process has left, or NULL: then this one leaves it. */
static struct recipe *find_left(struct replay *replay) {
    struct packed packed;
    if (!portable_describe(replay->image, replay->lazily, &replay->description))
        return NULL;
    replay->leaves = true;
    if (!folder_read(&replay->description, &packed))
        return NULL;
    struct recipe *recipe =
        packed_read(packed, &replay->description, replay->image, replay->generation);
    if (recipe == NULL)
        return NULL;
    replay->leaves = false;
    keep_runs(replay->image, recipe->relatives);
    memo_keep(replay->words, replay->count, &recipe->kept);
    return recipe;
}

void replay_begin(struct replay *replay, struct outlook *outlook, struct image *image,
                  bool lazily) {
    *replay = (struct replay){.image = image, .lazily = lazily};
    if (!describe(replay, outlook, lazily))
        return;
    struct recollection found = memo_recall(replay->words, replay->count);
    struct recipe *recipe = (struct recipe *)found.value;
    replay->generation = image->space->host ? host_generation() : 0;
    bool is_old = recipe != NULL && recipe->host != 0 && recipe->host != replay->generation + 1;
    bool fits =
        recipe != NULL && !is_old && !recipe->is_barren && recipe->headers == recipe_headers(image);
    bool is_new = is_old || recipe == NULL;
    if (!fits)
        kept_release(found.value);
    replay->recipe = fits ? recipe : is_new && folder_is_wanted() ? find_left(replay) : NULL;
    if (is_new && replay->recipe == NULL)
        replay->recorder = recorder_new(image);
    replay->reads_relatives = fits ? recipe->relatives == NULL : replay->leaves;
}

/* Before anything is written: for a recipe in its second use, which may turn out to be fit for
 * none, or for one that is to be left to other processes. */
void replay_read_relatives(struct replay *replay) {
    struct recipe *recipe = replay->recipe;
    struct relatives *none = NULL, *read = relatives_read(replay->image, replay->lazily);
    if (recipe == NULL) {
        replay->relatives = read;
        return;
    }
    bool joined = read != NULL && relatives_join(read, replay->image, recipe);
    if (joined && atomic_compare_exchange_strong(&recipe->relatives, &none, read)) {
        keep_runs(replay->image, read);
        return;
    }
    kept_release((struct kept *)read);
    if (joined) /* another thread was faster */
        return;
    recipe->is_barren = true;
    replay->recipe = NULL;
    kept_release(&recipe->kept);
}

static void leave(const struct replay *replay, const struct recipe *recipe) {
    struct packed packed;
    if (packed_make(recipe, &replay->description, &packed) &&
        (recipe->host == 0 || replay->generation == host_generation())) /* which it describes */
        folder_write(&replay->description, &packed);
    free(packed.bytes);
}

static void keep(struct replay *replay) {
    struct recipe *recipe = recorder_finish(replay->recorder, replay->generation);
    struct relatives *relatives = replay->relatives;
    if (relatives != NULL && !recipe->is_barren &&
        relatives_join(relatives, replay->image, recipe)) {
        replay->relatives = NULL;
        recipe->relatives = relatives;
        keep_runs(replay->image, relatives);
        leave(replay, recipe);
    }
    memo_keep(replay->words, replay->count, &recipe->kept);
    kept_release(&recipe->kept);
}

void replay_end(struct replay *replay, bool succeeded) {
    if (replay->recorder != NULL && succeeded)
        keep(replay);
    recorder_free(replay->recorder);
    free(replay->description.words);
    kept_release((struct kept *)replay->relatives);
    kept_release((struct kept *)replay->recipe);
}
