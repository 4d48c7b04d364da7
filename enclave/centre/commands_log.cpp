// log reveal | erase: the words behind the log.

#include <nlohmann/json.hpp>

#include "audit/hash.h"
#include "enclave/centre/erasure.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/log_tail.h"
#include "enclave/centre/people.h"
#include "enclave/centre/print.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

/// As the registry counts, through all logs.
std::uint64_t entry_number(const Call& call) {
  const auto written = call.arguments.one("seq");
  const auto number = audit::parse_decimal(written);
  if (!number) throw EnclaveError(Fault::usage, "centre.bad_seq", {written});
  return call.state.journal.chain().number_of(*number, call.arguments.one("log"));
}

/// The one text behind an entry; integrity where the registry holds another.
CommitmentRow text_behind(const Call& call, const TailEntry& entry, std::uint64_t seq) {
  const auto rows = call.state.registry.commitments(seq);
  if (rows.empty() && entry.at("commitment").empty()) {
    throw EnclaveError(Fault::not_found, "centre.no_text", {std::to_string(seq), entry.event});
  }
  if (rows.size() != 1 || (rows[0].text && commitment_to(rows[0]) != entry.at("commitment"))) {
    throw EnclaveError(Fault::integrity, "centre.text_not_committed", {std::to_string(seq)});
  }
  return rows[0];
}

std::string indented(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    shown += "  " + printable(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return shown;
}

Json entry_json(const Call& call, const TailEntry& entry, const CommitmentRow& row) {
  const auto place = call.state.journal.chain().place_of(entry.seq);
  return {{"format", 1},
          {"log", place.origin},
          {"seq", place.seq},
          {"event", entry.event},
          {"time", entry.time},
          {"actor", entry.actor},
          {"by", call.state.registry.name_of(entry.actor)},
          {"kind", row.kind},
          {"commitment", entry.at("commitment")}};
}

std::string entry_line(const Call& call, const TailEntry& entry) {
  const auto place = call.state.journal.chain().place_of(entry.seq);
  return line(call, "shown.entry",
              {std::to_string(place.seq), place.origin, entry.event, entry.time,
               printable(call.state.registry.name_of(entry.actor))});
}

void print(const Call& call, const Json& document, const std::string& shown) {
  call.output.out(call.command.json
                      ? document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                      : shown);
}

int say_erased(const Call& call, const TailEntry& entry, const CommitmentRow& row) {
  const auto erased = *call.state.registry.texts().erased(row.owner);
  auto json = entry_json(call, entry, row);
  json["text"] = nullptr;
  const auto place = call.state.journal.chain().place_of(erased.seq);
  json["erased"] = {{"log", place.origin}, {"seq", place.seq}, {"time", erased.time}};
  print(call, json,
        entry_line(call, entry) +
            line(call, "shown.text_erased",
                 {erased.time, std::to_string(place.seq), place.origin, entry.at("commitment")}));
  return 1;
}

}  // namespace

int log_reveal(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_any_role(call.state, call.person, {"auditor", "custodian"});
  const auto seq = entry_number(call);
  const auto entry = logged_entry(call.state.journal, seq);
  const auto row = text_behind(call, entry, seq);
  if (!row.text) return say_erased(call, entry, row);
  auto change = call.state.registry.begin();
  const auto place = call.state.journal.chain().place_of(seq);
  call.state.journal.record(
      "log.revealed", by, {{"entry", static_cast<std::int64_t>(place.seq)}, {"log", place.origin}});
  change.commit();
  auto json = entry_json(call, entry, row);
  json["text"] = *row.text;
  json["matches"] = true;
  print(call, json,
        entry_line(call, entry) + line(call, "shown.text_proven") + indented(*row.text));
  return 0;
}

int log_erase(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto session = call.arguments.one("SESSION");
  const auto seq = erase_session_texts(call.state, by, session, call.arguments.one("reason"));
  print(call, {{"format", 1}, {"session", session}, {"seq", seq}, {"state", "erased"}},
        line(call, "shown.words_erased", {session, std::to_string(seq)}));
  return 0;
}

}  // namespace sceau::enclave
