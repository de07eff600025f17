    .text
    .globl changed_registers
    .hidden changed_registers
    .type changed_registers, @function
changed_registers:
    pushq %rbx
    pushq %rdi
    subq $24, %rsp
    movq $101, %rbx
    movq $102, %rcx
    movq $103, %rdx
    movq $104, %rsi
    movq $105, %rdi
    movq $106, %r8
    movq $107, %r9
    movq $108, %r10
    movq $109, %r11
    movq %rbx, %xmm0
    movq %rcx, %xmm7
    movq %rdx, %xmm15
    leaq value@TLSDESC(%rip), %rax
    call *value@TLSCALL(%rax)
    movq %fs:(%rax), %rax
    movq 24(%rsp), %rax         # where the caller wants the value
    movq %rax, 8(%rsp)
    xorl %eax, %eax
    cmpq $101, %rbx
    jne changed
    cmpq $102, %rcx
    jne changed
    cmpq $103, %rdx
    jne changed
    cmpq $104, %rsi
    jne changed
    cmpq $105, %rdi
    jne changed
    cmpq $106, %r8
    jne changed
    cmpq $107, %r9
    jne changed
    cmpq $108, %r10
    jne changed
    cmpq $109, %r11
    jne changed
    movq %xmm0, %r11
    cmpq $101, %r11
    jne changed
    movq %xmm7, %r11
    cmpq $102, %r11
    jne changed
    movq %xmm15, %r11
    cmpq $103, %r11
    jne changed
    jmp done
changed:
    movl $1, %eax
done:
    movq %rax, %rbx
    leaq value@TLSDESC(%rip), %rax
    call *value@TLSCALL(%rax)
    movq %fs:(%rax), %rdx
    movq 24(%rsp), %rdi
    movq %rdx, (%rdi)
    movq %rbx, %rax
    addq $24, %rsp
    popq %rdi
    popq %rbx
    ret
    .section .note.GNU-stack,"",@progbits
