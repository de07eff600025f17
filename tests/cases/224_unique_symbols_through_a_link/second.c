__asm__(".pushsection .data\n.globl only\n.type only, %gnu_unique_object\n.size only, 4\n"
        "only: .long 2\n.popsection");
extern int only;

int *of_second(void) { return &only; }
