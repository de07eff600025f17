int second(void) { return 7; }
int plain(void) { return 8; }

__asm__(".symver second, answer@@V2");
