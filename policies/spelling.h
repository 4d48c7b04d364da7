#pragma once
// What a mistyped word was probably meant to be: the "did you mean" of codebooks and policies.

#include <span>
#include <string>
#include <string_view>

namespace sceau::policies {

/// The word of `known` that is nearest to `word`: fewest letters inserted, dropped, replaced or
/// swapped with their neighbour, at most one in three letters. Empty where none is near.
/// A letter is a UTF-8 code point, so that "rôle" is one letter from "role".
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> known);

/// `did you mean "X"?` where one is near, else `known here: a, b, c`.
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string> known);

}  // namespace sceau::policies
