#include "enclave/centre/release.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "enclave/centre/binding.h"
#include "enclave/centre/freshness.h"
#include "enclave/centre/judgement_json.h"
#include "enclave/centre/people.h"
#include "enclave/centre/protection_json.h"
#include "enclave/centre/review_rules.h"
#include "enclave/egress/outbox.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

/// A request with all that its release needs.
struct Leaving {
  RequestRow request;
  std::vector<OutputRow> outputs;
  std::vector<DecisionRow> decisions;
  std::map<int, std::uint64_t> made;  ///< output -> seq of release.made
};

Leaving leaving_of(const Centre::State& state, const RequestRow& request) {
  Leaving leaving{
      request, state.registry.outputs(request.id), state.registry.decisions(request.id), {}};
  for (const auto& release : state.registry.releases(request.id)) {
    leaving.made[release.output] = release.seq;
  }
  return leaving;
}

std::string name_of(const Leaving& leaving, const OutputRow& output) {
  return released_name(output, leaving.decisions, leaving.request.turn);
}

/// Which waivers took a finding out of the verdict; not which finding.
Json waivers_json(const disclosure::Judgement& judgement) {
  std::map<std::string, std::string> applied;
  for (const auto& finding : judgement.findings) {
    if (!finding.waived.empty()) applied[finding.waived] = policies::to_string(finding.rule);
  }
  Json list = Json::array();
  for (const auto& [id, rule] : applied) list.push_back({{"waiver", id}, {"rule", rule}});
  return list;
}

std::string release_json(const Centre::State& state, const Leaving& leaving) {
  const auto policy = policy_version(state, leaving.request.policy, leaving.request.policy_sha256);
  Json files = Json::array();
  for (const auto& output : leaving.outputs) {
    const auto judgement = judgement_from_json(output.judgement);
    Json rules = Json::array();
    for (const auto rule : judgement.applied) rules.push_back(policies::to_string(rule));
    files.push_back({{"name", name_of(leaving, output)},
                     {"kind", output.opaque          ? "file"
                              : output.chart.empty() ? "table"
                                                     : "figure"},
                     {"sha256", output.sha256},
                     {"bytes", output.file.size()},
                     {"statistics", output.statistics},
                     {"verdict", output.verdict},
                     {"rules", std::move(rules)}});
    if (!output.protection.empty()) {
      files.back()["protected"] = disclosure::to_string(asked_of(output.protection).way);
    }
    if (auto waivers = waivers_json(judgement); !waivers.empty()) {
      files.back()["waivers"] = std::move(waivers);
    }
  }
  const Json document = {
      {"format", 1},
      {"request", leaving.request.id},
      {"turn", leaving.request.turn},
      {"log", state.journal.chain().origin()},
      {"policy",
       {{"name", policy.row.name}, {"version", policy.row.version}, {"sha256", policy.row.sha256}}},
      {"verdict", leaving.request.verdict},
      {"files", std::move(files)}};
  return document.dump(2) + "\n";
}

void record_started(Centre::State& state, Leaving& leaving, const std::string& by) {
  auto change = state.registry.begin();
  leaving.request.release_seq =
      state.journal.record("release.started", by,
                           {{"outputs", static_cast<std::int64_t>(leaving.outputs.size())},
                            {"request", leaving.request.id},
                            {"turn", std::int64_t{leaving.request.turn}}});
  state.registry.set_release_started(leaving.request.id, *leaving.request.release_seq);
  change.commit();
}

void record_made(Centre::State& state, Leaving& leaving, const std::string& by) {
  auto change = state.registry.begin();
  const auto known = state.registry.releases(leaving.request.id);
  for (const auto& output : leaving.outputs) {
    auto found = leaving.made.find(output.number);
    if (found == leaving.made.end()) {
      const auto seq = state.journal.record("release.made", by,
                                            {{"output", std::int64_t{output.number}},
                                             {"policy", leaving.request.policy_sha256},
                                             {"request", leaving.request.id},
                                             {"sha256", output.sha256},
                                             {"turn", std::int64_t{leaving.request.turn}},
                                             {"verdict", output.verdict}});
      found = leaving.made.emplace(output.number, seq).first;
    }
    const bool stored = std::any_of(known.begin(), known.end(), [&](const ReleaseRow& row) {
      return row.output == output.number;
    });
    if (stored) continue;
    state.registry.add_release({leaving.request.id, output.number, name_of(leaving, output),
                                output.sha256, found->second});
  }
  change.commit();
}

