#include "enclave/centre/journal.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>

#include "audit/hash.h"
#include "audit/trust.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t salt_bytes = 32;

void fill_random(std::span<std::uint8_t> bytes) {
  if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw EnclaveError(Fault::internal, "centre.internal", {"no random numbers"});
  }
}

audit::Signer log_signer(const Keyring& keyring) {
  const auto key = keyring.key("log");
  const auto bytes = key.bytes();
  return audit::Signer::from_private_key(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

audit::Log open_log(const Home& home, const Config& config, const Keyring& keyring,
                    const Clock& clock) {
  try {
    return audit::Log(home.log(), home.log_state(), config.origin, log_signer(keyring), clock);
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
}

}  // namespace

void rethrow(const audit::AuditError& error) {
  switch (error.fault()) {
    case audit::Fault::tampered:
    case audit::Fault::undecided:
      throw EnclaveError(Fault::integrity, "centre.log_tampered", {error.what()});
    case audit::Fault::io:
    case audit::Fault::stopped:
      throw EnclaveError(Fault::unavailable, "centre.log_unwritable", {error.what()});
    case audit::Fault::bad_input:
      throw EnclaveError(Fault::bad_input, "centre.log_bad_input", {error.what()});
    case audit::Fault::exists:
      throw EnclaveError(Fault::already_there, "centre.exists", {error.what()});
    case audit::Fault::refused:
    case audit::Fault::crypto:
      throw EnclaveError(Fault::internal, "centre.internal", {error.what()});
  }
  throw EnclaveError(Fault::internal, "centre.internal", {error.what()});
}

std::string random_hex(std::size_t digits) {
  std::vector<std::uint8_t> bytes((digits + 1) / 2);
  fill_random(bytes);
  return audit::to_hex(bytes).substr(0, digits);
}

Journal::Journal(const Home& home, const Config& config, const Keyring& keyring, const Clock& clock,
                 Registry& registry)
    : registry_(registry), log_(open_log(home, config, keyring, clock)) {}

std::uint64_t Journal::record(std::string_view event, std::string_view actor, Fields fields,
                              const std::vector<CommittedText>& texts) {
  const auto seq = log_.size();
  if (registry_.log_size() != seq) {
    // A commit failed after its entry was written; opening the centre again puts that right.
    throw EnclaveError(Fault::unavailable, "centre.out_of_step");
  }
  for (const auto& text : texts) {
    std::array<std::uint8_t, salt_bytes> salt{};
    fill_random(salt);
    fields[text.field] = audit::to_hex(audit::commitment(salt, text.text));
    registry_.add_commitment(
        {text.kind, text.owner, std::string(salt.begin(), salt.end()), text.text}, seq);
  }
  registry_.set_log_size(seq + 1);
  try {
    // Last before the caller's commit: what can fail in the registry has failed by now.
    const auto appended = log_.append(std::string(event), std::string(actor), fields);
    if (appended.seq != seq) {
      throw EnclaveError(Fault::internal, "centre.internal", {"two writers on one log"});
    }
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
  return seq;
}

void Journal::publish() {
  try {
    log_.publish();
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
}

std::string Journal::receipt(std::uint64_t seq) {
  try {
    if (seq >= log_.published()) log_.publish();
    return log_.receipt(seq);
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
}

std::uint64_t Journal::size() const { return log_.size(); }

std::uint64_t Journal::published() const { return log_.published(); }

void create_log(const Home& home, const Config& config, Keyring& keyring) {
  try {
    const auto signer = audit::Signer::generate(config.origin, fill_random);
    auto line = signer.private_key();
    keyring.seal("log", audit::as_bytes(line));
    OPENSSL_cleanse(line.data(), line.size());
    audit::Log::create(home.log(), home.log_state());
    audit::write_trust_file(home.trust(), signer.verifier_key());
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
}

}  // namespace sceau::enclave
