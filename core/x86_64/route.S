/* x86_64/route.S - dlopen of an adopted host object.
 *
 * glibc searches for a file by who calls it, which a return address tells: so this jumps. */

        .text
        .globl  isolde_route_dlopen
        .hidden isolde_route_dlopen
        .type   isolde_route_dlopen, @function
        .p2align 4
isolde_route_dlopen:
        .cfi_startproc
        endbr64
        pushq   %rdi
        pushq   %rsi
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 24
        call    route_dlopen
        addq    $8, %rsp
        popq    %rsi
        popq    %rdi
        .cfi_adjust_cfa_offset -24
        movq    (%rsp), %rdx            /* routed_dlopen's third argument */
        jmp     *%rax
        .cfi_endproc
        .size   isolde_route_dlopen, .-isolde_route_dlopen

        .section .note.GNU-stack, "", @progbits
