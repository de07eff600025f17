#include <dirent.h>
#include <locale.h>
#include <unistd.h>

#include "../spaces.h"

#define CALL(library, type, name) ((type *)found(library, name))
typedef FILE *opener(const char *);
typedef FILE *pipe_opener(void);
typedef int writer(FILE *, int);
typedef char *reader(FILE *, size_t *);

static void files(void *left, void *right) {
    char name[] = "crossing.txt";
    size_t size = 0;
    FILE *file = CALL(left, opener, "open_file")(name);
    CALL(left, writer, "write_number")(file, 1);
    CALL(right, writer, "write_number")(file, 2);
    fprintf(file, "3\n");
    rewind(file);
    char *first = CALL(right, reader, "read_line")(file, &size);
    printf("read %s", first);
    if (getline(&first, &size, file) > 0) /* in the other's buffer */
        printf("read %s", first);
    char *third = CALL(left, reader, "read_line")(file, &size);
    printf("read %s", third);
    free(first);
    free(third);
    printf("closed %d\n", fclose(file));
    unlink(name);
}

static void pipes(void *left, void *right) {
    size_t size = 0;
    FILE *child = CALL(left, pipe_opener, "open_pipe")();
    char *line = CALL(right, reader, "read_line")(child, &size);
    printf("read %s", line);
    free(line);
    printf("child's status %d\n", pclose(child));
}

typedef DIR *folder_opener(void);
typedef int counter(DIR *);
typedef locale_t locale_maker(void);
typedef char *formatter(const char *, locale_t);

static void others(void *left, void *right) {
    DIR *folder = CALL(left, folder_opener, "open_folder")();
    int count = CALL(right, counter, "count_entries")(folder);
    rewinddir(folder);
    printf("as many entries %d\n", count == CALL(left, counter, "count_entries")(folder));
    closedir(folder);
    locale_t locale = CALL(left, locale_maker, "make_locale")();
    char *text = CALL(right, formatter, "format")("d\xc3\xa9j\xc3\xa0", locale);
    puts(text);
    free(text);
    freelocale(locale);
}

int main(void) {
    void *left = opened_in(PRIVATE, "./libleft.so"), *right = opened_in(PRIVATE, "./libright.so");
    files(left, right);
    pipes(left, right);
    others(left, right);
}
