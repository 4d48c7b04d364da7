#pragma once
// What an examiner computes, as a function: evidence and verdict from the stores, never from what a
// session says it saw. run_examiner() (serve.h) does this in a process of its own.

#include <string>
#include <vector>

#include "disclosure/table.h"
#include "disclosure/verdict.h"
#include "enclave/centre/exchange.h"
#include "policies/codebook.h"

namespace sceau::enclave {

/// Outputs in order; each remembers those before it as "this request". Throws EnclaveError,
/// disclosure::DisclosureError, policies::PolicyError.
[[nodiscard]] std::vector<Examined> examine_job(const ExamineJob& job);

/// The table for a reviewer, inside the centre only; one JSON document:
///   {"format":1,"dataset":…,"vintages":[…],
///    "columns":[{"name":…,"statistic":…}],
///    "cells":[{"cell":{"academie":"01","sexe":null,"niveau":"Total"},"rows":4,"units":4,
///              "suppressed":false,"values":["4"],
///              "evidence":[{"rows":4,"units":4,"sum":"4",…,"contributions":[…]}],
///              "flags":[{"rule":"threshold","verdict":"fail"}]}]}
/// Values are exact decimals as text, rounded as in the file that would leave.
[[nodiscard]] std::string table_json(const disclosure::Table& table,
                                     const disclosure::Judgement& judgement,
                                     const policies::Codebook& codebook);

}  // namespace sceau::enclave
