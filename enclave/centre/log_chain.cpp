#include "enclave/centre/log_chain.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "audit/receipt.h"
#include "enclave/centre/journal.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

std::string key_name(std::size_t log) {
  return log == 1 ? std::string("log") : "log-" + std::to_string(log);
}

audit::Signer signer_of(const Keyring& keyring, std::size_t log) {
  const auto key = keyring.key(key_name(log));
  const auto bytes = key.bytes();
  return audit::Signer::from_private_key(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string read_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// Sealed logs, each believed as far as its own checkpoint and the trust file go.
std::vector<SealedLog> read_sealed(const audit::LogPlace& place, const audit::Trust& trust) {
  std::vector<SealedLog> logs;
  std::uint64_t first = 0;
  for (const auto& folder : place.sealed_logs()) {
    const auto note = read_bytes(folder / "checkpoint");
    const auto opened = audit::open_checkpoint(note, trust);
    logs.push_back({folder, opened.checkpoint.origin, first, opened.checkpoint.size,
                    opened.checkpoint.root, note});
    first += opened.checkpoint.size;
  }
  return logs;
}

bool names_key(const audit::Trust& trust, const std::string& key) {
  return std::any_of(trust.logs.begin(), trust.logs.end(),
                     [&](const auto& log) { return log.line() == key; });
}

}  // namespace

LogChain::LogChain(const Home& home, std::string base_origin, const Keyring& keyring, Clock clock)
    : trust_file_(home.trust()),
      place_(home.log()),
      base_origin_(std::move(base_origin)),
      clock_(std::move(clock)) {
  try {
    (void)audit::finish_rotation(place_);
    open(keyring);
    if (log_->sealed()) begin_next(keyring, "centre");
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
}

void LogChain::open(const Keyring& keyring) {
  trust_ = audit::read_trust_file(trust_file_);
  sealed_ = read_sealed(place_, trust_);
  first_ = sealed_.empty() ? 0 : sealed_.back().first + sealed_.back().size;
  auto signer = signer_of(keyring, sealed_.size() + 1);
  origin_ = signer.name();
  check_trust(signer.verifier_key());
  audit::LogOptions options;
  options.trust = trust_;
  log_ = std::make_unique<audit::Log>(place_.log, place_.state, origin_, std::move(signer), clock_,
                                      options);
}

/// The key of a log that a rotation began is added where a crash came before that; nothing else is.
void LogChain::check_trust(const std::string& key) {
  if (names_key(trust_, key)) return;
  if (sealed_.empty()) {
    throw EnclaveError(Fault::integrity, "centre.trust_differs", {trust_file_.string(), origin_});
  }
  audit::add_log_key(trust_file_, key);
  trust_ = audit::read_trust_file(trust_file_);
}

audit::Log& LogChain::current() const {
  if (!log_) throw EnclaveError(Fault::unavailable, "centre.rotation_unfinished");
  return *log_;
}

std::string LogChain::receipt(std::uint64_t number) {
  if (number >= first_) {
    if (number >= published()) current().publish();
    return current().receipt(number - first_);
  }
  const auto& log = sealed_at(number);
  return audit::format_receipt(
      audit::make_receipt(log.folder, number - log.first, log.size, log.root, log.checkpoint));
}

const SealedLog& LogChain::sealed_at(std::uint64_t number) const {
  return *std::find_if(sealed_.rbegin(), sealed_.rend(),
                       [&](const auto& log) { return number >= log.first; });
}

LogChain::Place LogChain::place_of(std::uint64_t number) const {
  if (number >= first_) return {origin_, number - first_};
  const auto& log = sealed_at(number);
  return {log.origin, number - log.first};
}

std::uint64_t LogChain::number_of(std::uint64_t seq, const std::string& origin) const {
  if (origin.empty() || origin == origin_) return first_ + seq;
  for (const auto& log : sealed_) {
    if (log.origin != origin) continue;
    if (seq < log.size) return log.first + seq;
    throw EnclaveError(Fault::not_found, "centre.no_entry",
                       {std::to_string(seq), std::to_string(log.size)});
  }
  throw EnclaveError(Fault::not_found, "centre.no_log", {origin});
}

void LogChain::read_trust() {
  trust_ = audit::read_trust_file(trust_file_);
  current().believe(trust_);
}

void LogChain::rotate(Keyring& keyring, const std::string& actor) {
  const auto next = sealed_.size() + 2;
  if (!keyring.has(key_name(next))) {  // else made by a rotation that was cut off here
    const auto signer =
        audit::Signer::generate(base_origin_ + "/" + std::to_string(next), fill_random);
    auto line = signer.private_key();
    keyring.seal(key_name(next), audit::as_bytes(line));
    OPENSSL_cleanse(line.data(), line.size());
  }
  (void)current().seal(signer_of(keyring, next).verifier(), actor);
  begin_next(keyring, actor);
}

void LogChain::begin_next(const Keyring& keyring, const std::string& actor) {
  const auto next = sealed_.size() + 2;
  const auto old_key = signer_of(keyring, next - 1).verifier();
  log_.reset();
  audit::LogOptions options;
  options.trust = trust_;
  audit::begin_next_log(place_, old_key, signer_of(keyring, next), clock_, actor, options);
  open(keyring);
}

}  // namespace sceau::enclave
