#include "enclave/store/column_builder.h"

#include <algorithm>

#include "disclosure/source.h"
#include "enclave/fault.h"
#include "enclave/store/numbers.h"

namespace sceau::enclave {
namespace {

using disclosure::null_code;
using policies::Role;
using policies::Type;

constexpr std::uint32_t most_seen = 1U << 16;
constexpr std::size_t longest_remembered = 64;

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

std::uint64_t EncodedColumn::nulls() const {
  std::uint64_t sum = 0;
  for (const auto& segment : segments) sum += segment.info.nulls;
  return sum;
}

std::uint64_t EncodedColumn::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& segment : segments) sum += segment.bytes();
  return sum;
}

ColumnBuilder::ColumnBuilder(const policies::Variable& variable,
                             std::optional<Pseudonymiser> pseudonyms)
    : variable_(variable),
      pseudonyms_(std::move(pseudonyms)),
      encoding_(encoding_of(variable)),
      scale_(encoding_ == Encoding::scaled && variable.type == Type::decimal ? variable.decimals
                                                                             : 0) {
  for (const auto& value : variable.values) (void)declared_.find_or_add(value.code);
}

bool ColumnBuilder::is_missing(std::string_view text) const {
  return std::ranges::find(variable_.missing, text) != variable_.missing.end();
}

Cell ColumnBuilder::convert(std::string_view text, char point) {
  if (encoding_ != Encoding::dictionary) {
    if (is_missing(text)) return {};
    if (!variable_.recode.empty()) {
      const auto recode = variable_.recode.find(std::string(text));
      if (recode != variable_.recode.end()) {
        return is_missing(recode->second) ? Cell{} : convert_number(recode->second, '.');
      }
    }
    return convert_number(text, point);
  }
  // Files are often sorted: the field above is the likeliest.
  if (has_last_ && text == last_text_) return last_cell_;
  const Cell cell = convert_code(text);
  has_last_ = cell.fault == nullptr && text.size() <= longest_remembered;
  if (has_last_) {
    last_text_.assign(text);
    last_cell_ = cell;
  }
  return cell;
}

Cell ColumnBuilder::convert_code(std::string_view text) {
  // An identifier's clear text is kept nowhere.
  if (pseudonyms_) return new_code(text);
  const std::uint32_t known = seen_.find(text);
  if (known != TextIndex::none) return seen_cells_[known];
  const Cell cell = new_code(text);
  if (cell.fault == nullptr && seen_.size() < most_seen && text.size() <= longest_remembered) {
    (void)seen_.find_or_add(text);
    seen_cells_.push_back(cell);
  }
  return cell;
}

std::string ColumnBuilder::code_text(std::string_view text) const {
  const auto recode = variable_.recode.find(std::string(text));
  return padded(recode == variable_.recode.end() ? text : recode->second, variable_.pad);
}

Cell ColumnBuilder::new_code(std::string_view text) {
  if (is_missing(text)) return {};
  if (text.find('\0') != std::string_view::npos) return faulty("import.nul");
  if (!is_utf8(text)) return faulty("import.bad_utf8");
  const auto recode = variable_.recode.find(std::string(text));
  if (recode != variable_.recode.end() && is_missing(recode->second)) return {};
  const std::string code = code_text(text);
  Cell cell;
  if (pseudonyms_) {
    cell.kind = Cell::Kind::pseudonym;
    cell.pseudonym = pseudonyms_->pseudonym(code);
    return cell;
  }
  cell.kind = Cell::Kind::code;
  cell.fault = fault_of_code(code);
  if (cell.fault != nullptr) return cell;
  cell.code = texts_.find_or_add(code);
  if (cell.code == TextIndex::none) return faulty("import.too_many_codes");
  return cell;
}

const char* ColumnBuilder::fault_of_code(std::string_view code) const {
  if (variable_.type == Type::date && !is_date(code)) return "import.bad_date";
  if (variable_.type == Type::category && (code == "Total" || code == "NA")) {
    return "import.reserved_code";
  }
  if (!variable_.values.empty() && declared_.find(code) == TextIndex::none) {
    return "import.unknown_code";
  }
  return nullptr;
}

