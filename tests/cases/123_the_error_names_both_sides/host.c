#include "loader.h"

static const char *part(const char *text) { return text == NULL ? "-" : last_part(text); }

static void refuse(const char *file) {
    if (isolde_dlopen(the_space(), file, RTLD_NOW) != NULL) {
        printf("%s: opened\n", file);
        return;
    }
    const struct isolde_error *error = isolde_last_error();
    printf("%s: code %d, file %s, needed by %s, symbol %s, version %s\n", file, error->code,
           part(error->file), part(error->needed_by), part(error->symbol), part(error->version));
    for (const char *const *tried = error->tried; tried != NULL && *tried != NULL; tried++)
        if (strstr(*tried, "/absent (") != NULL)
            printf("tried absent%s\n", strstr(*tried, " ("));
    printf("one line %d\n", strchr(error->message, '\n') == NULL);
}

int main(void) {
    refuse("./libtop.so");
    refuse("./libundefined.so");
    refuse("./libversion.so");
    refuse("./libtext.so");
    refuse("./nowhere.so");
}
