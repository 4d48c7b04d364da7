#include "disclosure/measure.h"

#include <algorithm>
#include <utility>

#include "disclosure/count_table.h"
#include "disclosure/exact.h"
#include "disclosure/fault.h"
#include "disclosure/sum_table.h"
#include "disclosure/value_table.h"

namespace sceau::disclosure {

namespace {

// Whether the squares of all rows' values add up to less than 2^63 (and so do the values).
bool sums_fit(const Source& source, const std::string& variable) {
  const auto bounds = source.bounds(variable);
  if (!bounds) return false;
  std::uint64_t rows = 0;
  for (std::size_t i = 0; i < source.segments(); ++i) rows += source.rows(i);
  const UInt128 largest = std::max(magnitude(bounds->low), magnitude(bounds->high));
  if (largest >= (UInt128{1} << 31) || rows >= (std::uint64_t{1} << 40)) return false;
  return largest * largest * rows < (UInt128{1} << 63);
}

}  // namespace

BoundMeasure::BoundMeasure(const MeasureSpec& spec, ColumnSet& columns)
    : spec_(spec), filter_(spec.filter, columns) {
  if (const auto* indicator = std::get_if<Condition>(&spec_.operand)) {
    indicator_.emplace_back(*indicator, columns);
    narrow_ = true;
    return;
  }
  const auto* variable = std::get_if<std::string>(&spec_.operand);
  if (variable == nullptr) return;
  has_column_ = true;
  column_ = columns.use(*variable);
  kind_ = columns.info(column_).kind;
  scale_ = columns.info(column_).scale;
  narrow_ = kind_ == ColumnKind::scaled && sums_fit(columns.source(), *variable);
  if (spec_.numeric && kind_ == ColumnKind::codes) {
    throw DisclosureError(
        Fault::wrong_kind,
        "\"" + *variable + "\" holds codes: it can be counted, " + "not added up");
  }
}

void BoundMeasure::valid(const Batch& batch, Positions& out) const {
  const SelectedRows& selection = batch.selection;
  const bool filtered = !filter_.is_always();
  if (filtered) filter_.evaluate(*batch.columns, out.holds);
  const Segment* column = has_column_ ? &batch.columns->get(column_) : nullptr;
  const bool codes = column != nullptr && kind_ == ColumnKind::codes;
  const bool partly = column != nullptr && !column->present.empty();
  out.count = selection.count;
  out.all = !filtered && !codes && !partly;
  if (out.all) return;
  out.at.resize(selection.count);
  std::uint32_t count = 0;
  const auto keep = [&](auto is_valid) {  // without a branch that a processor could guess wrong
    for (std::uint32_t i = 0; i < selection.count; ++i) {
      out.at[count] = i;
      count += is_valid(selection.row(i)) ? 1U : 0U;
    }
  };
  if (!filtered && partly && selection.all) {
    keep([present = column->present.data()](std::uint32_t row) { return present[row] != 0; });
  } else {
    keep([&](std::uint32_t row) {
      return (!filtered || out.holds[row] == Truth::yes) &&
             (!codes || column->codes[row] != null_code) && (!partly || column->present[row] != 0);
    });
  }
  out.count = count;
}

EvidencePlaces places_in(std::vector<Evidence>& evidence) {
  EvidencePlaces places;
  places.reserve(evidence.size());
  for (Evidence& one : evidence) places.push_back(&one);
  return places;
}

namespace {

template <template <typename> typename Table>
std::unique_ptr<MeasureTable> make_table(const BoundMeasure& measure, const Kinds& kinds) {
  if (measure.value_kind() == ColumnKind::real) {
    return std::make_unique<Table<RealValues>>(measure, kinds);
  }
  if (measure.is_narrow()) return std::make_unique<Table<NarrowValues>>(measure, kinds);
  return std::make_unique<Table<ExactValues>>(measure, kinds);
}

}  // namespace

std::unique_ptr<MeasureTable> make_measure_table(const BoundMeasure& measure, const Kinds& kinds) {
  const MeasureSpec& spec = measure.spec();
  if (!spec.numeric) return std::make_unique<CountTable>(measure, kinds);
  const bool sums = !kinds.evidence && !spec.extremes && !spec.keeps_values;
  return sums ? make_table<SumTable>(measure, kinds) : make_table<ValueTable>(measure, kinds);
}

}  // namespace sceau::disclosure
