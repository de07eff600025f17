__thread long value = 5;

/* probe.s: fills registers, asks the descriptor, counts those that changed. */
long changed_registers(long *found);

long changed_in_first_access(void) {
    long found = 0;
    long changed = changed_registers(&found);
    return found == 5 ? changed : -1;
}
