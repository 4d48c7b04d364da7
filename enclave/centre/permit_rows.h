#pragma once
// Which rows of a data set a permit lets be seen: a custodian's predicate, read by the same parser
// and the same allow-list as a researcher's WHERE.
//
//   academie = '27' AND annee >= 2020      taken
//   ine = '5f0c…'                          refused: an identifier is a pseudonym
//   uai IN (SELECT …)                      refused: no condition over one row

#include <string>
#include <vector>

#include "disclosure/tabulation.h"

namespace sceau::enclave {

/// `codebook`: TOML of the newest store. Throws EnclaveError: bad_input centre.bad_rows (what is
/// wrong), centre.rows_identifier, centre.rows_always (it leaves nothing out, or everything).
[[nodiscard]] disclosure::Condition read_permit_rows(const std::string& sql,
                                                     const std::string& codebook,
                                                     const std::vector<std::string>& vintages);

/// The same of a condition that was read elsewhere.
void check_permit_rows(const disclosure::Condition& condition, const std::string& codebook);

}  // namespace sceau::enclave
