static __thread int counted __attribute__((tls_model("initial-exec"))) = 7;

int count(void) { return ++counted; }
