/* provide.c - libraries for what an underlinked image lacks.
 *
 * A plugin that was linked without naming its libraries relies on its host to have loaded them.
 * In a space with host=True, where the space, the shared group and the host lack a symbol, it is
 * looked for in the libraries that a system's administrator has made known: those of the space's
 * search_path, then those of /etc/ld.so.cache.  What is found is loaded as if the image had named
 * it in DT_NEEDED, behind what it does name.
 *
 * The library that fills most of an image's lacks is taken first, then the one that fills most of
 * the rest: that is how few libraries do.  Of equals the one that defines least is taken, because
 * large libraries carry copies of small ones, and of those the first.
 *
 * Every candidate is mapped and read by the same code as an image, which believes no number in a
 * file; nothing of it is run.  All this is only done when an open would fail without. */
#include "loader.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what is lacking ---------------------------------------------------------------------------
 */

static bool noted(const struct provisions *p, const char *needer, const char *symbol) {
    for (size_t i = p->lack_count; i-- > 0;)
        if (strcmp(p->lacks[i].symbol, symbol) == 0 && strcmp(p->lacks[i].needer, needer) == 0)
            return true;
    return false;
}

static int add_lack(struct provisions *p, const struct image *image, const struct query *query) {
    struct lack *lacks = array_grow(p->lacks, p->lack_count, &p->lack_capacity, sizeof *lacks);
    if (lacks == NULL)
        return -1;
    p->lacks = lacks;
    struct lack lack = {.needer = strdup(image->map.l_name), .symbol = strdup(query->name)};
    if (query->version != NULL) {
        lack.version = *query->version;
        lack.version.file = NULL;
        lack.version.name = strdup(query->version->name);
        lack.versioned = true;
    }
    if (lack.needer != NULL && lack.symbol != NULL && (!lack.versioned || lack.version.name)) {
        p->lacks[p->lack_count++] = lack;
        return 0;
    }
    error_set(ISOLDE_EMEMORY, NULL, "out of memory");
    return -1;
}

static void free_provision(struct provision *provision) {
    free(provision->needer);
    free(provision->file);
    free(provision->soname);
    free(provision->why);
}

static int add_provision(struct provisions *p, const struct lack *lack, const char *file,
                         const char *soname) {
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->list[i].needer, lack->needer) == 0 && strcmp(p->list[i].file, file) == 0)
            return 0;
    struct provision *list = array_grow(p->list, p->count, &p->capacity, sizeof *list);
    if (list == NULL)
        return -1;
    p->list = list;
    struct provision *added = &list[p->count];
    *added = (struct provision){
        .needer = strdup(lack->needer), .file = strdup(file), .soname = strdup(soname)};
    if (asprintf(&added->why, "provides %s", lack->symbol) < 0)
        added->why = NULL;
    if (added->needer != NULL && added->file != NULL && added->soname != NULL &&
        added->why != NULL) {
        p->count++;
        return 0;
    }
    free_provision(added);
    error_set(ISOLDE_EMEMORY, NULL, "out of memory");
    return -1;
}

/* An image that is open in the space, only not visible to who lacks the symbol. */
static const struct image *open_definer(const struct isolde_space *space,
                                        const struct query *query) {
    struct binding binding;
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *image = space->images.list[i];
        const struct scope alone = {.list = &image, .count = 1};
        if (image->state != IMAGE_DYING && image->live &&
            symbol_in_scope(&alone, 0, query, &binding))
            return image;
    }
    return NULL;
}

