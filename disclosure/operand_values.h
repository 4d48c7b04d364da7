#pragma once
// The operand's value for each selected row of a batch (of a NULL: 0). Internal to the measure
// tables.

#include <type_traits>
#include <vector>

#include "disclosure/measure.h"

namespace sceau::disclosure {

/// What is pointed to lives in the batch's columns or in `room`.
template <typename Value>
[[nodiscard]] const Value* operand_values(const BoundMeasure& measure, const Batch& batch,
                                          std::vector<Value>& room) {
  const SelectedRows& selection = batch.selection;
  if (const BoundCondition* indicator = measure.indicator()) {
    std::vector<Truth> holds;
    indicator->evaluate(*batch.columns, holds);
    room.resize(selection.count);
    for (std::size_t i = 0; i < room.size(); ++i) {
      room[i] = holds[selection.row(i)] == Truth::yes ? Value{1} : Value{0};
    }
    return room.data();
  }
  const Segment& column = batch.columns->get(measure.column());
  const Value* values = nullptr;
  if constexpr (std::is_same_v<Value, double>) {
    values = column.real.data();
  } else {
    values = column.scaled.data();
  }
  if (selection.all) return values;
  room.resize(selection.count);
  for (std::size_t i = 0; i < room.size(); ++i) room[i] = values[selection.rows[i]];
  return room.data();
}

}  // namespace sceau::disclosure
