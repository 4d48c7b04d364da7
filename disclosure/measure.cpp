#include "disclosure/measure.h"

#include <utility>

#include "disclosure/count_table.h"
#include "disclosure/fault.h"
#include "disclosure/value_table.h"

namespace sceau::disclosure {

BoundMeasure::BoundMeasure(const MeasureSpec& spec, ColumnSet& columns)
    : spec_(spec), filter_(spec.filter, columns) {
  if (const auto* indicator = std::get_if<Condition>(&spec_.operand)) {
    indicator_.emplace_back(*indicator, columns);
    return;
  }
  const auto* variable = std::get_if<std::string>(&spec_.operand);
  if (variable == nullptr) return;
  has_column_ = true;
  column_ = columns.use(*variable);
  kind_ = columns.info(column_).kind;
  scale_ = columns.info(column_).scale;
  if (spec_.numeric && kind_ == ColumnKind::codes) {
    throw DisclosureError(
        Fault::wrong_kind,
        "\"" + *variable + "\" holds codes: it can be counted, " + "not added up");
  }
}

bool BoundMeasure::valid(const Batch& batch, std::vector<std::uint32_t>& out) const {
  std::vector<Truth> holds;
  if (!filter_.is_always()) filter_.evaluate(*batch.columns, holds);
  const Segment* column = has_column_ ? &batch.columns->get(column_) : nullptr;
  const bool codes = column != nullptr && kind_ == ColumnKind::codes;
  if (holds.empty() && !codes && (column == nullptr || column->present.empty())) return false;
  out.clear();
  for (std::uint32_t at = 0; at < batch.rows.size(); ++at) {
    const std::uint32_t row = batch.rows[at];
    if (!holds.empty() && holds[row] != Truth::yes) continue;
    if (codes && column->codes[row] == null_code) continue;
    if (column != nullptr && !column->present.empty() && column->present[row] == 0) continue;
    out.push_back(at);
  }
  return true;
}

std::unique_ptr<MeasureTable> make_measure_table(const BoundMeasure& measure, const Kinds& kinds) {
  if (!measure.spec().numeric) return std::make_unique<CountTable>(measure, kinds);
  if (measure.value_kind() == ColumnKind::real) {
    return std::make_unique<ValueTable<RealValues>>(measure, kinds);
  }
  return std::make_unique<ValueTable<ExactValues>>(measure, kinds);
}

}  // namespace sceau::disclosure
