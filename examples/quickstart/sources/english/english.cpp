// Counts the stop words of a text; built with textkit 3.0 for English.
#include "textkit.hpp"

#include <sstream>

extern "C" const char *textkit_version() { return textkit::version(); }

extern "C" int known_words() {
    textkit::load();
    return static_cast<int>(textkit::lexicon<textkit::stopwords>::words.size());
}

extern "C" int stopwords(const char *text) {
    textkit::load();
    std::istringstream words(text);
    int found = 0;
    for (std::string word; words >> word;)
        found += static_cast<int>(textkit::lexicon<textkit::stopwords>::words.count(word));
    return found;
}
