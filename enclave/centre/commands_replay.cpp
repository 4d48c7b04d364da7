// replay: the same inputs, the same verdict, or what differs.

#include <nlohmann/json.hpp>

#include "enclave/centre/handlers.h"
#include "enclave/centre/print.h"
#include "enclave/centre/replay.h"
#include "enclave/centre/review.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

std::string_view word_of(Sameness sameness) {
  switch (sameness) {
    case Sameness::same:
      return "same";
    case Sameness::other:
      return "other";
    case Sameness::not_made:
      return "not made";
  }
  return "not made";
}

std::string outcome_of(const Replay& replay) {
  if (replay.same()) return "same";
  for (const auto& output : replay.outputs) {
    if (output.file == Sameness::not_made) return "undecided";
  }
  return "other";
}

Json output_json(const ReplayedOutput& output) {
  Json rules = Json::array();
  for (const auto& rule : output.rules) {
    rules.push_back({{"rule", rule.rule}, {"then", rule.then}, {"now", rule.now}});
  }
  Json now = nullptr;
  if (!output.verdict_now.empty()) now = output.verdict_now;
  return {{"output", output.number},
          {"kind", output.opaque ? "file" : "table"},
          {"verdict", {{"then", output.verdict_then}, {"now", std::move(now)}}},
          {"file", word_of(output.file)},
          {"findings", word_of(output.findings)},
          {"evidence", word_of(output.evidence)},
          {"rules", std::move(rules)}};
}

Json document_of(const Replay& replay) {
  Json stores = Json::array();
  for (const auto& store : replay.stores) {
    stores.push_back({{"store", store.name}, {"sha256", store.sha256}, {"state", store.state}});
  }
  Json waivers = Json::array();
  for (const auto& waiver : replay.waivers) {
    waivers.push_back({{"waiver", waiver.id}, {"rule", waiver.rule}, {"state", waiver.state}});
  }
  Json outputs = Json::array();
  for (const auto& output : replay.outputs) outputs.push_back(output_json(output));
  return {{"format", 1},
          {"request", replay.request},
          {"outcome", outcome_of(replay)},
          {"program", {{"then", replay.program_then}, {"now", replay.program_now}}},
          {"policy",
           {{"name", replay.policy},
            {"sha256", replay.policy_sha256},
            {"superseded", replay.policy_superseded},
            {"reading", replay.policy_reading}}},
          {"stores", std::move(stores)},
          {"compared", replay.compared},
          {"waivers", std::move(waivers)},
          {"outputs", std::move(outputs)}};
}

std::string inputs_text(const Call& call, const Replay& replay) {
  auto text = replay.program_then == replay.program_now
                  ? line(call, "shown.replay_program", {replay.program_then})
                  : line(call, "shown.replay_programs", {replay.program_then, replay.program_now});
  text += said(call, "shown.replay_policy", {replay.policy, replay.policy_sha256.substr(0, 16)});
  if (replay.policy_superseded) text += said(call, "shown.replay_superseded");
  if (replay.policy_reading == "other") text += said(call, "shown.replay_other_rules");
  if (replay.policy_reading == "none") text += said(call, "shown.replay_unread");
  text += "\n";
  for (const auto& store : replay.stores) {
    text += line(call, "shown.replay_store", {store.name, store.state});
  }
  text += line(call, "shown.replay_history", {grouped(replay.compared)});
  for (const auto& waiver : replay.waivers) {
    text += line(call, "shown.replay_waiver", {waiver.id, waiver.rule, waiver.state});
  }
  return text;
}

std::string output_text(const Call& call, const ReplayedOutput& output) {
  auto text =
      said(call, "shown.replay_output", {std::to_string(output.number), output.verdict_then});
  if (output.opaque) return text + line(call, "shown.replay_file");
  if (output.verdict_now.empty()) return text + line(call, "shown.replay_not_made");
  if (output.verdict_now != output.verdict_then) {
    text += said(call, "shown.replay_now", {output.verdict_now});
  }
  text += line(call, "shown.replay_compared",
               {std::string(word_of(output.file)), std::string(word_of(output.findings)),
                std::string(word_of(output.evidence))});
  for (const auto& rule : output.rules) {
    text += line(call, "shown.replay_rule", {rule.rule, grouped(rule.then), grouped(rule.now)});
  }
  return text;
}

std::string text_of(const Call& call, const Replay& replay) {
  const auto outcome = outcome_of(replay);
  auto text = line(call,
                   outcome == "same"    ? "shown.replay_same"
                   : outcome == "other" ? "shown.replay_other"
                                        : "shown.replay_undecided",
                   {replay.request});
  text += inputs_text(call, replay);
  for (const auto& output : replay.outputs) text += output_text(call, output);
  return text;
}

}  // namespace

int replay(const Call& call) {
  {
    const Held held(call.state.mutex);
    (void)require_any_role(call.state, call.person, {"auditor", "custodian", "reviewer"});
  }
  const auto made = replay_request(call.state, call.arguments.one("REQUEST"), call.examiner);
  say(call, document_of(made), text_of(call, made));
  return made.same() ? 0 : 1;
}

}  // namespace sceau::enclave
