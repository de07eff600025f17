__attribute__((visibility("hidden"))) int hidden(void) { return 1; }
__attribute__((visibility("internal"))) int internal(void) { return 2; }
__attribute__((visibility("protected"))) int protected(void) { return 3; }
__attribute__((used)) static int local(void) { return 4; }

int sum(void) { return hidden() + internal() + protected() + local(); }
