#include "disclosure/row_space.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace sceau::disclosure {
namespace {

constexpr std::uint32_t none = 0xffffffffU;

}  // namespace

RowSpace::RowSpace(const PrimeField& field, std::vector<std::uint32_t> holders)
    : field_(&field),
      holders_(std::move(holders)),
      pivot_of_(holders_.size(), none),
      value_(holders_.size(), 0),
      touched_(holders_.size(), 0),
      due_(holders_.size() / 64 + 1, 0) {}

void RowSpace::touch(std::uint32_t column) {
  touched_[column] = 1;
  columns_touched_.push_back(column);
  const std::uint32_t row = pivot_of_[column];
  if (row != none) due_[row / 64] |= std::uint64_t{1} << (row % 64);
}

void RowSpace::scatter(std::span<const std::uint32_t> ones) {
  for (const std::uint32_t column : ones) {
    touch(column);
    value_[column] = field_->one();
  }
}

std::vector<RowSpace::Entry> RowSpace::reduce(std::uint64_t& steps) {
  std::vector<Entry> taken;
  // A row holds pivots of later rows only, so that one pass in their order is enough.
  for (std::size_t word = 0; word * 64 < rows_.size(); ++word) {
    while (due_[word] != 0) {
      const auto number = static_cast<std::uint32_t>(
          word * 64 + static_cast<std::size_t>(std::countr_zero(due_[word])));
      due_[word] &= due_[word] - 1;
      const Row& row = rows_[number];
      const Element multiple = value_[row.pivot];
      if (multiple == 0) continue;
      value_[row.pivot] = 0;
      taken.push_back({number, multiple});
      steps += row.others.size() + 1;
      for (const Entry& entry : row.others) {
        if (touched_[entry.at] == 0) touch(entry.at);
        Element& value = value_[entry.at];
        value = field_->subtract(value, field_->multiply(multiple, entry.value));
      }
    }
  }
  return taken;
}

void RowSpace::clear() {
  for (const std::uint32_t column : columns_touched_) {
    value_[column] = 0;
    touched_[column] = 0;
  }
  columns_touched_.clear();
}

void RowSpace::scatter_terms(std::span<const Term> terms) {
  for (const auto& term : terms) {
    touch(term.column);
    const auto size = static_cast<std::uint64_t>(term.factor < 0 ? -term.factor : term.factor);
    Element value = 0;
    for (std::uint64_t i = 0; i < size; ++i) value = field_->add(value, field_->one());
    value_[term.column] = term.factor < 0 ? field_->negative(value) : value;
  }
}

bool RowSpace::add(std::span<const std::uint32_t> ones, std::uint64_t& steps) {
  steps += ones.size();
  scatter(ones);
  return keep(reduce(steps));
}

bool RowSpace::add_terms(std::span<const Term> terms, std::uint64_t& steps) {
  steps += terms.size();
  scatter_terms(terms);
  return keep(reduce(steps));
}

bool RowSpace::anything_left() const {
  return std::any_of(columns_touched_.begin(), columns_touched_.end(),
                     [&](std::uint32_t column) { return value_[column] != 0; });
}

std::optional<std::vector<RowSpace::Part>> RowSpace::add_or_combine(std::span<const Term> terms,
                                                                    std::uint64_t& steps) {
  steps += terms.size();
  scatter_terms(terms);
  auto taken = reduce(steps);
  if (anything_left()) {
    keep(std::move(taken));
    return std::nullopt;
  }
  clear();
  return put_back(taken);
}

bool RowSpace::keep(std::vector<Entry>&& taken) {
  Row row{none, {}, std::move(taken), 0};
  for (const std::uint32_t column : columns_touched_) {
    if (value_[column] == 0) continue;
    if (row.pivot == none ||
        std::pair(holders_[column], column) < std::pair(holders_[row.pivot], row.pivot)) {
      row.pivot = column;
    }
  }
  if (row.pivot == none) {
    clear();
    return false;
  }
  row.scale = field_->inverse(value_[row.pivot]);
  for (const std::uint32_t column : columns_touched_) {
    if (value_[column] == 0 || column == row.pivot) continue;
    row.others.push_back({column, field_->multiply(value_[column], row.scale)});
  }
  row.others.shrink_to_fit();
  row.taken.shrink_to_fit();
  clear();
  pivot_of_[row.pivot] = static_cast<std::uint32_t>(rows_.size());
  entries_ += row.others.size() + 1;
  rows_.push_back(std::move(row));
  return true;
}

// A kept row is scale · (the row as it was added - Σ taken · earlier kept rows).
std::vector<RowSpace::Part> RowSpace::put_back(std::span<const Entry> taken) {
  of_row_.resize(rows_.size(), 0);
  std::size_t words = 0;
  const auto note = [&](std::uint32_t row) {
    due_[row / 64] |= std::uint64_t{1} << (row % 64);
    words = std::max<std::size_t>(words, row / 64 + 1);
  };
  for (const Entry& entry : taken) {
    of_row_[entry.at] = entry.value;
    note(entry.at);
  }
  std::vector<Part> found;
  for (std::size_t word = words; word-- > 0;) {
    while (due_[word] != 0) {
      const auto bit = static_cast<std::uint32_t>(63 - std::countl_zero(due_[word]));
      const auto number = static_cast<std::uint32_t>(word * 64 + bit);
      due_[word] &= ~(std::uint64_t{1} << bit);
      const Element multiple = field_->multiply(of_row_[number], rows_[number].scale);
      of_row_[number] = 0;
      if (multiple == 0) continue;
      found.push_back({number, multiple});
      for (const Entry& entry : rows_[number].taken) {
        of_row_[entry.at] =
            field_->subtract(of_row_[entry.at], field_->multiply(multiple, entry.value));
        note(entry.at);
      }
    }
  }
  return found;
}

std::vector<RowSpace::Element> RowSpace::orthogonal(std::uint64_t& state) const {
  std::vector<Element> vector(columns());
  for (std::size_t column = 0; column < vector.size(); ++column) {
    if (pivot_of_[column] == none) vector[column] = field_->random(state);
  }
  fill_pivots(vector);
  return vector;
}

bool RowSpace::is_pivot(std::uint32_t column) const { return pivot_of_[column] != none; }

std::vector<RowSpace::Element> RowSpace::circuit(std::uint32_t column, std::uint64_t& steps) const {
  std::vector<Element> vector(columns(), 0);
  vector[column] = field_->one();
  fill_pivots(vector);
  steps += entries_;
  return vector;
}

// A row holds pivots of later rows only, so the last row's comes first.
void RowSpace::fill_pivots(std::vector<Element>& vector) const {
  for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {
    Element sum = 0;
    for (const Entry& entry : row->others) {
      if (vector[entry.at] == 0) continue;
      sum = field_->add(sum, field_->multiply(entry.value, vector[entry.at]));
    }
    vector[row->pivot] = field_->negative(sum);
  }
}

std::optional<std::vector<std::uint32_t>> RowSpace::combination(
    std::span<const std::uint32_t> ones) {
  std::uint64_t steps = 0;
  scatter(ones);
  const auto taken = reduce(steps);
  const bool rest = anything_left();
  clear();
  if (rest) return std::nullopt;
  std::vector<std::uint32_t> found;
  for (const Part& part : put_back(taken)) found.push_back(part.row);
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace sceau::disclosure
