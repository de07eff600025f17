/* A host that has a space before main, and closes it after: its constructors stand beside those of
 * the core in one program.  What the plugin opens itself must come into the space too. */
#include <isolde.hpp>

#include <cstdio>

static isolde::space space("early");
static isolde::library opener = space.open("./libopener.so");
static auto open_counter = opener.function<void *()>("open_counter");

static void *counter = open_counter();

__attribute__((destructor)) static void after_everything() {
    isolde_space *late = isolde_space_new("late", nullptr);
    std::printf("at the end: %s\n",
                isolde_dlopen(late, "./libcounter.so", RTLD_NOW) ? "opened" : "not");
    std::printf("closed: %d\n", isolde_space_close(late));
}

int main() {
    auto count = reinterpret_cast<void *>(isolde_dlsym(counter, "count"));
    std::printf("in space %s\n", isolde_space_name(isolde_space_of(count)));
}
