#include "enclave/store/column_builder.h"

#include <algorithm>
#include <bit>

#include "disclosure/source.h"
#include "enclave/fault.h"
#include "enclave/store/numbers.h"

namespace sceau::enclave {
namespace {

using disclosure::null_code;

[[noreturn]] void refuse_size(const policies::Variable& variable) {
  throw EnclaveError(Fault::bad_input, "import.too_many_codes", {"", "", variable.name});
}

void unpack_own(Encoding encoding, const PackedSegment& packed, std::uint64_t codes,
                disclosure::Segment& out) {
  if (!unpack(encoding, packed.info, packed.present, packed.data, codes, out)) {
    throw EnclaveError(Fault::internal, "store.internal", {"a packed segment does not unpack"});
  }
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

ColumnBuilder::ColumnBuilder(const policies::Variable& variable)
    : variable_(variable),
      encoding_(encoding_of(variable)),
      scale_(scale_of(variable)),
      has_pseudonyms_(variable.role == policies::Role::identifier) {
  if (encoding_ != Encoding::dictionary || has_pseudonyms_) return;
  // Declared codes in the order in which they will be sealed: most columns then keep their codes.
  std::vector<std::string> declared;
  for (const auto& value : variable.values) declared.push_back(value.code);
  std::ranges::sort(declared);
  for (const auto& code : declared) (void)texts_.find_or_add(code);
}

std::uint32_t ColumnBuilder::code_of(std::string_view text) {
  const std::uint32_t code = texts_.find_or_add(text);
  if (code == TextIndex::none) refuse_size(variable_);
  return code;
}

void ColumnBuilder::translate(std::size_t reader, BlockColumn& block) {
  if (encoding_ != Encoding::dictionary) return;
  if (reader >= translations_.size()) translations_.resize(reader + 1, {null_code, 0});
  auto& translation = translations_[reader];
  if (!has_pseudonyms_) {
    translation.resize(std::size_t{block.first_new} + 1);
    for (const auto& text : block.new_texts) translation.push_back(code_of(text));
  }
  for (auto& code : block.codes) code = translation[code];
}

void ColumnBuilder::fill(const Cell& cell, std::size_t rows, BlockColumn& block) {
  if (encoding_ == Encoding::dictionary) {
    const bool is_text = cell.kind == Cell::Kind::code;
    const bool null = cell.kind == Cell::Kind::null;
    block.codes.assign(rows, is_text ? code_of(cell.code) : null ? null_code : 0);
    block.pseudonyms.assign(has_pseudonyms_ ? rows : 0, cell.pseudonym);
    return;
  }
  const bool real = cell.kind == Cell::Kind::real;
  const bool null = cell.kind == Cell::Kind::null;
  block.values.assign(rows, real ? std::bit_cast<std::int64_t>(cell.real) : cell.mantissa);
  block.kinds.assign(rows, null ? number_null : real ? number_real : number_exact);
  block.has_real = real;
}

void ColumnBuilder::append(const BlockColumn& block, std::size_t from, std::size_t to) {
  const auto part = [&](const auto& values) { return std::span(values).subspan(from, to - from); };
  if (encoding_ == Encoding::dictionary) {
    const auto codes = part(block.codes);
    codes_.insert(codes_.end(), codes.begin(), codes.end());
    for (std::size_t row = from; has_pseudonyms_ && row < to; ++row) {
      if (block.codes[row] != null_code) pending_pseudonyms_.push_back(block.pseudonyms[row]);
    }
    return;
  }
  if (encoding_ == Encoding::scaled && !block.has_real) {
    const auto values = part(block.values);
    const auto present = part(block.kinds);
    mantissas_.insert(mantissas_.end(), values.begin(), values.end());
    present_.insert(present_.end(), present.begin(), present.end());
    return;
  }
  append_numbers(block, from, to);
}

void ColumnBuilder::append_numbers(const BlockColumn& block, std::size_t from, std::size_t to) {
  for (std::size_t row = from; row < to; ++row) {
    const std::uint8_t kind = block.kinds[row];
    const std::int64_t value = block.values[row];
    if (kind == number_real && encoding_ == Encoding::scaled) turn_real();
    present_.push_back(kind == number_null ? 0 : 1);
    if (encoding_ == Encoding::scaled) {
      mantissas_.push_back(value);
    } else if (kind == number_real) {
      reals_.push_back(std::bit_cast<double>(value));
    } else {
      reals_.push_back(to_real(value, scale_));
    }
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
    unpack_own(Encoding::scaled, packed, 0, segment);
    converted(segment.scaled);
    packed_bytes_ -= packed.bytes();
    packed = pack_real(values, segment.present);
    packed_bytes_ += packed.bytes();
  }
  converted(mantissas_);
  reals_ = values;
  mantissas_.clear();
}

void ColumnBuilder::number() {
  if (pending_pseudonyms_.empty()) return;
  std::vector<std::uint32_t> numbers(pending_pseudonyms_.size());
  if (!known_pseudonyms_.find_or_add(pending_pseudonyms_, numbers)) refuse_size(variable_);
  auto number = numbers.begin();
  for (auto& code : codes_) {
    if (code != null_code) code = *number++;
  }
  pending_pseudonyms_.clear();
}

void ColumnBuilder::pack() {
  switch (encoding_) {
    case Encoding::dictionary:
      if (!has_pseudonyms_) {
        used_.resize(std::size_t{texts_.size()} + 1);
        for (const auto code : codes_) used_[static_cast<std::uint32_t>(code + 1)] = 1;
      }
      segments_.push_back(pack_codes(codes_));
      break;
    case Encoding::scaled:
      segments_.push_back(pack_scaled(mantissas_, present_));
      break;
    case Encoding::real:
      segments_.push_back(pack_real(reals_, present_));
      break;
  }
  packed_bytes_ += segments_.back().bytes();
  codes_.clear();
  mantissas_.clear();
  reals_.clear();
  present_.clear();
}

std::uint64_t ColumnBuilder::memory() const {
  const std::uint64_t pending = codes_.capacity() * sizeof(std::uint32_t) +
                                pending_pseudonyms_.capacity() * pseudonym_size +
                                mantissas_.capacity() * sizeof(std::int64_t) +
                                reals_.capacity() * sizeof(double) + present_.capacity();
  return packed_bytes_ + pending + texts_.memory() + known_pseudonyms_.memory();
}

EncodedColumn ColumnBuilder::finish(const std::function<void()>& tick) && {
  EncodedColumn column;
  column.name = variable_.name;
  column.encoding = encoding_;
  column.scale = encoding_ == Encoding::scaled ? scale_ : 0;
  column.segments = std::move(segments_);
  column.dictionary.has_pseudonyms = has_pseudonyms_;
  column.dictionary.pseudonyms = std::move(known_pseudonyms_);
  if (encoding_ == Encoding::dictionary && !has_pseudonyms_) {
    column.dictionary.texts = std::move(texts_);
    order_codes(column, tick);
  }
  return column;
}

void ColumnBuilder::order_codes(EncodedColumn& column, const std::function<void()>& tick) const {
  Dictionary& dictionary = column.dictionary;
  const TextIndex& texts = dictionary.texts;
  for (std::uint32_t code = 0; code + 1 < used_.size(); ++code) {
    if (used_[code + 1] != 0) dictionary.order.push_back(code);
  }
  std::ranges::sort(dictionary.order, {}, [&](std::uint32_t code) { return texts.at(code); });
  std::vector<std::uint32_t> renumbered(texts.size(), null_code);
  bool same = true;
  for (std::uint32_t code = 0; code < dictionary.order.size(); ++code) {
    renumbered[dictionary.order[code]] = code;
    same = same && dictionary.order[code] == code;
  }
  if (same) return;
  disclosure::Segment segment;
  for (auto& packed : column.segments) {
    unpack_own(Encoding::dictionary, packed, texts.size(), segment);
    for (auto& code : segment.codes) {
      if (code != null_code) code = renumbered[code];
    }
    packed = pack_codes(segment.codes);
    tick();
  }
}

}  // namespace sceau::enclave
