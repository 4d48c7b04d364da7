#include "enclave/centre/examination.h"

#include <algorithm>
#include <set>

#include "disclosure/examine.h"
#include "disclosure/fault.h"
#include "disclosure/restricted.h"
#include "enclave/centre/access.h"
#include "enclave/centre/file_search.h"
#include "enclave/centre/judgement_json.h"
#include "enclave/centre/waivers.h"
#include "enclave/fault.h"
#include "enclave/messages.h"
#include "policies/codebook.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t longest_file_name = 100;

bool is_safe_file_name(const std::string& name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= longest_file_name && letter(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || c == '.' || c == '_' || c == '-'; });
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

void check_names(const std::vector<OutputDraft>& drafts) {
  std::set<std::string> seen;
  for (const auto& draft : drafts) {
    const auto name = lower(draft.name);
    const bool ours = name == "release.json" || name.ends_with(".receipt");
    if (!is_safe_file_name(draft.name) || ours) {
      throw EnclaveError(Fault::bad_input, "centre.bad_file_name", {draft.name});
    }
    if (!seen.insert(name).second) {
      throw EnclaveError(Fault::bad_input, "centre.name_twice", {draft.name});
    }
  }
}

using Wanted = std::map<std::string, std::set<std::string>>;

void want(const disclosure::Tabulation& tabulation, Wanted& wanted) {
  const auto& vintages = tabulation.vintages;
  wanted[tabulation.dataset].insert(vintages.begin(), vintages.end());
  for (const auto& reference : tabulation.references) {
    auto& joined = wanted[disclosure::joined_rows(reference.dataset).dataset];
    if (reference.vintage.empty()) {
      joined.insert(vintages.begin(), vintages.end());
    } else {
      joined.insert(reference.vintage);
    }
  }
}

std::string domain_of(const policies::Variable& variable) {
  return variable.domain.empty() ? variable.name : variable.domain;
}

/// Whether two vintages' variables of one name mean the same, so that their rows may be stacked
/// (store.vintages_differ). A vintage is sealed again, too, because its codebook was wrong.
bool agree(const policies::Codebook& a, const policies::Codebook& b) {
  using policies::Role;
  return std::all_of(a.variables.begin(), a.variables.end(), [&](const auto& mine) {
    const auto* theirs = b.find(mine.name);
    if (theirs == nullptr) return true;
    const bool roles = (mine.role == Role::hidden) == (theirs->role == Role::hidden) &&
                       (mine.role == Role::identifier) == (theirs->role == Role::identifier);
    const bool domains = mine.role != Role::identifier || domain_of(mine) == domain_of(*theirs);
    return mine.type == theirs->type && roles && domains;
  });
}

/// Of one data set: what is asked, and what else is remembered and can stand beside it. What can't
/// is as if it weren't here any more: the checker says so, and a person looks.
DatasetGrant grant_of(const Centre::State& state, const std::string& dataset,
                      const std::set<std::string>& vintages, const std::set<std::string>& asked) {
  DatasetGrant grant;
  grant.dataset = dataset;
  std::optional<policies::Codebook> codebook;
  for (const auto& vintage : asked) {
    const auto store = state.registry.store(dataset, vintage);
    if (store) codebook = policies::parse_codebook(store->codebook, dataset);
  }
  for (const auto& vintage : vintages) {
    const auto store = state.registry.store(dataset, vintage);
    if (!store) continue;
    const bool fits = !codebook || asked.contains(vintage) ||
                      agree(*codebook, policies::parse_codebook(store->codebook, dataset));
    if (fits) grant.vintages.push_back(open_access(state, *store));
  }
  return grant;
}

/// Every vintage that the tabulations or their history name, or join, and that is still here.
std::vector<DatasetGrant> job_datasets(const Centre::State& state, const ExamineJob& job) {
  Wanted asked;
  for (const auto& tabulation : job.tabulations) want(tabulation, asked);
  Wanted wanted = asked;
  for (const auto& past : job.history) {
    const bool counted = std::any_of(
        job.tabulations.begin(), job.tabulations.end(),
        [&](const auto& tabulation) { return tabulation.dataset == past.tabulation.dataset; });
    if (!past.opaque && counted) want(past.tabulation, wanted);
  }
  std::vector<DatasetGrant> datasets;
  for (const auto& [name, vintages] : wanted) {
    datasets.push_back(grant_of(state, name, vintages, asked[name]));
  }
  return datasets;
}

