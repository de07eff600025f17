#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "loader.h"

/* A look-up is interrupted after so many of its instructions, in a child of its own each time. */
enum { TRAP = 0x100, MOST_STEPS = 600, BEGINNING = 400, OVER = 1, WRONG = 2 };

static int steps_left;
static void (*interrupt)(void);
static atomic_int go, there, gone, done;
static void *library;
static int (*function)(void);

static void trapped(int signal, siginfo_t *info, void *context) {
    (void)signal, (void)info;
    if (--steps_left > 0)
        return;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP;
    interrupt();
}

/* Whether the look-up took as many instructions. */
static int look_up_interrupted(int steps) {
    struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};
    sigaction(SIGTRAP, &action, NULL);
    steps_left = steps;
    __asm__ volatile("pushfq; orq %0, (%%rsp); popfq" ::"i"(TRAP) : "memory", "cc");
    int right = dlsym(library, "call") != NULL;
    __asm__ volatile("pushfq; andq %0, (%%rsp); popfq" ::"i"(~TRAP) : "memory", "cc");
    return right ? steps_left <= 0 : -1;
}

static void wait_for(atomic_int *flag) {
    while (!atomic_load(flag))
        sched_yield();
}

/* ---- a first call while another thread is in the middle of an open ------------------------- */

static char main_state(void) {
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", getpid());
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    const char *end = size ? strrchr(text, ')') : NULL;
    return end ? end[2] : '?';
}

/* Called by libslow.so's resolver: nobody may come as far as a bound call before it returns. */
static void meet(void) {
    atomic_store(&there, 1);
    while (main_state() != 'S')
        if (atomic_load(&done))
            _exit(WRONG);
    atomic_store(&gone, 1);
}

static void *open_slowly(void *unused) {
    if (dlopen("./libslow.so", RTLD_NOW) == NULL)
        _exit(WRONG);
    return unused;
}

static void call_first(void) {
    if (atomic_load(&gone)) /* the look-up has waited for the open */
        _exit(OVER);
    if (function() != 7)
        _exit(WRONG);
    atomic_store(&done, 1);
}

static void amid_an_open(void) {
    pthread_t thread;
    *(void (**)(void))found(library, "meet") = meet;
    interrupt = call_first;
    pthread_create(&thread, NULL, open_slowly, NULL);
    wait_for(&there);
}

/* ---- thread-local storage while another thread waits for the look-up to end ---------------- */

static pthread_t opener;

static long spent_ms(void) {
    struct timespec spent = {0};
    clockid_t clock;
    if (pthread_getcpuclockid(opener, &clock) == 0)
        clock_gettime(clock, &spent);
    return spent.tv_sec * 1000 + spent.tv_nsec / 1000000;
}

static void *open_when_told(void *unused) {
    wait_for(&go);
    if (dlopen("./libother.so", RTLD_NOW) == NULL)
        _exit(WRONG);
    atomic_store(&done, 1);
    pause();
    return unused;
}

/* An open that takes so long waits for the look-up. */
static void touch(void) {
    long begin = spent_ms();
    atomic_store(&go, 1);
    while (!atomic_load(&done) && spent_ms() - begin < 20)
        sched_yield();
    if (function() != 41)
        _exit(WRONG);
}

static void before_an_open(void) {
    function = (int (*)(void))found(dlopen_in(new_space(), "./libcounter.so", RTLD_NOW), "bump");
    interrupt = touch;
    pthread_create(&opener, NULL, open_when_told, NULL);
}

static int child(void (*prepare)(void), int steps) {
    alarm(20);
    library = opened("./libcaller.so", RTLD_LAZY);
    function = (int (*)(void))found(library, "call");
    prepare();
    int enough = look_up_interrupted(steps);
    return enough < 0 ? WRONG : enough ? 0 : OVER;
}

static void try_each_step(const char *label, void (*prepare)(void), int first, int last,
                          int stride) {
    int status = 0;
    for (int steps = first; status == 0 && steps < last; steps += stride) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(child(prepare, steps));
        waitpid(pid, &status, 0);
    }
    printf("%s: %s\n", label,
           WIFSIGNALED(status)           ? "waits for ever"
           : WEXITSTATUS(status) <= OVER ? "right"
                                         : "wrong");
}

int main(void) {
    try_each_step("a first call", amid_an_open, 1, BEGINNING, 1);
    try_each_step("thread-local storage", before_an_open, 1, MOST_STEPS, 16);
}
