#pragma once
// Where a file holds what the codebook names: header names meet variables.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/codebook.h"

namespace sceau::enclave {

/// Where a file holds what the codebook names.
struct FileColumns {
  std::string file;
  char point = '.';
  std::vector<std::optional<std::size_t>> fields;  ///< one a variable; none: the constant
  std::vector<std::string> constants;              ///< one a variable
  std::vector<std::size_t> ignored;                ///< fields that no variable reads
  std::vector<std::string> header;
};

/// The first rule whose glob matches, or a rule of defaults.
[[nodiscard]] policies::FileRule rule_for(const policies::Codebook& codebook,
                                          const std::string& file);
/// `*` any bytes, `?` one byte.
[[nodiscard]] bool matches(std::string_view glob, std::string_view name);

/// Every header name that a variable may have in a file under `rule`.
[[nodiscard]] std::vector<std::string> wanted_names(const policies::Codebook& codebook,
                                                    const policies::FileRule& rule);

/// Throws import.no_header, import.missing_column, import.duplicate_header, import.two_columns.
[[nodiscard]] FileColumns match_columns(const policies::Codebook& codebook,
                                        const policies::FileRule& rule, const std::string& file,
                                        const std::vector<std::string>& header);

}  // namespace sceau::enclave
