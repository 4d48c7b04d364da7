#include "enclave/centre/witnessing.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "audit/disk.h"
#include "audit/hash.h"
#include "audit/receipt.h"
#include "audit/witness_desk.h"
#include "enclave/centre/trust_edit.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view pending_trust = "trust_text";
constexpr std::size_t largest_receipt = 2'000'000;

std::string read_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void replace(const fs::path& file, const std::string& bytes, mode_t mode) {
  auto temporary = file;
  temporary += ".new";
  audit::Disk disk;
  try {
    audit::replace_file(disk, temporary, {file, bytes, mode});
  } catch (const audit::AuditError&) {
    throw EnclaveError(Fault::unavailable, "centre.cannot_write", {file.string()});
  }
}

/// A folder of our own in which the log meets the files that a client brought or takes away: what
/// runs here opens no path that a client named.
class ExchangeFolder {
 public:
  explicit ExchangeFolder(const Home& home) : path_(home.root / "witness.tmp") {
    std::error_code error;
    fs::remove_all(path_, error);
    if (!fs::create_directory(path_, error) || error) {
      throw EnclaveError(Fault::unavailable, "centre.cannot_write", {path_.string()});
    }
    fs::permissions(path_, fs::perms::owner_all, error);
  }
  ExchangeFolder(const ExchangeFolder&) = delete;
  ExchangeFolder& operator=(const ExchangeFolder&) = delete;
  ~ExchangeFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

bool is_plain_name(const std::string& name) {
  return !name.empty() && name[0] != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

/// Whether a receipt's checkpoint has all that witnesses can give it.
bool is_vouched_for(const std::string& receipt, const audit::Trust& trust) {
  const auto opened = audit::open_checkpoint(audit::parse_receipt(receipt).checkpoint, trust);
  return trust.quorum == audit::Trust::none ? !opened.cosigned.empty() : opened.quorum;
}

bool renew_receipt(Centre::State& state, const fs::path& file, std::uint64_t entry) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error || size > largest_receipt) return false;  // taken away by its operator
  const auto before = read_bytes(file);
  const auto& trust = state.journal.chain().trust();
  try {
    if (is_vouched_for(before, trust)) return false;
    const auto after = state.journal.receipt(entry);
    if (!is_vouched_for(after, trust)) return false;
    replace(file, after, 0600);
  } catch (const audit::AuditError&) {
    return false;  // what lies there is none of ours; it is left as it is
  }
  return true;
}

}  // namespace

std::string quorum_word(const audit::Trust& trust) {
  if (trust.quorum == audit::Trust::none) return "none";
  try {
    return std::to_string(quorum_of(trust)) + "-of-" + std::to_string(trust.witnesses.size());
  } catch (const EnclaveError&) {
    return "custom";
  }
}

void change_trust(Centre::State& state, const std::string& by, const std::string& text) {
  const auto trust = audit::parse_trust(text);
  auto change = state.registry.begin();
  state.registry.set_meta(pending_trust, text);
  state.journal.record("log.trusted", by,
                       {{"quorum", quorum_word(trust)}, {"trust", sha256_hex(text)}});
  change.commit();
  finish_trust(state);
}

void finish_trust(Centre::State& state) {
  const auto text = state.registry.meta(pending_trust);
  if (text.empty()) return;
  replace(state.home.trust(), text, 0644);
  state.journal.read_trust();
  auto change = state.registry.begin();
  state.registry.set_meta(pending_trust, "");
  change.commit();
}

Requests ask_witnesses(Centre::State& state, bool renew) {
  const ExchangeFolder folder(state.home);
  const auto round = state.journal.ask(folder.path(), renew);
  Requests requests;
  requests.size = round.size;
  requests.waiting = round.waiting;
  for (const auto& file : round.files) {
    requests.files.push_back({file.filename().string(), read_bytes(file)});
  }
  const auto& trust = state.journal.chain().trust();
  for (std::size_t i = 0; i < trust.witnesses.size(); ++i) {
    requests.known.push_back(audit::witness_file_name(trust, i) + ".request");
  }
  return requests;
}

Collected collect_answers(Centre::State& state, const std::vector<PassedFile>& answers) {
  const ExchangeFolder folder(state.home);
  Collected collected;
  for (const auto& answer : answers) {
    const auto name = fs::path(answer.name).filename().string();
    if (!is_plain_name(name)) {
      collected.unused.push_back({name, "its name is no witness's", false});
      continue;
    }
    std::ofstream stream(folder.path() / name, std::ios::binary);
    stream << answer.text;
    if (!stream.flush()) {
      throw EnclaveError(Fault::unavailable, "centre.cannot_write", {folder.path().string()});
    }
  }
  const auto came = state.journal.collect(folder.path());
  collected.taken = came.taken;
  for (const auto& one : came.unused) {
    collected.unused.push_back({one.file.filename().string(), one.why, one.alarm});
  }
  state.journal.record_cosignatures();
  collected.receipts = renew_receipts(state);
  return collected;
}

std::uint64_t renew_receipts(Centre::State& state) {
  std::uint64_t renewed = 0;
  for (const auto& request : state.registry.requests("")) {
    if (request.state != "released") continue;
    const auto folder = state.home.outbox() / request.id;
    for (const auto& release : state.registry.releases(request.id)) {
      renewed += renew_receipt(state, folder / (release.file_name + ".receipt"), release.seq);
    }
  }
  return renewed;
}

}  // namespace sceau::enclave
