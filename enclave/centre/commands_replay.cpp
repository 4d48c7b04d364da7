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

std::string inputs_text(const Replay& replay) {
  std::string text =
      "  program   " + replay.program_then +
      (replay.program_then == replay.program_now ? "\n"
                                                 : " then, " + replay.program_now + " now\n");
  text += "  policy    " + replay.policy + " " + replay.policy_sha256.substr(0, 16);
  if (replay.policy_superseded) text += ", another version is installed now";
  if (replay.policy_reading == "other") text += ", which this program reads as other rules";
  if (replay.policy_reading == "none") text += ", which this program can't read";
  text += "\n";
  for (const auto& store : replay.stores) {
    text += "  store     " + store.name + "  " + store.state + "\n";
  }
  text += "  history   " + grouped(replay.compared) + " earlier outputs, as they stood\n";
  for (const auto& waiver : replay.waivers) {
    text += "  waiver    " + waiver.id + " of " + waiver.rule + ", " + waiver.state + " now\n";
  }
  return text;
}

std::string output_text(const ReplayedOutput& output) {
  auto text = "  output " + std::to_string(output.number) + "  " + output.verdict_then;
  if (output.opaque) return text + "  a file: its bytes are the ones that were checked\n";
  if (output.verdict_now.empty()) return text + "  could not be made again\n";
  if (output.verdict_now != output.verdict_then) text += " then, " + output.verdict_now + " now";
  text += "  file " + std::string(word_of(output.file)) + ", findings " +
          std::string(word_of(output.findings)) + ", evidence " +
          std::string(word_of(output.evidence)) + "\n";
  for (const auto& rule : output.rules) {
    text += "    " + rule.rule + ": " + grouped(rule.then) + " findings then, " +
            grouped(rule.now) + " now\n";
  }
  return text;
}

std::string text_of(const Replay& replay) {
  const auto outcome = outcome_of(replay);
  std::string text = replay.request + ": ";
  if (outcome == "same") text += "the same inputs give the same verdict\n";
  if (outcome == "other") text += "the verdict made again differs\n";
  if (outcome == "undecided") text += "not all of it could be made again\n";
  text += inputs_text(replay);
  for (const auto& output : replay.outputs) text += output_text(output);
  return text;
}

}  // namespace

int replay(const Call& call) {
  {
    const Held held(call.state.mutex);
    (void)require_any_role(call.state, call.person, {"auditor", "custodian", "reviewer"});
  }
  const auto made = replay_request(call.state, call.arguments.one("REQUEST"), call.examiner);
  say(call, document_of(made), text_of(made));
  return made.same() ? 0 : 1;
}

}  // namespace sceau::enclave