/// Which vintages of the outputs' data sets are versions of one another.
std::vector<disclosure::Supersession> supersessions(const Centre::State& state,
                                                    const ExamineJob& job) {
  std::vector<disclosure::Supersession> pairs;
  const auto stores = state.registry.stores();
  for (const auto& store : stores) {
    const bool asked = std::any_of(
        job.tabulations.begin(), job.tabulations.end(),
        [&](const disclosure::Tabulation& one) { return one.dataset == store.dataset; });
    if (!store.superseded || !asked) continue;
    for (const auto& by : stores) {
      if (by.id == store.superseded_by && by.dataset == store.dataset) {
        pairs.push_back({store.dataset, store.vintage, by.vintage});
      }
    }
  }
  return pairs;
}

ExamineJob job_for(const Centre::State& state, const Asking& asking,
                   const std::vector<Candidate>& candidates, const std::string& population) {
  ExamineJob job;
  job.project = asking.project;
  job.language = asking.language;
  job.policy = {asking.policy.row.name, asking.policy.row.texts};
  for (const auto& candidate : candidates) {
    if (candidate.draft.tabulation && candidate.population == population) {
      job.tabulations.push_back(*candidate.draft.tabulation);
      job.charts.push_back(candidate.draft.chart);
      job.protects.push_back(candidate.draft.protect);
      job.proposes.push_back(candidate.draft.propose ? 1 : 0);
    }
  }
  auto past = state.registry.history(population, asking.except);
  std::erase_if(past, [&](const HistoryRow& row) {
    // A kept row counts whatever becomes of its request: the table was seen.
    return !asking.replaced.empty() && row.request == asking.replaced && !row.kept;
  });
  job.history = remembered(past);
  job.waivers = waivers_for(state, job.tabulations);
  job.superseded = supersessions(state, job);
  job.datasets = job_datasets(state, job);
  return job;
}

JobInputs inputs_of(const ExamineJob& job, const std::string& population) {
  JobInputs inputs;
  inputs.population = population;
  for (const auto& past : job.history) {
    inputs.compared.push_back(past.request + "/" + std::to_string(past.output));
  }
  inputs.history = history_digest(job.history);
  for (const auto& dataset : job.datasets) {
    for (const auto& vintage : dataset.vintages) {
      inputs.stores.push_back(
          {vintage.name.dataset, vintage.name.vintage, vintage.sealed.id, vintage.sealed.sha256});
    }
  }
  inputs.waivers = job.waivers;
  inputs.superseded = job.superseded;
  return inputs;
}

}  // namespace

std::set<std::string> populations_of(const std::vector<Candidate>& candidates) {
  std::set<std::string> populations;
  for (const auto& candidate : candidates) {
    if (candidate.draft.tabulation) populations.insert(candidate.population);
  }
  return populations;
}

std::vector<disclosure::Remembered> remembered(const std::vector<HistoryRow>& rows) {
  std::vector<disclosure::Remembered> history;
  for (const auto& row : rows) {
    disclosure::Remembered one;
    one.request = row.request;
    one.output = row.output;
    one.project = row.project;
    one.opaque = row.opaque;
    if (!row.opaque) one.tabulation = disclosure::tabulation_from_json(row.tabulation);
    history.push_back(std::move(one));
  }
  return history;
}

std::string history_digest(const std::vector<disclosure::Remembered>& history) {
  std::string text;
  for (const auto& past : history) {
    text += past.request + "/" + std::to_string(past.output) + "\n" + past.project + "\n" +
            (past.opaque ? "opaque" : disclosure::to_json(past.tabulation)) + "\n";
  }
  return sha256_hex(text);
}

