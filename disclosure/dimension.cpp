#include "disclosure/dimension.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "disclosure/exact.h"
#include "disclosure/fault.h"
#include "disclosure/kernels.h"
#include "disclosure/number.h"

namespace sceau::disclosure {
namespace {

constexpr std::uint32_t no_label = null_code;
constexpr std::uint64_t most_offsets = 1U << 16;  // further apart: numbered as they come

std::string text_of_mantissa(std::int64_t mantissa, int scale) {
  return to_string(exact(mantissa, scale), scale);
}

bool is_present(const Segment& values, std::size_t row) {
  return values.present.empty() || values.present[row] != 0;
}

}  // namespace

BoundDimension::BoundDimension(const Dimension& dimension, ColumnSet& columns) {
  if (const auto* variable = std::get_if<std::string>(&dimension.from)) {
    bind_variable(*variable, columns);
  } else if (const auto* recode = std::get_if<Recode>(&dimension.from)) {
    bind_recode(*recode, columns);
  } else {
    bind_buckets(std::get<WidthBucket>(dimension.from), columns);
  }
}

void BoundDimension::bind_variable(const std::string& variable, ColumnSet& columns) {
  variable_ = variable;
  column_ = columns.use(variable);
  const ColumnInfo& info = columns.info(column_);
  switch (info.kind) {
    case ColumnKind::codes:
      form_ = Form::codes;
      dictionary_ = &columns.dictionary(column_);
      size_ = dictionary_->size() + 1;
      return;
    case ColumnKind::scaled:
      bind_numbers(info, columns.source().bounds(variable));
      return;
    case ColumnKind::real:
      throw DisclosureError(Fault::wrong_kind, "\"" + variable +
                                                   "\" has too many decimals to group " +
                                                   "by: put it into width_bucket classes");
  }
}

void BoundDimension::bind_numbers(const ColumnInfo& info, const std::optional<Bounds>& bounds) {
  form_ = Form::values;
  scale_ = info.scale;
  if (!bounds) return;
  const std::uint64_t range =
      static_cast<std::uint64_t>(bounds->high) - static_cast<std::uint64_t>(bounds->low);
  if (range >= most_offsets) return;
  form_ = Form::offsets;
  low_ = bounds->low;
  size_ = range + 2;
}

std::uint32_t BoundDimension::label_member(const std::optional<std::string>& label) {
  if (!label) return no_label;
  const auto at = std::find(labels_.begin(), labels_.end(), *label);
  if (at != labels_.end()) return static_cast<std::uint32_t>(at - labels_.begin());
  labels_.push_back(*label);
  return static_cast<std::uint32_t>(labels_.size() - 1);
}

void BoundDimension::bind_recode(const Recode& recode, ColumnSet& columns) {
  form_ = Form::recode;
  cases_.reserve(recode.cases.size());
  for (const RecodeCase& one : recode.cases) {
    cases_.push_back({BoundCondition(one.when, columns), label_member(one.label)});
  }
  otherwise_ = label_member(recode.otherwise);
  const auto null = static_cast<std::uint32_t>(labels_.size());
  for (Case& one : cases_) one.member = std::min(one.member, null);
  otherwise_ = std::min(otherwise_, null);
  size_ = labels_.size() + 1;
}

void BoundDimension::bind_buckets(const WidthBucket& bucket, ColumnSet& columns) {
  form_ = Form::buckets;
  column_ = columns.use(bucket.variable);
  const ColumnInfo& info = columns.info(column_);
  if (info.kind == ColumnKind::codes) {
    throw DisclosureError(Fault::wrong_kind,
                          "\"" + bucket.variable + "\" holds codes: width_bucket takes numbers");
  }
  const int scale = std::max({info.scale, bucket.low.scale, bucket.high.scale});
  buckets_.low = multiply(bucket.low.mantissa, power_of_ten(scale - bucket.low.scale));
  buckets_.high = multiply(bucket.high.mantissa, power_of_ten(scale - bucket.high.scale));
  buckets_.factor = power_of_ten(scale - info.scale);
  buckets_.count = bucket.buckets;
  buckets_.descending = buckets_.low > buckets_.high;
  buckets_.real_low = policies::to_double(bucket.low);
  buckets_.real_high = policies::to_double(bucket.high);
  if (bucket.buckets < 1 || buckets_.low == buckets_.high) {
    throw DisclosureError(Fault::malformed,
                          "width_bucket takes two different bounds and at least one bucket");
  }
  size_ = static_cast<std::uint64_t>(bucket.buckets) + 3;  // 0, 1..n, n+1, NULL
}

std::uint32_t BoundDimension::bucket_of(std::int64_t value) const {
  Int128 at = multiply(value, buckets_.factor);
  Int128 low = buckets_.low;
  Int128 high = buckets_.high;
  if (buckets_.descending) {
    at = subtract(0, at);
    low = subtract(0, low);
    high = subtract(0, high);
  }
  if (at < low) return 0;
  if (at >= high) return static_cast<std::uint32_t>(buckets_.count + 1);
  const Int128 past = at - low;
  const Int128 width = subtract(high, low);
  Int128 scaled = 0;
  if (__builtin_mul_overflow(past, buckets_.count, &scaled)) {
    throw DisclosureError(Fault::overflow, "width_bucket: bounds and buckets are too large");
  }
  constexpr auto small = static_cast<Int128>(0x7fffffffffffffff);
  if (scaled <= small && width <= small) {  // a 64-bit division is much faster
    return static_cast<std::uint32_t>(static_cast<std::int64_t>(scaled) /
                                      static_cast<std::int64_t>(width)) +
           1;
  }
  return static_cast<std::uint32_t>(scaled / width) + 1;
}

std::uint32_t BoundDimension::bucket_of(double value) const {
  const double sign = buckets_.descending ? -1.0 : 1.0;
  const double low = sign * buckets_.real_low;
  const double high = sign * buckets_.real_high;
  const auto count = static_cast<double>(buckets_.count);
  const double at = sign * value;
  if (at < low) return 0;
  if (at >= high) return static_cast<std::uint32_t>(buckets_.count + 1);
  return static_cast<std::uint32_t>(
      std::fmin(std::floor((at - low) / (high - low) * count) + 1, count));
}

void BoundDimension::code(SegmentColumns& segment, Interner& values,
                          std::vector<std::uint32_t>& out) const {
  out.resize(segment.rows());
  switch (form_) {
    case Form::codes: {
      const Segment& column = segment.get(column_);
      const auto null = static_cast<std::uint32_t>(size_ - 1);
      kernels::cap(column.codes.data(), null, out.data(), out.size());
      return;
    }
    case Form::values: {
      const Segment& column = segment.get(column_);
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = is_present(column, i)
                     ? 1 + values.intern(static_cast<std::uint64_t>(column.scaled[i]))
                     : 0;
      }
      return;
    }
    case Form::offsets: {
      const Segment& column = segment.get(column_);
      for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] =
            is_present(column, i) ? static_cast<std::uint32_t>(column.scaled[i] - low_) + 1 : 0;
      }
      return;
    }
    case Form::recode:
      code_recode(segment, out);
      return;
    case Form::buckets:
      code_buckets(segment.get(column_), out);
      return;
  }
}

