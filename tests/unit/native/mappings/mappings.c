/* Reserves mappings under a limit that a file names, and raises it. */
#include "loader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char message[512];

void error_set(int code, const struct error_detail *detail, const char *format, ...) {
    va_list arguments;
    (void)code;
    (void)detail;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
}

static void limit_to(long number) {
    FILE *file = fopen(LIMIT_PATH, "w");
    if (file == NULL || fprintf(file, "%ld\n", number) < 0 || fclose(file) != 0)
        exit(1);
}

static void try(unsigned count) {
    printf("%u: %s\n", count, mappings_reserve(count, "libx.so") == 0 ? "fits" : "refused");
}

int main(void) {
    limit_to(3000);
    mappings_start();
    try(3000);
    limit_to(50000);
    try(3000);
    puts(message);
}
