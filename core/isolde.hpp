/* isolde.hpp - isolde.h for C++17: spaces and libraries that close themselves, typed functions,
 * failures as exceptions.
 *
 *     isolde::space codec("codec-a");
 *     isolde::library z = codec.open("libz.so.1");
 *     auto version = z.function<const char *()>("zlibVersion");
 *     std::puts(version());
 *
 * Header only; link what isolde.h needs.  A space is closed when the last of its `space`, its
 * libraries and their functions is gone, or by close().  Whatever goes on using it after close()
 * gets an isolde::error.  The C functions may be mixed in freely: get() gives their handles. */
#ifndef ISOLDE_HPP
#define ISOLDE_HPP

#include <isolde.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace isolde {

/* A failure of the core, in parts.  what() is one line that names both sides. */
class error : public std::runtime_error {
  public:
    error(isolde_error_code code, const std::string &message)
        : std::runtime_error(message), parts_(std::make_shared<parts>()) {
        parts_->code = code;
    }

    explicit error(const isolde_error &last)
        : std::runtime_error(last.message ? last.message : "no failure"),
          parts_(std::make_shared<parts>()) {
        parts_->code = static_cast<isolde_error_code>(last.code);
        parts_->file = text(last.file);
        parts_->needed_by = text(last.needed_by);
        parts_->symbol = text(last.symbol);
        parts_->version = text(last.version);
        for (const char *const *place = last.tried; place != nullptr && *place != nullptr; place++)
            parts_->tried.emplace_back(*place);
    }

    /* The strings are empty where isolde_error has NULL. */
    isolde_error_code code() const noexcept { return parts_->code; }
    const std::string &file() const noexcept { return parts_->file; }
    const std::string &needed_by() const noexcept { return parts_->needed_by; }
    const std::string &symbol() const noexcept { return parts_->symbol; }
    const std::string &version() const noexcept { return parts_->version; }
    const std::vector<std::string> &tried() const noexcept { return parts_->tried; }

  private:
    struct parts {
        isolde_error_code code = ISOLDE_OK;
        std::string file, needed_by, symbol, version;
        std::vector<std::string> tried;
    };

    static std::string text(const char *string) { return string ? string : ""; }

    std::shared_ptr<parts> parts_; /* shared: copying an exception must not throw */
};

/* How a space is made: the members of isolde_options, which says what they mean. */
struct options {
    std::vector<std::string> search_path = {};
    std::vector<std::string> shared = {}; /* empty: isolde_default_shared() alone */
    bool host = false;
    bool lazy = false;
};

/* One image of a space: isolde_image_info with strings of its own. */
struct image {
    std::string path, soname;
    std::string needed_by; /* empty: opened by name */
    std::string why;
    void *handle;
    std::uintptr_t base, start, end;
    bool shared;
    unsigned opens;
};

namespace detail {

[[noreturn]] inline void fail() { throw error(*isolde_last_error()); }

inline std::vector<const char *> pointers(const std::vector<std::string> &strings) {
    std::vector<const char *> list;
    for (const std::string &string : strings)
        list.push_back(string.c_str());
    list.push_back(nullptr);
    return list;
}

struct space_state {
    explicit space_state(isolde_space *opened) : handle(opened), name(isolde_space_name(opened)) {}
    space_state(const space_state &) = delete;
    space_state &operator=(const space_state &) = delete;

    ~space_state() {
        if (isolde_space *open = handle.load())
            isolde_space_close(open);
    }

    isolde_space *checked() const {
        isolde_space *open = handle.load();
        if (open == nullptr)
            throw error(ISOLDE_EINVALID, "space '" + name + "' is closed");
        return open;
    }

    std::atomic<isolde_space *> handle; /* null: closed by close() */
    const std::string name;
};

struct library_state {
    library_state(std::shared_ptr<space_state> in, void *opened)
        : space(std::move(in)), handle(opened) {}
    library_state(const library_state &) = delete;
    library_state &operator=(const library_state &) = delete;

    ~library_state() {
        if (handle != nullptr && space->handle.load() != nullptr)
            isolde_dlclose(handle);
    }

    void *checked() const {
        space->checked();
        if (handle == nullptr)
            throw error(ISOLDE_EINVALID, "the library is closed");
        return handle;
    }

    std::shared_ptr<space_state> space;
    void *handle; /* null: closed by close() */
};

/* What an object holds until it is moved from. */
template <class State> class held {
  public:
    held() = default;
    held(std::shared_ptr<State> state) : state_(std::move(state)) {}

    State *operator->() const {
        if (state_ == nullptr)
            throw error(ISOLDE_EINVALID, "this object was moved from: use the one it was moved to");
        return state_.get();
    }
    explicit operator bool() const noexcept { return state_ != nullptr; }
    const std::shared_ptr<State> &shared() const noexcept { return state_; }

  private:
    std::shared_ptr<State> state_;
};

} // namespace detail

/* A counted call: while it lives, a close of its space is refused with ISOLDE_EBUSY. */
class call {
  public:
    /* Throws error if the space is closed. */
    explicit call(isolde_space *space) : space_(space) {
        if (isolde_call_enter(space) != 0)
            detail::fail();
    }
    call(const call &) = delete;
    call &operator=(const call &) = delete;
    ~call() { isolde_call_leave(space_); }

  private:
    isolde_space *space_;
};

template <class Signature> class function;

/* A function of a library, which stays open as long as this lives.  Copies are the same function.
 */
