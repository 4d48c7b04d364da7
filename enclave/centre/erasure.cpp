#include "enclave/centre/erasure.h"

#include <charconv>

#include "audit/events.h"
#include "enclave/centre/review_rules.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view key_prefix = "texts-";
constexpr std::string_view to_do = "texts_to_rewrap";

void check_erasable(const Centre::State& state, const std::string& session) {
  const auto row = state.registry.session(session);
  if (!row) throw EnclaveError(Fault::not_found, "centre.no_session", {session});
  if (row->closed.empty()) throw EnclaveError(Fault::refused, "centre.erase_open", {session});
  if (const auto erased = state.registry.texts().erased(session)) {
    throw EnclaveError(Fault::already_there, "centre.erased_already", {session, erased->time});
  }
  for (const auto& request : state.registry.requests(row->project)) {
    if (request.session == session && !is_done_with(request)) {
      throw EnclaveError(Fault::refused, "centre.erase_waiting",
                         {session, request.id, request.state});
    }
  }
}

/// "texts-3" -> "texts-4"
std::string next_name(const std::string& name) {
  std::uint64_t number = 0;
  const auto* end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + key_prefix.size(), end, number);
  if (!name.starts_with(key_prefix) || read.ec != std::errc() || read.ptr != end) {
    throw EnclaveError(Fault::integrity, "centre.registry_damaged");
  }
  return std::string(key_prefix) + std::to_string(number + 1);
}

void rewrap(Centre::State& state) {
  auto& texts = state.registry.texts();
  const auto name = next_name(texts.key_name());
  if (state.keyring.has(name)) state.keyring.destroy(name);  // of a start that was cut off
  auto key = state.keyring.create_key(name);
  auto change = state.registry.begin();
  texts.rewrap(name, key);
  state.registry.set_meta("text_key", name);
  state.registry.set_meta(to_do, "");
  change.commit();
  texts.use(name, std::move(key));
}

}  // namespace

std::uint64_t erase_session_texts(Centre::State& state, const std::string& by,
                                  const std::string& session, const std::string& reason) {
  if (!audit::is_word(reason)) throw EnclaveError(Fault::usage, "centre.bad_word", {"reason"});
  check_erasable(state, session);
  auto change = state.registry.begin();
  const auto seq = state.journal.size();
  erase_as_logged(state, session, seq);
  state.journal.record("log.erased", by, {{"reason", reason}, {"session", session}});
  change.commit();
  finish_erasing(state);
  return seq;
}

void erase_as_logged(Centre::State& state, const std::string& session, std::uint64_t seq) {
  state.registry.texts().erase(session, {seq, state.now()});
  state.registry.set_meta(to_do, "yes");
}

void finish_erasing(Centre::State& state) {
  if (!state.registry.meta(to_do).empty()) rewrap(state);
  for (const auto& name : state.keyring.names()) {
    if (name.starts_with(key_prefix) && name != state.registry.texts().key_name()) {
      state.keyring.destroy(name);
    }
  }
}

}  // namespace sceau::enclave
