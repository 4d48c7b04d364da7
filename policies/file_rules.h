#pragma once
// What a file that is no table may be: the policy's table `[files]`, which judges no statistic and
// so stands beside the rules, not among them. It is part of the policy's hash where it says
// anything.
//
//   [files]
//   types = ["csv", "png"]      # of the list below; left out: all; empty: tables alone leave
//   max_bytes = 2000000         # 0, or left out: the gate's own 64 MiB

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace sceau::policies {

/// The closed list. What is none of them (archives, office documents, data sets of other programs)
/// doesn't pass the gate.
enum class FileType { text, csv, json, notebook, svg, png, jpeg, pdf, rdata };
inline constexpr int file_types = 9;
[[nodiscard]] std::string_view to_string(FileType type);
[[nodiscard]] std::optional<FileType> parse_file_type(std::string_view name);

struct FileRules {
  std::optional<std::set<FileType>> types;  ///< none: all
  std::int64_t max_bytes = 0;               ///< of one file; 0: no bound of the policy's own
};

/// Lines behind the policy's canonical text; empty where nothing is restricted, so that policies
/// from before this table keep their hash.
[[nodiscard]] std::string canonical_text(const FileRules& rules);

/// One line, "files: …"; empty where nothing is restricted. `language`: "fr", else English.
[[nodiscard]] std::string explain(const FileRules& rules, std::string_view language);

}  // namespace sceau::policies
