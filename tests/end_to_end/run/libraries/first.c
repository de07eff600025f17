/* Remembers a number for whoever needs it. */
static long kept;

void keep(long number) { kept = number; }
long kept_number(void) { return kept; }
