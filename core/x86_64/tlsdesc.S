/* x86_64/tlsdesc.S - TLS descriptors (Oliva, "RFC-TLSDESC-x86"), and __tls_get_addr.
 *
 * A descriptor is called with %rax pointing at the slot pair; returns in %rax what to add to the
 * thread pointer.  Everything else must be preserved. */
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

        /* slot[1] holds the offset in its low half and the module's number in its high half.  Short,
         * so that all but the slow path is in one cache line: that is a cycle. */
        .globl  isolde_tlsdesc_dynamic
        .hidden isolde_tlsdesc_dynamic
        .type   isolde_tlsdesc_dynamic, @function
        .p2align 6
isolde_tlsdesc_dynamic:
        .cfi_startproc
        endbr64
        pushq   %rdi
        .cfi_def_cfa_offset 16
        pushq   %rsi
        .cfi_def_cfa_offset 24
        movslq  12(%rax), %rdi
        movslq  8(%rax), %rsi
        movq    isolde_thread@gottpoff(%rip), %rax
        cmpq    %fs:8(%rax), %rdi       /* as in isolde_tls_get_addr */
        jbe     .Lslow
        movq    %fs:(%rax), %rax
        movq    (%rax,%rdi,8), %rax
        testq   %rax, %rax
        jz      .Lslow
        addq    %rsi, %rax
        subq    %fs:0, %rax
        .cfi_remember_state
        popq    %rsi
        .cfi_def_cfa_offset 16
        popq    %rdi
        .cfi_def_cfa_offset 8
        ret
        .cfi_restore_state
.Lslow:
        pushq   %rbx
        .cfi_def_cfa_offset 32
        .cfi_offset %rbx, -32
        movq    %rsp, %rbx
        .cfi_def_cfa_register %rbx
        pushq   %rcx
        pushq   %rdx
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %rsi
        pushq   %rdi
        movq    %rsp, %rdi              /* a tls_index */
        SAVE_VECTORS
        call    isolde_tls_get_addr
        movq    %rax, %rcx
        RESTORE_VECTORS
        movq    %rcx, %rax
        subq    %fs:0, %rax
        leaq    -48(%rbx), %rsp
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdx
        popq    %rcx
        popq    %rbx
        .cfi_def_cfa %rsp, 24
        .cfi_restore %rbx
        popq    %rsi
        .cfi_def_cfa_offset 16
        popq    %rdi
        .cfi_def_cfa_offset 8
        ret
        .cfi_endproc
        .size   isolde_tlsdesc_dynamic, .-isolde_tlsdesc_dynamic

        /* What __tls_get_addr means inside a space.  The first word at %rdi is the module's number:
         * one of ours is negative, and where isolde_thread.blocks has its block; the lowest number
         * there is one above isolde_thread.limit.  One unsigned comparison finds glibc's modules,
         * which are small numbers, and those that this thread's vector is too short for. */
        .globl  isolde_tls_get_addr
        .hidden isolde_tls_get_addr
        .type   isolde_tls_get_addr, @function
        .p2align 6
isolde_tls_get_addr:
        .cfi_startproc
        endbr64
        movq    (%rdi), %rax
        movq    isolde_thread@gottpoff(%rip), %rdx
        cmpq    %fs:8(%rdx), %rax
        jbe     1f
        movq    %fs:(%rdx), %rdx
        movq    (%rdx,%rax,8), %rax
        testq   %rax, %rax
        jz      2f
        addq    8(%rdi), %rax
        ret
1:      testq   %rax, %rax
        js      2f
        jmp     *__tls_get_addr@GOTPCREL(%rip)
2:      jmp     tls_first_touch
        .cfi_endproc
        .size   isolde_tls_get_addr, .-isolde_tls_get_addr

        .section .note.GNU-stack, "", @progbits
