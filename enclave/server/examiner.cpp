#include "enclave/server/examiner.h"

#include <algorithm>

#include "disclosure/examine.h"
#include "disclosure/fault.h"
#include "disclosure/figure.h"
#include "disclosure/linear_program.h"
#include "enclave/centre/protection_json.h"
#include "enclave/sandbox/walls.h"
#include "enclave/server/crossing.h"
#include "enclave/server/faults.h"
#include "enclave/server/file_examiner.h"
#include "enclave/server/opened.h"
#include "enclave/server/process.h"
#include "enclave/server/serve.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view this_request = "this request";

/// What the memory of this data set needs beside the question's own.
std::vector<disclosure::Reference> remembered_references(const disclosure::Question& question) {
  std::vector<disclosure::Reference> references;
  for (const auto& past : question.history) {
    if (past.opaque || past.tabulation.dataset != question.tabulation.dataset) continue;
    for (const auto& reference : past.tabulation.references) {
      if (std::find(references.begin(), references.end(), reference) == references.end()) {
        references.push_back(reference);
      }
    }
  }
  return references;
}

/// What leaves: the table, or the figure drawn from it.
std::string file_of(const disclosure::Table& table, const std::optional<disclosure::Chart>& chart,
                    const policies::Codebook& codebook, const std::string& language) {
  if (!chart) return disclosure::released_csv(table, codebook, language);
  auto drawn = disclosure::draw(table, *chart, codebook, language);
  if (const auto* refusal = std::get_if<disclosure::Message>(&drawn)) {
    throw EnclaveError(Fault::refused, refusal->id, refusal->args);
  }
  return std::move(std::get<std::string>(drawn));
}

/// As released_csv() writes them.
std::vector<ShownCell> shown_cells(const disclosure::Table& table,
                                   const policies::Codebook& codebook) {
  std::vector<int> decimals;
  for (const auto& column : table.tabulation.columns) {
    decimals.push_back(disclosure::released_decimals(column, codebook));
  }
  std::vector<ShownCell> cells;
  for (const auto& cell : table.cells) {
    ShownCell shown{cell.grouping_set, {}, {}};
    for (std::size_t i = 0; i < table.domains.size(); ++i) {
      const bool margin = cell.key[i] == disclosure::total;
      shown.codes.push_back(margin ? std::nullopt
                                   : table.domains[i].codes[static_cast<std::size_t>(cell.key[i])]);
    }
    for (std::size_t i = 0; i < cell.columns.size(); ++i) {
      const auto& result = cell.columns[i];
      auto text = result.text ? *result.text : disclosure::to_string(result.value, decimals[i]);
      shown.values.push_back(cell.suppressed || text.empty() ? std::nullopt
                                                             : std::optional(std::move(text)));
    }
    cells.push_back(std::move(shown));
  }
  return cells;
}

/// What is wanted of a tabulation beside its verdict.
struct Wanted {
  std::optional<disclosure::Chart> chart;
  std::optional<disclosure::Way> protect;
  bool propose = false;
};

Proposed told_of(disclosure::Way way, const disclosure::Proposal& proposal) {
  Proposed told;
  told.way = way;
  if (const auto* reason = std::get_if<disclosure::Message>(&proposal)) {
    told.why = *reason;
    return told;
  }
  const auto& version = std::get<disclosure::Version>(proposal);
  told.verdict = version.examination.judgement.verdict;
  told.effect = version.effect;
  told.kept = version.loss.kept;
  told.why = version.why;
  return told;
}

/// A version that has lost what the figure is drawn along is none.
disclosure::Proposal drawable(disclosure::Proposal proposal,
                              const std::optional<disclosure::Chart>& chart) {
  const auto* version = std::get_if<disclosure::Version>(&proposal);
  if (version == nullptr || !chart) return proposal;
  auto why = disclosure::why_no_figure(version->examination.table.tabulation, *chart);
  return why ? disclosure::Proposal(std::move(*why)) : std::move(proposal);
}

