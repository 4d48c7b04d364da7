#include "disclosure/observed.h"

#include "disclosure/columns.h"
#include "disclosure/condition.h"

namespace sceau::disclosure {

std::vector<bool> observed_codes(const Source& source, const Condition& condition,
                                 std::string_view column) {
  ColumnSet columns(source);
  const BoundCondition bound(condition, columns);
  const std::size_t at = columns.use(column);
  std::vector<bool> seen(columns.dictionary(at).size(), false);
  SegmentColumns segment(columns);
  std::vector<Truth> truths;
  for (std::size_t n = 0; n < source.segments(); ++n) {
    if (!bound.may_hold(source, columns, n)) continue;
    segment.move_to(n);
    bound.evaluate(segment, truths);
    const Segment& values = segment.get(at);
    for (std::size_t row = 0; row < truths.size(); ++row) {
      const std::uint32_t code = values.codes[row];
      if (truths[row] == Truth::yes && code != null_code) seen[code] = true;
    }
  }
  return seen;
}

}  // namespace sceau::disclosure
