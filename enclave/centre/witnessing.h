#pragma once
// The log's witnesses as the centre deals with them: who they are (the trust file), what they are
// asked, what they answered, and what waits for that.

#include <string>
#include <vector>

#include "enclave/centre/commands.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

/// Puts another trust file in place, logged by its hash first. A crash in between is finished at
/// the next start.
void change_trust(Centre::State& state, const std::string& by, const std::string& text);
void finish_trust(Centre::State& state);

/// "none", or "2-of-3"; "custom" where the file's groups are arranged by hand.
[[nodiscard]] std::string quorum_word(const audit::Trust& trust);

/// Requests for the round under way, or for a new one.
struct Requests {
  struct File {
    std::string name, text;  ///< "ministere.request"
  };
  std::uint64_t size = 0;            ///< entries asked about; 0: nothing to ask
  std::vector<File> files;           ///< to be put into the exchange folder
  std::vector<std::string> known;    ///< every request's name that may lie there
  std::vector<std::string> waiting;  ///< witnesses yet to answer
};
[[nodiscard]] Requests ask_witnesses(Centre::State& state, bool renew);

/// What came of the answers.
struct Collected {
  struct Unused {
    std::string file, why;
    bool alarm = false;
  };
  std::vector<audit::Cosigner> taken;
  std::vector<Unused> unused;
  std::uint64_t receipts = 0;  ///< receipts in the outbox that were renewed
};
/// `answers`: texts of *.answer files by their names. Logs log.cosigned for each that is right.
[[nodiscard]] Collected collect_answers(Centre::State& state,
                                        const std::vector<PassedFile>& answers);

/// Replaces receipts in the outbox by ones that the witnesses vouch for, where that is new. Returns
/// how many.
std::uint64_t renew_receipts(Centre::State& state);

}  // namespace sceau::enclave
