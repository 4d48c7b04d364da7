// One entry of the log's tail at a time.

#include <cstdlib>
#include <functional>
#include <map>

#include "audit/hash.h"
#include "enclave/centre/access.h"
#include "enclave/centre/closing.h"
#include "enclave/centre/erasure.h"
#include "enclave/centre/keyring_acts.h"
#include "enclave/centre/permits.h"
#include "enclave/centre/recovery.h"
#include "enclave/centre/release.h"
#include "enclave/centre/review_rules.h"
#include "enclave/centre/store_erasure.h"
#include "enclave/centre/store_rekey.h"
#include "enclave/centre/stores.h"
#include "enclave/centre/witnessing.h"
#include "enclave/centre/workspace_rows.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr const char* by_centre = "centre";

using Tail = std::vector<TailEntry>;

/// The registry is brought up at once, inside the caller's transaction; entries and files, which
/// nothing takes back, wait until the whole tail is known to make sense.
struct Bench {
  Centre::State& state;
  const Tail& tail;
  std::vector<std::function<void()>> later;

  void record(const char* event, Fields fields) {
    later.push_back([this, event, fields = std::move(fields)] {
      state.journal.record(event, by_centre, fields);
    });
  }
};
using Reconciler = void (*)(Bench&, const TailEntry&);

/// Whether the tail itself holds the other half: a recovery that was cut off as well.
bool in_tail(const Bench& bench, const char* event, const std::string& key,
             const std::string& value) {
  for (const auto& entry : bench.tail) {
    if (entry.event == event && entry.at(key) == value) return true;
  }
  return false;
}

[[noreturn]] void registry_behind(const TailEntry& entry, const std::string& subject) {
  throw EnclaveError(Fault::integrity, "centre.registry_behind",
                     {entry.event + " " + subject + " (entry " + std::to_string(entry.seq) + ")"});
}

void nothing(Bench&, const TailEntry&) {}

void role_granted(Bench& bench, const TailEntry& entry) {
  for (const auto& other : bench.tail) {
    const bool undone = other.event == "role.revoked" && other.at("user") == entry.at("user") &&
                        other.at("role") == entry.at("role");
    if (undone) return;
  }
  bench.record("role.revoked",
               {{"reason", "crash"}, {"role", entry.at("role")}, {"user", entry.at("user")}});
}

void role_revoked(Bench& bench, const TailEntry& entry) {
  (void)bench.state.registry.remove_role(entry.at("user"), entry.at("role"));
}

void project_created(Bench& bench, const TailEntry& entry) {
  if (in_tail(bench, "project.closed", "project", entry.at("project"))) return;
  bench.record("project.closed", {{"project", entry.at("project")}, {"reason", "crash"}});
}

void project_closed(Bench& bench, const TailEntry& entry) {
  bench.state.registry.close_project(entry.at("project"));
  if (entry.at("erased") == "yes") erase_project(bench.state, entry.at("project"), entry.seq);
}

/// Ids that the log has seen are not given again.
void bump(Centre::State& state, const std::string& key, const std::string& id, std::size_t digits) {
  const auto number = id.size() > digits ? std::atoll(id.c_str() + id.size() - digits) : 0;
  const auto last = state.registry.meta(key);
  if (number > (last.empty() ? 0 : std::atoll(last.c_str()))) {
    state.registry.set_meta(key, std::to_string(number));
  }
}

void permit_granted(Bench& bench, const TailEntry& entry) {
  bump(bench.state, "last_permit", entry.at("permit"), 6);
  if (in_tail(bench, "permit.revoked", "permit", entry.at("permit"))) return;
  bench.record("permit.revoked", {{"permit", entry.at("permit")}, {"reason", "crash"}});
}

void permit_revoked(Bench& bench, const TailEntry& entry) {
  const auto id = entry.at("permit");
  if (!bench.state.registry.permit(id)) {
    if (!in_tail(bench, "permit.granted", "permit", id)) registry_behind(entry, id);
    return;
  }
  bench.state.registry.revoke_permit(id, entry.seq);
}

void key_withdrawn(Bench& bench, const TailEntry& entry) {
  note_withdrawn_key(bench.state.registry, entry.at("key"));
}

void waiver_granted(Bench& bench, const TailEntry& entry) {
  bump(bench.state, "last_waiver", entry.at("waiver"), 6);
  if (in_tail(bench, "waiver.revoked", "waiver", entry.at("waiver"))) return;
  bench.record("waiver.revoked", {{"reason", "crash"}, {"waiver", entry.at("waiver")}});
}

