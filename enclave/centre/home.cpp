// Where a centre lies, what centre.toml says, who holds the lock, who acts.

#include <fcntl.h>
#include <sys/file.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <sstream>
#include <utility>

#include "enclave/centre/lifecycle.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

[[noreturn]] void bad(const std::string& what) {
  throw EnclaveError(Fault::bad_input, "centre.bad_config", {what});
}

template <class Value>
Value take(toml::table& from, std::string_view key) {
  const auto value = from[key].value_exact<Value>();
  if (!value) bad("the key '" + std::string(key) + "' is missing or of another type");
  from.erase(key);
  return *value;
}

void refuse_rest(const toml::table& rest) {
  if (!rest.empty()) bad("unknown key '" + std::string(rest.begin()->first.str()) + "'");
}

toml::table parse(const Home& home) {
  std::ifstream stream(home.config());
  if (!stream) {
    throw EnclaveError(Fault::not_found, "centre.no_home", {home.config().string()});
  }
  std::ostringstream text;
  text << stream.rdbuf();
  try {
    return toml::parse(text.str());
  } catch (const toml::parse_error& error) {
    bad("line " + std::to_string(error.source().begin.line) + ": " +
        std::string(error.description()));
  }
}

}  // namespace

Config read_config(const Home& home) {
  auto document = parse(home);
  Config config;
  if (take<std::int64_t>(document, "format") != 1) bad("format is not 1");
  config.origin = take<std::string>(document, "origin");
  config.trial = take<bool>(document, "trial");
  config.keys = take<std::string>(document, "keys");
  auto* owner = document["owner"].as_table();
  if (owner == nullptr) bad("the table [owner] is missing");
  const auto uid = take<std::int64_t>(*owner, "uid");
  if (uid < 0 || uid > std::numeric_limits<std::uint32_t>::max()) bad("owner.uid is out of range");
  config.owner_uid = static_cast<std::uint32_t>(uid);
  config.owner = take<std::string>(*owner, "name");
  refuse_rest(*owner);
  document.erase("owner");
  refuse_rest(document);
  if (config.trial != config.origin.starts_with("trial/")) {
    bad("the origin of a trial centre, and of no other, begins with trial/");
  }
  return config;
}

std::filesystem::path Home::keys() const {
  std::error_code ignored;
  if (!std::filesystem::exists(config(), ignored)) return etc() / "keys";
  const std::filesystem::path named = read_config(*this).keys;
  return named.is_absolute() ? named : etc() / named;
}

Home system_home() { return {"/var/lib/sceau", "/etc/sceau", "/run/sceau"}; }

HomeLock::HomeLock(const Home& home) {
  fd_ = ::open(home.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0)
    throw EnclaveError(Fault::unavailable, "centre.cannot_write", {home.lock().string()});
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    ::close(std::exchange(fd_, -1));
    throw EnclaveError(Fault::unavailable, "centre.locked_by_other", {home.root.string()});
  }
}

HomeLock::HomeLock(HomeLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

HomeLock::~HomeLock() {
  if (fd_ >= 0) ::close(fd_);
}

Person acting_person(const Config& config, const Person& peer, const std::string& as) {
  if (as.empty() || as == peer.user) return peer;
  if (!config.trial) throw EnclaveError(Fault::not_permitted, "centre.as_not_trial");
  if (peer.uid != config.owner_uid) {
    throw EnclaveError(Fault::not_permitted, "centre.as_not_owner", {config.owner});
  }
  return {as, peer.uid};
}

}  // namespace sceau::enclave
