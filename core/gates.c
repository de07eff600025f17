/* gates.c - addresses of functions that stay valid when the code behind them goes.
 *
 * A host reads a function's address, prepares the arguments, and only then calls; ctypes even
 * gives other threads the interpreter in between, and one of them may close the space.  No count
 * taken at the call itself can help: by then the address may be unmapped, or be another library's.
 * So such a host is given the address of a gate: a jump through a cell that says which function of
 * which space is meant.  The counted call (calls.c) recognises the gate, counts itself in the
 * space, and only then looks whether that space is still the one meant.
 *
 * A gate is also plain code, so it may be passed to C as a callback.
 *
 * Rejected: keeping a closed image's addresses reserved for a while, which only makes the accident
 * rarer and spends mappings; counting before the host reads the address, which costs as much as
 * the call. */
#include "loader.h"

#include <string.h>
#include <sys/mman.h>

enum { GATES = 2048, CODE_SIZE = 8, CODE_BYTES = GATES * CODE_SIZE };

struct gate_chunk {
    unsigned char code[GATES][CODE_SIZE]; /* read and executed */
    struct gate gates[GATES];             /* read and written */
};
_Static_assert(sizeof(struct gate_chunk) == GRANULE, "a chunk is what one owner marks");
_Static_assert(CODE_BYTES % PAGE_SIZE == 0, "code and cells have pages of their own");

static struct gate *unused; /* chained by `space`; guarded by the pool's lock */

static void write_code(struct gate_chunk *chunk) {
    for (size_t i = 0; i < GATES; i++) {
        /* jmp *cell(%rip); int3; int3 */
        unsigned char code[CODE_SIZE] = {0xff, 0x25, 0, 0, 0, 0, 0xcc, 0xcc};
        int32_t distance = (int32_t)((char *)&chunk->gates[i].target - (char *)chunk->code[i] - 6);
        memcpy(code + 2, &distance, sizeof distance);
        memcpy(chunk->code[i], code, sizeof code);
    }
}

static int add_chunk(void) {
    struct gate_chunk *chunk = addresses_map_chunk(OWNER_GATES);
    if (chunk == NULL)
        return -1;
    write_code(chunk);
    if (mprotect(chunk->code, CODE_BYTES, PROT_READ | PROT_EXEC) < 0)
        return -1;
    for (size_t i = GATES; i-- > 0;) {
        chunk->gates[i].space = (struct isolde_space *)unused;
        unused = &chunk->gates[i];
    }
    return 0;
}

struct gate *gate_at(uintptr_t address) {
    struct gate_chunk *chunk = addresses_chunk(address, OWNER_GATES);
    uintptr_t offset = address - (uintptr_t)chunk;
    if (LIKELY(chunk == NULL) || offset >= CODE_BYTES || offset % CODE_SIZE != 0)
        return NULL;
    return &chunk->gates[offset / CODE_SIZE];
}

static void *code_of(const struct gate *gate) {
    struct gate_chunk *chunk = addresses_chunk((uintptr_t)gate, OWNER_GATES);
    return chunk->code[gate - chunk->gates];
}

void *isolde_gate_new(isolde_space *space, void *target) {
    struct isolde_space *live = space_check(space);
    if (live == NULL || target == NULL) {
        error_set(ISOLDE_EINVALID, NULL, "a gate needs a live space and a function");
        return NULL;
    }
    pool_lock();
    struct gate *gate = unused == NULL && add_chunk() < 0 ? NULL : unused;
    if (gate != NULL)
        unused = (struct gate *)gate->space;
    pool_unlock();
    if (gate == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory for another page of gates");
        return NULL;
    }
    gate->space = live;
    gate->space_id = live->id;
    atomic_store(&gate->target, target);
    return code_of(gate);
}

void isolde_gate_set(void *code, void *target) {
    struct gate *gate = gate_at((uintptr_t)code);
    if (gate != NULL)
        atomic_store(&gate->target, target ? target : (void *)calls_refused);
}

void isolde_gate_free(void *code) {
    struct gate *gate = gate_at((uintptr_t)code);
    if (gate == NULL)
        return;
    atomic_store(&gate->target, (void *)calls_refused);
    pool_lock();
    gate->space = (struct isolde_space *)unused;
    unused = gate;
    pool_unlock();
}
