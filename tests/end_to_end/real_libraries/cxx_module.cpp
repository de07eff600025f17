// What C++ programs use of libstdc++ that has state: streams, locale, regex, threads, exceptions.
#include <future>
#include <iostream>
#include <locale>
#include <map>
#include <mutex>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

static int calls;

struct grouped : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
};

static std::string formatted(long number) {
    std::ostringstream stream;
    stream.imbue(std::locale(std::locale::classic(), new grouped));
    stream << number;
    return stream.str();
}

static int matches(const std::string &text) {
    static const std::regex word("([a-z]+)([0-9]{2,})");
    return std::distance(std::sregex_iterator(text.begin(), text.end(), word),
                         std::sregex_iterator());
}

static int caught() {
    try {
        std::map<int, int>().at(1);
    } catch (const std::out_of_range &) {
        return 1;
    }
    return 0;
}

static int from_threads() {
    std::mutex mutex;
    std::vector<std::thread> threads;
    int sum = 0;
    for (int i = 1; i <= 4; i++)
        threads.emplace_back([&, i] {
            std::lock_guard<std::mutex> lock(mutex);
            sum += i;
        });
    for (auto &thread : threads)
        thread.join();
    auto thrown = std::async(std::launch::async, []() -> int { throw std::runtime_error("x"); });
    try {
        return thrown.get();
    } catch (const std::runtime_error &) {
        return sum;
    }
}

extern "C" int count_calls() { return ++calls; }

extern "C" const char *exercise() {
    static std::string result;
    std::ostringstream stream;
    stream << formatted(1234567) << ' ' << matches("ab12 c3 def456") << ' ' << caught() << ' '
           << from_threads();
    std::cerr << std::flush;
    return (result = stream.str()).c_str();
}
