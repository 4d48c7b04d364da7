#pragma once
// A custodian's waivers: granted until a day, revoked at any time, each in the log with a
// commitment to what it covers and why. What they cover stands in disclosure/waiver.h. The state's
// lock is held by the caller.

#include <string>
#include <vector>

#include "disclosure/waiver.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

inline constexpr std::size_t max_waiver_reason_bytes = 10'000;

/// Fills the id and returns it. Refuses a day that is past, a data set or variable that is not
/// there, a code that the codebook doesn't know, and the rules that can't be waived
/// (centre.waiver_never).
std::string grant_waiver(Centre::State& state, const std::string& by, disclosure::Waiver waiver,
                         const std::string& reason, const std::string& until);
void revoke_waiver(Centre::State& state, const std::string& by, const std::string& id);

/// "academie=CORSE,sexe=NA": variables and codes, NA for NULL, as a waiver keeps them. Throws usage
/// (centre.bad_cell).
[[nodiscard]] std::vector<disclosure::Coordinate> parse_cell(const std::string& text);

/// "valid", "expired" or "revoked".
[[nodiscard]] std::string standing_of(const WaiverRow& row, const std::string& today);

/// Those that are valid today and are for a data set of these tabulations, oldest first.
[[nodiscard]] std::vector<disclosure::Waiver> waivers_for(
    const Centre::State& state, const std::vector<disclosure::Tabulation>& tabulations);

}  // namespace sceau::enclave
