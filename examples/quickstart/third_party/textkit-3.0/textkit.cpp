#include "textkit.hpp"

namespace textkit {

#ifdef TEXTKIT_german
static const char *const known[] = {"der", "die", "das", "und", "in", "war"};
const char *version() { return "textkit 3.0 (German)"; }
#else
static const char *const known[] = {"the", "a", "and", "of", "in"};
const char *version() { return "textkit 3.0 (English)"; }
#endif

void load() { lexicon<stopwords>::words.insert(std::begin(known), std::end(known)); }

} // namespace textkit
