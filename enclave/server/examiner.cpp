#include "enclave/server/examiner.h"

#include <algorithm>

#include "disclosure/examine.h"
#include "disclosure/fault.h"
#include "disclosure/figure.h"
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

Examined examine_one(const disclosure::Question& question,
                     const std::optional<disclosure::Chart>& chart, OpenedData& data,
                     const policies::Policy& policy, const ExamineJob& job) {
  const auto ground = data.ground(question.tabulation, remembered_references(question));
  const auto& codebook = *ground.codebook;
  auto examination =
      disclosure::examine(question, *ground.source, codebook, policy, disclosure::Cancelled{});
  examination.judgement =
      disclosure::apply_waivers(std::move(examination.judgement), question.tabulation, job.waivers);
  Examined examined;
  examined.cells = examination.table.cells.size();
  for (const auto& column : question.tabulation.columns) {
    examined.statistics.push_back(disclosure::describe(column));
  }
  examined.file = file_of(examination.table, chart, codebook, job.language);
  examined.table_json = table_json(examination.table, examination.judgement, codebook);
  examined.judgement = std::move(examination.judgement);
  if (job.shown) examined.shown = shown_cells(examination.table, codebook);
  return examined;
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
  auto charts = job.charts;
  if (charts.empty()) charts.resize(job.tabulations.size());
  if (charts.size() != job.tabulations.size()) WireReader::refuse();
  std::vector<Examined> answers;
  disclosure::Question question;
  question.project = job.project;
  question.history = job.history;
  question.superseded = job.superseded;
  int output = 0;
  for (const auto& tabulation : job.tabulations) {
    question.tabulation = tabulation;
    answers.push_back(examine_one(question, charts[answers.size()], data, policy, job));
    question.history.push_back(
        {std::string(this_request), ++output, job.project, false, tabulation});
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
    Channel broker(broker_fd);
    serve_one_job(broker);
    return 0;
  } catch (...) {
    return 70;  // the broker sees the end of the channel, and says so
  }
}

}  // namespace sceau::enclave
