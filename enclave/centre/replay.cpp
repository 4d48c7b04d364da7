#include "enclave/centre/replay.h"

#include <algorithm>
#include <map>

#include "enclave/centre/access.h"
#include "enclave/centre/binding.h"
#include "enclave/centre/judgement_json.h"
#include "enclave/centre/people.h"
#include "enclave/centre/protection_json.h"
#include "enclave/centre/review.h"
#include "enclave/centre/store_rekey.h"
#include "enclave/centre/waivers.h"
#include "enclave/fault.h"
#include "policies/policy.h"

namespace sceau::enclave {
namespace {

constexpr const char* version = SCEAU_VERSION;

[[noreturn]] void tampered(const std::string& request) {
  throw EnclaveError(Fault::integrity, "centre.request_tampered", {request});
}

/// How this program reads the installed text, beside the rules that judged.
std::string reading_of(const PolicyRow& row) {
  const auto find = [&](std::string_view name) -> std::optional<std::string> {
    for (std::size_t i = 1; i < row.texts.size(); ++i) {
      if (row.texts[i].first == name) return row.texts[i].second;
    }
    return std::nullopt;
  };
  try {
    const auto read = policies::parse_policy(row.texts.front().second, row.name, find);
    return read.sha256 == row.sha256 ? "same" : "other";
  } catch (const std::exception&) {
    return "none";  // a key that this program doesn't know, or one that it misses
  }
}

PolicyRow policy_of(const Centre::State& state, const RequestRow& request,
                    const CheckedInputs& inputs, Replay& replay) {
  auto row = state.registry.policy(request.policy, request.policy_sha256);
  if (!row || row->texts.empty() || policy_texts_digest(*row) != inputs.policy_texts) {
    tampered(request.id);
  }
  const auto current = state.registry.policy(request.policy);
  replay.policy = row->name;
  replay.policy_sha256 = row->sha256;
  replay.policy_superseded = current && current->sha256 != row->sha256;
  replay.policy_reading = reading_of(*row);
  return std::move(*row);
}

/// What counted then, as it stands now; integrity where that is not what the check committed to.
std::vector<disclosure::Remembered> history_then(const Centre::State& state,
                                                 const std::string& request,
                                                 const JobInputs& inputs) {
  std::map<std::string, HistoryRow> known;
  for (auto& row : state.registry.whole_history(inputs.population)) {
    const auto key = row.request + "/" + std::to_string(row.output);
    known.emplace(key, std::move(row));
  }
  std::vector<HistoryRow> rows;
  for (const auto& key : inputs.compared) {
    const auto found = known.find(key);
    if (found == known.end()) tampered(request);
    rows.push_back(found->second);
  }
  auto history = remembered(rows);
  if (history_digest(history) != inputs.history) tampered(request);
  return history;
}

struct Again {
  ExamineJob job;
  std::vector<StoreRow> stores;
  std::vector<std::size_t> outputs;  ///< places of those that the job answers
};

/// The row of a store as it was used; nullopt where there is none of this id any more.
std::optional<StoreRow> store_then(const Centre::State& state, const StoreInput& input) {
  auto row = state.registry.store(input.dataset, input.vintage);
  if (!row || row->id != input.id || !was_file_of(state, *row, input.sha256)) {
    return std::nullopt;
  }
  return row;
}

void note_store(const StoreInput& input, const std::string& standing, Replay& replay) {
  const auto name = input.dataset + "@" + input.vintage;
  for (const auto& known : replay.stores) {
    if (known.name == name) return;
  }
  replay.stores.push_back({name, input.sha256, standing});
}

/// Reads the whole file; without the lock.
std::string standing_of_file(const Centre::State& state, const std::optional<StoreRow>& row) {
  if (!row) return "gone";
  std::error_code error;
  if (!std::filesystem::exists(file_of(state, *row), error)) return "gone";
  try {
    verify_sealed(file_of(state, *row), {row->id, row->size, row->sha256}, true);
  } catch (const EnclaveError&) {
    return "changed";
  }
  return row->superseded ? "superseded" : "same";
}

bool can_be_read(const std::string& standing) {
  return standing == "same" || standing == "superseded";
}

void open_stores(const Centre::State& state,
                 const std::map<std::string, std::vector<std::string>>& columns, Again& again) {
  std::map<std::string, DatasetGrant> grants;
  for (const auto& row : again.stores) {
    auto& grant = grants[row.dataset];
    grant.dataset = row.dataset;
    grant.vintages.push_back(open_access(state, row));
  }
  for (auto& [name, grant] : grants) {
    std::sort(grant.vintages.begin(), grant.vintages.end(),
              [](const auto& a, const auto& b) { return a.name.vintage < b.name.vintage; });
    if (const auto named = columns.find(name); named != columns.end()) {
      grant.columns.emplace(named->second.begin(), named->second.end());
    }
    again.job.datasets.push_back(std::move(grant));
  }
}

std::string standing_of_waiver(const Centre::State& state, const disclosure::Waiver& waiver) {
  const auto row = state.registry.waiver(waiver.id);
  return row ? standing_of(*row, state.today()) : "revoked";
}

void note_waivers(const Centre::State& state, const JobInputs& inputs, Replay& replay) {
  for (const auto& waiver : inputs.waivers) {
    const bool known = std::any_of(replay.waivers.begin(), replay.waivers.end(),
                                   [&](const auto& one) { return one.id == waiver.id; });
    if (known) continue;
    replay.waivers.push_back({waiver.id, std::string(policies::to_string(waiver.rule)),
                              standing_of_waiver(state, waiver)});
  }
}

Again again_of(const Centre::State& state, const RequestRow& request,
               const std::vector<OutputRow>& outputs, const PolicyRow& policy,
               const JobInputs& inputs) {
  Again again;
  again.job.project = request.project;
  const auto session = state.registry.session(request.session);
  if (!session) tampered(request.id);
  again.job.language = session->language;
  again.job.policy = {policy.name, policy.texts};
  again.job.history = history_then(state, request.id, inputs);
  again.job.waivers = inputs.waivers;
  again.job.superseded = inputs.superseded;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].population != inputs.population) continue;
    if (outputs[i].opaque) {
      const auto then = judgement_from_json(outputs[i].judgement);
      if (then.findings.empty()) tampered(request.id);
      again.job.files.push_back({outputs[i].name, outputs[i].file, then.findings.front().message});
      again.outputs.push_back(i);
      continue;
    }
    again.job.tabulations.push_back(disclosure::tabulation_from_json(outputs[i].tabulation));
    again.job.protects.emplace_back();
    if (!outputs[i].protection.empty()) {
      auto asked = asked_of(outputs[i].protection);
      again.job.tabulations.back() = std::move(asked.tabulation);
      again.job.protects.back() = asked.way;
    }
    again.job.charts.push_back(disclosure::parse_chart(outputs[i].chart));
    again.outputs.push_back(i);
  }
  return again;
}