void waiver_revoked(Bench& bench, const TailEntry& entry) {
  const auto id = entry.at("waiver");
  if (!bench.state.registry.waiver(id)) {
    if (!in_tail(bench, "waiver.granted", "waiver", id)) registry_behind(entry, id);
    return;
  }
  bench.state.registry.revoke_waiver(id, entry.seq);
}

/// Its bytes are lost; its id is not given again.
void ingress_brought(Bench& bench, const TailEntry& entry) {
  bump(bench.state, "last_ingress", entry.at("ingress"), 6);
  if (in_tail(bench, "ingress.decided", "ingress", entry.at("ingress"))) return;
  bench.record("ingress.decided",
               {{"decision", "void"}, {"ingress", entry.at("ingress")}, {"reason", "crash"}});
}

void store_started(Bench& bench, const TailEntry& entry) {
  if (in_tail(bench, "store.sealed", "id", entry.at("id"))) return;
  bench.later.push_back([&bench, store = entry.at("store"), id = entry.at("id")] {
    drop_unsealed(bench.state, store, id);
  });
}

/// The file is there as the log says: the registry learns of it from the store itself.
void store_sealed(Bench& bench, const TailEntry& entry) {
  const auto name = parse_store_name(entry.at("store"));
  if (bench.state.registry.store(name.dataset, name.vintage)) return;
  if (!bench.state.keyring.has("store-" + entry.at("id")))
    registry_behind(entry, entry.at("store"));
  StoreRow row;
  row.id = entry.at("id");
  row.dataset = name.dataset;
  row.vintage = name.vintage;
  row.size = entry.number("bytes");
  row.sha256 = entry.at("sha256");
  row.rows = entry.number("rows");
  row.rejected = entry.number("rejected");
  verify_sealed(file_of(bench.state, row), {row.id, row.size, row.sha256}, true);
  const auto store =
      Store::open(file_of(bench.state, row), bench.state.keyring.key("store-" + row.id));
  row.codebook = store.codebook().source_text;
  row.population = store.codebook().population;
  row.sealed = store.manifest().created;
  bench.state.registry.add_store(row, entry.seq);
  bench.state.registry.end_intent("store.started", entry.at("store") + " " + row.id);
}

void store_superseded(Bench& bench, const TailEntry& entry) {
  const auto old_name = parse_store_name(entry.at("store"));
  const auto new_name = parse_store_name(entry.at("by"));
  const auto old_store = bench.state.registry.store(old_name.dataset, old_name.vintage);
  const auto new_store = bench.state.registry.store(new_name.dataset, new_name.vintage);
  if (!old_store || !new_store) registry_behind(entry, entry.at("store"));
  bench.state.registry.supersede_store(old_store->id, new_store->id);
}

void session_opened(Bench& bench, const TailEntry& entry) {
  if (in_tail(bench, "session.closed", "session", entry.at("session"))) return;
  bench.record("session.closed", {{"reason", "crash"}, {"session", entry.at("session")}});
}

void session_closed(Bench& bench, const TailEntry& entry) {
  bench.state.registry.close_session(entry.at("session"), bench.state.now(), entry.at("reason"));
}

void workspace_opened(Bench& bench, const TailEntry& entry) {
  const auto id = entry.at("workspace");
  if (in_tail(bench, "workspace.closed", "workspace", id)) return;
  bench.record("workspace.closed",
               {{"exit", std::int64_t{0}}, {"reason", "crash"}, {"workspace", id}});
}

/// What it sealed at its end is not taken: the folder stands as the registry knows it.
void workspace_closed(Bench& bench, const TailEntry& entry) {
  remove_workspace(bench.state.registry, entry.at("workspace"));
}

void statement_started(Bench& bench, const TailEntry& entry) {
  if (in_tail(bench, "statement.finished", "statement", entry.at("statement"))) return;
  bench.record("statement.finished",
               {{"outcome", "crash"},
                {"session", entry.at("session")},
                {"statement", static_cast<std::int64_t>(entry.number("statement"))}});
}

void statement_finished(Bench& bench, const TailEntry& entry) {
  const auto& chain = bench.state.journal.chain();
  const auto started = chain.number_of(entry.number("statement"), chain.place_of(entry.seq).origin);
  bench.state.registry.finish_statement(started, entry.at("outcome"), entry.number("rows"),
                                        entry.seq);
}

void withdraw_lost(Bench& bench, const TailEntry& entry) {
  const auto id = entry.at("request");
  bench.state.registry.end_intent("request.submitted", id);
  if (in_tail(bench, "request.withdrawn", "request", id)) return;
  bench.record("request.withdrawn", {{"reason", "crash"},
                                     {"request", id},
                                     {"turn", static_cast<std::int64_t>(entry.number("turn"))}});
}

