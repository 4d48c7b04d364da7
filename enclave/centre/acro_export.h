#pragma once
// A request as the folder that ACRO (github.com/AI-SDC/ACRO, 0.4) makes of a session and SACRO's
// viewer opens: the outputs' files, results.json, config.json and checksums/NAME.txt. For people
// who review with that viewer; what leaves and is signed stays outbox/REQUEST.
//
// A table's flags stand under ACRO's names where it has one (threshold, p-ratio, nk-rule,
// all-values-are-same), else under the rule's own. Places are [row, column] counted as the viewer
// does: rows from 0 below the header, columns from 0 behind the file's first.

#include <string>
#include <vector>

#include "enclave/centre/registry.h"
#include "policies/policy.h"

namespace sceau::enclave {

struct AcroFile {
  std::string name;  ///< "effectifs.csv", "results.json", "checksums/effectifs.csv.txt"
  std::string bytes;
};

[[nodiscard]] std::vector<AcroFile> acro_folder(const RequestRow& request,
                                                const std::vector<OutputRow>& outputs,
                                                const policies::Policy& policy);

}  // namespace sceau::enclave
