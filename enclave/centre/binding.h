#pragma once
// What ties a request in the registry to the log: the text behind request.checked's commitment
// names every output's hashes. Whoever changes a file, a tabulation or a verdict in the registry
// would have to change an entry of the log too.

#include <string>
#include <vector>

#include "enclave/centre/state.h"

namespace sceau::enclave {

/// {"outputs":[{"number":1,"sha256":…,"tabulation":…,"judgement":…,"table":…},…],"policy":…,
///  "compared":[…]}: the four inputs of the verdict, hashed.
[[nodiscard]] std::string binding_text(const std::vector<OutputRow>& outputs,
                                       const std::string& policy_sha256,
                                       const std::vector<std::string>& compared);

/// Holds rows, files, stored text and log entry against each other. Throws integrity
/// (centre.request_tampered) naming the request.
void verify_request(Centre::State& state, const RequestRow& request,
                    const std::vector<OutputRow>& outputs);

}  // namespace sceau::enclave
