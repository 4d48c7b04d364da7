#pragma once
// Tests over many small worlds take a sample of them. The variable SCEAU_EVERY asks for all: "1"
// for all in one process, "2/4" for the second of four parts, so that several can share the work.

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace sceau::test {

struct Every {
  bool all = false;
  std::uint64_t part = 1;
  std::uint64_t parts = 1;

  /// Whether this process sees to the world of this number.
  [[nodiscard]] bool has(std::uint64_t number) const { return number % parts == part - 1; }
};

inline Every every() {
  const char* variable = std::getenv("SCEAU_EVERY");
  if (variable == nullptr) return {};
  const std::string text = variable;
  const auto slash = text.find('/');
  if (slash == std::string::npos) return {true, 1, 1};
  const Every found{true, std::stoull(text.substr(0, slash)), std::stoull(text.substr(slash + 1))};
  if (found.part < 1 || found.part > found.parts)
    throw std::runtime_error("SCEAU_EVERY: no such part");
  return found;
}

/// Of which worlds a loop takes every so many: `usual`, or 1 where all are asked for.
inline int stride(int usual) { return every().all ? 1 : usual; }

}  // namespace sceau::test
