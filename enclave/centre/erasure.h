#pragma once
// How the words of a session go for good, and the proof stays. The session's text key is dropped
// and logged; then every other text key is wrapped anew, under a fresh key of the keyring, and the
// old one is destroyed: older pages, journals and copies of registry.db open nothing any more.
//
// A crash leaves: no entry (nothing happened); an entry that the registry lacks (done at the next
// start); a dropped key whose wrapping key is still there (destroyed at the next start).

#include <string>

#include "enclave/centre/state.h"

namespace sceau::enclave {

/// The state's lock is held. Throws not_found (centre.no_session), refused where the session is
/// open (centre.erase_open), a request of it isn't done with (centre.erase_waiting) or its texts
/// are gone already (centre.texts_erased); usage for a reason that is no word (centre.bad_word).
/// Returns the entry's seq.
std::uint64_t erase_session_texts(Centre::State& state, const std::string& by,
                                  const std::string& session, const std::string& reason);

/// The second half, where a crash or a full disk came between; does nothing where there is nothing
/// to do. Also removes text keys that nothing uses.
void finish_erasing(Centre::State& state);

/// Drops the key of a session of which only the log knows that it was erased. Inside a change.
void erase_as_logged(Centre::State& state, const std::string& session, std::uint64_t seq);

}  // namespace sceau::enclave
