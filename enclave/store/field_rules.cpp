#include "enclave/store/field_rules.h"

#include <algorithm>

#include "enclave/store/numbers.h"

namespace sceau::enclave {
namespace {

using policies::Role;
using policies::Type;

Cell faulty(const char* rule) {
  Cell cell;
  cell.fault = rule;
  return cell;
}

/// A refused number may be refused for what its bytes are.
Cell faulty_text(std::string_view text, const char* rule) {
  if (text.find('\0') != std::string_view::npos) return faulty("import.nul");
  return faulty(is_utf8(text) ? rule : "import.bad_utf8");
}

std::string padded(std::string_view text, int width) {
  const auto characters = std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; });
  std::string code;
  if (characters < width) code.assign(static_cast<std::size_t>(width - characters), '0');
  return code.append(text);
}

}  // namespace

Encoding encoding_of(const policies::Variable& variable) {
  if (variable.role == Role::identifier) return Encoding::dictionary;
  switch (variable.type) {
    case Type::category:
    case Type::date:
    case Type::text:
      return Encoding::dictionary;
    case Type::integer:
    case Type::decimal:
      return Encoding::scaled;
  }
  return Encoding::dictionary;
}

int scale_of(const policies::Variable& variable) {
  return variable.type == Type::decimal ? variable.decimals : 0;
}

FieldRules::FieldRules(const policies::Variable& variable, const KeyBytes& key)
    : variable_(variable), encoding_(encoding_of(variable)), scale_(scale_of(variable)) {
  if (variable.role == Role::identifier) pseudonyms_.emplace(key);
  for (const auto& value : variable.values) (void)declared_.find_or_add(value.code);
}

bool FieldRules::is_missing(std::string_view text) const {
  return std::ranges::find(variable_.missing, text) != variable_.missing.end();
}

Cell FieldRules::judge(std::string_view text, char point) {
  if (is_missing(text)) return {};
  if (encoding_ == Encoding::dictionary) return judge_code(text);
  if (!variable_.recode.empty()) {
    const auto recode = variable_.recode.find(std::string(text));
    if (recode != variable_.recode.end()) {
      return is_missing(recode->second) ? Cell{} : judge_number(recode->second, '.');
    }
  }
  return judge_number(text, point);
}

std::string FieldRules::code_text(std::string_view text) const {
  const auto recode = variable_.recode.find(std::string(text));
  return padded(recode == variable_.recode.end() ? text : recode->second, variable_.pad);
}

Cell FieldRules::judge_code(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return faulty("import.nul");
  if (!is_utf8(text)) return faulty("import.bad_utf8");
  const auto recode = variable_.recode.find(std::string(text));
  if (recode != variable_.recode.end() && is_missing(recode->second)) return {};
  Cell cell;
  cell.code = code_text(text);
  if (pseudonyms_) {
    cell.kind = Cell::Kind::pseudonym;
    cell.pseudonym = pseudonyms_->pseudonym(cell.code);
    return cell;
  }
  cell.kind = Cell::Kind::code;
  cell.fault = fault_of_code(cell.code);
  return cell;
}

const char* FieldRules::fault_of_code(std::string_view code) const {
  if (variable_.type == Type::date && !is_date(code)) return "import.bad_date";
  if (variable_.type == Type::category && (code == "Total" || code == "NA")) {
    return "import.reserved_code";
  }
  if (!variable_.values.empty() && declared_.find(code) == TextIndex::none) {
    return "import.unknown_code";
  }
  return nullptr;
}

Cell FieldRules::judge_number(std::string_view text, char point) const {
  Cell cell;
  if (variable_.type == Type::integer) {
    const auto value = read_integer(text);
    if (!value) return faulty_text(text, "import.bad_integer");
    cell.kind = Cell::Kind::mantissa;
    cell.mantissa = *value;
  } else {
    const ReadDecimal value = read_decimal(text, point, scale_);
    if (!value.is_number) return faulty_text(text, "import.bad_decimal");
    cell.kind = value.exact ? Cell::Kind::mantissa : Cell::Kind::real;
    cell.mantissa = value.mantissa;
    cell.real = value.real;
  }
  return within_bounds(cell) ? cell : faulty("import.out_of_range");
}

bool FieldRules::within_bounds(const Cell& cell) const {
  if (!variable_.min && !variable_.max) return true;
  if (cell.kind == Cell::Kind::real) {
    return (!variable_.min || cell.real >= policies::to_double(*variable_.min)) &&
           (!variable_.max || cell.real <= policies::to_double(*variable_.max));
  }
  const policies::Decimal value{cell.mantissa, scale_};
  return (!variable_.min || policies::compare(value, *variable_.min) >= 0) &&
         (!variable_.max || policies::compare(value, *variable_.max) <= 0);
}

}  // namespace sceau::enclave
