#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* argv[1], argv[2]: descriptors; a byte from the first before each option, one to the second after
 * it. */
static void wait_for_turn(int from) {
    char c;
    if (read(from, &c, 1) != 1)
        _exit(99);
}

static void give_turn(int to) {
    if (write(to, "x", 1) != 1)
        _exit(98);
}

int main(int argc, char **argv) {
    static const struct option longs[] = {{"long", required_argument, NULL, 'L'}, {0}};
    int from = atoi(argv[1]), to = atoi(argv[2]), option;
    char line[256] = "";
    optind = 3;
    opterr = 0;
    do {
        char part[64];
        wait_for_turn(from);
        option = getopt_long(argc, argv, "abc:", longs, NULL);
        snprintf(part, sizeof part,
                 option == '?' ? " ?%c"
                 : option < 0  ? ""
                               : " %c",
                 option == '?' ? optopt : option);
        strcat(line, part);
        if (option == 'c' || option == 'L')
            strcat(strcat(line, "="), optarg);
        give_turn(to);
    } while (option >= 0);
    wait_for_turn(from);
    printf("%s, then %s\n", line, argv[optind]);
    fflush(stdout);
    give_turn(to);
    int found = optind - 3;
    optind = 0; /* starts over */
    return found * 10 + (getopt(argc, argv, "+abc:") < 0) + optind;
}
