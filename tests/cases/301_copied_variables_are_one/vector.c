int additions = 40;
static int step = 2;
int *increment = &step;

void addvec(const int *x, const int *y, int *z, int n) {
    additions += *increment;
    for (int i = 0; i < n; i++)
        z[i] = x[i] + y[i];
}

int *the_additions(void) { return &additions; }
