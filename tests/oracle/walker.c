/* walker.c - does with the loader what standard input says, a line an operation, and prints it.
 *
 *   open SLOT FILE MODE    opens FILE, keeps the handle in SLOT
 *   close SLOT             closes it
 *   ask SLOT SYMBOL        calls the function of that name, found through the handle
 *
 * Constructors and destructors of the files print too: the whole output is what a loader did.
 */
#include <unistd.h>

#include "loader.h"

enum { SLOTS = 32 };

static void *handles[SLOTS];
static char files[SLOTS][200];

static void open_file(int slot, const char *file, int mode) {
    handles[slot] = dlopen(file, mode);
    strcpy(files[slot], file);
    printf("open %s %#x: %s\n", file, mode, handles[slot] ? "opened" : "refused");
    for (int other = 0; other < slot && handles[slot] != NULL; other++)
        if (handles[other] == handles[slot])
            printf("  the handle of %d\n", other);
}

static void close_slot(int slot) {
    if (handles[slot] != NULL)
        printf("close %d: %d\n", slot, dlclose(handles[slot]));
    handles[slot] = NULL;
}

static void ask(int slot, const char *symbol) {
    int (*function)(void) = handles[slot] ? dlsym(handles[slot], symbol) : NULL;
    if (handles[slot] != NULL)
        printf("ask %s %s: %d\n", files[slot], symbol, function ? function() : -100);
}

int main(void) {
    char line[256], word[200];
    int slot, mode;
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (sscanf(line, "open %d %199s %d", &slot, word, &mode) == 3)
            open_file(slot, word, mode);
        else if (sscanf(line, "close %d", &slot) == 1)
            close_slot(slot);
        else if (sscanf(line, "ask %d %199s", &slot, word) == 2)
            ask(slot, word);
    }
    /* Without exit's destructors: in what order unrelated objects end there is nobody's promise. */
    fflush(stdout);
    _exit(0);
}
