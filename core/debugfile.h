/* debugfile.h - an object file for debuggers that take every address as it stands. */
#ifndef ISOLDE_DEBUGFILE_H
#define ISOLDE_DEBUGFILE_H

#include "dwarf.h"
#include "loader.h"

struct debugfile {
    char *start; /* NULL: there is nothing that a debugger could read */
    size_t size;
};

/* IMAGE's own.  Where its thread-local storage is static, TLS says how variables in it are found.
 */
struct debugfile debugfile_make(const struct image *image, enum dwarf_tls tls, int64_t tls_offset);
void debugfile_free(struct debugfile file);

#endif
