    .data
    .globl counter
    .type counter, @object
    .size counter, 4
counter:
    .long 41

    .text
    .globl bump
    .type bump, @function
bump:
    movabsq $counter, %rdx
    incl (%rdx)
    movl (%rdx), %eax
    ret
    .section .note.GNU-stack,"",@progbits
