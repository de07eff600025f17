/* x86_64/trampoline.S - the first call through a PLT slot arrives here (psABI, "Procedure Linkage
 * Table").  PLT0 has pushed GOT[1], our image; the PLT entry before it the relocation's index. */
#include "save.h"

        .text
        .globl  isolde_bind
        .hidden isolde_bind
        .type   isolde_bind, @function
        .p2align 4
isolde_bind:
        .cfi_startproc
        .cfi_def_cfa_offset 24
        endbr64
        pushq   %rbx
        .cfi_def_cfa_offset 32
        .cfi_offset %rbx, -32
        movq    %rsp, %rbx
        .cfi_def_cfa %rbx, 32
        pushq   %rax                    /* the number of vector arguments of a variadic call */
        pushq   %rcx
        pushq   %rdx
        pushq   %rsi
        pushq   %rdi
        pushq   %r8
        pushq   %r9
        pushq   %r10                    /* the static chain */
        movq    8(%rbx), %rdi
        movq    16(%rbx), %rsi
        call    bind_quickly
        movq    %rax, %r11
        testq   %rax, %rax
        jz      .Lslow
.Lbound:
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdi
        popq    %rsi
        popq    %rdx
        popq    %rcx
        popq    %rax
        .cfi_remember_state
        popq    %rbx
        .cfi_def_cfa %rsp, 24
        .cfi_restore %rbx
        addq    $16, %rsp
        .cfi_def_cfa_offset 8
        jmp     *%r11
.Lslow:
        .cfi_restore_state
        SAVE_VECTORS
        movq    8(%rbx), %rdi
        movq    16(%rbx), %rsi
        call    bind_lazily
        movq    %rax, %r11
        RESTORE_VECTORS
        leaq    -64(%rbx), %rsp
        jmp     .Lbound
        .cfi_endproc
        .size   isolde_bind, .-isolde_bind

        .section .note.GNU-stack, "", @progbits