void request_submitted(Bench& bench, const TailEntry& entry) {
  const auto id = entry.at("request");
  bump(bench.state, "last_request_" + id.substr(0, 7), id, 6);
  if (!in_tail(bench, "request.checked", "request", id)) withdraw_lost(bench, entry);
}

void request_checked(Bench& bench, const TailEntry& entry) {
  if (!bench.state.registry.request(entry.at("request"))) withdraw_lost(bench, entry);
}

void request_withdrawn(Bench& bench, const TailEntry& entry) {
  const auto id = entry.at("request");
  bench.state.registry.end_intent("request.submitted", id);
  if (const auto request = bench.state.registry.request(id)) {
    set_states(bench.state, *request, disclosure::State::withdrawn);
  }
}

/// The comment is lost, and with it the decision: it has to be made again.
void review_decided(Bench& bench, const TailEntry& entry) {
  if (entry.at("decision") == "void") return;
  bench.record("review.decided", {{"decision", "void"},
                                  {"of", static_cast<std::int64_t>(entry.seq)},
                                  {"output", static_cast<std::int64_t>(entry.number("output"))},
                                  {"policy", entry.at("policy")},
                                  {"reason", "crash"},
                                  {"request", entry.at("request")},
                                  {"sha256", entry.at("sha256")},
                                  {"turn", static_cast<std::int64_t>(entry.number("turn"))}});
}

void release_started(Bench& bench, const TailEntry& entry) {
  const auto id = entry.at("request");
  if (!bench.state.registry.request(id)) registry_behind(entry, id);
  bench.state.registry.set_release_started(id, entry.seq);
}

void release_made(Bench& bench, const TailEntry& entry) {
  const auto id = entry.at("request");
  const auto request = bench.state.registry.request(id);
  if (!request || !request->release_seq) registry_behind(entry, id);
  for (const auto& output : bench.state.registry.outputs(id)) {
    if (static_cast<std::uint64_t>(output.number) != entry.number("output")) continue;
    const auto name = released_name(output, bench.state.registry.decisions(id), request->turn);
    bench.state.registry.add_release({id, output.number, name, entry.at("sha256"), entry.seq});
  }
}

/// Revoked it is, though the words why are lost.
void release_revoked(Bench& bench, const TailEntry& entry) {
  const auto id = entry.at("request");
  const auto request = bench.state.registry.request(id);
  if (!request || !request->release_seq) registry_behind(entry, id);
  if (request->state == "revoked") return;
  set_states(bench.state, *request, disclosure::State::revoked);
  const auto owner =
      bench.state.registry.texts().erased(request->session) ? "revocation:" + id : request->session;
  bench.state.registry.add_revocation({id, owner, entry.actor, "", entry.time, entry.seq});
}

/// The key goes now, whatever became of the person who asked for it.
void log_erased(Bench& bench, const TailEntry& entry) {
  erase_as_logged(bench.state, entry.at("session"), entry.seq);
}

/// Announced, it is carried out: nothing else may stand in the log after it.
void erasure_started(Bench& bench, const TailEntry& entry) {
  if (in_tail(bench, "store.erased", "id", entry.at("id"))) return;
  const auto subject = entry.at("store") + " " + entry.at("id") + " " + entry.at("reason");
  bench.later.push_back([&bench, entry, subject] {
    finish_store_erasure(bench.state, {entry.seq, "erasure.started", subject});
  });
}

void store_erased(Bench& bench, const TailEntry& entry) {
  bench.later.push_back([&bench, entry] {
    erased_as_logged(bench.state, entry.at("store"), entry.at("id"), entry.time, entry.seq);
  });
}

/// The registry never learnt of it, so it was never begun.
void rekey_started(Bench& bench, const TailEntry& entry) {
  const auto change = entry.at("change");
  if (in_tail(bench, "store.rekeyed", "change", change)) return;
  if (in_tail(bench, "store.kept", "change", change)) return;
  bench.record("store.kept", {{"change", change},
                              {"id", entry.at("id")},
                              {"reason", "crash"},
                              {"store", entry.at("store")}});
}

void store_rekeyed(Bench& bench, const TailEntry& entry) {
  rekeyed_as_logged(bench.state, entry.at("id"), entry.at("key"), entry.number("bytes"),
                    entry.at("sha256"));
  forget_rekeying(bench.state, entry.at("change"));
}

void store_kept(Bench& bench, const TailEntry& entry) {
  forget_rekeying(bench.state, entry.at("change"));
}

