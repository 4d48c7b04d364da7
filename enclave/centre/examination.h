#pragma once
// From outputs that are asked for to what the examiner says of them: jobs with the history of each
// population, and judgements in the outputs' order.

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "enclave/centre/exchange.h"
#include "enclave/centre/people.h"
#include "enclave/centre/state.h"

namespace sceau::enclave {

/// One output on its way to a verdict.
struct Candidate {
  OutputDraft draft;
  std::string population;  ///< of its data set; empty where opaque
  Examined examined;
};

/// Fills population; refuses names that can't leave (centre.bad_file_name, centre.name_twice).
[[nodiscard]] std::vector<Candidate> candidates_of(const Centre::State& state,
                                                   std::vector<OutputDraft> drafts);

/// A sealed vintage that a verdict was made from.
struct StoreInput {
  std::string dataset, vintage, id, sha256;
  friend bool operator==(const StoreInput&, const StoreInput&) = default;
};

/// What one examination was given beside the outputs: with it the same verdict can be made again.
struct JobInputs {
  std::string population;
  std::vector<std::string> compared;  ///< "R-2026-000001/1", oldest first
  std::string history;                ///< SHA-256 over what was compared (history_digest)
  std::vector<StoreInput> stores;
  std::vector<disclosure::Waiver> waivers;
  std::vector<disclosure::Supersession> superseded;
};

/// One a population, in the order in which they were examined.
using Inputs = std::vector<JobInputs>;

[[nodiscard]] std::string history_digest(const std::vector<disclosure::Remembered>& history);
/// Rows of the registry as the examiner takes them.
[[nodiscard]] std::vector<disclosure::Remembered> remembered(const std::vector<HistoryRow>& rows);
/// Populations of the outputs that are tabulations.
[[nodiscard]] std::set<std::string> populations_of(const std::vector<Candidate>& candidates);

/// Who asks, and what is not their own past.
struct Asking {
  std::string project;
  std::string language;
  ResolvedPolicy policy;
  std::string except;    ///< request whose outputs are not its own history; or empty
  std::string replaced;  ///< request that this one takes the place of; or empty
};

/// What the examiner answers, one answer a tabulation of the job; throws what it throws, and
/// internal where it answers another number.
[[nodiscard]] std::vector<Examined> answers_of(const Examiner& examiner, ExamineJob job);

/// Runs the examiner, one job a population; the state's lock is free while it works. Fills
/// `examined`, with the cells that may be seen where they are wanted (`shown`). Throws what the
/// examiner throws; integrity where it answers another question.
Inputs examine_all(Centre::State& state, const Asking& asking, const Examiner& examiner,
                   std::vector<Candidate>& candidates, bool shown = false);

/// Holds the populations of these outputs, in one order for everybody: check and reservation are
/// one step. Taken before the state's lock, never under it.
class PopulationsHeld {
 public:
  PopulationsHeld(Centre::State& state, const std::vector<Candidate>& candidates);

 private:
  std::vector<std::shared_ptr<std::mutex>> mutexes_;
  std::vector<std::unique_lock<std::mutex>> held_;
};

[[nodiscard]] disclosure::Verdict worst_of(const std::vector<Candidate>& candidates);

/// For the researcher of `project`: names, judgements and verdict_json without other projects.
[[nodiscard]] std::vector<JudgedOutput> judged_outputs(const std::vector<Candidate>& candidates,
                                                       const std::string& project,
                                                       const std::string& language);

}  // namespace sceau::enclave