/// Populations that an opaque file may tell of: all that its session could see.
std::vector<std::string> populations_seen(const Centre::State& state, const RequestRow& request) {
  std::vector<std::string> populations;
  for (const auto& permit : state.registry.permits(request.project)) {
    for (const auto& store : state.registry.stores()) {
      if (store.dataset == permit.dataset && std::find(populations.begin(), populations.end(),
                                                       store.population) == populations.end()) {
        populations.push_back(store.population);
      }
    }
  }
  return populations;
}

void record_released(Centre::State& state, const Leaving& leaving) {
  auto change = state.registry.begin();
  for (const auto& output : leaving.outputs) {
    if (!output.opaque) continue;
    for (const auto& population : populations_seen(state, leaving.request)) {
      state.registry.add_history(population, {leaving.request.id, output.number,
                                              leaving.request.project, true, "", false, false, ""});
    }
  }
  set_states(state, leaving.request,
             next_of(leaving.request, disclosure::Act::release, disclosure::Party::system));
  change.commit();
}

/// From release.started on; every step may have been done before a crash.
void carry_out(Centre::State& state, Leaving leaving, const std::string& by) {
  OutboxFolder folder(state.home.outbox(), leaving.request.id);
  for (const auto& output : leaving.outputs) folder.add(name_of(leaving, output), output.file);
  folder.add("release.json", release_json(state, leaving));
  record_made(state, leaving, by);
  state.journal.publish();
  for (const auto& output : leaving.outputs) {
    folder.add(name_of(leaving, output) + ".receipt",
               state.journal.receipt(leaving.made.at(output.number)));
  }
  folder.publish();
  record_released(state, leaving);
}

}  // namespace

std::string released_name(const OutputRow& output, const std::vector<DecisionRow>& decisions,
                          int turn) {
  const bool by_person = std::any_of(decisions.begin(), decisions.end(), [&](const auto& one) {
    return one.output == output.number && one.turn == turn && one.decision == "approve";
  });
  if (by_person) return output.name;
  return output.request + "-" + std::to_string(output.number) +
         (output.chart.empty() ? ".csv" : ".svg");
}

void approve_by_itself(Centre::State& state, const std::string& id) {
  const auto request = state.registry.request(id);
  if (!request || request->state != "checked") return;
  const auto next = next_of(*request, disclosure::Act::approve, disclosure::Party::system);
  auto change = state.registry.begin();
  set_states(state, *request, next);
  change.commit();
}

void release_now(Centre::State& state, const std::string& id, const std::string& by) {
  const auto request = state.registry.request(id);
  if (!request) throw EnclaveError(Fault::not_found, "centre.no_request", {id});
  auto leaving = leaving_of(state, *request);
  verify_request(state, leaving.request, leaving.outputs);
  (void)next_of(leaving.request, disclosure::Act::release, disclosure::Party::system);
  if (!leaving.request.release_seq) {
    const auto policy = policy_version(state, request->policy, request->policy_sha256).policy;
    if (const auto why = release_waits(state, policy)) {
      throw EnclaveError(Fault::refused, why->id, why->args);
    }
    record_started(state, leaving, by);
  }
  carry_out(state, std::move(leaving), by);
}

bool waits_by_itself(const Centre::State& state, const RequestRow& request) {
  if (request.state != "approved" || request.release_seq) return false;
  const auto policy = policy_version(state, request.policy, request.policy_sha256).policy;
  const auto outputs = state.registry.outputs(request.id);
  return std::all_of(outputs.begin(), outputs.end(), [&](const OutputRow& output) {
    return reviewers_needed(policy, output) == 0;
  });
}

void finish_releases(Centre::State& state) {
  for (const auto& request : state.registry.requests("")) {
    if (request.release_seq && request.state == "approved") {
      auto leaving = leaving_of(state, request);
      verify_request(state, request, leaving.outputs);
      carry_out(state, std::move(leaving), "centre");
      continue;
    }
    // Not judged again: what was asked for since was judged with this one in the history.
    if (!waits_by_itself(state, request)) continue;
    const auto policy = policy_version(state, request.policy, request.policy_sha256).policy;
    if (!release_waits(state, policy)) release_now(state, request.id, "centre");
  }
}

}  // namespace sceau::enclave
