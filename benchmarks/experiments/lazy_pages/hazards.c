/* hazards.c - who may meet a page that has not been touched yet, and what comes of it.
 *
 * usage: hazards WAY LIBRARY
 *
 * Each question is asked in a process of its own, of a fresh copy; prints question and outcome. */
#include "way.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child ends with, beside errno's values. */
enum { WORKS = 0, WRONG = 200, HOSTS, REFUSED, ABSENT };

static const struct way *way;
static struct library library;
static struct copy copy;
static char *constant, *variable; /* pages of relro, and of the variables; not touched yet */
static char expected[PAGE];       /* what CONSTANT holds */
static int pipe_ends[2];
static volatile char touched;

static int result_of(long result) { return result < 0 ? errno : WORKS; }
static int compare(const char *with) { return memcmp(with, expected, PAGE) ? WRONG : WORKS; }

static int read_it(void) { return compare(constant); }
static int write_from(void) { return result_of(write(pipe_ends[1], constant, 64)); }

static int read_into(void) {
    char zeros[64] = {0};
    write(pipe_ends[1], zeros, sizeof zeros);
    return result_of(read(pipe_ends[0], variable, sizeof zeros));
}

static int open_name(void) {
    int fd = open(constant, O_RDONLY);
    return fd < 0 && errno == EFAULT ? EFAULT : WORKS;
}

static int act_from(void) {
    return result_of(syscall(SYS_rt_sigaction, SIGUSR1, constant, NULL, 8));
}

static int wait_on(void) {
    struct timespec moment = {0, 1};
    syscall(SYS_futex, variable, FUTEX_WAIT_PRIVATE, -1, &moment, NULL, 0);
    return errno == EFAULT ? EFAULT : WORKS;
}

static int lock_it(void) { return result_of(mlock(constant, PAGE)); }

static int splice_from(void) {
    struct iovec part = {constant, 64};
    return result_of(vmsplice(pipe_ends[1], &part, 1, 0));
}

static int register_with_ring(void) {
    struct io_uring_params parameters = {0};
    struct iovec part = {variable, PAGE};
    long ring = syscall(SYS_io_uring_setup, 8, &parameters);
    if (ring < 0)
        return REFUSED;
    return result_of(syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &part, 1));
}

static int read_remotely(void) {
    char here[PAGE];
    struct iovec local = {here, PAGE}, remote = {constant, PAGE};
    if (process_vm_readv(getpid(), &local, 1, &remote, 1, 0) != PAGE)
        return errno;
    return compare(here);
}

static int read_blocked(void) {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    return compare(constant);
}

static void answer_for_host(int number) {
    (void)number;
    _exit(HOSTS);
}

static int read_under_host(void) {
    signal(SIGSEGV, answer_for_host);
    signal(SIGBUS, answer_for_host);
    return compare(constant);
}

static void *compare_all(void *unused) {
    (void)unused;
    static _Thread_local char filled[PAGE];
    for (size_t page = 0; page < library.pages; page++) {
        copy_fill(&copy, page, filled);
        if (memcmp(filled, copy.data + page * PAGE, PAGE) != 0)
            return "wrong";
    }
    return NULL;
}

static int read_by_threads(void) {
    pthread_t threads[4];
    bool wrong = false;
    for (int round = 0; round < 20; round++) {
        void *result;
        for (int i = 0; i < 4; i++)
            pthread_create(&threads[i], NULL, compare_all, NULL);
        for (int i = 0; i < 4; i++) {
            pthread_join(threads[i], &result);
            wrong = wrong || result != NULL;
        }
        copies_remove(&copy);
        copy_unmap(&copy);
        copy_map(&copy, &library);
        copies_add(&copy);
        if (way->prepare != NULL)
            way->prepare(&copy);
        way->open(&copy);
    }
    return wrong ? WRONG : WORKS;
}

static int in_fork(void (*mend)(struct copy *)) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        alarm(2);
        if (mend != NULL)
            mend(copies_first());
        _exit(compare(constant));
    }
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        raise(WTERMSIG(status));
    return WEXITSTATUS(status);
}

static int read_in_fork(void) { return in_fork(NULL); }
static int read_in_mended_fork(void) { return in_fork(way->forked); }

static int begin_as_nobody(void) { return WORKS; } /* main has become nobody by then */

static int be_looked_at(void) {
    write(pipe_ends[1], &constant, sizeof constant);
    return result_of(pause());
}

static int dump_core(void) {
    struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_CORE, &all);
    touched = *copy.data; /* a range of which nothing was touched would not be in the file */
    write(pipe_ends[1], &constant, sizeof constant);
    abort();
}

/* ---- who asks, from outside */

/* A child with a copy of which nothing is touched, in which ASK is about to run. */
static pid_t start(int (*ask)(void)) {
    fflush(stdout);
    require(pipe(pipe_ends) == 0, "pipe");
    pid_t child = fork();
    if (child != 0) {
        close(pipe_ends[1]); /* so that a child that has nothing to say ends a read */
        return child;
    }
    alarm(4);
    if (ask == begin_as_nobody && setuid(65534) < 0)
        _exit(REFUSED);
    if (way->begin() != NULL)
        _exit(REFUSED);
    copy_map(&copy, &library);
    copies_add(&copy);
    if (way->prepare != NULL)
        way->prepare(&copy);
    way->open(&copy);
    size_t page = library.relro_pages / 2;
    constant = copy.data + page * PAGE;
    variable = copy.data + (library.pages - 1) * PAGE;
    copy_fill(&copy, page, expected);
    _exit(ask());
}

