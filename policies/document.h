#pragma once
// A TOML document that is read strictly: every error has line and column, unknown keys are errors,
// and the order of the document is kept. Inside this folder only; nobody else sees TOML.
//
//   Document document(text, "lycees.toml");
//   Section dataset = document.root().demand_table("dataset");
//   dataset.allow_only({"name", "title"});
//   std::string name = dataset.demand_text("name");

#include <toml++/toml.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/decimal.h"
#include "policies/fault.h"

namespace sceau::policies {

inline constexpr std::size_t max_document_bytes = std::size_t{16} << 20U;

class Document;

/// One table of a document. Getters without `demand_` give nothing where the key is absent; all of
/// them throw PolicyError(wrong_type) where it has another type or is out of range.
class Section {
 public:
  Section(const Document& document, const toml::table& table, std::string path)
      : document_(&document), table_(&table), path_(std::move(path)) {}

  /// Throws PolicyError(unknown_key) for the first key, in the document's order, not in `known`.
  void allow_only(std::initializer_list<std::string_view> known) const;

  [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }
  [[nodiscard]] std::vector<std::string> keys() const;  ///< in the document's order

  [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
  [[nodiscard]] std::string demand_text(std::string_view key) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t low,
                                                    std::int64_t high) const;
  [[nodiscard]] std::int64_t demand_integer(std::string_view key, std::int64_t low,
                                            std::int64_t high) const;
  /// An integer, or a float in its shortest round-trip form: 0.85 is exactly 85/100.
  [[nodiscard]] std::optional<Decimal> decimal(std::string_view key) const;
  [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key) const;
  /// A string, integer, float or date as the text that a CSV file would hold.
  [[nodiscard]] std::string as_cell(std::string_view key) const;
  [[nodiscard]] std::optional<Section> table(std::string_view key) const;
  [[nodiscard]] Section demand_table(std::string_view key) const;
  [[nodiscard]] std::vector<Section> tables(std::string_view key) const;  ///< [[key]]

  template <typename Enum>
  [[nodiscard]] std::optional<Enum> choice(
      std::string_view key, std::span<const std::pair<std::string_view, Enum>> choices) const {
    const std::optional<std::string> written = text(key);
    if (!written) return std::nullopt;
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
      if (name == *written) return value;
      names.emplace_back(name);
    }
    fail_choice(key, *written, names);
  }
  template <typename Enum>
  [[nodiscard]] Enum demand_choice(
      std::string_view key, std::span<const std::pair<std::string_view, Enum>> choices) const {
    demand(key);
    return *choice(key, choices);
  }

  /// Throws PolicyError(missing) where the key is absent; `hint` says what to write.
  void demand(std::string_view key, const std::string& hint = {}) const;

  /// "policy.reviewers", "variables.sexe.type", "format"
  [[nodiscard]] std::string full_name(std::string_view key) const;
  /// FILE:LINE:COLUMN of the key, or of the table where the key is absent.
  [[nodiscard]] std::string where(std::string_view key) const;
  [[nodiscard]] std::string where() const;
  [[noreturn]] void fail(Fault fault, std::string_view key, const std::string& what,
                         const std::string& hint = {}) const;

 private:
  [[noreturn]] void fail_choice(std::string_view key, const std::string& written,
                                const std::vector<std::string>& names) const;
  [[noreturn]] void fail_type(std::string_view key, std::string_view expected,
                              const std::string& hint = {}) const;

  const Document* document_;
  const toml::table* table_;
  std::string path_;
};

class Document {
 public:
  /// Throws PolicyError(syntax) where the text is no TOML or holds a key twice.
  Document(std::string_view toml, std::string file_name);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  [[nodiscard]] Section root() const { return {*this, table_, {}}; }
  /// Throws unless the document says `format = 1`.
  void demand_format() const;
  [[nodiscard]] const std::string& file_name() const { return file_name_; }
  [[nodiscard]] std::string where(const toml::source_region& region) const;
  /// FILE:LINE:COLUMN of the deepest part of `path` that stands in the document; a step into an
  /// array is a number in decimal.
  [[nodiscard]] std::string where(std::initializer_list<std::string_view> path) const;

 private:
  std::string file_name_;
  toml::table table_;
};

/// The bytes of a document; throws PolicyError(unreadable).
[[nodiscard]] std::string read_document(const std::filesystem::path& file);

}  // namespace sceau::policies
