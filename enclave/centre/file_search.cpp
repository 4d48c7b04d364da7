#include "enclave/centre/file_search.h"

#include <algorithm>

namespace sceau::enclave {
namespace {

/// EXPLAIN makes a draft without bytes: there is nothing to look into.
bool is_file(const OutputDraft& draft) { return !draft.tabulation && !draft.opaque.empty(); }

DatasetGrant copy_of(const DatasetGrant& grant) {
  DatasetGrant copy{grant.dataset, {}, grant.columns, grant.rows};
  for (const auto& access : grant.vintages) {
    copy.vintages.push_back({access.name, access.file, access.sealed, access.key.copy()});
  }
  return copy;
}

}  // namespace

std::vector<DatasetGrant> searched_datasets(const Centre::State& state, const Access& access) {
  std::vector<DatasetGrant> datasets;
  for (const auto& [name, dataset] : access.datasets) {
    datasets.push_back(open_dataset(state, dataset));
  }
  return datasets;
}

bool holds_files(const std::vector<OutputDraft>& drafts) {
  return std::any_of(drafts.begin(), drafts.end(), is_file);
}

std::optional<ExamineJob> file_job(const Asking& asking, const std::vector<Candidate>& candidates) {
  if (asking.files == Files::leave) return std::nullopt;
  ExamineJob job;
  for (const auto& candidate : candidates) {
    if (!is_file(candidate.draft)) continue;
    job.files.push_back({candidate.draft.name, candidate.draft.opaque, candidate.draft.reason});
  }
  if (job.files.empty()) return std::nullopt;
  job.project = asking.project;
  job.language = asking.language;
  job.policy = {asking.policy.row.name, asking.policy.row.texts};
  job.search = asking.files == Files::search;
  if (job.search) {
    for (const auto& grant : asking.searched) job.datasets.push_back(copy_of(grant));
  }
  return job;
}

void take_answers(std::vector<Examined> answers, std::vector<Candidate>& candidates) {
  std::size_t at = 0;
  for (auto& candidate : candidates) {
    if (!is_file(candidate.draft)) continue;
    candidate.examined = std::move(answers.at(at++));
    candidate.examined.file = candidate.draft.opaque;
  }
}

}  // namespace sceau::enclave
