#include "enclave/sql/row_table.h"

#include <algorithm>
#include <limits>

#include "disclosure/number.h"
#include "enclave/sql/fault.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {

using disclosure::ColumnKind;

RowTable::RowTable(TableSpec spec, RunState& state) : spec_(std::move(spec)), state_(state) {
  if (!spec_.source) return;
  const auto& source = *spec_.source;
  for (std::size_t segment = 0; segment < source.segments(); ++segment) {
    if (spec_.vintage && source.vintage(segment) != *spec_.vintage) continue;
    segments_.push_back(segment);
    row_count_ += source.rows(segment);
  }
  for (const auto& column : spec_.columns) {
    const auto info = source.column(column.name);
    if (!info) throw SqlError("XX000", "sql.internal", {"column"});
    kinds_.push_back(info->kind);
    const bool codes = info->kind == ColumnKind::codes;
    dictionaries_.push_back(codes ? &source.dictionary(column.name) : nullptr);
  }
}

bool RowTable::searchable(std::size_t column, Term::Operator operation) const {
  if (!spec_.source) return false;
  if (kinds_[column] == ColumnKind::codes) return operation == Term::Operator::equal;
  return kinds_[column] == ColumnKind::scaled && spec_.columns[column].type == Type::int8;
}

double RowTable::distinct(std::size_t column) const {
  if (!dictionaries_[column]) return 100;
  return std::max<double>(1, static_cast<double>(dictionaries_[column]->size()));
}

std::optional<std::int64_t> RowTable::key_of(std::size_t column, sqlite3_value* value) {
  if (kinds_[column] != ColumnKind::codes) {
    if (sqlite3_value_type(value) != SQLITE_INTEGER) return std::nullopt;
    return sqlite3_value_int64(value);
  }
  if (sqlite3_value_type(value) != SQLITE_TEXT) return std::nullopt;
  auto& codes = codes_[column];
  if (codes.empty()) {
    const auto& texts = dictionary(column);
    codes.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      codes.emplace(texts[i], static_cast<std::uint32_t>(i));
    }
  }
  const std::string_view text(reinterpret_cast<const char*>(sqlite3_value_text(value)),
                              static_cast<std::size_t>(sqlite3_value_bytes(value)));
  const auto found = codes.find(text);
  return found == codes.end() ? std::nullopt : std::optional<std::int64_t>(found->second);
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
      if (kinds_[column] == ColumnKind::codes) {
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

bool RowCursor::add_term(const Term& term, sqlite3_value* value) {
  const auto key = table_.key_of(term.column, value);
  if (!key) {
    // An inequality with something else than an integer is for SQLite to decide.
    return term.operation != Term::Operator::equal && sqlite3_value_type(value) != SQLITE_NULL;
  }
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  constexpr auto highest = std::numeric_limits<std::int64_t>::max();
  switch (term.operation) {
    case Term::Operator::equal:
      filters_.push_back({term.column, *key});
      if (table_.kind(term.column) == ColumnKind::scaled) {
        ranges_.push_back({term.column, *key, *key});
      }
      break;
    case Term::Operator::less:
    case Term::Operator::less_equal:
      ranges_.push_back({term.column, lowest, *key});
      break;
    case Term::Operator::greater:
    case Term::Operator::greater_equal:
      ranges_.push_back({term.column, *key, highest});
      break;
  }
  return true;
}

void RowCursor::start(const std::vector<Term>& terms, sqlite3_value** values) {
  filters_.clear();
  ranges_.clear();
  indexed_ = false;
  end_ = false;
  number_ = 0;
  if (!table_.spec().source) return start_system();
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (!add_term(terms[i], values[i])) {
      end_ = true;
      return;
    }
  }
  if (!filters_.empty()) {
    if (const auto* index = table_.index_for(filters_[0].column)) {
      indexed_ = true;
      places_ = index->find(filters_[0].key);
      place_ = 0;
    }
  }
  at_ = 0;
  row_ = rows_ = 0;
  if (!indexed_) present_ = nullptr;
  find_row();
}

void RowCursor::load(std::size_t segment) {
  if (present_ && segment_ == segment) return;
  if (!indexed_) decoded_.clear();
  segment_ = segment;
  present_ = &decoded_[segment];
  present_->columns.resize(table_.spec().columns.size());
  present_->loaded.resize(table_.spec().columns.size(), 0);
}

const disclosure::Segment& RowCursor::column(std::size_t column) {
  if (!present_->loaded[column]) {
    table_.spec().source->read(segment_, table_.spec().columns[column].name,
                               present_->columns[column]);
    present_->loaded[column] = 1;
  }
  return present_->columns[column];
}

bool RowCursor::skip_segment(std::size_t segment) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
    return !table_.spec().source->may_contain(segment, table_.spec().columns[range.column].name,
                                              range.low, range.high);
  });
}

bool RowCursor::row_matches() {
  return std::all_of(filters_.begin(), filters_.end(), [&](const Filter& filter) {
    const auto& values = column(filter.column);
    if (values.kind == ColumnKind::codes) {
      return values.codes[row_] == static_cast<std::uint32_t>(filter.key);
    }
    return (values.present.empty() || values.present[row_]) && values.scaled[row_] == filter.key;
  });
}

/// Moves on to the first row, from where the cursor stands, that the filters let through.
void RowCursor::find_row() {
  if (indexed_) {
    for (; place_ < places_.size(); ++place_) {
      load(places_[place_].segment);
      row_ = places_[place_].row;
      if (row_matches()) return;
    }
    end_ = true;
    return;
  }
  const auto& segments = table_.segments();
  while (!end_) {
    for (; row_ < rows_; ++row_) {
      if (row_matches()) return;
    }
    do {
      if (at_ == segments.size() || table_.state().stopped()) {
        end_ = true;
        return;
      }
      ++at_;
    } while (skip_segment(segments[at_ - 1]));
    present_ = nullptr;
    load(segments[at_ - 1]);
    row_ = 0;
    rows_ = table_.spec().source->rows(segment_);
  }
}

void RowCursor::next() {
  ++number_;
  if (!table_.spec().source) {
    end_ = static_cast<std::size_t>(number_) >= system_.size();
    return;
  }
  indexed_ ? static_cast<void>(++place_) : static_cast<void>(++row_);
  find_row();
}

void RowCursor::give(sqlite3_context* context, std::size_t column) {
  if (!table_.spec().source) return give_system(context, column);
  switch (table_.kind(column)) {
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
  const auto& text = table_.dictionary(column)[code];
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
