#pragma once
// What ties a request in the registry to the log: the text behind request.checked's commitment
// names every output's hashes. Whoever changes a file, a tabulation or a verdict in the registry
// would have to change an entry of the log too.

#include <string>
#include <vector>

#include "enclave/centre/state.h"

namespace sceau::enclave {

/// {"outputs":[{"number":1,"sha256":…,"tabulation":…,"judgement":…,"table":…},…],"policy":…,
///  "compared":[…]}: the four inputs of the verdict, hashed. Names and exceptions are short words
/// of the researcher: their hashes are keyed by the session's text key, and after an erasure say
/// nothing about them.
[[nodiscard]] std::string binding_text(const Centre::State& state, const std::string& session,
                                       const std::vector<OutputRow>& outputs,
                                       const std::string& policy_sha256,
                                       const std::vector<std::string>& compared);

/// Holds rows, files, stored text and log entry against each other; of a session whose texts were
/// erased, all but names and exceptions. Throws integrity (centre.request_tampered) naming the
/// request.
void verify_request(Centre::State& state, const RequestRow& request,
                    const std::vector<OutputRow>& outputs);

}  // namespace sceau::enclave
