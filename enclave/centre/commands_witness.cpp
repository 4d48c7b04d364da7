// log witness add | remove | quorum | list, log request, log collect, log rotate.

#include <nlohmann/json.hpp>

#include "audit/bytes.h"
#include "audit/entry.h"
#include "audit/witness_desk.h"
#include "enclave/centre/handlers.h"
#include "enclave/centre/log_rotation.h"
#include "enclave/centre/people.h"
#include "enclave/centre/print.h"
#include "enclave/centre/review.h"
#include "enclave/centre/trust_edit.h"
#include "enclave/centre/witnessing.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

std::string time_of(std::uint64_t seconds) {
  return audit::format_time(std::chrono::system_clock::time_point(
      std::chrono::seconds(static_cast<std::int64_t>(seconds))));
}

Json cosigner_json(const audit::Cosigner& one) {
  return {{"name", one.name},
          {"witness", one.witness},
          {"size", one.size},
          {"time", time_of(one.time_s)}};
}

int changed(const Call& call, std::string_view id, const std::string& name) {
  const auto& trust = call.state.journal.chain().trust();
  const auto quorum = quorum_word(trust);
  auto shown = line(call, id, {name, quorum});
  if (quorum == "none" && !trust.witnesses.empty()) {
    shown += line(call, "shown.no_signature_asked");
  }
  shown += line(call, "shown.new_trust", {call.state.home.trust().string()});
  say(call, {{"format", 1}, {"witnesses", trust.witnesses.size()}, {"quorum", quorum}}, shown);
  return 0;
}

}  // namespace

int log_witness_add(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto name = call.arguments.one("NAME");
  change_trust(call.state, by,
               with_witness(call.state.journal.chain().trust(), name, call.arguments.one("KEY")));
  return changed(call, "shown.witness_added", name);
}

int log_witness_remove(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto name = call.arguments.one("NAME");
  change_trust(call.state, by, without_witness(call.state.journal.chain().trust(), name));
  return changed(call, "shown.witness_removed", name);
}

int log_witness_quorum(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  const auto written = call.arguments.one("K");
  const auto& trust = call.state.journal.chain().trust();
  const auto number = written == "none"  ? std::optional<std::uint64_t>(0)
                      : written == "all" ? std::optional<std::uint64_t>(trust.witnesses.size())
                                         : audit::parse_decimal(written);
  if (!number) {
    throw EnclaveError(Fault::usage, "centre.bad_quorum",
                       {written, std::to_string(trust.witnesses.size())});
  }
  change_trust(call.state, by, with_quorum(trust, static_cast<std::size_t>(*number)));
  return changed(call, "shown.quorum_set", "");
}

int log_witness_list(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"operator", "custodian", "reviewer", "auditor"});
  const auto& trust = call.state.journal.chain().trust();
  const auto status = call.state.journal.witnesses();
  Json list = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < trust.witnesses.size(); ++i) {
    const auto name = audit::witness_name(trust, i);
    Json item = {{"name", name}, {"key", trust.witnesses[i].line()}, {"size", nullptr}};
    std::vector<std::string> row = {name, "-", "-", trust.witnesses[i].line()};
    for (const auto& signer : status.by) {
      if (signer.name != name) continue;
      item["size"] = signer.size;
      item["time"] = time_of(signer.time_s);
      row[1] = grouped(signer.size);
      row[2] = time_of(signer.time_s).substr(0, 19) + "Z";
    }
    list.push_back(std::move(item));
    rows.push_back(std::move(row));
  }
  const auto quorum = quorum_word(trust);
  say(call, {{"format", 1}, {"quorum", quorum}, {"witnesses", list}},
      aligned(call.command.language, {"witness", "entries", "signed", "key"}, rows) +
          line(call, "shown.quorum_is", {quorum}));
  return 0;
}

int log_request(const Call& call) {
  const Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"operator", "custodian"});
  if (call.state.journal.chain().trust().witnesses.empty()) {
    throw EnclaveError(Fault::refused, "centre.no_witnesses");
  }
  const auto requests = ask_witnesses(call.state, call.arguments.has("renew"));
  Json files = Json::array();
  std::string text;
  for (const auto& file : requests.files) {
    files.push_back({{"name", file.name}, {"text", file.text}});
    text += file.name + "\n";
  }
  const auto origin = call.state.journal.chain().origin();
  say(call,
      {{"format", 1},
       {"log", origin},
       {"size", requests.size},
       {"waiting", requests.waiting},
       {"files", files},
       {"known", requests.known}},
      requests.files.empty() ? line(call, "shown.nothing_to_ask") : text);
  return 0;
}

int log_collect(const Call& call) {
  Held held(call.state.mutex);
  (void)require_any_role(call.state, call.person, {"operator", "custodian"});
  const auto collected = collect_answers(call.state, call.command.files);
  held.unlock();
  const auto released = release_waiting(call.state, call.examiner);
  held.lock();
  const auto status = call.state.journal.witnesses();
  Json taken = Json::array();
  std::string text;
  for (const auto& one : collected.taken) {
    taken.push_back(cosigner_json(one));
    text += line(call, "shown.has_signed", {one.name, grouped(one.size)});
  }
  Json unused = Json::array();
  bool alarm = false;
  for (const auto& one : collected.unused) {
    unused.push_back({{"file", one.file}, {"why", one.why}, {"alarm", one.alarm}});
    text += line(call, one.alarm ? "shown.alarm" : "shown.not_used",
                 {printable(one.file), printable(one.why)});
    alarm = alarm || one.alarm;
  }
  if (collected.receipts > 0) {
    text += line(call, "shown.receipts", {grouped(collected.receipts)});
  }
  for (const auto& id : released) text += line(call, "shown.is_released", {id});
  if (text.empty()) {
    text = line(call, call.command.files.empty() ? "shown.no_answer" : "shown.no_signature");
  }
  for (const auto& name : status.waiting) text += line(call, "shown.waits_for", {name});
  say(call,
      {{"format", 1},
       {"taken", taken},
       {"unused", unused},
       {"answers", call.command.files.size()},
       {"waiting", status.waiting},
       {"receipts", collected.receipts},
       {"released", released}},
      text);
  if (alarm) return 4;
  return collected.taken.empty() && collected.unused.empty() ? 1 : collected.unused.empty() ? 0 : 1;
}

int log_rotate(const Call& call) {
  const Held held(call.state.mutex);
  const auto by = require_role(call.state, call.person, "custodian");
  rotate_log(call.state, by);
  const auto& chain = call.state.journal.chain();
  const auto& old = chain.sealed().back();
  say(call,
      {{"format", 1},
       {"sealed", {{"origin", old.origin}, {"size", old.size}, {"folder", old.folder.string()}}},
       {"log", {{"origin", chain.origin()}}},
       {"trust", call.state.home.trust().string()}},
      line(call, "shown.log_sealed", {old.origin, grouped(old.size), old.folder.string()}) +
          line(call, "shown.log_goes_on", {chain.origin()}) +
          line(call, "shown.new_trust", {call.state.home.trust().string()}));
  return 0;
}

}  // namespace sceau::enclave
