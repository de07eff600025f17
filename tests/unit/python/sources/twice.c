/* Needs count_up, whether or not it says from where. */
int count_up(void);

int count_twice(void) {
    count_up();
    return count_up();
}
