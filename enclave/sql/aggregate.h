#pragma once
// One aggregate over one group of rows, as aggregates*.cpp write them.

#include <memory>
#include <vector>

#include "enclave/sql/call.h"

namespace sceau::enclave::sql {

class Accumulator {
 public:
  virtual ~Accumulator() = default;
  virtual void add(const Call& call) = 0;
  /// A row leaves a window's frame. Throws 0A000 where an aggregate can't forget.
  virtual void remove(const Call& call);
  virtual void result(const Call& call) const = 0;
  [[nodiscard]] virtual bool takes_null() const { return false; }
};

struct AggregateEntry {
  const char* name;
  int arguments;
  std::unique_ptr<Accumulator> (*make)();
};

[[nodiscard]] std::vector<AggregateEntry> exact_aggregates();     // aggregates_exact.cpp
[[nodiscard]] std::vector<AggregateEntry> real_aggregates();      // aggregates_real.cpp
[[nodiscard]] std::vector<AggregateEntry> position_aggregates();  // aggregates_position.cpp
[[nodiscard]] std::vector<AggregateEntry> shape_aggregates();     // aggregates_shape.cpp

}  // namespace sceau::enclave::sql
