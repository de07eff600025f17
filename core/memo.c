/* memo.c - what has been worked out once and may be wanted again.
 *
 * A memo is found by its words, a description that says all that its value depends on.  It has a
 * number of its own, never given twice, which can stand for it among the words of another: a scope
 * is described by the numbers of its files, an image by those of its scopes.
 *
 * All memos together are bounded; the one not asked for longest is forgotten first.  What somebody
 * uses meanwhile stays until it is given back. */
#include "loader.h"

#include <stdlib.h>
#include <string.h>

enum { BUDGET = 16 << 20, FIRST_BUCKETS = 256 };

struct memo {
    struct memo *next;          /* of the bucket */
    struct memo *newer, *older; /* by when it was asked for last */
    uint64_t hash, number;
    struct kept *value; /* or NULL */
    size_t count;
    uint64_t words[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct memo **buckets, *newest, *oldest;
static size_t bucket_count, memo_count, used; /* used: bytes */
static uint64_t last_number = 1;              /* odd, so that none is an image's address */

void memo_lock(void) { pthread_mutex_lock(&lock); }
void memo_unlock(void) { pthread_mutex_unlock(&lock); }

void kept_release(struct kept *kept) {
    if (kept != NULL && atomic_fetch_sub(&kept->holders, 1) == 1)
        kept->free(kept);
}

static uint64_t hash_words(const uint64_t *words, size_t count) {
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return hash;
}

static size_t bytes_of(const struct memo *memo) {
    return sizeof *memo + memo->count * sizeof *memo->words + (memo->value ? memo->value->size : 0);
}

static struct memo **place_of(const struct memo *memo) {
    struct memo **place = &buckets[memo->hash & (bucket_count - 1)];
    while (*place != memo)
        place = &(*place)->next;
    return place;
}

static void leave_order(struct memo *memo) {
    *(memo->newer ? &memo->newer->older : &newest) = memo->older;
    *(memo->older ? &memo->older->newer : &oldest) = memo->newer;
}

static void enter_order(struct memo *memo) {
    memo->newer = NULL;
    memo->older = newest;
    *(newest ? &newest->newer : &oldest) = memo;
    newest = memo;
}

static void forget(struct memo *memo) {
    *place_of(memo) = memo->next;
    leave_order(memo);
    memo_count--;
    used -= bytes_of(memo);
    kept_release(memo->value);
    free(memo);
}

static void keep_to_budget(void) {
    while (used > BUDGET && oldest != newest)
        forget(oldest);
}

static void grow(void) {
    size_t count = bucket_count ? bucket_count * 2 : FIRST_BUCKETS;
    struct memo **bigger = calloc(count, sizeof(struct memo *));
    if (bigger == NULL)
        return;
    for (struct memo *memo = newest; memo != NULL; memo = memo->older) {
        memo->next = bigger[memo->hash & (count - 1)];
        bigger[memo->hash & (count - 1)] = memo;
    }
    free(buckets);
    buckets = bigger;
    bucket_count = count;
}

static struct memo *find(const uint64_t *words, size_t count, uint64_t hash) {
    struct memo *memo = bucket_count ? buckets[hash & (bucket_count - 1)] : NULL;
    while (memo != NULL && (memo->hash != hash || memo->count != count ||
                            memcmp(memo->words, words, count * sizeof *words) != 0))
        memo = memo->next;
    return memo;
}

static struct memo *add(const uint64_t *words, size_t count, uint64_t hash) {
    if (memo_count >= bucket_count)
        grow();
    struct memo *memo = bucket_count ? malloc(sizeof *memo + count * sizeof *words) : NULL;
    if (memo == NULL)
        return NULL;
    *memo = (struct memo){.hash = hash, .number = last_number += 2, .count = count};
    memcpy(memo->words, words, count * sizeof *words);
    memo->next = buckets[hash & (bucket_count - 1)];
    buckets[hash & (bucket_count - 1)] = memo;
    enter_order(memo);
    memo_count++;
    used += bytes_of(memo);
    keep_to_budget();
    return memo;
}

/* Finds what has these words, or enters it.  Number 0: out of memory, which is no error. */
struct recollection memo_recall(const uint64_t *words, size_t count) {
    struct recollection answer = {0};
    uint64_t hash = hash_words(words, count);
    memo_lock();
    struct memo *memo = find(words, count, hash);
    answer.known = memo != NULL;
    if (memo == NULL) {
        memo = add(words, count, hash);
    } else if (memo != newest) {
        leave_order(memo);
        enter_order(memo);
    }
    if (memo != NULL) {
        answer.number = memo->number;
        answer.value = memo->value;
        if (memo->value != NULL)
            atomic_fetch_add(&memo->value->holders, 1);
    }
    memo_unlock();
    return answer;
}

/* VALUE, of which the caller keeps its own hold, is what these words lead to from now on. */
void memo_keep(const uint64_t *words, size_t count, struct kept *value) {
    uint64_t hash = hash_words(words, count);
    memo_lock();
    struct memo *memo = find(words, count, hash);
    if (memo == NULL)
        memo = add(words, count, hash);
    if (memo != NULL) {
        used -= bytes_of(memo);
        kept_release(memo->value);
        atomic_fetch_add(&value->holders, 1);
        memo->value = value;
        used += bytes_of(memo);
        keep_to_budget();
    }
    memo_unlock();
}
