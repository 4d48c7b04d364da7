#pragma once
// A model as people get it: in a session one JSON text a cell, in a released file a line an
// estimate. Both show six significant digits: what the data's own digits and the law of errors can
// bear, and too few to solve for single rows of a group that passes the rules.

#include <string>
#include <string_view>
#include <vector>

#include "disclosure/model_result.h"

namespace sceau::disclosure {

/// Rounded to six significant digits, as short as can be; "" for NaN and infinity.
[[nodiscard]] std::string significant(double value);

/// {"model":"ols","n":…,"parameters":…,"dof":…,"estimates":[{"term":…,"estimate":…},…],"r2":…}
[[nodiscard]] std::string model_json(const ModelResult& result);

/// Names of the columns behind the dimensions.
[[nodiscard]] std::vector<std::string> model_header(ModelKind kind);
/// Lines under that header; null: a cell without rows for the model, one empty line.
[[nodiscard]] std::vector<std::vector<std::string>> model_lines(const ModelResult* result,
                                                                ModelKind kind);

}  // namespace sceau::disclosure
