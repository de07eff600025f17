    .globl nothing
    .set nothing, 0
    .globl in_other
in_other:
    ret
    .section .note.GNU-stack,"",@progbits
