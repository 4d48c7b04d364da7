#include "enclave/sql/row_table.h"

#include <algorithm>
#include <numeric>

#include "disclosure/number.h"
#include "enclave/sql/fault.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {

using disclosure::ColumnKind;

RowTable::RowTable(TableSpec spec, int number, RunState& state)
    : spec_(std::move(spec)), number_(number), state_(state) {
  if (!spec_.source) return;
  const auto& source = *spec_.source;
  for (std::size_t segment = 0; segment < source.segments(); ++segment) {
    if (spec_.vintage && source.vintage(segment) != *spec_.vintage) continue;
    segments_.push_back(segment);
    row_count_ += source.rows(segment);
  }
  for (const auto& column : spec_.columns) columns_.emplace_back(source, column);
}

bool RowTable::takes(const Term& term, std::string_view collation) const {
  if (!spec_.source) return false;
  return columns_[term.column].takes(term.operation, collation);
}

double RowTable::distinct(std::size_t column) const {
  if (columns_[column].kind() != ColumnKind::codes) return 100;
  return std::max<double>(1, static_cast<double>(columns_[column].texts()));
}

void RowIndex::sort() {
  std::stable_sort(places_.begin(), places_.end(),
                   [](const Place& a, const Place& b) { return a.key < b.key; });
}

std::span<const RowIndex::Place> RowIndex::find(std::int64_t key) const {
  const auto first = std::partition_point(places_.begin(), places_.end(),
                                          [&](const Place& place) { return place.key < key; });
  const auto last = std::partition_point(first, places_.end(),
                                         [&](const Place& place) { return place.key == key; });
  return {first, last};
}

const RowIndex* RowTable::index_for(std::size_t column) {
  if (statement_ != state_.statement) {
    statement_ = state_.statement;
    questions_.clear();
    indices_.clear();
  }
  if (++questions_[column] < 2) return nullptr;
  const auto known = indices_.find(column);
  if (known != indices_.end()) return &known->second;
  return &indices_.emplace(column, make_index(column)).first->second;
}

RowIndex RowTable::make_index(std::size_t column) const {
  RowIndex made;
  disclosure::Segment values;
  for (const auto segment : segments_) {
    if (state_.stopped()) throw SqlError(*state_.fault);
    spec_.source->read(segment, spec_.columns[column].name, values);
    const auto rows = spec_.source->rows(segment);
    const auto place = static_cast<std::uint32_t>(segment);
    for (std::uint32_t row = 0; row < rows; ++row) {
      if (values.kind == ColumnKind::codes) {
        if (values.codes[row] != disclosure::null_code) made.add({values.codes[row], place, row});
      } else if (values.present.empty() || values.present[row]) {
        made.add({values.scaled[row], place, row});
      }
    }
  }
  made.sort();
  return made;
}

// ---- the cursor

/// False where no row can pass.
bool RowCursor::take(const std::vector<Term>& terms, sqlite3_value** values) {
  filters_.clear();
  to_skip_ = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i].operation == Term::Operator::offset) {
      to_skip_ = std::max<std::int64_t>(0, sqlite3_value_int64(values[i]));
      continue;
    }
    auto filter = RowFilter::make(table_.column(terms[i].column), terms[i], values[i]);
    if (filter.kind() == RowFilter::Kind::none) return false;
    if (filter.kind() != RowFilter::Kind::all) filters_.push_back(std::move(filter));
  }
  return true;
}

void RowCursor::start(const std::vector<Term>& terms, sqlite3_value** values) {
  indexed_ = false;
  end_ = false;
  number_ = 0;
  if (!table_.spec().source) return start_system();
  if (!take(terms, values)) {
    end_ = true;
    return;
  }
  const RowIndex* index = nullptr;
  if (!filters_.empty() && filters_[0].kind() == RowFilter::Kind::equal) {
    index = table_.index_for(filters_[0].column());
  }
  if (index) {
    indexed_ = true;
    places_ = index->find(filters_[0].key());
    place_ = 0;
    return find_place();
  }
  at_ = 0;
  from_ = rows_ = 0;
  selected_.clear();
  find_row();
}

void RowCursor::load(std::size_t segment) {
  if (present_ && segment_ == segment) return;
  segment_ = segment;
  if (!indexed_ && !decoded_.empty()) {  // one at a time, in the memory of the one before
    auto held = decoded_.extract(decoded_.begin());
    held.key() = segment;
    held.mapped().loaded.assign(columns(), 0);
    decoded_.clear();
    decoded_.insert(std::move(held));
  }
  present_ = &decoded_[segment];
  present_->columns.resize(columns());
  present_->loaded.resize(columns(), 0);
}

