/* x86_64/save.h - keeping every register a function's arguments may be in.
 *
 * A lazy binding or a TLS descriptor is reached by a call that the compiler believes touches almost
 * nothing, but the C code behind it uses whatever it likes, libc's vector routines included.  So
 * the vector state is saved with XSAVEC (SDM vol. 1 ch. 13), which leaves out what is not in use, of
 * the size CPUID names (bind.c); with XSAVE or FXSAVE on processors without.
 *
 * SAVE_VECTORS needs %rsp free to move (restore it from another register) and clobbers rax, rdx. */
        .macro SAVE_VECTORS
        andq    $-64, %rsp
        movl    isolde_xsave_size(%rip), %eax
        subq    %rax, %rsp
        movl    isolde_xsave_mask(%rip), %eax
        testl   %eax, %eax
        jz      1f
        xorl    %edx, %edx              /* XRSTOR wants the header's reserved words zero */
        movq    %rdx, 512(%rsp)
        movq    %rdx, 520(%rsp)
        movq    %rdx, 528(%rsp)
        movq    %rdx, 536(%rsp)
        movq    %rdx, 544(%rsp)
        movq    %rdx, 552(%rsp)
        movq    %rdx, 560(%rsp)
        movq    %rdx, 568(%rsp)
        cmpb    $0, isolde_xsave_compact(%rip)
        je      3f
        xsavec64 (%rsp)
        jmp     2f
3:      xsave64 (%rsp)
        jmp     2f
1:      fxsave64 (%rsp)
2:
        .endm

        .macro RESTORE_VECTORS
        movl    isolde_xsave_mask(%rip), %eax
        testl   %eax, %eax
        jz      1f
        xorl    %edx, %edx
        xrstor64 (%rsp)
        jmp     2f
1:      fxrstor64 (%rsp)
2:
        .endm
