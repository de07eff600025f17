    .text
    .globl call_base
    .type call_base, @function
call_base:
    subq $8, %rsp
    call base@PLT
    addq $8, %rsp
    ret

# .got.plt: three words for the loader, then the one slot of this object.
    .globl slot
    .type slot, @function
slot:
    leaq _GLOBAL_OFFSET_TABLE_+24(%rip), %rax
    movq (%rax), %rax
    ret
    .section .note.GNU-stack,"",@progbits
