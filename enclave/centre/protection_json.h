#pragma once
// How a safe version of a table came about, as the registry keeps it for the reviewer and for a
// replay; one JSON document, inside the centre only:
//   {"format":1,"way":"suppress","asked":{tabulation},"verdict":"pass",
//    "effect":["protection.hides",["4","9","1","3","25"]],"why":["protection.certified",["1"]],
//    "kept_percent":61,
//    "hidden":[{"cell":{"sexe":"F","serie":"A"},"status":"primary"}],
//    "proofs":[{"cell":{…},"statistic":"count(*)","low":"2","value":"3","high":"5"}],
//    "original":{table_json of the table that was asked for}}
// Where there is no such version: "why" says so, and "verdict" and what follows it but "original"
// are missing.

#include <string>

#include "disclosure/proposal.h"

namespace sceau::enclave {

/// `original`: table_json (examiner.h) of the table that was asked for.
[[nodiscard]] std::string protection_json(disclosure::Way way, const disclosure::Tabulation& asked,
                                          const std::string& original,
                                          const disclosure::Proposal& proposal);

struct AskedVersion {
  disclosure::Way way = disclosure::Way::suppress;
  disclosure::Tabulation tabulation;  ///< as it was asked for
};
/// Throws integrity (centre.registry_damaged) on what protection_json would not write.
[[nodiscard]] AskedVersion asked_of(const std::string& protection);

}  // namespace sceau::enclave