static void print(const char *question, int status) {
    int code = WEXITSTATUS(status);
    printf("%s\t", question);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        puts("hangs");
    else if (WIFSIGNALED(status))
        printf("killed: SIG%s\n", sigabbrev_np(WTERMSIG(status)));
    else
        puts(code == WORKS     ? "works"
             : code == WRONG   ? "wrong data"
             : code == HOSTS   ? "the host's handler is called"
             : code == REFUSED ? "refused"
             : code == ABSENT  ? "not in it"
                               : strerrorname_np(code));
}

static int wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    close(pipe_ends[0]);
    return status;
}

static void expect_content(uintptr_t address) {
    copy.library = &library;
    copy.data = (char *)address - library.relro_pages / 2 * PAGE;
    copy.base = copy.data - library.data;
    copy_fill(&copy, library.relro_pages / 2, expected);
}

static int look_by_system_call(pid_t child, uintptr_t address) {
    char here[PAGE];
    struct iovec local = {here, PAGE}, remote = {(void *)address, PAGE};
    return process_vm_readv(child, &local, 1, &remote, 1, 0) == PAGE ? compare(here) : errno;
}

static int look_by_file(pid_t child, uintptr_t address) {
    char name[64], here[PAGE];
    snprintf(name, sizeof name, "/proc/%d/mem", child);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    return pread(fd, here, PAGE, (off_t)address) == PAGE ? compare(here) : errno;
}

/* As a debugger does: the whole process stands still, a handler's thread too. */
static int look_at_stopped(int (*look)(pid_t child, uintptr_t address)) {
    pid_t child = start(be_looked_at);
    uintptr_t address;
    int status;
    if (read(pipe_ends[0], &address, sizeof address) != sizeof address)
        return wait_for(child);
    kill(child, SIGSTOP);
    waitpid(child, &status, WUNTRACED);
    expect_content(address);
    pid_t looker = fork();
    if (looker == 0) {
        alarm(2);
        _exit(look(child, address));
    }
    waitpid(looker, &status, 0);
    kill(child, SIGKILL);
    wait_for(child);
    return status;
}

/* What a core file has at ADDRESS; exit status of a process. */
static int look_into_core(const char *name, uintptr_t address) {
    Elf64_Ehdr header;
    Elf64_Phdr ph;
    char there[PAGE];
    int fd = open(name, O_RDONLY | O_CLOEXEC), code = ABSENT;
    if (fd < 0 || read(fd, &header, sizeof header) != sizeof header)
        return REFUSED;
    for (off_t i = 0; i < header.e_phnum; i++) {
        pread(fd, &ph, sizeof ph, (off_t)header.e_phoff + i * (off_t)sizeof ph);
        if (ph.p_type == PT_LOAD && address - ph.p_vaddr < ph.p_filesz &&
            pread(fd, there, PAGE, (off_t)(ph.p_offset + (address - ph.p_vaddr))) == PAGE)
            code = compare(there);
    }
    close(fd);
    return code;
}

static int look_at_core(void) {
    char folder[] = "/tmp/core-XXXXXX", name[64], there[64];
    uintptr_t address = 0;
    require(mkdtemp(folder) != NULL && chdir(folder) == 0, folder);
    pid_t child = start(dump_core);
    bool told = read(pipe_ends[0], &address, sizeof address) == sizeof address;
    wait_for(child);
    expect_content(address);
    snprintf(name, sizeof name, "core.%d", child);
    snprintf(there, sizeof there, "%s", access(name, R_OK) == 0 ? name : "core");
    int code = told ? look_into_core(there, address) : REFUSED;
    unlink(there);
    require(chdir("/") == 0 && rmdir(folder) == 0, folder);
    return code << 8;
}

static const struct {
    const char *question;
    int (*ask)(void);
} questions[] = {
    {"the program reads", read_it},
    {"four threads read, 20 times", read_by_threads},
    {"all signals blocked", read_blocked},
    {"the host takes SIGSEGV and SIGBUS", read_under_host},
    {"write(2) from it", write_from},
    {"read(2) into it", read_into},
    {"open(2), the name in it", open_name},
    {"sigaction(2) from it", act_from},
    {"futex(2) on it", wait_on},
    {"mlock(2)", lock_it},
    {"vmsplice(2) from it", splice_from},
    {"io_uring, as registered buffer", register_with_ring},
    {"process_vm_readv(2) of oneself", read_remotely},
    {"a child of fork reads", read_in_fork},
    {"a child of fork, mended, reads", read_in_mended_fork},
    {"without privileges", begin_as_nobody},
};

int main(int argc, char **argv) {
    way = argc == 3 ? way_named(argv[1]) : NULL;
    if (way == NULL)
        return 2;
    library_read(&library, argv[2]);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        print(questions[i].question, wait_for(start(questions[i].ask)));
    print("stopped, read by process_vm_readv(2)", look_at_stopped(look_by_system_call));
    print("stopped, read by /proc/PID/mem (gdb)", look_at_stopped(look_by_file));
    print("core file", look_at_core());
    return 0;
}
