#pragma once
// What a data set's variables are: types, roles, labels, code lists, hierarchies, and how its CSV
// files are read. One TOML document (format 1, design: "The codebook") makes one Codebook.
//
// A codebook that passes:
//     format = 1
//     [dataset]
//     name = "lycees"
//     [variables.sexe]
//     type = "category"
//     role = "classification"
// and one that is refused, with line and column: the same with `rôle = …` (unknown key), with
// `type = "cat"` (wrong type), with parent = "region" where no variable of that name stands.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/decimal.h"

namespace sceau::policies {

inline constexpr std::size_t max_variables = 256;

/// A text in both languages; either may be empty. Never a translation of the other by itself.
struct Label {
  std::string fr;
  std::string en;
  friend bool operator==(const Label&, const Label&) = default;
};

enum class Type { category, integer, decimal, date, text };
enum class Role { classification, measure, identifier, hidden };

struct CodeLabel {
  std::string code;
  Label label;
  friend bool operator==(const CodeLabel&, const CodeLabel&) = default;
};

struct Reference {
  std::string dataset;
  std::string variable;
  friend bool operator==(const Reference&, const Reference&) = default;
};

struct Variable {
  std::string name;                 ///< [a-z_][a-z0-9_]*, at most 63 bytes, never "vintage"
  Type type = Type::category;
  Role role = Role::classification;
  std::vector<std::string> source;  ///< header names in the files; empty: {name}
  Label label;
  std::vector<CodeLabel> values;    ///< declared code list in the document's order; empty: open
  std::map<std::string, std::string> recode;  ///< text in the file -> code
  int pad = 0;                      ///< codes are padded on the left with zeros to this width
  std::string parent;               ///< hierarchy: each code has one code of the parent; or empty
  std::vector<std::string> missing = {""};  ///< texts that are read as NULL
  bool sensitive = false;
  std::string domain;               ///< identifiers: the pseudonym's key domain; default: name
  std::optional<Reference> references;
  int decimals = 0;                 ///< decimal: digits kept exactly, 0..9
  std::optional<Decimal> min;
  std::optional<Decimal> max;
};

/// What differs by file; the first rule whose glob matches a file's base name holds.
struct FileRule {
  std::string match;               ///< glob: * and ?
  std::string encoding;            ///< iconv name; empty: UTF-8
  char decimal = '.';
  std::optional<char> separator;   ///< none: found from the header line
  std::map<std::string, std::string> set;  ///< variable -> constant text for each row of the file
};

struct Codebook {
  std::string name;                ///< the table's name in SQL
  Label title;
  std::string population;          ///< default: name
  std::string unit;                ///< "row" or a variable
  std::vector<std::string> contributors;
  std::string weight;              ///< or empty
  std::vector<FileRule> files;
  std::vector<Variable> variables; ///< in the order of the document
  std::string source_text;         ///< the document's bytes, sealed into the store

  /// Null where no variable has this name.
  [[nodiscard]] const Variable* find(std::string_view variable) const;
};

/// Throws PolicyError (unknown or duplicate key, wrong type, contradiction), with line and column.
[[nodiscard]] Codebook parse_codebook(std::string_view toml, const std::string& file_name);
[[nodiscard]] Codebook load_codebook(const std::filesystem::path& file);

/// Whether `codebook` declares that its variable names rows of `other` by that one's `key`
/// (references = "other.key"), and both are codes of one kind: the same type, not a number, and
/// where they are pseudonyms, of the same domain.
[[nodiscard]] bool declares_reference(const Codebook& codebook, std::string_view variable,
                                      const Codebook& other, std::string_view key);

/// The label in `language` ("fr" | "en"), else the other language's, else the code itself.
[[nodiscard]] std::string label_of(const Variable& variable, std::string_view code,
                                   std::string_view language);

[[nodiscard]] std::string_view to_string(Type type);
[[nodiscard]] std::string_view to_string(Role role);

}  // namespace sceau::policies
