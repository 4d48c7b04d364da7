#pragma once
// What ACRO's results.json (version 0.4, as R, Python and Stata users make it) says of files: read
// strictly where it is read, kept as claims. A claim is what a tool outside the centre found on
// data that nobody here has seen; it is shown to the reviewer beside our own verdict and moves
// nothing.
//
// Read: version, and of each result uid, status, type, files[].name, files[].sdc.summary, command,
// summary, timestamp, comments, exception, outcome (how many cells are not "ok"). Not read: the
// rest, which other versions have. Paths are not followed: a file's name must be a plain one.

#include <string>
#include <string_view>
#include <vector>

namespace sceau::enclave {

inline constexpr std::size_t max_results_bytes = std::size_t{4} << 20U;
inline constexpr std::size_t max_claim_bytes = 65'536;  ///< of one file
inline constexpr std::size_t max_claims = 1'000;

struct AcroClaim {
  std::string file;       ///< as it stands in results.json
  std::string exception;  ///< the researcher's reason, on one line; or empty
  std::string json;       ///< {"format":1,"tool":"acro",…}, at most max_claim_bytes
};

/// Throws EnclaveError bad_input (acro.malformed, acro.path): where, never what.
[[nodiscard]] std::vector<AcroClaim> read_acro_results(std::string_view json);

/// The name that a file of this name can leave under: blanks at its ends dropped, what the gate
/// doesn't take made `_`.
[[nodiscard]] std::string leaving_name(std::string_view file);

}  // namespace sceau::enclave
