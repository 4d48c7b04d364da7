#include "disclosure/condition.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include "disclosure/exact.h"
#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

[[noreturn]] void malformed(const char* what) { throw DisclosureError(Fault::malformed, what); }

template <typename Value>
bool holds(Comparison comparison, const Value& a, const Value& b) {
  switch (comparison) {
    case Comparison::equal:
      return a == b;
    case Comparison::not_equal:
      return a != b;
    case Comparison::less:
      return a < b;
    case Comparison::less_equal:
      return a <= b;
    case Comparison::greater:
      return a > b;
    case Comparison::greater_equal:
      return a >= b;
  }
  return false;
}

const std::string& text_of(const Constant& constant, const std::string& variable) {
  const auto* text = std::get_if<std::string>(&constant);
  if (text == nullptr) {
    throw DisclosureError(
        Fault::wrong_kind,
        "\"" + variable + "\" holds codes: compare it with a " + "text, such as '01'");
  }
  return *text;
}

const Decimal& number_of(const Constant& constant, const std::string& variable) {
  const auto* number = std::get_if<Decimal>(&constant);
  if (number == nullptr) {
    throw DisclosureError(Fault::wrong_kind,
                          "\"" + variable + "\" holds numbers: compare it with a number");
  }
  return *number;
}

// A constant in units of a column's mantissas: value = floor + (0 if whole, else a fraction).
struct Scaled {
  Int128 floor = 0;
  bool whole = true;
};

Scaled in_scale(const Decimal& constant, int scale) {
  if (constant.scale <= scale) {
    const Int128 factor = power_of_ten(scale - constant.scale);
    Int128 product = 0;
    if (__builtin_mul_overflow(static_cast<Int128>(constant.mantissa), factor, &product)) {
      const auto far = static_cast<Int128>(highest) * 4;  // beyond every mantissa
      return {constant.mantissa < 0 ? -far : far, true};
    }
    return {product, true};
  }
  const Int128 factor = power_of_ten(constant.scale - scale);
  const Int128 value = constant.mantissa;
  Int128 floor = value / factor;
  const bool whole = value % factor == 0;
  if (!whole && value < 0) --floor;
  return {floor, whole};
}

std::int64_t clamp(Int128 value) {
  if (value < lowest) return lowest;
  if (value > highest) return highest;
  return static_cast<std::int64_t>(value);
}

}  // namespace

BoundCondition::BoundCondition(const Condition& condition, ColumnSet& columns)
    : kind_(condition.kind) {
  switch (kind_) {
    case Condition::Kind::always:
    case Condition::Kind::unknown:
      return;
    case Condition::Kind::negation:
      if (condition.parts.size() != 1) malformed("a negation has one part");
      [[fallthrough]];
    case Condition::Kind::all_of:
    case Condition::Kind::any_of:
      parts_.reserve(condition.parts.size());
      for (const Condition& part : condition.parts) parts_.emplace_back(part, columns);
      return;
    case Condition::Kind::compare:
      if (condition.constants.size() != 1) malformed("a comparison has one constant");
      [[fallthrough]];
    case Condition::Kind::in_list:
    case Condition::Kind::is_null:
      bind_leaf(condition, columns);
      return;
  }
}

void BoundCondition::bind_leaf(const Condition& condition, ColumnSet& columns) {
  column_ = columns.use(condition.variable);
  column_kind_ = columns.info(column_).kind;
  comparison_ = condition.comparison;
  switch (column_kind_) {
    case ColumnKind::codes:
      bind_codes(condition, columns.dictionary(column_));
      return;
    case ColumnKind::scaled:
      bind_scaled(condition, columns.info(column_).scale);
      return;
    case ColumnKind::real:
      bind_real(condition);
      return;
  }
}

void BoundCondition::bind_codes(const Condition& condition,
                                const std::vector<std::string>& dictionary) {
  const auto truth = [](bool yes) { return yes ? Truth::yes : Truth::no; };
  by_code_.assign(dictionary.size() + 1, Truth::no);
  if (kind_ == Condition::Kind::is_null) {
    by_code_.back() = Truth::yes;
    return;
  }
  by_code_.back() = Truth::unknown;
  if (kind_ == Condition::Kind::compare) {
    const std::string& constant = text_of(condition.constants[0], condition.variable);
    for (std::size_t i = 0; i < dictionary.size(); ++i) {
      by_code_[i] = truth(holds(comparison_, dictionary[i], constant));
    }
    return;
  }
  std::unordered_set<std::string_view> listed;
  for (const Constant& constant : condition.constants) {
    listed.insert(text_of(constant, condition.variable));
  }
  for (std::size_t i = 0; i < dictionary.size(); ++i) {
    by_code_[i] = truth(listed.contains(dictionary[i]));
  }
}

void BoundCondition::bind_scaled(const Condition& condition, int scale) {
  if (kind_ == Condition::Kind::is_null) return;
  if (kind_ == Condition::Kind::in_list) {
    for (const Constant& constant : condition.constants) {
      const Scaled at = in_scale(number_of(constant, condition.variable), scale);
      if (!at.whole || at.floor < lowest || at.floor > highest) continue;
      ranges_.push_back({clamp(at.floor), clamp(at.floor)});
    }
    std::sort(ranges_.begin(), ranges_.end(),
              [](const Range& a, const Range& b) { return a.low < b.low; });
    return;
  }
  const Scaled at = in_scale(number_of(condition.constants[0], condition.variable), scale);
  const auto range = [this](Int128 low, Int128 high) {
    if (low <= highest && high >= lowest && low <= high) {
      ranges_.push_back({clamp(low), clamp(high)});
    }
  };
  switch (comparison_) {
    case Comparison::not_equal:
      outside_ = true;
      [[fallthrough]];
    case Comparison::equal:
      if (at.whole) range(at.floor, at.floor);
      return;
    case Comparison::less:
      range(lowest, at.whole ? at.floor - 1 : at.floor);
      return;
    case Comparison::less_equal:
      range(lowest, at.floor);
      return;
    case Comparison::greater:
      range(at.floor + 1, highest);
      return;
    case Comparison::greater_equal:
      range(at.whole ? at.floor : at.floor + 1, highest);
      return;
  }
}

