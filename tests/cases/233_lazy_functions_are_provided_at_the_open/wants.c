int one(void);
int nowhere_at_all(void);

int use(int all) { return all ? nowhere_at_all() : one(); }
