int cleaned(void) { return 0; }

int pass_on(void (*throws)(void)) {
    throws();
    return cleaned(); /* not a jump */
}
