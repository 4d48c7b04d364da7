#pragma once
// A JSON document of others, read strictly where it is read at all: every error says where. What
// `Section` (document.h) is for TOML. For Table Schema here, and for the enclave's readers of other
// tools' files.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/codebook.h"
#include "policies/fault.h"

namespace sceau::policies {

using Json = nlohmann::ordered_json;

/// Throws PolicyError(syntax): not JSON, too large, nested deeper than 64, or a key twice (of
/// which a lenient reader would take the last in silence).
[[nodiscard]] Json parse_json(std::string_view text, const std::string& file_name,
                              std::size_t most_bytes);

class JsonSection {
 public:
  /// `json` must be an object and outlive this. `place`: "schema.json: fields[3]".
  JsonSection(const Json& json, std::string place);

  [[nodiscard]] const Json* find(std::string_view key) const;  ///< null: absent or null
  [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  [[nodiscard]] std::optional<int> integer(std::string_view key, int low, int high) const;
  /// A JSON number (as the shortest text of its double) or its text; of at most 18 digits.
  [[nodiscard]] std::optional<Decimal> decimal(std::string_view key) const;
  /// A list of texts, or one text.
  [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key) const;
  [[nodiscard]] std::optional<JsonSection> section(std::string_view key) const;
  [[nodiscard]] std::vector<JsonSection> sections(std::string_view key) const;
  /// Keys that stand here and are none of these, ascending as written.
  [[nodiscard]] std::vector<std::string> others(std::vector<std::string_view> known) const;
  [[nodiscard]] const Json& json() const { return *json_; }

  [[nodiscard]] std::string place(std::string_view key) const;
  [[noreturn]] void fail(std::string_view key, const std::string& what,
                         const std::string& hint = {}) const;

 private:
  const Json* json_;
  std::string place_;
};

/// A string, number or truth value as the text that a CSV file would hold; nullopt for others.
[[nodiscard]] std::optional<std::string> cell_text(const Json& value);

}  // namespace sceau::policies
