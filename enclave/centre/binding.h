#pragma once
// What ties a request in the registry to the log: the text behind request.checked's commitment
// names every output's hashes. Whoever changes a file, a tabulation or a verdict in the registry
// would have to change an entry of the log too.

#include <string>
#include <vector>

#include "enclave/centre/examination.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

/// {"outputs":[{"number":1,"sha256":…,"tabulation":…,"judgement":…,"table":…},…],"policy":…,
///  "policy_texts":…,"program":"0.1.0","jobs":[{"population":…,"compared":["R-…/1",…],
///  "history":…,"stores":[[data set, vintage, id, sha256],…],"waivers":[…],
///  "superseded":[[data set, vintage, by],…]},…]}: the inputs of the
/// verdict, hashed or named, so that it can be made again years later (replay.h). Names and
/// exceptions are short words of the researcher: their hashes are keyed by the session's text key,
/// and after an erasure say nothing about them.
[[nodiscard]] std::string binding_text(const Centre::State& state, const RequestRow& request,
                                       const std::vector<OutputRow>& outputs,
                                       const PolicyRow& policy, const Inputs& inputs);

/// What that text says of the inputs. Verify the request first.
struct CheckedInputs {
  std::string program;       ///< the version that judged
  std::string policy_texts;  ///< policy_texts_digest of the policy that judged
  Inputs jobs;
};
/// Throws integrity (centre.request_tampered) where the text is not as binding_text writes it.
[[nodiscard]] CheckedInputs checked_inputs(const Centre::State& state, const RequestRow& request);

/// SHA-256 over a policy's documents as they were installed.
[[nodiscard]] std::string policy_texts_digest(const PolicyRow& policy);

/// Holds rows, files, stored text and log entry against each other; of a session whose texts were
/// erased, all but names and exceptions. Throws integrity (centre.request_tampered) naming the
/// request.
void verify_request(Centre::State& state, const RequestRow& request,
                    const std::vector<OutputRow>& outputs);

}  // namespace sceau::enclave
