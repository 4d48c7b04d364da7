#include "enclave/sql/row_filter.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <new>
#include <numeric>

#include "enclave/sql/fault.h"
#include "enclave/sql/numeric.h"

namespace sceau::enclave::sql {

using disclosure::ColumnKind;
using disclosure::null_code;
using disclosure::Segment;
using Operator = Term::Operator;

namespace {

/// A larger dictionary isn't sorted: SQLite compares its texts where they occur.
constexpr std::size_t most_ranked = 100'000;

/// So many texts are looked for one by one before a table of all is made.
constexpr int few_lookups = 4;

constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
constexpr auto highest = std::numeric_limits<std::int64_t>::max();

std::optional<std::string_view> text_of(sqlite3_value* value) {
  if (sqlite3_value_type(value) != SQLITE_TEXT) return std::nullopt;
  const auto* bytes = sqlite3_value_text(value);
  if (!bytes) throw std::bad_alloc();
  return std::string_view(reinterpret_cast<const char*>(bytes),
                          static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

/// A number between the mantissas that it lies between: equal where it is one.
struct Bounds {
  disclosure::Int128 below, above;
};

disclosure::Int128 clamped(const BigInteger& value) {
  if (value > highest) return static_cast<disclosure::Int128>(highest) + 1;
  if (value < lowest) return static_cast<disclosure::Int128>(lowest) - 1;
  return value.convert_to<std::int64_t>();
}

std::optional<Bounds> bounds_of(sqlite3_value* value, int scale) {
  std::optional<Numeric> number;
  if (sqlite3_value_type(value) == SQLITE_INTEGER) {
    number = Numeric::of(static_cast<std::int64_t>(sqlite3_value_int64(value)));
  } else if (const auto text = text_of(value)) {
    number = Numeric::parse(*text);
  }
  if (!number) return std::nullopt;
  const int digits = scale - number->scale;
  if (digits >= 0) {
    const auto exact = clamped(number->mantissa * power_of_ten(digits));
    return Bounds{exact, exact};
  }
  const BigInteger divisor = power_of_ten(-digits);
  BigInteger quotient = number->mantissa / divisor;  // towards zero
  const BigInteger rest = number->mantissa % divisor;
  const BigInteger below = rest < 0 ? quotient - 1 : quotient;
  const BigInteger above = rest > 0 ? quotient + 1 : quotient;
  return Bounds{clamped(below), clamped(above)};
}

constexpr std::string_view letters = "elLgGiINPo";  // by Term::Operator

}  // namespace

std::string write_terms(std::uint64_t used, const std::vector<Term>& terms) {
  char digits[17];
  const auto end = std::to_chars(digits, digits + sizeof(digits), used, 16).ptr;
  std::string text(digits, end);
  for (const auto& term : terms) {
    text += ' ';
    text += letters[static_cast<std::size_t>(term.operation)];
    text += std::to_string(term.column);
  }
  return text;
}

ChosenTerms read_terms(std::string_view text) {
  ChosenTerms chosen;
  const auto* end = text.data() + text.size();
  const auto* at = std::from_chars(text.data(), end, chosen.used, 16).ptr;
  while (end - at > 2 && *at == ' ') {
    Term term;
    term.operation = static_cast<Term::Operator>(letters.find(at[1]));
    at = std::from_chars(at + 2, end, term.column).ptr;
    chosen.terms.push_back(term);
  }
  return chosen;
}

StoredColumn::StoredColumn(const disclosure::Source& source, const RelationColumn& column)
    : source_(&source), name_(column.name), type_(column.type), scale_(column.scale) {
  const auto info = source.column(column.name);
  if (!info) throw SqlError("XX000", "sql.internal", {"column"});
  info_ = *info;
}

const std::vector<std::string>& StoredColumn::dictionary() const {
  if (!dictionary_) dictionary_ = &source_->dictionary(name_);
  return *dictionary_;
}

std::uint64_t StoredColumn::texts() const { return source_->dictionary_size(name_); }

bool StoredColumn::takes(Operator operation, std::string_view collation) const {
  switch (operation) {
    case Operator::is_null:
    case Operator::is_not_null:
      return true;
    case Operator::offset:
      return false;
    case Operator::equal:
    case Operator::in_list:
    case Operator::is:
      break;
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal:
      if (kind() == ColumnKind::codes && texts() > most_ranked) return false;
      break;
  }
  if (kind() == ColumnKind::real) return false;
  return collation == (type_ == Type::numeric ? "s_numeric" : "BINARY");
}

std::optional<std::uint32_t> StoredColumn::code_of(std::string_view text) const {
  const auto& texts = dictionary();
  if (codes_.empty()) {
    if (++lookups_ <= few_lookups) {
      const auto found = std::find(texts.begin(), texts.end(), text);
      if (found == texts.end()) return std::nullopt;
      return static_cast<std::uint32_t>(found - texts.begin());
    }
    codes_.reserve(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      codes_.emplace(texts[i], static_cast<std::uint32_t>(i));
    }
  }
  const auto found = codes_.find(text);
  return found == codes_.end() ? std::nullopt : std::optional(found->second);
}

void StoredColumn::rank() const {
  if (!order_.empty()) return;
  const auto& texts = dictionary();
  order_.resize(texts.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::sort(order_.begin(), order_.end(),
            [&](std::uint32_t a, std::uint32_t b) { return texts[a] < texts[b]; });
  ranks_.resize(order_.size());
  for (std::uint32_t i = 0; i < order_.size(); ++i) ranks_[order_[i]] = i;
}

const std::vector<std::uint32_t>& StoredColumn::ranks() const {
  rank();
  return ranks_;
}

std::int64_t StoredColumn::texts_before(std::string_view text, bool or_equal) const {
  rank();
  const auto& texts = dictionary();
  const auto end = std::partition_point(order_.begin(), order_.end(), [&](std::uint32_t code) {
    return or_equal ? texts[code] <= text : texts[code] < text;
  });
  return end - order_.begin();
}

// ---- filters

RowFilter RowFilter::make(const StoredColumn& column, Term term, sqlite3_value* value) {
  RowFilter made;
  made.stored_ = &column;
  made.column_ = term.column;
  if (term.operation == Operator::is_null) {
    made.kind_ = Kind::null;
  } else if (term.operation == Operator::is_not_null) {
    made.kind_ = Kind::present;
  } else if (term.operation == Operator::in_list) {
    made.take_list(value);
  } else if (sqlite3_value_type(value) == SQLITE_NULL) {
    made.kind_ = term.operation == Operator::is ? Kind::null : Kind::none;
  } else if (column.kind() == ColumnKind::codes) {
    if (const auto text = text_of(value)) made.take_text(term.operation, *text);
  } else {
    made.take_number(term.operation, value);
  }
  return made;
}

void RowFilter::take_equal(std::optional<std::int64_t> key) {
  kind_ = key ? Kind::equal : Kind::none;
  low_ = key.value_or(0);
}

void RowFilter::take_range(std::int64_t low, std::int64_t high) {
  kind_ = low <= high ? Kind::range : Kind::none;
  low_ = low;
  high_ = high;
}

void RowFilter::take_text(Operator operation, std::string_view text) {
  switch (operation) {
    case Operator::less:
      return take_range(0, stored_->texts_before(text, false) - 1);
    case Operator::less_equal:
      return take_range(0, stored_->texts_before(text, true) - 1);
    case Operator::greater:
      return take_range(stored_->texts_before(text, true), highest);
    case Operator::greater_equal:
      return take_range(stored_->texts_before(text, false), highest);
    case Operator::equal:
    case Operator::in_list:
    case Operator::is:
    case Operator::is_null:
    case Operator::is_not_null:
    case Operator::offset:
      return take_equal(stored_->code_of(text));
  }
}

void RowFilter::take_number(Operator operation, sqlite3_value* value) {
  const auto bounds = bounds_of(value, stored_->scale());
  if (!bounds) return;
  const auto range = [&](disclosure::Int128 low, disclosure::Int128 high) {
    if (low > highest || high < lowest) {
      kind_ = Kind::none;
      return;
    }
    take_range(static_cast<std::int64_t>(std::max<disclosure::Int128>(low, lowest)),
               static_cast<std::int64_t>(std::min<disclosure::Int128>(high, highest)));
  };
  switch (operation) {
    case Operator::less:
      return range(lowest, bounds->above - 1);
    case Operator::less_equal:
      return range(lowest, bounds->below);
    case Operator::greater:
      return range(bounds->below + 1, highest);
    case Operator::greater_equal:
      return range(bounds->above, highest);
    case Operator::equal:
    case Operator::in_list:
    case Operator::is:
    case Operator::is_null:
    case Operator::is_not_null:
    case Operator::offset:
      range(bounds->above, bounds->below);
      if (kind_ == Kind::range) kind_ = Kind::equal;
  }
}

/// The list's members one by one; what is neither NULL nor comparable leaves it to SQLite.
void RowFilter::take_list(sqlite3_value* list) {
  sqlite3_value* item = nullptr;
  int code = sqlite3_vtab_in_first(list, &item);
  for (; code == SQLITE_OK && item; code = sqlite3_vtab_in_next(list, &item)) {
    const auto member = make(*stored_, {column_, Operator::equal}, item);
    if (member.kind_ == Kind::all) return;
    if (member.kind_ == Kind::equal) keys_.push_back(member.low_);
  }
  if (code != SQLITE_OK && code != SQLITE_DONE) throw std::bad_alloc();
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  kind_ = keys_.empty() ? Kind::none : Kind::among;
  if (keys_.size() == 1) take_equal(keys_[0]);
}

bool RowFilter::passes_key(std::int64_t key) const {
  if (kind_ == Kind::equal) return key == low_;
  if (kind_ == Kind::among) return std::binary_search(keys_.begin(), keys_.end(), key);
  return key >= low_ && key <= high_;
}

bool RowFilter::passes(const Segment& values, std::uint32_t row) const {
  if (kind_ == Kind::all) return true;
  const bool codes = values.kind == ColumnKind::codes;
  const bool present =
      codes ? values.codes[row] != null_code : values.present.empty() || values.present[row] != 0;
  if (kind_ == Kind::null) return !present;
  if (!present || kind_ == Kind::none) return false;
  if (kind_ == Kind::present) return true;
  if (!codes) return passes_key(values.scaled[row]);
  const auto code = values.codes[row];
  return passes_key(kind_ == Kind::range ? stored_->ranks()[code] : code);
}

void RowFilter::keep(const Segment& values, std::vector<std::uint32_t>& rows) const {
  if (kind_ == Kind::equal && values.kind == ColumnKind::codes) {
    std::erase_if(rows, [&, key = static_cast<std::uint32_t>(low_)](std::uint32_t row) {
      return values.codes[row] != key;
    });
    return;
  }
  std::erase_if(rows, [&](std::uint32_t row) { return !passes(values, row); });
}

bool RowFilter::may_pass(const disclosure::Source& source, std::size_t segment) const {
  if (kind_ == Kind::none) return false;
  const bool keyed = kind_ == Kind::equal || kind_ == Kind::among || kind_ == Kind::range;
  if (stored_->name() == "vintage") {  // one value a segment, known without reading
    if (!keyed) return kind_ != Kind::null;
    const auto code = stored_->code_of(source.vintage(segment));
    if (!code) return true;
    return passes_key(kind_ == Kind::range ? stored_->ranks()[*code] : *code);
  }
  if (keyed && stored_->kind() == ColumnKind::codes) {
    return source.may_hold_code(segment, stored_->name(), [&](std::uint32_t code) {
      return passes_key(kind_ == Kind::range ? stored_->ranks()[code] : code);
    });
  }
  if (!keyed || stored_->kind() != ColumnKind::scaled) return true;
  const auto low = kind_ == Kind::among ? keys_.front() : low_;
  const auto high = kind_ == Kind::among ? keys_.back() : (kind_ == Kind::equal ? low_ : high_);
  return source.may_contain(segment, stored_->name(), low, high);
}

}  // namespace sceau::enclave::sql
