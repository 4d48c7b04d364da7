#include "enclave/centre/journal.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>

#include "audit/hash.h"
#include "audit/trust.h"
#include "enclave/centre/log_tail.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::size_t salt_bytes = 32;

/// The log's own faults as this room's.
template <class Act>
auto guarded(const Act& act) {
  try {
    return act();
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
}

/// The log keeps its entries' times in order, whatever the clock says: so it stands in the entry.
std::string time_of(std::string_view entry) {
  constexpr std::string_view key = "\"time\":\"";
  const auto at = entry.find(key);
  if (at == std::string_view::npos) return {};
  const auto from = entry.substr(at + key.size());
  return std::string(from.substr(0, from.find('"')));
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

void fill_random(std::span<std::uint8_t> bytes) {
  if (RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw EnclaveError(Fault::internal, "centre.internal", {"no random numbers"});
  }
}

std::string random_hex(std::size_t digits) {
  std::vector<std::uint8_t> bytes((digits + 1) / 2);
  fill_random(bytes);
  return audit::to_hex(bytes).substr(0, digits);
}

Journal::Journal(const Home& home, const Config& config, const Keyring& keyring, const Clock& clock,
                 Registry& registry)
    : registry_(registry), chain_(home, config.origin, keyring, clock) {
  if (chain_.size() > 0) last_time_ = logged_entry(*this, chain_.size() - 1).time;
}

std::uint64_t Journal::record(std::string_view event, std::string_view actor, Fields fields,
                              const std::vector<CommittedText>& texts) {
  const auto seq = chain_.size();
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
  // Last before the caller's commit: what can fail in the registry has failed by now.
  const auto appended = guarded(
      [&] { return chain_.current().append(std::string(event), std::string(actor), fields); });
  if (chain_.first() + appended.seq != seq) {
    throw EnclaveError(Fault::internal, "centre.internal", {"two writers on one log"});
  }
  last_time_ = time_of(appended.bytes);
  return seq;
}

void Journal::publish() {
  const std::lock_guard alone(moving_);
  guarded([&] { chain_.current().publish(); });
}

std::string Journal::receipt(std::uint64_t number) {
  return guarded([&] { return chain_.receipt(number); });
}

audit::WitnessStatus Journal::witnesses() const {
  return guarded([&] { return chain_.current().witnesses(); });
}

audit::Round Journal::ask(const std::filesystem::path& folder, bool renew) {
  return guarded([&] { return chain_.current().ask(folder, renew); });
}

audit::Answers Journal::collect(const std::filesystem::path& folder) {
  return guarded([&] { return chain_.current().collect(folder); });
}

void Journal::record_cosignatures() {
  for (const auto& cosigner : chain_.current().unrecorded()) {
    auto change = registry_.begin();
    record("log.cosigned", "centre", audit::cosigned_fields(cosigner));
    change.commit();
  }
}

void Journal::read_trust() {
  guarded([&] { chain_.read_trust(); });
}

void Journal::rotate(Keyring& keyring, const std::string& by) {
  const std::lock_guard alone(moving_);
  guarded([&] { chain_.rotate(keyring, by); });
}

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

std::optional<std::string> commitment_to(const CommitmentRow& row) {
  std::array<std::uint8_t, salt_bytes> salt{};
  if (!row.text || row.salt.size() != salt.size()) return std::nullopt;
  std::copy(row.salt.begin(), row.salt.end(), salt.begin());
  return audit::to_hex(audit::commitment(salt, *row.text));
}

}  // namespace sceau::enclave
