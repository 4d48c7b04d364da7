#pragma once
// What the examiner is asked about files: what they are, and whether they hold records of the
// stores that the project may use.

#include <optional>
#include <string>
#include <vector>

#include "enclave/centre/access.h"
#include "enclave/centre/examination.h"

namespace sceau::enclave {

/// The stores and columns of all valid permits, with their keys, whatever the policy shows.
[[nodiscard]] std::vector<DatasetGrant> searched_datasets(const Centre::State& state,
                                                          const Access& access);

/// Whether anything here is a file that has bytes already.
[[nodiscard]] bool holds_files(const std::vector<OutputDraft>& drafts);

/// The job of the candidates that are files, in their order; nullopt where none is.
[[nodiscard]] std::optional<ExamineJob> file_job(const Asking& asking,
                                                 const std::vector<Candidate>& candidates);

/// Takes the answers over into the candidates that file_job() asked about.
void take_answers(std::vector<Examined> answers, std::vector<Candidate>& candidates);

}  // namespace sceau::enclave
