#include "enclave/centre/keyring_acts.h"

#include <sstream>

#include "enclave/fault.h"
#include "enclave/keys/centre_file.h"

namespace sceau::enclave {
namespace {

constexpr const char* event = "keyring.started";
constexpr const char* hash_key = "keyring";

/// An intent's subject: "CHANGE SHA256 ACT".
struct Announced {
  std::string change, sha256, act;
};

Announced announced_in(const std::string& subject) {
  Announced announced;
  std::istringstream words(subject);
  words >> announced.change >> announced.sha256 >> announced.act;
  if (announced.act.empty()) {
    throw EnclaveError(Fault::integrity, "centre.registry_damaged");
  }
  return announced;
}

void record_changed(Centre::State& state, const std::string& by, const Announced& announced,
                    Fields about) {
  about["act"] = announced.act;
  about["change"] = announced.change;
  about["generation"] = static_cast<std::int64_t>(state.keyring.recipients().generation);
  about["sha256"] = announced.sha256;
  state.registry.set_meta(hash_key, announced.sha256);
  state.journal.record("keyring.changed", by, std::move(about));
}

}  // namespace

void change_keyring(Centre::State& state, const std::string& by, const std::string& act,
                    const Fields& about, KeyringChange change) {
  const Announced announced{random_hex(16), change.sha256(), act};
  const auto subject = announced.change + " " + announced.sha256 + " " + announced.act;
  {
    auto intent = about;
    intent["act"] = act;
    intent["change"] = announced.change;
    intent["sha256"] = announced.sha256;
    auto begun = state.registry.begin();
    state.registry.add_intent({state.journal.size(), event, subject});
    state.journal.record(event, by, std::move(intent));
    begun.commit();
  }
  try {
    state.keyring.apply(std::move(change));
  } catch (const EnclaveError&) {
    auto ended = state.registry.begin();
    end_keyring_change(state, {0, event, subject}, "failed");
    ended.commit();
    throw;
  }
  auto done = state.registry.begin();
  record_changed(state, by, announced, about);
  state.registry.end_intent(event, subject);
  done.commit();
}

void end_keyring_change(Centre::State& state, const IntentRow& intent, const std::string& reason) {
  const auto announced = announced_in(intent.subject);
  if (state.keyring.file_sha256() == announced.sha256) {
    record_changed(state, "centre", announced, {});
  } else {
    state.journal.record("keyring.kept", "centre",
                         {{"change", announced.change}, {"reason", reason}});
  }
  state.registry.end_intent(event, intent.subject);
}

void forget_keyring_change(Centre::State& state, const std::string& change) {
  for (const auto& intent : state.registry.intents()) {
    if (intent.event == event && intent.subject.starts_with(change + " ")) {
      state.registry.end_intent(event, intent.subject);
    }
  }
}

void check_keyring(const Centre::State& state) {
  if (state.registry.meta(hash_key) != state.keyring.file_sha256()) {
    throw EnclaveError(Fault::integrity, "keys.not_logged", {state.keyring.dir().string()});
  }
}

}  // namespace sceau::enclave
