static int level = 3;
int *const level_pointer = &level;

int feature_level(void) { return *level_pointer; }