static int note_symbol(struct provisions *p, struct image *image, size_t index) {
    const struct dynamic *d = &image->dynamic;
    if (index == STN_UNDEF || index >= d->symbol_count ||
        d->symbols[index].st_name >= d->strings_size)
        return 0;
    const ElfW(Sym) *symbol = &d->symbols[index];
    if (symbol->st_shndx != SHN_UNDEF || ELF64_ST_BIND(symbol->st_info) != STB_GLOBAL)
        return 0;
    struct binding binding;
    struct query query =
        query_for(d->strings + symbol->st_name, symbol_version(image, index), CLASS_ANY);
    if (symbol_default(image, &query, &binding) || noted(p, image->map.l_name, query.name))
        return 0;
    if (add_lack(p, image, &query) < 0)
        return -1;
    struct lack *lack = &p->lacks[p->lack_count - 1];
    const struct image *definer = open_definer(image->space, &query);
    lack->provided = definer != NULL;
    return definer ? add_provision(p, lack, definer->map.l_name, definer->soname) : 0;
}

int provide_note(struct provisions *p, struct image *image) {
    const struct dynamic *d = &image->dynamic;
    for (size_t i = 0; i < d->rela_count + d->plt_count; i++) {
        const ElfW(Rela) *r = i < d->rela_count ? &d->rela[i] : &d->plt[i - d->rela_count];
        if (note_symbol(p, image, ELF64_R_SYM(r->r_info)) < 0)
            return -1;
    }
    return 0;
}

/* ---- who fills it ------------------------------------------------------------------------------
 */

struct candidate {
    char *file, *soname;
    size_t defined; /* how many symbols */
    bool *fills;    /* for each lack */
};

struct search {
    struct provisions *p;
    const struct isolde_space *space;
    struct candidate *list;
    size_t count, capacity;
    struct file_id *seen;
    size_t seen_capacity;
};

static bool fills(const struct image *image, const struct lack *lack) {
    if (lack->provided || strcmp(lack->needer, image->map.l_name) == 0)
        return false;
    struct query query =
        query_for(lack->symbol, lack->versioned ? &lack->version : NULL, CLASS_ANY);
    const ElfW(Sym) *symbol = symbol_in_image(image, &query);
    return symbol != NULL && symbol->st_shndx != SHN_UNDEF;
}

static void free_candidate(struct candidate *candidate) {
    free(candidate->file);
    free(candidate->soname);
    free(candidate->fills);
}

static size_t count_defined(const struct image *image) {
    size_t count = 0, end = symbol_hashed_count(image);
    for (size_t i = 1; i < end; i++)
        count += image->dynamic.symbols[i].st_shndx != SHN_UNDEF;
    return count;
}

static void consider(struct search *search, const struct image *image) {
    struct provisions *p = search->p;
    struct candidate *list =
        array_grow(search->list, search->count, &search->capacity, sizeof *list);
    if (list == NULL)
        return;
    search->list = list;
    struct candidate candidate = {.file = strdup(image->map.l_name),
                                  .soname = strdup(image->soname),
                                  .fills = calloc(p->lack_count, sizeof(bool))};
    bool any = false;
    for (size_t i = 0; i < p->lack_count && candidate.fills != NULL; i++)
        any |= candidate.fills[i] = fills(image, &p->lacks[i]);
    if (!any || candidate.file == NULL || candidate.soname == NULL) {
        free_candidate(&candidate);
        return;
    }
    candidate.defined = count_defined(image);
    list[search->count++] = candidate;
}

static bool is_new(struct search *search, const struct stat *status) {
    size_t count = search->p->searched;
    struct file_id id = {status->st_dev, status->st_ino};
    for (size_t i = 0; i < count; i++)
        if (search->seen[i].inode == id.inode && search->seen[i].device == id.device)
            return false;
    struct file_id *seen = array_grow(search->seen, count, &search->seen_capacity, sizeof id);
    if (seen == NULL)
        return false;
    search->seen = seen;
    seen[count] = id;
    search->p->searched++;
    return true;
}

/* A file that cannot be opened, or that no image could be made of, is passed over. */
static void look_into(struct search *search, const char *path) {
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    struct image *image =
        fstat(fd, &status) == 0 && is_new(search, &status) ? image_new(path) : NULL;
    if (image != NULL) {
        image->space = (struct isolde_space *)search->space;
        image->object = object_read(image, fd, &status);
        if (image->object != NULL && map_file(image, fd) == 0 && dynamic_read(image, NULL) == 0 &&
            !image->dynamic.pie && !image->dynamic.no_open)
            consider(search, image);
        image_free(image);
    }
    close(fd);
}

