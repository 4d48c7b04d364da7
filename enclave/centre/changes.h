#pragma once
// What a request's outputs changed since the turn before: for a reviewer who has seen that one.
// Values in, values out. An output is compared with the one of its name, else of its number.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/centre/registry.h"

namespace sceau::enclave {

/// {"request":"R-…","turn":1,"outputs":[{"output":1,"name":…,"since":"same"|"changed"|"new"|"gone",
/// "file":"same"|"other","verdict":{"before":…,"now":…},"statistics":{"added":[],"removed":[]},
/// "dimensions":{…},"vintages":{…},"condition":{"before":…,"now":…},"cells":{"added":n,"removed":n,
/// "changed":[{"cell":{…},"before":{column: value},"now":{…}},…]}},…]}; what didn't change is left
/// out. Cells of columns that both have are compared.
[[nodiscard]] nlohmann::ordered_json changes_between(const RequestRow& earlier,
                                                     const std::vector<OutputRow>& before,
                                                     const std::vector<OutputRow>& now);

/// The same in lines for people, each printable; at most 40 cells.
[[nodiscard]] std::string changes_text(const nlohmann::ordered_json& changes,
                                       std::string_view language);

}  // namespace sceau::enclave