void BoundCondition::bind_real(const Condition& condition) {
  for (const Constant& constant : condition.constants) {
    reals_.push_back(policies::to_double(number_of(constant, condition.variable)));
  }
}

void BoundCondition::evaluate(SegmentColumns& segment, std::vector<Truth>& out) const {
  const std::size_t rows = segment.rows();
  switch (kind_) {
    case Condition::Kind::always:
      out.assign(rows, Truth::yes);
      return;
    case Condition::Kind::unknown:
      out.assign(rows, Truth::unknown);
      return;
    case Condition::Kind::negation:
      parts_[0].evaluate(segment, out);
      for (Truth& truth : out) truth = static_cast<Truth>(2 - static_cast<int>(truth));
      return;
    case Condition::Kind::all_of:
    case Condition::Kind::any_of: {
      const bool all = kind_ == Condition::Kind::all_of;
      out.assign(rows, all ? Truth::yes : Truth::no);
      std::vector<Truth> part;
      for (const BoundCondition& condition : parts_) {
        condition.evaluate(segment, part);
        for (std::size_t i = 0; i < rows; ++i) {
          out[i] = all ? std::min(out[i], part[i]) : std::max(out[i], part[i]);
        }
      }
      return;
    }
    case Condition::Kind::compare:
    case Condition::Kind::in_list:
    case Condition::Kind::is_null:
      evaluate_leaf(segment, out);
      return;
  }
}

void BoundCondition::evaluate_leaf(SegmentColumns& segment, std::vector<Truth>& out) const {
  const Segment& values = segment.get(column_);
  const std::size_t rows = segment.rows();
  out.resize(rows);
  if (column_kind_ == ColumnKind::codes) {
    const std::size_t null = by_code_.size() - 1;
    for (std::size_t i = 0; i < rows; ++i) {
      out[i] = by_code_[std::min<std::size_t>(values.codes[i], null)];
    }
    return;
  }
  if (kind_ == Condition::Kind::is_null) {
    for (std::size_t i = 0; i < rows; ++i) {
      out[i] = values.present.empty() || values.present[i] != 0 ? Truth::no : Truth::yes;
    }
    return;
  }
  if (column_kind_ == ColumnKind::scaled) {
    evaluate_scaled(values, out);
  } else {
    evaluate_real(values, out);
  }
  if (values.present.empty()) return;
  for (std::size_t i = 0; i < rows; ++i) {
    if (values.present[i] == 0) out[i] = Truth::unknown;
  }
}

void BoundCondition::evaluate_scaled(const Segment& values, std::vector<Truth>& out) const {
  const Truth inside = outside_ ? Truth::no : Truth::yes;
  const Truth beyond = outside_ ? Truth::yes : Truth::no;
  if (ranges_.size() == 1) {
    const Range only = ranges_[0];
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::int64_t value = values.scaled[i];
      out[i] = value >= only.low && value <= only.high ? inside : beyond;
    }
    return;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t value = values.scaled[i];
    const auto next =
        std::upper_bound(ranges_.begin(), ranges_.end(), value,
                         [](std::int64_t v, const Range& range) { return v < range.low; });
    const bool within = next != ranges_.begin() && value <= std::prev(next)->high;
    out[i] = within ? inside : beyond;
  }
}

void BoundCondition::evaluate_real(const Segment& values, std::vector<Truth>& out) const {
  for (std::size_t i = 0; i < out.size(); ++i) {
    bool yes = false;
    for (const double constant : reals_) {
      yes =
          yes || (kind_ == Condition::Kind::in_list ? values.real[i] == constant
                                                    : holds(comparison_, values.real[i], constant));
    }
    out[i] = yes ? Truth::yes : Truth::no;
  }
}

bool BoundCondition::may_hold(const Source& source, const ColumnSet& columns,
                              std::size_t segment) const {
  const auto can = [&](const BoundCondition& part) {
    return part.may_hold(source, columns, segment);
  };
  switch (kind_) {
    case Condition::Kind::always:
    case Condition::Kind::negation:
    case Condition::Kind::is_null:
      return true;
    case Condition::Kind::unknown:
      return false;
    case Condition::Kind::all_of:
      return std::all_of(parts_.begin(), parts_.end(), can);
    case Condition::Kind::any_of:
      return std::any_of(parts_.begin(), parts_.end(), can);
    case Condition::Kind::compare:
    case Condition::Kind::in_list:
      if (columns.info(column_).name == "vintage") {  // one value a segment, known unread
        const auto& vintages = columns.dictionary(column_);
        const auto at = std::find(vintages.begin(), vintages.end(), source.vintage(segment));
        return by_code_[static_cast<std::size_t>(at - vintages.begin())] == Truth::yes;
      }
      if (column_kind_ == ColumnKind::codes) {
        return source.may_hold_code(
            segment, columns.info(column_).name,
            [this](std::uint32_t code) { return by_code_[code] == Truth::yes; });
      }
      if (column_kind_ != ColumnKind::scaled || outside_) return true;
      return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
        return source.may_contain(segment, columns.info(column_).name, range.low, range.high);
      });
  }
  return true;
}

}  // namespace sceau::disclosure
