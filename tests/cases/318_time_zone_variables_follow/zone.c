#include <stdio.h>
#include <time.h>

int main(void) {
    time_t start = 0;
    struct tm broken = {.tm_year = 70, .tm_mday = 1};
    tzset();
    printf("%s %s %ld %d\n", tzname[0], tzname[1], timezone, daylight);
    localtime(&start);
    mktime(&broken);
    printf("%s %s %ld %d\n", tzname[0], tzname[1], timezone, daylight);
    return 0;
}
