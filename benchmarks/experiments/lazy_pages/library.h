/* library.h - a real library's writable pages, and copies of them. */
#ifndef LIBRARY_H
#define LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PAGE = 4096 };

/* The word at PLACE, counted from the image's base, becomes VALUE, plus the base if it is OWN. */
struct word {
    uint64_t place, value;
    bool own;
};

struct library {
    const char *path;
    int fd;
    struct segment {
        uint64_t address, offset, file_size, memory_size;
        int protection;
    } segments[8];
    size_t segment_count;
    uint64_t span;           /* bytes of addresses that a copy takes */
    uint64_t data, data_end; /* page-aligned range of what the file gives to the writable segment */
    off_t data_offset;       /* in the file */
    char *content;           /* that range as the file has it */
    size_t pages, relro_pages;
    struct word *words; /* by place */
    size_t word_count;
    size_t *first; /* of each page: its first word; one more than PAGES */
};

struct copy {
    const struct library *library;
    char *base, *data; /* DATA: where its writable pages are */
    int made;          /* a file of its own that holds them (prelinked.c) */
    struct copy *next;
};

/* Reads the library at PATH, or ends the process. */
void library_read(struct library *library, const char *path);
/* How many pages have words; of those, how many have only words that every copy has alike. */
void library_count(const struct library *library, size_t *relocated, size_t *alike);

/* Reserves addresses for a copy and maps all but its writable pages. */
void copy_map(struct copy *copy, const struct library *library);
void copy_unmap(struct copy *copy);
/* Writes COUNT words from FIRST of a copy to where they belong. */
void copy_relocate(const struct copy *copy, size_t page, size_t count);
/* Writes what PAGE holds once it is relocated to BUFFER. */
void copy_fill(const struct copy *copy, size_t page, char *buffer);
/* Whether each of its pages reads as it should. */
bool copy_is_right(const struct copy *copy);

/* The live copies, so that a handler finds whose page it is. */
void copies_add(struct copy *copy);
void copies_remove(struct copy *copy);
struct copy *copies_find(const void *address);
struct copy *copies_first(void);

/* Ends the process with errno's message. */
void *checked(void *mapped, const char *what);
void require(bool condition, const char *what);

#endif