std::vector<Candidate> candidates_of(const Centre::State& state, std::vector<OutputDraft> drafts) {
  check_names(drafts);
  std::vector<Candidate> candidates;
  for (auto& draft : drafts) {
    Candidate candidate;
    if (draft.tabulation) {
      for (const auto& vintage : draft.tabulation->vintages) {
        const auto store = state.registry.store(draft.tabulation->dataset, vintage);
        if (store) candidate.population = store->population;
      }
    } else {
      candidate.examined.judgement = disclosure::not_a_tabulation(draft.reason);
      candidate.examined.file = draft.opaque;
    }
    candidate.draft = std::move(draft);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

std::vector<Examined> answers_of(const Examiner& examiner, ExamineJob job) {
  const auto asked = job.tabulations.size() + job.files.size();
  auto answers = examiner(std::move(job));
  if (answers.size() != asked) {
    throw EnclaveError(Fault::internal, "centre.internal", {"the examiner judged another number"});
  }
  return answers;
}

namespace {

/// Files are looked into by one job of their own.
void examine_files(Centre::State& state, const Asking& asking, const Examiner& examiner,
                   std::vector<Candidate>& candidates, Inputs& inputs) {
  auto job = file_job(asking, candidates);
  if (!job) return;
  auto given = inputs_of(*job, "");
  for (const auto& dataset : job->datasets) {
    if (!dataset.columns) continue;
    given.columns[dataset.dataset] = {dataset.columns->begin(), dataset.columns->end()};
  }
  inputs.push_back(std::move(given));
  {
    const Held held(state.mutex);
    put_into_project_form(state, *job);  // as the session showed its pseudonyms
  }
  take_answers(answers_of(examiner, std::move(*job)), candidates);
}

}  // namespace

Inputs examine_all(Centre::State& state, const Asking& asking, const Examiner& examiner,
                   std::vector<Candidate>& candidates, bool shown) {
  Inputs inputs;
  for (const auto& population : populations_of(candidates)) {
    Held held(state.mutex);
    auto job = job_for(state, asking, candidates, population);
    job.shown = shown;
    inputs.push_back(inputs_of(job, population));
    put_into_project_form(state, job);
    held.unlock();
    auto answers = answers_of(examiner, std::move(job));
    std::size_t at = 0;
    for (auto& candidate : candidates) {
      if (candidate.draft.tabulation && candidate.population == population) {
        candidate.examined = std::move(answers[at++]);
        if (candidate.examined.version) candidate.draft.tabulation = candidate.examined.version;
      }
    }
  }
  examine_files(state, asking, examiner, candidates, inputs);
  return inputs;
}

PopulationsHeld::PopulationsHeld(Centre::State& state, const std::vector<Candidate>& candidates) {
  {
    const Held held(state.mutex);
    for (const auto& population : populations_of(candidates)) {
      auto& mutex = state.populations[population];
      if (!mutex) mutex = std::make_shared<std::mutex>();
      mutexes_.push_back(mutex);
    }
  }
  for (const auto& mutex : mutexes_) held_.emplace_back(*mutex);
}

disclosure::Verdict worst_of(const std::vector<Candidate>& candidates) {
  if (candidates.empty()) return disclosure::Verdict::fail;
  auto verdict = disclosure::Verdict::pass;
  for (const auto& candidate : candidates) {
    verdict = disclosure::worst(verdict, candidate.examined.judgement.verdict);
  }
  return verdict;
}

std::vector<JudgedOutput> judged_outputs(const std::vector<Candidate>& candidates,
                                         const std::string& project, const std::string& language) {
  std::vector<JudgedOutput> outputs;
  for (const auto& candidate : candidates) {
    auto seen = as_seen_from(candidate.examined.judgement, project);
    const auto* tabulation = candidate.draft.tabulation ? &*candidate.draft.tabulation : nullptr;
    auto json = disclosure::to_json(seen, candidate.draft.name, tabulation,
                                    candidate.examined.cells, language, finding_text);
    const bool needless = !candidate.draft.exception.empty() &&
                          candidate.examined.judgement.verdict != disclosure::Verdict::fail;
    outputs.push_back({candidate.draft.name, std::move(seen), std::move(json), needless,
                       candidate.examined.proposals});
  }
  return outputs;
}

}  // namespace sceau::enclave
