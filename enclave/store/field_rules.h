#pragma once
// What a field's text means by the codebook's rules for its variable: missing, recode, pad, code
// list, number, date, bounds, pseudonym.
//
//   pad = 2, values 01 and 02:    "1" is code 01 · "3" is refused, import.unknown_code · "" is NULL
//
// What is refused, by the rule that says so: import.bad_integer, import.bad_decimal,
// import.bad_date, import.out_of_range, import.unknown_code, import.reserved_code, import.nul,
// import.bad_utf8.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "enclave/store/dictionary.h"
#include "enclave/store/pseudonym.h"
#include "enclave/store/segment.h"
#include "policies/codebook.h"

namespace sceau::enclave {

/// A field understood. `fault` is null or the id of the rule that refuses it.
struct Cell {
  enum class Kind : std::uint8_t { null, code, mantissa, real, pseudonym };
  Kind kind = Kind::null;
  std::int64_t mantissa = 0;
  double real = 0;
  std::string code;
  Pseudonym pseudonym{};
  const char* fault = nullptr;
};

/// How a variable's column begins; a scaled one may have to become real.
[[nodiscard]] Encoding encoding_of(const policies::Variable& variable);
/// Digits behind the point that a scaled column keeps.
[[nodiscard]] int scale_of(const policies::Variable& variable);

class FieldRules {
 public:
  /// `key`: of the identifier's domain; empty for all else. The variable must outlive it.
  FieldRules(const policies::Variable& variable, const KeyBytes& key);

  [[nodiscard]] const policies::Variable& variable() const { return variable_; }
  [[nodiscard]] bool is_identifier() const { return pseudonyms_.has_value(); }
  /// A text is its own code: nothing is recoded or padded.
  [[nodiscard]] bool codes_are_texts() const {
    return variable_.recode.empty() && variable_.pad == 0;
  }

  /// `point` is the file's decimal sign. One thread at a time.
  [[nodiscard]] Cell judge(std::string_view text, char point);
  /// The code that an unknown_code fault of `text` was about.
  [[nodiscard]] std::string code_text(std::string_view text) const;

 private:
  [[nodiscard]] bool is_missing(std::string_view text) const;
  [[nodiscard]] Cell judge_code(std::string_view text);
  [[nodiscard]] const char* fault_of_code(std::string_view code) const;
  [[nodiscard]] Cell judge_number(std::string_view text, char point) const;
  [[nodiscard]] bool within_bounds(const Cell& cell) const;

  const policies::Variable& variable_;
  Encoding encoding_;
  int scale_;
  std::optional<Pseudonymiser> pseudonyms_;
  TextIndex declared_;  // the codebook's code list
};

}  // namespace sceau::enclave
