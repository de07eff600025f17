/* A library of few bytes with one of everything that a dynamic section can speak of. */
extern int host_function(int) __attribute__((weak));
extern char **environ;

int variable = 7;
static int own = 3;
int *pointer = &own;
char ***far_pointer = &environ;
_Thread_local int thread_variable = 5;
_Thread_local int other_variable;

int function(int x) { return host_function ? host_function(x) : x + variable + thread_variable; }
int old_function(int x) { return x; }
int newer_function(int x) { return x + 1; }
int weak_function(void) __attribute__((weak));
int weak_function(void) { return ++other_variable; }
void construct(void);
void construct(void) { own++; }

#ifdef VERSIONS
__asm__(".symver old_function, versioned@VERS_1");
__asm__(".symver newer_function, versioned@@VERS_2");
#endif
#ifdef IFUNC
static int (*resolve(void))(int) { return old_function; }
int chosen(int) __attribute__((ifunc("resolve")));
int call_chosen(int x);
int call_chosen(int x) { return chosen(x); }
#endif
#ifdef UNIQUE
__asm__(".pushsection .data\n.globl only\n.type only, @gnu_unique_object\n.size only, 4\nonly: "
        ".long 9\n.popsection\n");
#endif