/// Makes the version the examination, and what is remembered; or says why there is none.
void protect(const Wanted& wanted, const disclosure::Question& question,
             const disclosure::Bench& bench, disclosure::Examination& examination,
             Examined& examined) {
  const auto way = *wanted.protect;
  auto proposal = drawable(disclosure::propose(way, question, examination, bench), wanted.chart);
  const auto original = table_json(examination.table, examination.judgement, bench.codebook);
  examined.protection = protection_json(way, question.tabulation, original, proposal);
  if (const auto* reason = std::get_if<disclosure::Message>(&proposal)) {
    examination.judgement = disclosure::unprotected(std::move(examination.judgement), *reason);
    return;
  }
  examination = std::move(std::get<disclosure::Version>(proposal).examination);
  examined.version = examination.table.tabulation;
}

Examined examine_one(const disclosure::Question& question, const Wanted& wanted, OpenedData& data,
                     const policies::Policy& policy, const ExamineJob& job) {
  const auto ground = data.ground(question.tabulation, remembered_references(question));
  const auto& codebook = *ground.codebook;
  const disclosure::Bench bench{*ground.source, codebook, policy, job.waivers, {}};
  auto examination = disclosure::judged(question, bench);
  Examined examined;
  if (wanted.propose) {
    for (const auto way : disclosure::ways) {
      examined.proposals.push_back(
          told_of(way, disclosure::propose(way, question, examination, bench)));
    }
  }
  if (wanted.protect) protect(wanted, question, bench, examination, examined);
  examined.cells = examination.table.cells.size();
  for (const auto& column : question.tabulation.columns) {
    examined.statistics.push_back(disclosure::describe(column));
  }
  examined.file = file_of(examination.table, wanted.chart, codebook, job.language);
  examined.table_json = table_json(examination.table, examination.judgement, codebook);
  examined.judgement = std::move(examination.judgement);
  if (job.shown) examined.shown = shown_cells(examination.table, codebook);
  return examined;
}

/// One a tabulation; a list that is empty wants nothing of any.
std::vector<Wanted> wanted_of(const ExamineJob& job) {
  const auto all = job.tabulations.size();
  const auto fits = [all](std::size_t size) { return size == 0 || size == all; };
  if (!fits(job.charts.size()) || !fits(job.protects.size()) || !fits(job.proposes.size())) {
    WireReader::refuse();
  }
  std::vector<Wanted> wanted(all);
  for (std::size_t i = 0; i < all; ++i) {
    if (!job.charts.empty()) wanted[i].chart = job.charts[i];
    if (!job.protects.empty()) wanted[i].protect = job.protects[i];
    if (!job.proposes.empty()) wanted[i].propose = job.proposes[i] != 0;
  }
  return wanted;
}

void serve_one_job(Channel& broker) {
  const auto frame = broker.receive();
  if (frame.kind != FrameKind::job) WireReader::refuse();
  try {
    const auto job = unpack<ExamineJob>(frame.payload);
    see_only(files_of(job.datasets));
    const auto examined = examine_job(job);
    broker.send(FrameKind::examined, pack(examined));
  } catch (...) {
    broker.send(FrameKind::failed, pack(failure_of(std::current_exception())));
  }
}

}  // namespace

std::vector<Examined> examine_job(const ExamineJob& job) {
  const auto policy = read_policy(job.policy);
  OpenedData data(job.datasets, job.pseudonyms);
  const auto all_wanted = wanted_of(job);
  std::vector<Examined> answers;
  disclosure::Question question;
  question.project = job.project;
  question.history = job.history;
  question.superseded = job.superseded;
  int output = 0;
  for (const auto& tabulation : job.tabulations) {
    question.tabulation = tabulation;
    answers.push_back(examine_one(question, all_wanted[answers.size()], data, policy, job));
    question.history.push_back({std::string(this_request), ++output, job.project, false,
                                answers.back().version.value_or(tabulation)});
  }
  for (const auto& file : job.files) {
    answers.push_back(examine_file(file, data, policy, job.search));
  }
  return answers;
}

int run_examiner() noexcept {
  try {
    if (!harden_child(broker_fd + 1)) return 70;
    wall_in();
    disclosure::keep_memory_between_programs();
    Channel broker(broker_fd);
    serve_one_job(broker);
    return 0;
  } catch (...) {
    return 70;  // the broker sees the end of the channel, and says so
  }
}

}  // namespace sceau::enclave
