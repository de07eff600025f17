/* What isolde.hpp promises: each check is one rule, run in a process of its own by its name. */
#include <isolde.hpp>

#include <cstdio>
#include <functional>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>

static std::string plugin;

static void expect(bool holds, const char *what) {
    if (!holds)
        throw std::logic_error(what);
}
#define EXPECT(condition) expect((condition), #condition)

static isolde::error failure_of(const std::function<void()> &action) {
    try {
        action();
    } catch (const isolde::error &error) {
        return error;
    }
    throw std::logic_error("nothing was thrown");
}

static std::size_t live_spaces() { return isolde_spaces(nullptr, 0); }

static void a_function_is_called_by_its_type() {
    isolde::space space("typed");
    auto twice = space.open(plugin).function<int(int)>("twice");
    EXPECT(twice(21) == 42);
    EXPECT(twice.get()(4) == 8);
}

static void a_missing_file_is_an_error_with_its_parts() {
    isolde::space space("empty");
    isolde::error error = failure_of([&] { space.open("./libnowhere.so"); });
    EXPECT(error.code() == ISOLDE_ENOTFOUND);
    EXPECT(error.file() == "./libnowhere.so");
    EXPECT(error.needed_by().empty() && error.symbol().empty() && error.version().empty());
    EXPECT(error.tried().size() == 1 && error.tried()[0] == "./libnowhere.so (no such file)");
    EXPECT(std::string(error.what()).find("not found for space 'empty'") != std::string::npos);
}

static void a_missing_symbol_is_an_error_that_names_it() {
    isolde::space space;
    isolde::library library = space.open(plugin);
    EXPECT(library.has("twice") && !library.has("thrice"));
    isolde::error error = failure_of([&] { library.function<int(int)>("thrice"); });
    EXPECT(error.code() == ISOLDE_ESYMBOL && error.symbol() == "thrice");
    EXPECT(failure_of([&] { library.symbol("twice", "NONE_1"); }).version() == "NONE_1");
}

static void an_earlier_failure_does_not_spoil_a_look_up() {
    isolde::space space;
    isolde::library library = space.open(plugin);
    isolde_dlsym(library.get(), "thrice");
    EXPECT(library.has("twice"));
    EXPECT(library.symbol("nothing") == nullptr); /* an absolute symbol of value 0 */
}

static void a_variable_is_the_library_s_own() {
    isolde::space a, b;
    isolde::library in_a = a.open(plugin), in_b = b.open(plugin);
    in_a.variable<int>("calls") = 7;
    EXPECT(in_a.variable<int>("calls") == 7 && in_b.variable<int>("calls") == 0);
}

static void options_reach_the_space() {
    std::string folder = plugin.substr(0, plugin.rfind('/'));
    isolde::space space("found", {{folder}});
    EXPECT(space.open("libplugin.so").has("twice"));
    EXPECT(space.name() == "found" && space.id() > 0);
}

static void images_are_told_with_strings_of_their_own() {
    isolde::space space;
    isolde::library library = space.open(plugin);
    std::vector<isolde::image> images = space.images();
    EXPECT(images[0].path == plugin && images[0].soname == "libplugin.so");
    EXPECT(images[0].why == "path" && images[0].needed_by.empty() && !images[0].shared);
    EXPECT(images[0].handle == library.get() && images[0].start < images[0].end);
}

static void global_finds_what_was_opened_globally() {
    isolde::space space;
    isolde::library library = space.open(plugin, RTLD_NOW | RTLD_GLOBAL);
    EXPECT(space.global().function<int(int)>("twice")(3) == 6);
    EXPECT(space.symbol("twice") == library.symbol("twice") && !space.symbol("thrice"));
}

static void the_last_owner_closes_the_space() {
    {
        auto twice = [] {
            isolde::space space;
            return space.open(plugin).function<int(int)>("twice");
        }();
        EXPECT(live_spaces() == 1 && twice(1) == 2);
    }
    EXPECT(live_spaces() == 0);
}

static void the_last_copy_closes_the_library() {
    isolde::space space;
    {
        isolde::library library = space.open(plugin), copy = library;
        EXPECT(space.images()[0].opens == 1);
    }
    for (const isolde::image &image : space.images())
        EXPECT(image.path != plugin);
}

