/* through_preload.h - has namespaces.c call what libisolde-preload.so would call.
 *
 * For ThreadSanitizer and AddressSanitizer, which look up names before anything that they watch may
 * run, a preloaded library of ours among it. */
#ifndef THROUGH_PRELOAD_H
#define THROUGH_PRELOAD_H

#include "preload.h"

#define dlmopen(id, file, mode) isolde_preload()->dlmopen(id, file, mode, (void *)main)
#define dlsym(handle, symbol) isolde_preload()->dlsym(handle, symbol)
#define dlclose(handle) isolde_preload()->dlclose(handle)
#define dlerror() isolde_preload()->dlerror()
#define dlinfo(handle, request, answer) isolde_preload()->dlinfo(handle, request, answer)
#define dl_iterate_phdr(visit, data) isolde_preload()->dl_iterate_phdr(visit, data)

int main(int argc, char **argv);

#endif