const disclosure::Segment& RowCursor::column(std::size_t column) {
  if (!present_->loaded[column]) {
    table_.spec().source->read(segment_, table_.spec().columns[column].name,
                               present_->columns[column]);
    present_->loaded[column] = 1;
  }
  return present_->columns[column];
}

/// Moves on, from where the cursor stands in the index, to a row that all filters let through.
void RowCursor::find_place() {
  for (; place_ < places_.size(); ++place_) {
    load(places_[place_].segment);
    row_ = places_[place_].row;
    const bool passes = std::all_of(filters_.begin(), filters_.end(), [&](const auto& filter) {
      return filter.passes(column(filter.column()), row_);
    });
    if (passes) return;
  }
  end_ = true;
}

/// Whether a segment has rows that pass; then they are selected.
bool RowCursor::select_rows(std::size_t segment) {
  const auto& source = *table_.spec().source;
  const auto rows = source.rows(segment);
  if (filters_.empty()) {
    from_ = static_cast<std::uint32_t>(std::min<std::int64_t>(to_skip_, rows));
    to_skip_ -= from_;
    rows_ = rows;
    if (from_ < rows_) load(segment);
    return from_ < rows_;
  }
  const bool may = std::all_of(filters_.begin(), filters_.end(), [&](const auto& filter) {
    return filter.may_pass(source, segment);
  });
  if (!may) return false;
  load(segment);
  selected_.resize(rows);
  std::iota(selected_.begin(), selected_.end(), 0U);
  for (const auto& filter : filters_) {
    filter.keep(column(filter.column()), selected_);
    if (selected_.empty()) return false;
  }
  from_ = 0;
  rows_ = static_cast<std::uint32_t>(selected_.size());
  return true;
}

/// False at the end.
bool RowCursor::next_segment() {
  const auto& segments = table_.segments();
  while (at_ < segments.size()) {
    if (table_.state().stopped()) return false;
    if (select_rows(segments[at_++])) return true;
  }
  return false;
}

/// Puts the cursor on the next row, from from_ on.
void RowCursor::find_row() {
  if (from_ >= rows_ && !next_segment()) {
    end_ = true;
    return;
  }
  row_ = filters_.empty() ? from_ : selected_[from_];
}

void RowCursor::next() {
  ++number_;
  if (!table_.spec().source) {
    end_ = static_cast<std::size_t>(number_) >= system_.size();
    return;
  }
  if (indexed_) {
    ++place_;
    return find_place();
  }
  ++from_;
  find_row();
}

void RowCursor::give(sqlite3_context* context, std::size_t column) {
  if (!table_.spec().source) return give_system(context, column);
  switch (table_.column(column).kind()) {
    case ColumnKind::codes:
      return give_codes(context, column);
    case ColumnKind::scaled:
      return give_scaled(context, column);
    case ColumnKind::real: {
      const auto& values = this->column(column);
      if (!values.present.empty() && !values.present[row_]) return;
      return sqlite3_result_double(context, values.real[row_]);
    }
  }
}

void RowCursor::give_codes(sqlite3_context* context, std::size_t column) {
  const auto code = this->column(column).codes[row_];
  if (code == disclosure::null_code) return;
  const auto& text = table_.column(column).dictionary()[code];
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void RowCursor::give_scaled(sqlite3_context* context, std::size_t column) {
  const auto& values = this->column(column);
  if (!values.present.empty() && !values.present[row_]) return;
  const auto& spec = table_.spec().columns[column];
  if (spec.type == Type::int8) return sqlite3_result_int64(context, values.scaled[row_]);
  const auto text =
      disclosure::to_string(disclosure::exact(values.scaled[row_], spec.scale), spec.scale);
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

// ---- system relations

void RowCursor::start_system() {
  system_ = table_.spec().rows ? table_.spec().rows() : std::vector<Row>();
  end_ = system_.empty();
}

void RowCursor::give_system(sqlite3_context* context, std::size_t column) const {
  const auto& row = system_[static_cast<std::size_t>(number_)];
  if (column >= row.size() || !row[column]) return;
  const auto& text = *row[column];
  const auto type = table_.spec().columns[column].type;
  if (type == Type::int8) {
    const auto value = parse_integer(text, Type::int8);
    if (value) sqlite3_result_int64(context, *value);
  } else if (type == Type::float8) {
    const auto value = parse_real(text);
    if (value) sqlite3_result_double(context, *value);
  } else {
    sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
}

}  // namespace sceau::enclave::sql
