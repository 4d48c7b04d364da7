#pragma once
// The settings that clients ask for by SHOW or current_setting: constants, since a session has but
// one way of each.

#include <string>
#include <string_view>

#include "enclave/sql/catalog.h"

namespace sceau::enclave::sql {

inline constexpr std::string_view server_version = "15.0";

/// "" for a setting that has no value here.
[[nodiscard]] std::string setting_value(std::string_view name, const SessionFacts& session);

}  // namespace sceau::enclave::sql
