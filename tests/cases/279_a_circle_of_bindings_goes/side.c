int OTHER(int rounds);

int OWN(int rounds) { return rounds == 0 ? 0 : 1 + OTHER(rounds - 1); }
