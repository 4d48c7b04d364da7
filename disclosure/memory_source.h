#pragma once
// A Source in memory: columns given as texts, kept as their variables' types say. For `sceau check`
// and for tests; a sealed store has its own.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/source.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

using Texts = std::vector<std::optional<std::string>>;  ///< one a row; nullopt: NULL

struct MemoryColumn {
  std::string name;  ///< of a variable of the codebook
  Texts values;
};

/// Category, date, text and identifier variables become codes, integers scaled at 0, decimals
/// scaled at their declared decimals, or real where a value has more. Hidden variables are left
/// out. Throws DisclosureError: unknown_variable; wrong_kind where a value of a number variable is
/// no number (the message names variable and row, never the value); malformed where columns differ
/// in length.
[[nodiscard]] std::unique_ptr<Source> memory_source(const policies::Codebook& codebook,
                                                    std::vector<MemoryColumn> columns,
                                                    std::string vintage = "1",
                                                    std::uint32_t rows_a_segment = 65536);

/// Several vintages as one: columns of the same names, in the same order. `vintages` ascending.
struct MemoryVintage {
  std::string name;
  std::vector<MemoryColumn> columns;
};
[[nodiscard]] std::unique_ptr<Source> memory_source(const policies::Codebook& codebook,
                                                    std::vector<MemoryVintage> vintages,
                                                    std::uint32_t rows_a_segment = 65536);

}  // namespace sceau::disclosure
