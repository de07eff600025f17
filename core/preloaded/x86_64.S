/* x86_64.S - the functions whose meaning depends on their caller.
 *
 * Each keeps its arguments, asks functions.c, and jumps: to Isolde's function, or to the next
 * definition, which then finds the program's return address where it looks for it. */

/* Sets %al: whether Isolde owns the handle in %rdi.  At a function's entry the stack is 8 below a
 * multiple of 16: three registers make it even. */
.macro ask_owner handle=%rdi
    pushq %rdi
    pushq %rsi
    pushq %rdx
    .cfi_adjust_cfa_offset 24
    movq \handle, %rdi
    call preload_owns
    popq %rdx
    popq %rsi
    popq %rdi
    .cfi_adjust_cfa_offset -24
.endm

.macro entry name
    .globl \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
    endbr64
.endm

.macro entry_ends name
    .cfi_endproc
    .size \name, . - \name
.endm

    .text

/* void *dlopen(const char *file, int mode): always the next one's; nobody owns
 * the handle 0, so asking only forgets our error. */
entry dlopen
    ask_owner $0
    jmpq *next_dlopen(%rip)
entry_ends dlopen

/* void *dlsym(void *handle, const char *symbol) */
entry dlsym
    ask_owner
    testb %al, %al
    jnz preload_dlsym
    jmpq *next_dlsym(%rip)
entry_ends dlsym

/* void *dlvsym(void *handle, const char *symbol, const char *version) */
entry dlvsym
    ask_owner
    testb %al, %al
    jnz preload_dlvsym
    jmpq *next_dlvsym(%rip)
entry_ends dlvsym

/* void *dlmopen(Lmid_t id, const char *file, int mode): LM_ID_BASE, which is 0, is the next one's. */
entry dlmopen
    ask_owner $0
    testq %rdi, %rdi
    jz 1f
    movq (%rsp), %rcx
    jmp preload_dlmopen
1:  jmpq *next_dlmopen(%rip)
entry_ends dlmopen

    .section .note.GNU-stack, "", @progbits
