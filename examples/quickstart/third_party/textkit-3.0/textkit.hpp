// textkit 3.0: C++, one build for each language.  The soname stayed libtextkit.so.1.
#pragma once

#include <set>
#include <string>

namespace textkit {

// A static member of a template: the compiler marks it STB_GNU_UNIQUE, and glibc then keeps one for
// the whole process, even for libraries opened with RTLD_LOCAL.
template <class Kind> struct lexicon { static inline std::set<std::string> words; };
struct stopwords;

const char *version();
void load();

} // namespace textkit