Cell ColumnBuilder::convert_number(std::string_view text, char point) const {
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

bool ColumnBuilder::within_bounds(const Cell& cell) const {
  if (!variable_.min && !variable_.max) return true;
  if (cell.kind == Cell::Kind::real) {
    return (!variable_.min || cell.real >= policies::to_double(*variable_.min)) &&
           (!variable_.max || cell.real <= policies::to_double(*variable_.max));
  }
  const policies::Decimal value{cell.mantissa, scale_};
  return (!variable_.min || policies::compare(value, *variable_.min) >= 0) &&
         (!variable_.max || policies::compare(value, *variable_.max) <= 0);
}

void ColumnBuilder::append(const Cell& cell) {
  if (encoding_ == Encoding::dictionary) {
    codes_.push_back(cell.kind == Cell::Kind::null ? null_code : cell.code);
    if (cell.kind == Cell::Kind::pseudonym) pending_pseudonyms_.push_back(cell.pseudonym);
    return;
  }
  append_number(cell);
}

void ColumnBuilder::append_number(const Cell& cell) {
  if (cell.kind == Cell::Kind::real && encoding_ == Encoding::scaled) turn_real();
  present_.push_back(cell.kind == Cell::Kind::null ? 0 : 1);
  if (encoding_ == Encoding::scaled) {
    mantissas_.push_back(cell.kind == Cell::Kind::null ? 0 : cell.mantissa);
    return;
  }
  switch (cell.kind) {
    case Cell::Kind::null:
    case Cell::Kind::code:
    case Cell::Kind::pseudonym:
      reals_.push_back(0);
      break;
    case Cell::Kind::mantissa:
      reals_.push_back(to_real(cell.mantissa, scale_));
      break;
    case Cell::Kind::real:
      reals_.push_back(cell.real);
      break;
  }
}

/// A value came that the scale can't hold: the whole column becomes doubles.
void ColumnBuilder::turn_real() {
  encoding_ = Encoding::real;
  disclosure::Segment segment;
  std::vector<double> values;
  const auto converted = [&](const std::vector<std::int64_t>& mantissas) {
    values.clear();
    for (const auto mantissa : mantissas) values.push_back(to_real(mantissa, scale_));
  };
  for (auto& packed : segments_) {
    if (!unpack(Encoding::scaled, packed.info, packed.present, packed.data, 0, segment)) {
      throw EnclaveError(Fault::internal, "store.internal", {"a packed segment does not unpack"});
    }
    converted(segment.scaled);
    packed = pack_real(values, segment.present);
  }
  converted(mantissas_);
  reals_ = values;
  mantissas_.clear();
}

void ColumnBuilder::pack() {
  switch (encoding_) {
    case Encoding::dictionary:
      segments_.push_back(pack_codes(codes_));
      break;
    case Encoding::scaled:
      segments_.push_back(pack_scaled(mantissas_, present_));
      break;
    case Encoding::real:
      segments_.push_back(pack_real(reals_, present_));
      break;
  }
  codes_.clear();
  mantissas_.clear();
  reals_.clear();
  present_.clear();
}

void ColumnBuilder::number() {
  if (pending_pseudonyms_.empty()) return;
  std::vector<std::uint32_t> numbers(pending_pseudonyms_.size());
  if (!known_pseudonyms_.find_or_add(pending_pseudonyms_, numbers)) {
    throw EnclaveError(Fault::bad_input, "import.too_many_codes", {"", "", variable_.name});
  }
  auto number = numbers.begin();
  for (auto& code : codes_) {
    if (code != null_code) code = *number++;
  }
  pending_pseudonyms_.clear();
}

EncodedColumn ColumnBuilder::finish() && {
  EncodedColumn column;
  column.name = variable_.name;
  column.encoding = encoding_;
  column.scale = encoding_ == Encoding::scaled ? scale_ : 0;
  column.segments = std::move(segments_);
  column.dictionary.has_pseudonyms = pseudonyms_.has_value();
  column.dictionary.pseudonyms = std::move(known_pseudonyms_);
  if (encoding_ == Encoding::dictionary && !pseudonyms_) {
    column.dictionary.texts = std::move(texts_);
    renumber(column);
  }
  return column;
}

void ColumnBuilder::renumber(EncodedColumn& column) const {
  Dictionary& dictionary = column.dictionary;
  const TextIndex& texts = dictionary.texts;
  disclosure::Segment segment;
  const auto each_segment = [&](auto act) {
    for (auto& packed : column.segments) {
      if (!unpack(Encoding::dictionary, packed.info, {}, packed.data, texts.size(), segment)) {
        throw EnclaveError(Fault::internal, "store.internal", {"a packed segment does not unpack"});
      }
      act(packed);
    }
  };
  std::vector<bool> used(texts.size());
  each_segment([&](const PackedSegment&) {
    for (const auto code : segment.codes) {
      if (code != null_code) used[code] = true;
    }
  });
  for (std::uint32_t code = 0; code < texts.size(); ++code) {
    if (used[code]) dictionary.order.push_back(code);
  }
  std::ranges::sort(dictionary.order, {}, [&](std::uint32_t code) { return texts.at(code); });
  std::vector<std::uint32_t> renumbered(texts.size(), null_code);
  bool same = dictionary.order.size() == texts.size();
  for (std::uint32_t code = 0; code < dictionary.order.size(); ++code) {
    renumbered[dictionary.order[code]] = code;
    same = same && dictionary.order[code] == code;
  }
  if (same) return;
  each_segment([&](PackedSegment& packed) {
    for (auto& code : segment.codes) {
      if (code != null_code) code = renumbered[code];
    }
    packed = pack_codes(segment.codes);
  });
}

}  // namespace sceau::enclave
