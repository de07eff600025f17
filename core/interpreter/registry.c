/* registry.c - the guests of this process.
 *
 * A structure is used again by a later guest, under another number, and never freed: threads that
 * end may still point to it. */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct guest *live, *unused;
static unsigned long numbers;

void registry_lock(void) { pthread_mutex_lock(&lock); }
void registry_unlock(void) { pthread_mutex_unlock(&lock); }
struct guest *registry_first(void) {
    return live;
}

struct guest *registry_new(void) {
    registry_lock();
    struct guest *guest = unused;
    if (guest != NULL)
        unused = guest->next;
    else
        guest = malloc(sizeof *guest);
    if (guest != NULL) {
        memset(guest, 0, sizeof *guest);
        pthread_mutex_init(&guest->lock, NULL);
        guest->pins.next = guest->pins.previous = &guest->pins;
        guest->number = ++numbers;
        guest->next = live;
        live = guest;
    }
    registry_unlock();
    return guest;
}

void registry_free(struct guest *guest) {
    registry_lock();
    struct guest **link = &live;
    while (*link != guest)
        link = &(*link)->next;
    *link = guest->next;
    guest->number = 0;
    guest->next = unused;
    unused = guest;
    registry_unlock();
}

/* The guest's lock, if it is still the one with this NUMBER. */
bool registry_lock_if_live(struct guest *guest, unsigned long number) {
    registry_lock();
    bool is = guest->number == number;
    if (is)
        pthread_mutex_lock(&guest->lock);
    registry_unlock();
    return is;
}

/* The guest that a function of its knows by CAPSULE. */
struct guest *registry_of(const object *capsule) {
    registry_lock();
    struct guest *guest = live;
    while (guest != NULL && guest->capsule != capsule)
        guest = guest->next;
    registry_unlock();
    return guest;
}
