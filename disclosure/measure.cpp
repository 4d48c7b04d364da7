#include "disclosure/measure.h"

#include <algorithm>
#include <utility>

#include "disclosure/count_table.h"
#include "disclosure/exact.h"
#include "disclosure/fault.h"
#include "disclosure/gift_table.h"
#include "disclosure/kept_table.h"
#include "disclosure/kernels.h"
#include "disclosure/product_table.h"
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

constexpr std::uint8_t byte_of(Truth truth) { return static_cast<std::uint8_t>(truth); }

const std::uint8_t* bytes_of(const std::vector<Truth>& truths) {
  return reinterpret_cast<const std::uint8_t*>(truths.data());
}

}  // namespace

BoundMeasure::BoundMeasure(const MeasureSpec& spec, ColumnSet& columns)
    : spec_(spec), filter_(spec.filter, columns) {
  if (!spec_.second.empty()) {
    second_column_ = columns.use(spec_.second);
    second_kind_ = columns.info(second_column_).kind;
    second_scale_ = columns.info(second_column_).scale;
    if (second_kind_ == ColumnKind::codes) {
      throw DisclosureError(Fault::wrong_kind, "\"" + spec_.second + "\" holds codes, no numbers");
    }
  }
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
  if (kind_ == ColumnKind::codes) dictionary_ = &columns.dictionary(column_);
  narrow_ = kind_ == ColumnKind::scaled && sums_fit(columns.source(), *variable);
  if (spec_.numeric && kind_ == ColumnKind::codes) {
    throw DisclosureError(
        Fault::wrong_kind,
        "\"" + *variable + "\" holds codes: it can be counted, " + "not added up");
  }
}

bool BoundMeasure::adds_reals() const {
  switch (spec_.gathers) {
    case Gathers::evidence:
      return spec_.numeric && kind_ == ColumnKind::real;
    case Gathers::values:
      return false;  // they are put in order first
    case Gathers::products:
      return kind_ == ColumnKind::real || second_kind_ == ColumnKind::real;
    case Gathers::gifts:
      return kind_ == ColumnKind::real;
  }
  return true;
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
  out.at.resize(selection.count + kernels::positions_room / sizeof(std::uint32_t));
  if (selection.all && !codes && filtered != partly) {
    out.count =
        kernels::positions(filtered ? bytes_of(out.holds) : column->present.data(),
                           filtered ? byte_of(Truth::yes) : 1, selection.count, out.at.data());
    return;
  }
  std::uint32_t count = 0;  // without a branch that a processor could guess wrong
  for (std::uint32_t i = 0; i < selection.count; ++i) {
    const std::uint32_t row = selection.row(i);
    const bool is_valid = (!filtered || out.holds[row] == Truth::yes) &&
                          (!codes || column->codes[row] != null_code) &&
                          (!partly || column->present[row] != 0);
    out.at[count] = i;
    count += is_valid ? 1U : 0U;
  }
  out.count = count;
}

std::int64_t BoundMeasure::count_valid(const Batch& batch, Positions& room) const {
  if (batch.selection.all && !has_column_ && !filter_.is_always()) {
    filter_.evaluate(*batch.columns, room.holds);
    return kernels::count_equal(bytes_of(room.holds), byte_of(Truth::yes), batch.selection.count);
  }
  valid(batch, room);
  return room.count;
}

EvidencePlaces places_in(std::vector<Evidence>& evidence) {
  EvidencePlaces places;
  places.reserve(evidence.size());
  for (Evidence& one : evidence) places.push_back(&one);
  return places;
}

std::vector<GroupResult> MeasureTable::results(const Statistic&, const PairKeys&,
                                               std::size_t) const {
  throw DisclosureError(Fault::wrong_kind, "a statistic needs more than its evidence");
}

void ResultTable::distinct(std::size_t, const PairKeys&, std::vector<std::int64_t>&) const {
  throw DisclosureError(Fault::wrong_kind, "contributors are counted by the evidence");
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
  switch (spec.gathers) {
    case Gathers::evidence:
      break;
    case Gathers::values:
      return make_kept_table(measure, kinds);
    case Gathers::products:
      return make_product_table(measure);
    case Gathers::gifts:
      return make_gift_table(measure);
  }
  if (!spec.numeric) return std::make_unique<CountTable>(measure, kinds);
  const bool sums = !kinds.evidence && !spec.extremes;
  return sums ? make_table<SumTable>(measure, kinds) : make_table<ValueTable>(measure, kinds);
}

}  // namespace sceau::disclosure