void BoundDimension::code_recode(SegmentColumns& segment, std::vector<std::uint32_t>& out) const {
  std::fill(out.begin(), out.end(), otherwise_);
  std::vector<Truth> holds;
  for (auto one = cases_.rbegin(); one != cases_.rend(); ++one) {  // the first true case wins
    one->when.evaluate(segment, holds);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (holds[i] == Truth::yes) out[i] = one->member;
    }
  }
}

void BoundDimension::code_buckets(const Segment& values, std::vector<std::uint32_t>& out) const {
  const auto null = static_cast<std::uint32_t>(size_ - 1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!is_present(values, i)) {
      out[i] = null;
    } else {
      out[i] = values.kind == ColumnKind::scaled ? bucket_of(values.scaled[i])
                                                 : bucket_of(values.real[i]);
    }
  }
}

std::optional<std::string> BoundDimension::text(std::uint32_t member,
                                                const Interner& values) const {
  switch (form_) {
    case Form::codes:
      if (member + 1 == size_) return std::nullopt;
      return (*dictionary_)[member];
    case Form::values:
      if (member == 0) return std::nullopt;
      return text_of_mantissa(static_cast<std::int64_t>(values.keys()[member - 1]), scale_);
    case Form::offsets:
      if (member == 0) return std::nullopt;
      return text_of_mantissa(low_ + static_cast<std::int64_t>(member) - 1, scale_);
    case Form::recode:
      if (member == labels_.size()) return std::nullopt;
      return labels_[member];
    case Form::buckets:
      if (member + 1 == size_) return std::nullopt;
      return std::to_string(member);
  }
  return std::nullopt;
}

std::uint32_t BoundDimension::translate(std::uint32_t member, const Interner& theirs,
                                        Interner& ours) const {
  if (!numbers_values() || member == 0) return member;
  return 1 + ours.intern(theirs.keys()[member - 1]);
}

BoundEntity::BoundEntity(const std::string& variable, ColumnSet& columns)
    : column_(columns.use(variable)), kind_(columns.info(column_).kind) {
  if (kind_ == ColumnKind::codes) size_ = columns.dictionary_size(column_);
}

const std::uint32_t* BoundEntity::codes(SegmentColumns& segment, Interner& values,
                                        std::vector<std::uint32_t>& made) const {
  if (kind_ == ColumnKind::codes) return segment.get(column_).codes.data();
  code(segment, values, made);
  return made.data();
}

void BoundEntity::code(SegmentColumns& segment, Interner& values,
                       std::vector<std::uint32_t>& out) const {
  const Segment& column = segment.get(column_);
  out.resize(segment.rows());
  if (kind_ == ColumnKind::codes) {
    std::copy(column.codes.begin(), column.codes.begin() + static_cast<std::ptrdiff_t>(out.size()),
              out.begin());
    return;
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!is_present(column, i)) {
      out[i] = unknown;
      continue;
    }
    const std::uint64_t key = kind_ == ColumnKind::scaled
                                  ? static_cast<std::uint64_t>(column.scaled[i])
                                  : std::bit_cast<std::uint64_t>(column.real[i] + 0.0);  // -0 is 0
    out[i] = values.intern(key);
  }
}

}  // namespace sceau::disclosure