template <class Result, class... Arguments> class function<Result(Arguments...)> {
  public:
    using pointer = Result (*)(Arguments...);

    function(std::shared_ptr<detail::library_state> library, pointer address)
        : library_(std::move(library)), address_(address) {}

    /* Counted, so that no other thread closes the space meanwhile.  Throws error if the space or
     * the library is closed, and whatever the function throws. */
    Result operator()(Arguments... arguments) const {
        library_->checked();
        call counted(library_->space->checked());
        return address_(std::forward<Arguments>(arguments)...);
    }

    /* The bare address, for calls that need no count.  Do not call it after a close. */
    pointer get() const noexcept { return address_; }

  private:
    detail::held<detail::library_state> library_;
    pointer address_;
};

/* An open library.  Copies are the same open, which the last of them closes. */
class library {
  public:
    library(std::shared_ptr<detail::space_state> space, void *handle)
        : state_(std::make_shared<detail::library_state>(std::move(space), handle)) {}

    /* The address of NAME in the library or its dependencies; may be null, where the symbol's value
     * is.  VERSION: that one alone.  Throws error (ISOLDE_ESYMBOL). */
    void *symbol(const std::string &name) const {
        isolde_dlerror();
        void *address = isolde_dlsym(state_->checked(), name.c_str());
        return found(address);
    }
    void *symbol(const std::string &name, const std::string &version) const {
        isolde_dlerror();
        void *address = isolde_dlvsym(state_->checked(), name.c_str(), version.c_str());
        return found(address);
    }

    bool has(const std::string &name) const {
        isolde_dlerror();
        return isolde_dlsym(state_->checked(), name.c_str()) != nullptr ||
               isolde_dlerror() == nullptr;
    }

    /* NAME as a function of the type Signature, as in function<int(int)>("abs").  The type is
     * believed: nothing in a library says what a function takes. */
    template <class Signature> isolde::function<Signature> function(const std::string &name) const {
        static_assert(std::is_function<Signature>::value, "as in function<int(int)>");
        using pointer = typename isolde::function<Signature>::pointer;
        return {state_.shared(), reinterpret_cast<pointer>(symbol(name))};
    }

    /* The variable NAME; of a thread_local one the calling thread's copy. */
    template <class Type> Type &variable(const std::string &name) const {
        return *static_cast<Type *>(symbol(name));
    }

    /* Gives the open back at once, for all copies and functions.  Throws error (ISOLDE_EBUSY while
     * a counted call runs in the space): then nothing has changed.  Nothing if it is closed. */
    void close() {
        if (!state_ || state_->handle == nullptr || state_->space->handle.load() == nullptr)
            return;
        if (isolde_dlclose(state_->handle) != 0)
            detail::fail();
        state_->handle = nullptr;
    }

    /* The handle, for the functions of isolde.h. */
    void *get() const noexcept { return state_ ? state_->handle : nullptr; }

  private:
    static void *found(void *address) {
        if (address == nullptr && isolde_dlerror() != nullptr)
            detail::fail();
        return address;
    }

    detail::held<detail::library_state> state_;
};

/* An isolated list of images. */
class space {
  public:
    /* An empty NAME gives "space-N".  Throws error. */
    explicit space(const std::string &name = "", const options &wanted = {}) {
        std::vector<const char *> search_path = detail::pointers(wanted.search_path);
        std::vector<const char *> shared = detail::pointers(wanted.shared);
        isolde_options plain = {};
        plain.size = sizeof plain;
        plain.search_path = search_path.data();
        plain.shared = wanted.shared.empty() ? nullptr : shared.data();
        plain.host = wanted.host;
        plain.lazy = wanted.lazy;
        isolde_space *made = isolde_space_new(name.empty() ? nullptr : name.c_str(), &plain);
        if (made == nullptr)
            detail::fail();
        state_ = std::make_shared<detail::space_state>(made);
    }
    space(space &&) = default;
    space &operator=(space &&) = default;

    /* FILE as for isolde_dlopen: a soname, or a path with a slash.  Throws error. */
    library open(const std::string &file, int mode = RTLD_NOW) {
        return opened(isolde_dlopen(state_->checked(), file.c_str(), mode));
    }

    /* What the space holds in its global scope, as a library. */
    library global() { return opened(isolde_dlopen(state_->checked(), nullptr, RTLD_NOW)); }

    /* The address of NAME in any image, or null. */
    void *symbol(const std::string &name) const {
        return isolde_space_symbol(state_->checked(), name.c_str());
    }

    std::vector<image> images() const {
        std::size_t count = 0;
        std::unique_ptr<isolde_image_info, void (*)(void *)> list(
            isolde_images(state_->checked(), &count), isolde_free);
        if (list == nullptr)
            detail::fail();
        std::vector<image> result;
        for (const isolde_image_info *i = list.get(); i != list.get() + count; i++)
            result.push_back({i->path, i->soname, i->needed_by ? i->needed_by : "", i->why,
                              i->handle, i->base, i->start, i->end, i->shared != 0, i->opens});
        return result;
    }

    const std::string &name() const { return state_->name; }
    unsigned long id() const { return isolde_space_id(state_->checked()); }

    /* Runs destructors and unmaps, whoever still refers to it.  Throws error (ISOLDE_EBUSY while a
     * counted call runs in it): then nothing has changed.  Nothing if it is closed.  Not while
     * another thread destroys a library of this space. */
    void close() {
        isolde_space *open = get();
        if (open == nullptr)
            return;
        if (isolde_space_close(open) != 0)
            detail::fail();
        state_->handle.store(nullptr);
    }

    bool closed() const noexcept { return !state_ || state_->handle.load() == nullptr; }

    /* The handle, for the functions of isolde.h; null once closed. */
    isolde_space *get() const noexcept { return state_ ? state_->handle.load() : nullptr; }

  private:
    library opened(void *handle) {
        if (handle == nullptr)
            detail::fail();
        return library(state_.shared(), handle);
    }

    detail::held<detail::space_state> state_;
};

} // namespace isolde

#endif
