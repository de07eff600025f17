#define _GNU_SOURCE
#include <assert.h>
#include <dlfcn.h>
#include <pthread.h>

typedef int (*pthread_key_create_t)(pthread_key_t *, void (*)(void*));
int main()
{
pthread_key_t k1, k2;
int rc;

rc = pthread_key_create(&k1, NULL);
void *h = dlmopen(LM_ID_NEWLM, "libpthread.so.0", RTLD_LAZY);
assert(h != NULL);

pthread_key_create_t fn = (pthread_key_create_t)dlsym(h, "pthread_key_create");
assert(fn != NULL);

rc = fn(&k2, NULL);
assert(rc == 0);
assert(k2 != k1);

return 0;
}
