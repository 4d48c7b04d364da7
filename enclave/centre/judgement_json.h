#pragma once
// A Judgement as the registry keeps it: ids and arguments, never words, so that it can be shown in
// any language later.

#include <string>
#include <string_view>

#include "disclosure/verdict.h"

namespace sceau::enclave {

[[nodiscard]] std::string judgement_to_json(const disclosure::Judgement& judgement);
/// Throws integrity (centre.registry_damaged) on what judgement_to_json would not write.
[[nodiscard]] disclosure::Judgement judgement_from_json(std::string_view json);

/// For a researcher: what belongs to another project is "another project", without request id.
[[nodiscard]] disclosure::Judgement as_seen_from(disclosure::Judgement judgement,
                                                 const std::string& project);

}  // namespace sceau::enclave
