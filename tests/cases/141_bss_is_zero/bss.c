static char first_after_data[3000];
static char huge[200 << 20];
int data = 5;

int not_zero(void) {
    int count = 0;
    for (unsigned i = 0; i < sizeof first_after_data; i++)
        count += first_after_data[i] != 0;
    for (unsigned i = 0; i < sizeof huge; i += 1 << 20)
        count += huge[i] != 0;
    count += huge[sizeof huge - 1] != 0;
    huge[sizeof huge - 1] = 1;
    return count + (data != 5);
}
