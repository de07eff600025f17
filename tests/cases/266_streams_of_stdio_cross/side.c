#include <dirent.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FILE *open_file(const char *name) { return fopen(name, "w+"); }
FILE *open_pipe(void) { return popen("echo from a child", "r"); }
int write_number(FILE *file, int number) { return fprintf(file, "%d\n", number); }
char *read_line(FILE *file, size_t *size) {
    char *line = NULL;
    return getline(&line, size, file) < 0 ? NULL : line;
}
DIR *open_folder(void) { return opendir("."); }
int count_entries(DIR *folder) {
    int count = 0;
    while (readdir(folder) != NULL)
        count++;
    return count;
}
locale_t make_locale(void) { return newlocale(LC_ALL_MASK, "C.UTF-8", NULL); }
char *format(const char *text, locale_t locale) {
    char *formatted = NULL;
    locale_t before = uselocale(locale);
    int length = asprintf(&formatted, "%s, %zu", text, mbstowcs(NULL, text, 0));
    uselocale(before);
    return length < 0 ? NULL : formatted;
}
