/* x86_64/tlsdesc.S - TLS descriptors (Oliva, "RFC-TLSDESC-x86").
 *
 * Called with %rax pointing at the slot pair; returns in %rax what to add to the thread pointer.
 * Everything else must be preserved.  The red zone below %rsp is ours: these are leaf functions
 * until the slow path. */
#include "save.h"

        .text

        /* slot[1] is the offset itself. */
        .globl  isolde_tlsdesc_static
        .hidden isolde_tlsdesc_static
        .type   isolde_tlsdesc_static, @function
        .p2align 4
isolde_tlsdesc_static:
        .cfi_startproc
        endbr64
        movq    8(%rax), %rax
        ret
        .cfi_endproc
        .size   isolde_tlsdesc_static, .-isolde_tlsdesc_static

        /* An undefined weak variable: its address is slot[1], the addend. */
        .globl  isolde_tlsdesc_undefined
        .hidden isolde_tlsdesc_undefined
        .type   isolde_tlsdesc_undefined, @function
        .p2align 4
isolde_tlsdesc_undefined:
        .cfi_startproc
        endbr64
        movq    8(%rax), %rax
        subq    %fs:0, %rax
        ret
        .cfi_endproc
        .size   isolde_tlsdesc_undefined, .-isolde_tlsdesc_undefined

        /* slot[1] points at a struct tls_descriptor. */
        .globl  isolde_tlsdesc_dynamic
        .hidden isolde_tlsdesc_dynamic
        .type   isolde_tlsdesc_dynamic, @function
        .p2align 4
isolde_tlsdesc_dynamic:
        .cfi_startproc
        endbr64
        movq    %rdi, -8(%rsp)
        movq    %rsi, -16(%rsp)
        movq    8(%rax), %rdi
        movq    (%rdi), %rsi
        notq    %rsi                    /* our index, or negative for a module of glibc's */
        movq    isolde_thread@gottpoff(%rip), %rax
        cmpq    %fs:8(%rax), %rsi       /* isolde_thread.count; unsigned */
        jae     .Lslow
        movq    %fs:(%rax), %rax        /* isolde_thread.blocks */
        movq    (%rax,%rsi,8), %rax
        testq   %rax, %rax
        jz      .Lslow
        addq    8(%rdi), %rax
        subq    %fs:0, %rax
        movq    -16(%rsp), %rsi
        movq    -8(%rsp), %rdi
        ret
.Lslow:
        movq    -16(%rsp), %rsi
        movq    -8(%rsp), %rax
        pushq   %rbx
        .cfi_def_cfa_offset 16
        .cfi_offset %rbx, -16
        movq    %rsp, %rbx
        .cfi_def_cfa_register %rbx
        pushq   %rax                    /* the caller's rdi */
        pushq   %rsi
        pushq   %rcx
        pushq   %rdx
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        SAVE_VECTORS
        call    isolde_tls_get_addr     /* %rdi: a tls_index is laid out like a descriptor */
        movq    %rax, %rcx
        RESTORE_VECTORS
        movq    %rcx, %rax
        subq    %fs:0, %rax
        leaq    -64(%rbx), %rsp
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdx
        popq    %rcx
        popq    %rsi
        popq    %rdi
        popq    %rbx
        .cfi_def_cfa %rsp, 8
        .cfi_restore %rbx
        ret
        .cfi_endproc
        .size   isolde_tlsdesc_dynamic, .-isolde_tlsdesc_dynamic

        .section .note.GNU-stack, "", @progbits
