// What a canonical entry is, said a second time: by a JSON parser and the calendar of the library.
#pragma once

#include <string>

namespace sceau::audit::test {

/// True when the bytes parse without duplicates, have the right keys in order with values of the
/// right kinds, and print as the same bytes again. Shares nothing with scan.h.
[[nodiscard]] bool parser_says_canonical(const std::string& bytes);

}  // namespace sceau::audit::test
