int oldest(void) { return 1; }
int older(void) { return 2; }
int newest(void) { return 3; }
int plain(void) { return 4; }

__asm__(".symver oldest, answer@V1");
__asm__(".symver older, answer@V2");
__asm__(".symver newest, answer@@V3");
