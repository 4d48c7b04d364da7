// Where a centre lies, what centre.toml says, who holds the lock, who acts.

#include <fcntl.h>
#include <sys/file.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <limits>
#include <sstream>
#include <utility>

#include "enclave/centre/lifecycle.h"
#include "enclave/centre/workspaces.h"
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

/// A size as --memory takes it: "800M", "1.5G".
std::uint64_t take_size(toml::table& from, std::string_view key, std::uint64_t otherwise) {
  if (!from.contains(key)) return otherwise;
  const auto text = take<std::string>(from, key);
  double size = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, size, std::chars_format::fixed);
  const auto unit = std::string_view(rest, static_cast<std::size_t>(end - rest));
  const auto power = unit.empty() ? 0 : std::string_view("KMG").find(unit) + 1;
  for (std::size_t i = 0; i < power && power <= 3; ++i) size *= 1024;
  if (error != std::errc() || unit.size() > 1 || power > 3 || size < 1 << 20 || size > 1e13) {
    bad("workspace." + std::string(key) + " is a size of at least 1M, such as 800M or 2G");
  }
  return static_cast<std::uint64_t>(size);
}

std::uint32_t take_number(toml::table& from, std::string_view key, std::uint32_t least,
                          std::uint32_t most, std::uint32_t otherwise) {
  if (!from.contains(key)) return otherwise;
  const auto number = take<std::int64_t>(from, key);
  if (number < least || number > most) {
    bad("workspace." + std::string(key) + " is from " + std::to_string(least) + " to " +
        std::to_string(most));
  }
  return static_cast<std::uint32_t>(number);
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

/// The table [workspace], which may be left out.
WorkspaceSettings take_workspace(toml::table& document) {
  WorkspaceSettings settings;
  if (!document.contains("workspace")) return settings;
  auto* table = document["workspace"].as_table();
  if (table == nullptr) bad("workspace is not a table");
  if (table->contains("folder")) {
    const auto folder = take<std::string>(*table, "folder");
    if (folder != "kept" && folder != "vanishing") bad("workspace.folder is kept or vanishing");
    settings.kept = folder == "kept";
  }
  if (table->contains("ingress")) {
    const auto ingress = take<std::string>(*table, "ingress");
    if (ingress != "approved" && ingress != "logged") bad("workspace.ingress is approved or logged");
    settings.ingress_approved = ingress == "approved";
  }
  settings.folder_bytes = take_size(*table, "folder_size", settings.folder_bytes);
  settings.memory_bytes = take_size(*table, "memory", settings.memory_bytes);
  settings.processes = take_number(*table, "processes", 8, 65536, settings.processes);
  settings.open_files = take_number(*table, "open_files", 64, 65536, settings.open_files);
  settings.hours = take_number(*table, "hours", 1, 24 * 31, settings.hours);
  settings.first_user = take_number(*table, "first_user", 1000, 0xfffffff0U, settings.first_user);
  settings.users = take_number(*table, "users", 1, 10000, settings.users);
  refuse_rest(*table);
  document.erase("workspace");
  return settings;
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
  (void)take_workspace(document);  // what is written there holds, or nothing serves
  refuse_rest(document);
  if (config.trial != config.origin.starts_with("trial/")) {
    bad("the origin of a trial centre, and of no other, begins with trial/");
  }
  return config;
}

WorkspaceSettings read_workspace_settings(const Home& home) {
  auto document = parse(home);
  return take_workspace(document);
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