static void a_moved_space_is_the_same_space() {
    isolde::space space("moved");
    isolde_space *handle = space.get();
    isolde::space other = std::move(space);
    EXPECT(other.get() == handle && live_spaces() == 1);
}

static void what_was_moved_from_says_so() {
    isolde::space old("moved");
    isolde::space now = std::move(old);
    EXPECT(std::string(failure_of([&] { old.open(plugin); }).what()) ==
           "this object was moved from: use the one it was moved to");
    EXPECT(old.closed() && old.get() == nullptr);
}

static void what_uses_a_closed_space_is_told() {
    isolde::space space("gone");
    isolde::library library = space.open(plugin);
    auto twice = library.function<int(int)>("twice");
    space.close();
    space.close();
    EXPECT(space.closed() && space.get() == nullptr && live_spaces() == 0);
    for (const std::function<void()> &use : std::initializer_list<std::function<void()>>{
             [&] { twice(1); },
             [&] { library.symbol("twice"); },
             [&] { space.open(plugin); },
             [&] { space.images(); },
         })
        EXPECT(std::string(failure_of(use).what()) == "space 'gone' is closed");
}

static void a_closed_library_cannot_be_called() {
    isolde::space space;
    isolde::library library = space.open(plugin);
    auto twice = library.function<int(int)>("twice");
    library.close();
    library.close();
    EXPECT(std::string(failure_of([&] { twice(1); }).what()) == "the library is closed");
    EXPECT(failure_of([&] { library.symbol("twice"); }).code() == ISOLDE_EINVALID);
}

static isolde::space *to_close;
static isolde_error_code refusal;

static void close_from_inside() {
    refusal = failure_of([] { to_close->close(); }).code();
}

static void a_close_during_a_call_is_refused_and_changes_nothing() {
    isolde::space space;
    to_close = &space;
    isolde::library library = space.open(plugin);
    library.function<void(void (*)())>("call_back")(close_from_inside);
    EXPECT(refusal == ISOLDE_EBUSY && !space.closed());
    EXPECT(library.function<int(int)>("twice")(2) == 4);
    space.close();
}

static void brackets_hold_a_space_open() {
    isolde::space space;
    {
        isolde::call bracket(space.get());
        EXPECT(failure_of([&] { space.close(); }).code() == ISOLDE_EBUSY);
    }
    space.close();
    EXPECT(failure_of([&] { isolde::call bracket(space.get()); }).code() == ISOLDE_EINVALID);
}

static void what_a_function_throws_comes_out_and_ends_the_call() {
    isolde::space space;
    auto fail = space.open(plugin).function<void()>("fail");
    try {
        fail();
        EXPECT(false);
    } catch (const std::domain_error &error) {
        EXPECT(std::string(error.what()) == "from the plugin");
    }
    space.close(); /* would be refused if the call still counted */
}

#define CHECK(name)                                                                                \
    { #name, name }

int main(int argc, char **argv) {
    const std::map<std::string, void (*)()> checks = {
        CHECK(a_function_is_called_by_its_type),
        CHECK(a_missing_file_is_an_error_with_its_parts),
        CHECK(a_missing_symbol_is_an_error_that_names_it),
        CHECK(an_earlier_failure_does_not_spoil_a_look_up),
        CHECK(a_variable_is_the_library_s_own),
        CHECK(options_reach_the_space),
        CHECK(images_are_told_with_strings_of_their_own),
        CHECK(global_finds_what_was_opened_globally),
        CHECK(the_last_owner_closes_the_space),
        CHECK(the_last_copy_closes_the_library),
        CHECK(a_moved_space_is_the_same_space),
        CHECK(what_was_moved_from_says_so),
        CHECK(what_uses_a_closed_space_is_told),
        CHECK(a_closed_library_cannot_be_called),
        CHECK(a_close_during_a_call_is_refused_and_changes_nothing),
        CHECK(brackets_hold_a_space_open),
        CHECK(what_a_function_throws_comes_out_and_ends_the_call),
    };
    if (argc != 3)
        return 2;
    plugin = argv[2];
    try {
        checks.at(argv[1])();
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s: %s\n", argv[1], error.what());
        return 1;
    }
    return 0;
}
