/* libz.c - something compressed. */
int compress(unsigned char *to, unsigned long *size, const unsigned char *from,
             unsigned long count);
void print_touched(const char *phase);
void use(void);

void use(void) {
    unsigned char packed[100];
    unsigned long size = sizeof packed;
    print_touched("loaded");
    compress(packed, &size, (const unsigned char *)"abcabcabc", 9);
    print_touched("nine bytes compressed");
}
