#pragma once
// The trust file as the centre writes it: its logs, its witnesses, and "k of them" as the quorum.
//
//   log trial/test+a8656a40+Aep…
//   witness ministere w.example+0a1b2c3d+BHx…
//   group witnesses 1 ministere
//   quorum witnesses
//
// A file whose groups somebody arranged otherwise is read and believed, and never rewritten:
// refused (centre.trust_by_hand).

#include <cstddef>
#include <string>

#include "audit/trust.h"

namespace sceau::enclave {

/// How many witnesses must sign, as far as the file is of this form; 0: `quorum none`.
[[nodiscard]] std::size_t quorum_of(const audit::Trust& trust);

/// The file's text with one witness more, counted by the quorum where there is one. Throws
/// already_there (centre.witness_there), bad_input for a name or key that can't stand there.
[[nodiscard]] std::string with_witness(const audit::Trust& trust, const std::string& name,
                                       const std::string& key);
/// Throws not_found (centre.no_witness); refused where the quorum couldn't be met any more.
[[nodiscard]] std::string without_witness(const audit::Trust& trust, const std::string& name);
/// Throws usage (centre.bad_quorum) for more than there are.
[[nodiscard]] std::string with_quorum(const audit::Trust& trust, std::size_t quorum);

}  // namespace sceau::enclave
