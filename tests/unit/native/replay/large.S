        .section .data.rel.ro, "aw", @progbits
        .balign 8
        .rept 2300000
        .quad .data.rel.ro
        .endr
        .section .note.GNU-stack, "", @progbits
