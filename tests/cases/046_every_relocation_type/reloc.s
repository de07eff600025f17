    .data
    .balign 8
    .globl own
own:
    .quad 4321

    .globl relative
relative:                       # R_X86_64_RELATIVE
    .quad local + 8
    .local local
local:
    .quad 1, 2

    .globl with_addend
with_addend:                    # R_X86_64_64
    .quad table + 12

    .globl size
size:                           # R_X86_64_SIZE64
    .quad table@SIZE

    .globl short_size
short_size:                     # R_X86_64_SIZE32
    .long table@SIZE + 2, 0

    .text
    .globl call_slot
    .type call_slot, @function
call_slot:                      # R_X86_64_JUMP_SLOT
    subq $8, %rsp
    call base_function@PLT
    addq $8, %rsp
    ret

    .globl read_got
    .type read_got, @function
read_got:                       # R_X86_64_GLOB_DAT
    movq table@GOTPCREL(%rip), %rax
    movl 4(%rax), %eax
    ret
    .section .note.GNU-stack,"",@progbits
