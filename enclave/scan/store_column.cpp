#include "enclave/scan/store_column.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace sceau::enclave {
namespace {

using disclosure::ColumnKind;

std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;  // splitmix64's constants
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

std::uint64_t hash_of(const PlainNumber& number) {
  return mixed(static_cast<std::uint64_t>(number.mantissa) * 31 +
               static_cast<std::uint64_t>(number.scale));
}

std::uint32_t value_of(const PlainNumber& number) {
  const auto value = static_cast<std::uint32_t>(hash_of(number));
  return value == no_value ? 0 : value;
}

PlainNumber shortened(std::int64_t mantissa, int scale) {
  while (scale > 0 && mantissa % 10 == 0) {
    mantissa /= 10;
    --scale;
  }
  return {mantissa, mantissa == 0 ? 0 : scale};
}

/// A double as people write it, to six digits behind the point.
PlainNumber rounded(double value) {
  constexpr double largest = 9e11;
  if (!std::isfinite(value) || std::fabs(value) > largest)
    return {std::bit_cast<std::int64_t>(value), 0};
  return shortened(static_cast<std::int64_t>(std::llround(value * 1e6)), 6);
}

}  // namespace

std::optional<PlainNumber> plain_number(std::string_view text) {
  std::size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
  std::int64_t mantissa = 0;
  int digits = 0;
  int scale = 0;
  bool point = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if ((c == '.' || c == ',') && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    if (mantissa != 0 || c != '0') ++digits;
    if (digits > 17) return std::nullopt;
    mantissa = mantissa * 10 + (c - '0');
    if (point) ++scale;
  }
  if (at == 0 || (at == 1 && (negative || text[0] == '+'))) return std::nullopt;
  if (at < text.size()) {
    if ((text[at] != 'e' && text[at] != 'E') || text.size() - at > 4) return std::nullopt;
    const auto exponent = plain_number(text.substr(at + 1));
    if (!exponent || exponent->scale != 0) return std::nullopt;
    scale -= static_cast<int>(exponent->mantissa);
    for (; scale < 0 && digits <= 17; ++scale, ++digits) mantissa *= 10;
    if (scale < 0) return std::nullopt;
  }
  return shortened(negative ? -mantissa : mantissa, scale);
}

StoreColumn::StoreColumn(const disclosure::Source& source, disclosure::ColumnInfo info,
                         const policies::Codebook& codebook)
    : source_(&source), info_(std::move(info)) {
  const auto* variable = codebook.find(info_.name);
  const auto& contributors = codebook.contributors;
  names_somebody_ =
      (variable != nullptr && variable->role == policies::Role::identifier) ||
      std::find(contributors.begin(), contributors.end(), info_.name) != contributors.end();
  if (info_.kind == ColumnKind::codes) {
    read_texts(codebook);
  } else {
    read_numbers();
  }
}

void StoreColumn::read_texts(const policies::Codebook& codebook) {
  const auto& dictionary = source_->dictionary(info_.name);
  const auto* variable = codebook.find(info_.name);
  distinct_ = dictionary.size();
  codes_.reserve(dictionary.size());
  for (std::uint32_t code = 0; code < dictionary.size(); ++code) {
    const std::string& text = dictionary[code];
    codes_.emplace(text, code);
    if (const auto number = plain_number(text)) numbers_.emplace(hash_of(*number), code);
    if (variable == nullptr) continue;
    for (const auto& [written, meant] : variable->recode) {
      if (meant == text) labels_.emplace(written, code);
    }
    if (variable->values.empty()) continue;
    for (const auto language : {"fr", "en"}) {
      auto label = policies::label_of(*variable, text, language);
      if (label != text) labels_.emplace(std::move(label), code);
    }
  }
}

void StoreColumn::read_numbers() {
  std::vector<std::uint32_t> values;
  for (std::size_t segment = 0; segment < source_->segments(); ++segment) {
    values.clear();
    read(segment, values);
    values_.insert(values.begin(), values.end());
  }
  values_.erase(no_value);
  distinct_ = values_.size();
}

std::uint32_t StoreColumn::value_of(std::string_view field) const {
  if (field.empty()) return no_value;
  if (info_.kind != ColumnKind::codes) {
    const auto number = plain_number(field);
    if (!number) return no_value;
    const auto value = enclave::value_of(*number);
    return values_.contains(value) ? value : no_value;
  }
  if (const auto code = codes_.find(field); code != codes_.end()) return code->second;
  if (const auto number = plain_number(field)) {
    const auto code = numbers_.find(hash_of(*number));
    return code == numbers_.end() ? no_value : code->second;
  }
  if (labels_.empty()) return no_value;
  const auto code = labels_.find(std::string(field));
  return code == labels_.end() ? no_value : code->second;
}

void StoreColumn::read(std::size_t segment, std::vector<std::uint32_t>& values) const {
  thread_local disclosure::Segment read;
  source_->read(segment, info_.name, read);
  const auto present = [&](std::size_t i) { return read.present.empty() || read.present[i] != 0; };
  switch (info_.kind) {
    case ColumnKind::codes:
      values.insert(values.end(), read.codes.begin(), read.codes.end());
      return;
    case ColumnKind::scaled:
      for (std::size_t i = 0; i < read.scaled.size(); ++i) {
        values.push_back(present(i) ? enclave::value_of(shortened(read.scaled[i], info_.scale))
                                    : no_value);
      }
      return;
    case ColumnKind::real:
      for (std::size_t i = 0; i < read.real.size(); ++i) {
        values.push_back(present(i) ? enclave::value_of(rounded(read.real[i])) : no_value);
      }
      return;
  }
}

std::vector<std::uint32_t> StoreColumn::read() const {
  std::vector<std::uint32_t> values;
  for (std::size_t segment = 0; segment < source_->segments(); ++segment) read(segment, values);
  return values;
}

}  // namespace sceau::enclave
