#pragma once
// The pieces of a random SELECT: conditions, dimensions and statistics over the world's pupils.

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

namespace sceau::enclave::sql::test {

/// Chance from a seed; the same everywhere (the standard's distributions are not).
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}

  /// 0 … sides − 1.
  [[nodiscard]] int roll(int sides) {
    return static_cast<int>(engine_() % static_cast<std::uint32_t>(sides));
  }
  [[nodiscard]] bool chance(int percent) { return roll(100) < percent; }
  template <typename T>
  [[nodiscard]] T among(std::initializer_list<T> choices) {
    return choices.begin()[roll(static_cast<int>(choices.size()))];
  }
  template <typename T>
  [[nodiscard]] const T& among(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(roll(static_cast<int>(choices.size())))];
  }

 private:
  std::mt19937 engine_;
};

/// A predicate of at most `depth` nested AND, OR and NOT, in parentheses where it needs them.
[[nodiscard]] std::string condition(Dice& dice, int depth);
/// A classification variable, a CASE, a width_bucket or a condition.
[[nodiscard]] std::string dimension(Dice& dice);
/// A statistic, a ratio of two, or a cast of either.
[[nodiscard]] std::string column(Dice& dice);

}  // namespace sceau::enclave::sql::test
