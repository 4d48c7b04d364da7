// `sceau init`: a centre where there was none. What fails in the middle leaves nothing behind.

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "enclave/centre/people.h"
#include "enclave/centre/permits.h"
#include "enclave/centre/shipped.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
  std::error_code error;
  const bool made = fs::create_directories(folder, error);
  if (made && !error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) throw EnclaveError(Fault::unavailable, "centre.cannot_write", {folder.string()});
}

bool has_entries(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder, error) &&
         fs::directory_iterator(folder, error) != fs::directory_iterator();
}

/// Undoes a creation that isn't finished.
class Unfinished {
 public:
  explicit Unfinished(const Home& home) : home_(home) {}
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;
  ~Unfinished() {
    if (done_) return;
    std::error_code ignored;
    for (const auto& part :
         {home_.config(), home_.etc() / "keys", home_.trust(), home_.stores(), home_.policies(),
          home_.registry(), home_.log(), home_.log_state(), home_.outbox(), home_.run()}) {
      fs::remove_all(part, ignored);
    }
  }
  void done() { done_ = true; }

 private:
  const Home& home_;
  bool done_ = false;
};

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

std::string full_origin(const std::string& origin, bool trial) {
  std::string full = origin.empty() ? host_name() + "/sceau" : origin;
  const bool says_trial = full.starts_with("trial/");
  if (!trial && says_trial) throw EnclaveError(Fault::usage, "centre.origin_trial", {full});
  if (trial && !says_trial) full = "trial/" + full;
  const bool good = full.size() <= 255 && std::all_of(full.begin(), full.end(), [](char c) {
                      return c > 0x20 && c < 0x7f && c != '+' && c != '"' && c != '\\';
                    });
  if (!good) throw EnclaveError(Fault::usage, "centre.bad_origin", {full});
  return full;
}

void write_config(const Home& home, const Config& config) {
  std::ofstream stream(home.config(), std::ios::binary | std::ios::trunc);
  stream << "format = 1\n"
         << "origin = \"" << config.origin << "\"\n"
         << "trial = " << (config.trial ? "true" : "false") << "\n"
         << "keys = \"keys\"  # a folder; an absolute path may point to another medium\n\n"
         << "[owner]\n"
         << "uid = " << config.owner_uid << "\n"
         << "name = \"" << config.owner << "\"\n";
  if (!stream.flush()) {
    throw EnclaveError(Fault::unavailable, "centre.cannot_write", {home.config().string()});
  }
  stream.close();
  fs::permissions(home.config(), fs::perms::owner_read | fs::perms::owner_write);
}

void first_entries(const Home& home, Keyring keyring, const Config& config, Clock clock) {
  Centre::State state(home, std::move(keyring), std::move(clock));
  const auto& by = "centre";
  {
    auto change = state.registry.begin();
    state.registry.set_meta("keyring", state.keyring.file_sha256());
    state.journal.record("centre.created", by, {{"origin", config.origin}});
    change.commit();
  }
  grant_role(state, by, config.owner, "custodian");
  grant_role(state, by, config.owner, "operator");
  if (config.trial) make_trial_key(state, *state.registry.find_actor(config.owner));
  for (const auto& policy : shipped_policies()) {
    (void)install_policy(state, by, std::string(policy.text), std::string(policy.name) + ".toml");
  }
  state.journal.publish();
}

}  // namespace

void Centre::create(const Home& home, std::span<const std::uint8_t> passphrase,
                    const std::string& origin, bool trial, Clock clock, std::uint64_t scrypt_n) {
  if (fs::exists(home.config()) || fs::exists(home.registry()) || has_entries(home.log())) {
    throw EnclaveError(Fault::already_there, "centre.exists", {home.etc().string()});
  }
  Config config;
  config.origin = full_origin(origin, trial);
  config.trial = trial;
  const auto owner = own_person();
  config.owner_uid = owner.uid;
  config.owner = owner.user;
  check_user(config.owner);
  if (has_entries(home.etc() / "keys")) {
    throw EnclaveError(Fault::already_there, "keys.exists", {(home.etc() / "keys").string()});
  }
  if (home.settings.empty() && has_entries(home.root)) {
    throw EnclaveError(Fault::already_there, "centre.not_empty", {home.root.string()});
  }
  Unfinished unfinished(home);
  for (const auto& folder :
       {home.root, home.etc(), home.stores(), home.policies(), home.outbox(), home.run()}) {
    make_folder(folder);
  }
  Keyring::create(home.etc() / "keys", passphrase, scrypt_n);
  auto keyring = Keyring::unlock(home.etc() / "keys", passphrase);
  Registry::create(home.registry(), keyring);
  create_log(home, config, keyring);
  write_config(home, config);
  first_entries(home, std::move(keyring), config, std::move(clock));
  unfinished.done();
}

}  // namespace sceau::enclave
