static int hidden = 1;
int visible = 2;

int *volatile relative = &hidden, *volatile spare = &hidden;
int *volatile symbolic = &visible;

int answer(void) { return *relative * 10 + *symbolic; }