Sameness sameness(bool same) { return same ? Sameness::same : Sameness::other; }

std::map<std::string, std::uint64_t> by_rule(const disclosure::Judgement& judgement) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& finding : judgement.findings) {
    ++counts[std::string(policies::to_string(finding.rule))];
  }
  return counts;
}

void compare(const OutputRow& then, const Examined& now, ReplayedOutput& into) {
  into.verdict_now = disclosure::to_string(now.judgement.verdict);
  into.file = sameness(sha256_hex(then.opaque ? then.file : now.file) == then.sha256);
  into.findings = sameness(judgement_to_json(now.judgement) == then.judgement);
  into.evidence = sameness(now.table_json == then.table && now.protection == then.protection);
  if (into.findings == Sameness::same) return;
  const auto before = by_rule(judgement_from_json(then.judgement));
  auto after = by_rule(now.judgement);
  for (const auto& [rule, count] : before) {
    if (after[rule] != count) into.rules.push_back({rule, count, after[rule]});
    after.erase(rule);
  }
  for (const auto& [rule, count] : after) {
    if (count > 0) into.rules.push_back({rule, 0, count});
  }
}

/// An output that no job answers: a file, whose bytes verify_request has held against the log.
ReplayedOutput untouched(const OutputRow& output) {
  ReplayedOutput replayed;
  replayed.number = output.number;
  replayed.opaque = output.opaque;
  replayed.verdict_then = output.verdict;
  if (!output.opaque) return replayed;
  replayed.verdict_now = output.verdict;
  replayed.file = replayed.findings = replayed.evidence = Sameness::same;
  return replayed;
}

struct Occasion {
  const RequestRow& request;
  const std::vector<OutputRow>& outputs;
  const PolicyRow& policy;
  const Examiner& examiner;
};

/// One population's outputs, where all that they were made from can still be read. Comes and goes
/// with the lock held.
void replay_job(Centre::State& state, Held& held, const Occasion& occasion, const JobInputs& inputs,
                Replay& replay) {
  auto again = again_of(state, occasion.request, occasion.outputs, occasion.policy, inputs);
  replay.compared += inputs.compared.size();
  note_waivers(state, inputs, replay);
  bool whole = replay.policy_reading != "none";
  for (const auto& input : inputs.stores) {
    const auto row = store_then(state, input);
    held.unlock();
    const auto standing = standing_of_file(state, row);
    held.lock();
    note_store(input, standing, replay);
    whole = whole && can_be_read(standing);
    if (row) again.stores.push_back(*row);
  }
  if (!whole) return;
  open_stores(state, inputs.columns, again);
  put_into_project_form(state, again.job);
  held.unlock();
  const auto answers = answers_of(occasion.examiner, std::move(again.job));
  held.lock();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto at = again.outputs[i];
    compare(occasion.outputs[at], answers[i], replay.outputs[at]);
  }
}

}  // namespace

bool Replay::same() const {
  return !outputs.empty() &&
         std::all_of(outputs.begin(), outputs.end(), [](const ReplayedOutput& output) {
           return output.verdict_then == output.verdict_now && output.file == Sameness::same &&
                  output.findings == Sameness::same && output.evidence == Sameness::same;
         });
}

Replay replay_request(Centre::State& state, const std::string& id, const Examiner& examiner) {
  Held held(state.mutex);
  const auto request = request_of(state, id);
  const auto outputs = state.registry.outputs(id);
  verify_request(state, request, outputs);
  const auto inputs = checked_inputs(state, request);
  Replay replay;
  replay.request = id;
  replay.program_then = inputs.program;
  replay.program_now = version;
  const auto policy = policy_of(state, request, inputs, replay);
  for (const auto& output : outputs) replay.outputs.push_back(untouched(output));
  for (const auto& job : inputs.jobs) {
    replay_job(state, held, {request, outputs, policy, examiner}, job, replay);
  }
  return replay;
}

}  // namespace sceau::enclave
