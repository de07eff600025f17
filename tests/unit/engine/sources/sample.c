/* A module with one function for each thing that a manifest can say. */
#include <string.h>
#include <unistd.h>

static int calls;

int count(void) { return ++calls; }

int add(int a, int b) { return a + b; }

void squares(const int *x, int *y, int n) {
    for (int i = 0; i < n; i++)
        y[i] = x[i] * x[i];
}

void scale(double *values, int n, double by) {
    for (int i = 0; i < n; i++)
        values[i] *= by;
}

int dot(const int *a, const int *b, int n) {
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

void halve(double x, double *half) { *half = x / 2; }

void greet(const char *name, char *greeting) {
    strcpy(greeting, "hello ");
    strncat(greeting, name, 8);
}

int length(const char *text) { return text ? (int)strlen(text) : -1; }

int letters(const char *const *words, int n) {
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += (int)strlen(words[i]);
    return sum;
}

struct point {
    double x, y;
};

struct point mirror(struct point p) {
    return (struct point){-p.x, -p.y};
}

/* Returns what another thread writes to a pipe, so that a test decides how long it takes. */
int wait_for(int pipe) {
    unsigned char byte = 0;
    return read(pipe, &byte, 1) == 1 ? byte : -1;
}
