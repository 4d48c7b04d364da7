#include "enclave/store/column_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace sceau::enclave {
namespace {

constexpr std::size_t first_known = 64;
constexpr std::size_t most_known = 4096;
constexpr std::size_t longest_known = 16;

/// Keeps the first n bytes of a word, n <= 8.
std::uint64_t first_bytes(std::uint64_t word, std::size_t n) {
  constexpr std::array<std::uint64_t, 9> masks = {0,
                                                  0xff,
                                                  0xffff,
                                                  0xffffff,
                                                  0xffffffff,
                                                  0xffffffffff,
                                                  0xffffffffffff,
                                                  0xffffffffffffff,
                                                  0xffffffffffffffff};
  return word & masks[n];
}

bool is_large(const TextIndex& texts) {
  return texts.size() > most_own_codes || texts.bytes() > most_own_bytes;
}

std::uint64_t load(const char* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace

ColumnReader::ColumnReader(const policies::Variable& variable, const KeyBytes& key)
    : rules_(variable, key), known_(first_known) {}

void ColumnReader::read(const FieldTable& table, std::size_t column, char point, BlockColumn& out,
                        std::vector<RefusedField>& refused) {
  out.new_texts.clear();
  if (rules_.is_identifier()) return read_pseudonyms(table, column, out, refused);
  if (encoding_of(rules_.variable()) == Encoding::dictionary) {
    return read_codes(table, column, out, refused);
  }
  read_numbers(table, column, point, out, refused);
}

/// Where a short text is known, or where it may be put.
inline ColumnReader::Known* ColumnReader::find(std::string_view text, Known& sought) {
  const std::size_t size = text.size();
  sought.front = first_bytes(load(text.data()), std::min<std::size_t>(size, 8));
  sought.rest = first_bytes(load(text.data() + 8), size > 8 ? size - 8 : 0);
  sought.size = static_cast<std::uint32_t>(size);
  const std::uint64_t mixed = (sought.front ^ std::rotl(sought.rest, 29)) * 0x9e3779b97f4a7c15U;
  return &known_[(mixed ^ mixed >> 32U) >> 20U & (known_.size() - 1)];
}

void ColumnReader::remember(Known* place, const Known& known) {
  *place = known;
  if (++misses_ <= known_.size() || known_.size() == most_known) return;
  known_.assign(known_.size() * 2, Known());
  misses_ = 0;
}

void ColumnReader::read_codes(const FieldTable& table, std::size_t column, BlockColumn& out,
                              std::vector<RefusedField>& refused) {
  if (is_large(own_) || is_large(seen_)) {
    own_ = {};
    seen_ = {};
    seen_codes_.clear();
    known_.assign(known_.size(), Known());
  }
  out.first_new = own_.size();
  const std::size_t rows = table.rows();
  out.codes.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::string_view text = table.field(row, column);
    Known sought;
    Known* place = nullptr;
    if (text.size() <= longest_known) {
      place = find(text, sought);
      if (place->is_of(sought)) {
        out.codes[row] = static_cast<std::uint32_t>(place->value);
        continue;
      }
    }
    const char* fault = nullptr;
    const std::uint32_t code = code_of(text, fault);
    out.codes[row] = code;
    if (fault != nullptr) {
      refused.push_back({row, fault});
    } else if (place != nullptr) {
      sought.value = code;
      remember(place, sought);
    }
  }
  for (std::uint32_t code = out.first_new; code < own_.size(); ++code) {
    out.new_texts.emplace_back(own_.at(code));
  }
}

/// 0 where NULL or refused, else 1 + the code.
std::uint32_t ColumnReader::code_of(std::string_view text, const char*& fault) {
  const bool same = rules_.codes_are_texts();
  const std::uint32_t seen = (same ? own_ : seen_).find(text);
  if (seen != TextIndex::none) return same ? seen + 1 : seen_codes_[seen];
  const Cell cell = rules_.judge(text, '.');
  fault = cell.fault;
  if (fault != nullptr) return 0;
  const std::uint32_t code = cell.kind == Cell::Kind::null ? 0 : own_.find_or_add(cell.code) + 1;
  if (!same) {
    (void)seen_.find_or_add(text);
    seen_codes_.push_back(code);
  }
  return code;
}

void ColumnReader::read_numbers(const FieldTable& table, std::size_t column, char point,
                                BlockColumn& out, std::vector<RefusedField>& refused) {
  if (point != known_point_) known_.assign(known_.size(), Known());
  known_point_ = point;
  const std::size_t rows = table.rows();
  out.values.resize(rows);
  out.kinds.resize(rows);
  out.has_real = false;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::string_view text = table.field(row, column);
    Known sought;
    Known* place = nullptr;
    if (text.size() <= longest_known) {
      place = find(text, sought);
      if (place->is_of(sought)) {
        out.values[row] = place->value;
        out.kinds[row] = place->kind;
        continue;
      }
    }
    const Cell cell = rules_.judge(text, point);
    const bool real = cell.kind == Cell::Kind::real;
    sought.value = real ? std::bit_cast<std::int64_t>(cell.real) : cell.mantissa;
    sought.kind = cell.kind == Cell::Kind::null ? number_null : real ? number_real : number_exact;
    if (cell.fault != nullptr) {
      refused.push_back({row, cell.fault});
      sought.value = 0;
      sought.kind = number_null;
    }
    out.values[row] = sought.value;
    out.kinds[row] = sought.kind;
    out.has_real = out.has_real || sought.kind == number_real;
    if (place != nullptr && cell.fault == nullptr && !real) remember(place, sought);
  }
}

/// An identifier's clear text is kept nowhere. Files are often sorted: the field above is looked
/// at.
void ColumnReader::read_pseudonyms(const FieldTable& table, std::size_t column, BlockColumn& out,
                                   std::vector<RefusedField>& refused) {
  const std::size_t rows = table.rows();
  out.codes.assign(rows, 0);
  out.pseudonyms.resize(rows);
  bool above_holds = false;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::string_view text = table.field(row, column);
    if (above_holds && text == table.field(row - 1, column)) {
      out.codes[row] = out.codes[row - 1];
      out.pseudonyms[row] = out.pseudonyms[row - 1];
      continue;
    }
    const Cell cell = rules_.judge(text, '.');
    above_holds = cell.fault == nullptr;
    if (!above_holds) {
      refused.push_back({row, cell.fault});
    } else if (cell.kind == Cell::Kind::pseudonym) {
      out.codes[row] = 1;
      out.pseudonyms[row] = cell.pseudonym;
    }
  }
}

}  // namespace sceau::enclave
