    .globl fixed_value
    .set fixed_value, 0x123456

    .text
    .globl sizeless
    .type sizeless, @function
sizeless:
    movl $77, %eax
    ret

    .globl typeless
typeless:
    movl $78, %eax
    ret

    .data
    .balign 8
    .globl points_to_fixed
    .type points_to_fixed, @object
    .size points_to_fixed, 8
points_to_fixed:
    .quad fixed_value
    .section .note.GNU-stack,"",@progbits
