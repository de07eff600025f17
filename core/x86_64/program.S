/* x86_64/program.S - a program's entry (psABI, "Process Initialization").
 *
 *     isolde_enter_program(entry, stack)
 *
 * %rsp points at argc; %rdx, a function for atexit, is none; the frame pointer ends the chain of
 * frames.  There is no way back: a run ends with a long jump. */
        .text
        .globl  isolde_enter_program
        .hidden isolde_enter_program
        .type   isolde_enter_program, @function
        .p2align 4
isolde_enter_program:
        .cfi_startproc
        endbr64
        movq    %rsi, %rsp
        xorl    %edx, %edx
        xorl    %ebp, %ebp
        jmp     *%rdi
        .cfi_endproc
        .size   isolde_enter_program, .-isolde_enter_program

        .section .note.GNU-stack, "", @progbits