static int is_library(const struct dirent *entry) {
    return fnmatch("*.so", entry->d_name, 0) == 0 || fnmatch("*.so.*", entry->d_name, 0) == 0;
}

static void look_into_folder(struct search *search, const char *folder) {
    struct dirent **entries = NULL;
    char path[4096];
    int count = scandir(folder, &entries, is_library, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        look_into(search, path);
        free(entries[i]);
    }
    free(entries);
}

static void look_everywhere(struct search *search) {
    for (char **folder = search->space->search_path; *folder != NULL; folder++)
        look_into_folder(search, *folder);
    char **paths = cache_paths();
    for (char **path = paths; path != NULL && *path != NULL; path++)
        look_into(search, *path);
    strings_free(paths);
}

static bool is_open_to(const struct lack *lack, const char *needer) {
    return !lack->provided && strcmp(lack->needer, needer) == 0;
}

static size_t filled_by(const struct search *search, const struct candidate *candidate,
                        const char *needer) {
    size_t count = 0;
    for (size_t i = 0; i < search->p->lack_count; i++)
        count += candidate->fills[i] && is_open_to(&search->p->lacks[i], needer);
    return count;
}

static const struct candidate *best_for(const struct search *search, const char *needer) {
    const struct candidate *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < search->count; i++) {
        const struct candidate *candidate = &search->list[i];
        size_t filled = filled_by(search, candidate, needer);
        if (filled > most || (filled > 0 && filled == most && candidate->defined < best->defined)) {
            best = candidate;
            most = filled;
        }
    }
    return best;
}

/* The reason given is the first name, whatever order a linker wrote them in.  -1: out of memory. */
static int take(struct provisions *p, const struct candidate *candidate, const char *needer) {
    const struct lack *first = NULL;
    for (size_t i = 0; i < p->lack_count; i++)
        if (candidate->fills[i] && is_open_to(&p->lacks[i], needer) &&
            (first == NULL || strcmp(p->lacks[i].symbol, first->symbol) < 0))
            first = &p->lacks[i];
    if (add_provision(p, first, candidate->file, candidate->soname) < 0)
        return -1;
    for (size_t i = 0; i < p->lack_count; i++)
        if (candidate->fills[i] && is_open_to(&p->lacks[i], needer))
            p->lacks[i].provided = true;
    return 0;
}

static void choose(const struct search *search) {
    struct provisions *p = search->p;
    for (size_t i = 0; i < p->lack_count; i++) {
        const char *needer = p->lacks[i].needer;
        const struct candidate *best;
        while (!p->lacks[i].provided && (best = best_for(search, needer)) != NULL &&
               take(p, best, needer) == 0)
            continue;
    }
}

static bool all_provided(const struct provisions *p) {
    bool all = true;
    for (size_t i = 0; i < p->lack_count; i++)
        all &= p->lacks[i].provided;
    return all;
}

void provide_search(struct provisions *p, const struct isolde_space *space) {
    struct search search = {.p = p, .space = space};
    if (all_provided(p)) /* by what is open in the space */
        return;
    p->searched = 0;
    look_everywhere(&search);
    choose(&search);
    for (size_t i = 0; i < search.count; i++)
        free_candidate(&search.list[i]);
    free(search.list);
    free(search.seen);
}

void provide_forget_lacks(struct provisions *p) {
    for (size_t i = 0; i < p->lack_count; i++) {
        free(p->lacks[i].needer);
        free(p->lacks[i].symbol);
        free((char *)p->lacks[i].version.name);
    }
    p->lack_count = 0;
}

void provide_free(struct provisions *p) {
    provide_forget_lacks(p);
    for (size_t i = 0; i < p->count; i++)
        free_provision(&p->list[i]);
    free(p->list);
    free(p->lacks);
    *p = (struct provisions){0};
}