/// Whether it was done before the crash is for centre.key to say.
void keyring_started(Bench& bench, const TailEntry& entry) {
  const auto change = entry.at("change");
  if (in_tail(bench, "keyring.changed", "change", change)) return;
  if (in_tail(bench, "keyring.kept", "change", change)) return;
  const auto subject = change + " " + entry.at("sha256") + " " + entry.at("act");
  bench.later.push_back([&bench, seq = entry.seq, subject] {
    end_keyring_change(bench.state, {seq, "keyring.started", subject}, "crash");
  });
}

void keyring_changed(Bench& bench, const TailEntry& entry) {
  bench.state.registry.set_meta("keyring", entry.at("sha256"));
  forget_keyring_change(bench.state, entry.at("change"));
}

void keyring_kept(Bench& bench, const TailEntry& entry) {
  forget_keyring_change(bench.state, entry.at("change"));
}

/// The file was never put in place: the log says again what holds.
void log_trusted(Bench& bench, const TailEntry& entry) {
  const auto& home = bench.state.home;
  const auto digest = audit::to_hex(audit::Hasher().sha256_file(home.trust()));
  if (digest == entry.at("trust")) return;
  for (const auto& other : bench.tail) {
    if (other.event == entry.event && other.at("trust") == digest && other.seq > entry.seq) return;
  }
  bench.record("log.trusted",
               {{"quorum", quorum_word(bench.state.journal.chain().trust())}, {"trust", digest}});
}

/// Noted, so that a start without an end gets its end.
void centre_started(Bench& bench, const TailEntry&) {
  bench.state.registry.set_meta("serving", "yes");
}

void centre_stopped(Bench& bench, const TailEntry&) {
  bench.state.registry.set_meta("serving", "");
}

const std::map<std::string_view, Reconciler>& reconcilers() {
  static const std::map<std::string_view, Reconciler> table = {
      {"centre.created", nothing},
      {"centre.started", centre_started},
      {"centre.unlocked", nothing},
      {"centre.stopped", centre_stopped},
      {"role.granted", role_granted},
      {"role.revoked", role_revoked},
      {"waiver.granted", waiver_granted},
      {"waiver.revoked", waiver_revoked},
      {"store.started", store_started},
      {"store.sealed", store_sealed},
      {"store.opened", nothing},
      {"store.barred", nothing},  // found again at each unlocking
      {"store.admitted", nothing},
      {"store.superseded", store_superseded},
      {"policy.installed", nothing},  // nothing uses it yet; it can be installed again
      {"project.created", project_created},
      {"project.closed", project_closed},
      {"permit.granted", permit_granted},
      {"permit.revoked", permit_revoked},
      {"session.opened", session_opened},
      {"session.refused", nothing},
      {"session.closed", session_closed},
      {"workspace.opened", workspace_opened},
      {"workspace.entered", nothing},
      {"workspace.refused", nothing},
      {"workspace.closed", workspace_closed},
      {"ingress.brought", ingress_brought},
      {"ingress.decided", nothing},  // asked again: the registry still says that it waits
      {"statement.started", statement_started},
      {"statement.finished", statement_finished},
      {"request.submitted", request_submitted},
      {"request.checked", request_checked},
      {"request.withdrawn", request_withdrawn},
      {"request.commented", nothing},  // its author never heard that it was taken
      {"review.viewed", nothing},
      {"review.decided", review_decided},
      {"release.started", release_started},
      {"release.made", release_made},
      {"release.revoked", release_revoked},
      {"history.viewed", nothing},
      {"backup.made", nothing},  // without its MANIFEST it is none
      {"backup.restored", nothing},
      {"log.erased", log_erased},
      {"log.revealed", nothing},
      {"log.cosigned", nothing},
      {"log.trusted", log_trusted},
      {"log.sealed", nothing},
      {"key.withdrawn", key_withdrawn},
      {"key.registered", nothing},  // no permit names it yet; it can be registered again
      {"key.rotated", nothing},
      {"erasure.started", erasure_started},
      {"store.erased", store_erased},
      {"rekey.started", rekey_started},
      {"store.rekeyed", store_rekeyed},
      {"store.kept", store_kept},
      {"keyring.started", keyring_started},
      {"keyring.changed", keyring_changed},
      {"keyring.kept", keyring_kept},
  };
  return table;
}

}  // namespace

void reconcile(Centre::State& state, const std::vector<TailEntry>& tail) {
  Bench bench{state, tail, {}};
  for (const auto& entry : tail) {
    const auto found = reconcilers().find(entry.event);
    if (found == reconcilers().end()) registry_behind(entry, "");
    found->second(bench, entry);
  }
  for (const auto& step : bench.later) step();
}

}  // namespace sceau::enclave
