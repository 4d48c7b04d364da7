// `sceau log export DIR`: what an auditor takes away. All logs up to their checkpoints, the trust
// file, the verifier, a README of three commands, and the SHA-256 of each file. Nothing in it needs
// this machine, and nothing in it is protected.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "audit/fault.h"
#include "audit/files.h"
#include "audit/hash.h"
#include "audit/rotation.h"
#include "audit/tile.h"
#include "audit/trust.h"
#include "enclave/centre/print.h"
#include "enclave/cli/local.h"
#include "enclave/fault.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t largest_note = 1U << 20;
constexpr int most_tries = 20;  // a log that grows meanwhile may drop a tile that was just named

constexpr const char* readme = R"(What this folder holds

  log/             the log that is written: checkpoint and tiles (C2SP tlog-tiles)
  log.sealed/1 …   logs that were sealed before it, the oldest first, if there are any
  log.trust        whose signatures to believe (C2SP tlog-policy): compare it with the copy that
                   you were handed before, for whoever made this folder could have made it too
  sceau-audit      the verifier; your own copy of it is better
  SHA256SUMS       what was written here, to find damage on the way

Three commands, in this folder:

  sha256sum -c SHA256SUMS
  ./sceau-audit verify . --trust log.trust
  ./sceau-audit report .
)";

struct Exported {
  std::string origin;
  std::uint64_t size = 0;
  std::string folder;
};

[[noreturn]] void cannot_write(const fs::path& path) {
  throw EnclaveError(Fault::unavailable, "centre.cannot_write", {path.string()});
}

void write_file(const fs::path& file, const std::string& bytes) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << bytes;
  if (!stream.flush()) cannot_write(file);
}

/// False where the source is gone: a full tile stands in its place by now.
bool copied(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::exists(from, error)) return false;
  fs::create_directories(to.parent_path(), error);
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) cannot_write(to);
  return true;
}

/// The files of a tree of that size, no more and no fewer.
std::vector<std::string> tree_files(std::uint64_t size) {
  std::vector<std::string> files;
  const auto add = [&](unsigned level, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count / audit::tile_width; ++i) {
      files.push_back(audit::tile_path(level, i));
    }
    if (const auto width = static_cast<unsigned>(count % audit::tile_width); width > 0) {
      files.push_back(audit::tile_path(level, count / audit::tile_width, width));
    }
  };
  for (unsigned level = 0; audit::level_count(size, level) > 0; ++level) {
    add(level, audit::level_count(size, level));
  }
  add(audit::entries_level, size);
  return files;
}

std::string note_of(const fs::path& log) {
  const auto note = audit::read_file(log / "checkpoint", largest_note);
  if (!note)
    throw EnclaveError(Fault::bad_input, "centre.cannot_read",
                       {(log / "checkpoint").string(), "it is missing"});
  return *note;
}

Exported copy_log(const fs::path& from, const fs::path& to, const audit::Trust& trust) {
  for (int attempt = 0; attempt < most_tries; ++attempt) {
    const auto note = note_of(from);
    const auto opened = audit::open_checkpoint(note, trust);
    const auto files = tree_files(opened.checkpoint.size);
    const bool whole = std::all_of(files.begin(), files.end(), [&](const std::string& file) {
      return copied(from / file, to / file);
    });
    if (!whole) {
      std::error_code ignored;
      fs::remove_all(to, ignored);
      continue;
    }
    fs::create_directories(to);
    write_file(to / "checkpoint", note);
    const auto cosigned = audit::read_file(from / "checkpoint.cosigned", largest_note);
    if (cosigned &&
        audit::open_checkpoint(*cosigned, trust).checkpoint.size <= opened.checkpoint.size) {
      write_file(to / "checkpoint.cosigned", *cosigned);
    }
    return {opened.checkpoint.origin, opened.checkpoint.size, to.filename().string()};
  }
  throw EnclaveError(Fault::integrity, "centre.log_tampered",
                     {"tiles of " + from.string() + " are missing"});
}

/// Beside this program; one that needs no library is preferred.
fs::path verifier() {
  std::error_code error;
  const auto folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const auto* name : {"sceau-audit-static", "sceau-audit"}) {
    if (fs::exists(folder / name, error)) return folder / name;
  }
  throw EnclaveError(Fault::not_found, "centre.no_verifier", {folder.string()});
}

std::uint64_t write_sums(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder).string());
  }
  std::sort(names.begin(), names.end());
  audit::Hasher hasher;
  std::string sums;
  for (const auto& name : names) {
    sums += audit::to_hex(hasher.sha256_file(folder / name)) + "  " + name + "\n";
  }
  write_file(folder / "SHA256SUMS", sums);
  return names.size() + 1;
}

std::vector<Exported> copy_logs(const Home& home, const fs::path& folder) {
  const auto trust = audit::read_trust_file(home.trust());
  std::vector<Exported> logs;
  for (const auto& sealed : audit::LogPlace(home.log()).sealed_logs()) {
    logs.push_back(copy_log(sealed, folder / "log.sealed" / sealed.filename(), trust));
  }
  logs.push_back(copy_log(home.log(), folder / "log", trust));
  return logs;
}

}  // namespace

int log_export_command(const Client& client) {
  const fs::path folder = client.arguments.one("DIR");
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    throw EnclaveError(Fault::already_there, "centre.export_there", {folder.string()});
  }
  const auto program = verifier();
  fs::create_directories(folder, error);
  if (error) cannot_write(folder);
  const auto logs = copy_logs(client.home, folder);
  if (!copied(client.home.trust(), folder / "log.trust") ||
      !copied(program, folder / "sceau-audit")) {
    cannot_write(folder);
  }
  fs::permissions(folder / "sceau-audit",
                  fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                      fs::perms::others_read | fs::perms::others_exec,
                  error);  // a stick without modes has none to set
  write_file(folder / "README", readme);
  const auto files = write_sums(folder);
  ::sync();  // a stick is pulled soon
  const bool is_static = program.filename() == "sceau-audit-static";
  Json list = Json::array();
  const auto line = [&](std::string_view id, const std::vector<std::string>& args = {}) {
    return text(id, args, client.language) + "\n";
  };
  auto shown = line("shown.exported", {folder.string(), grouped(files)});
  for (const auto& log : logs) {
    list.push_back({{"origin", log.origin}, {"size", log.size}});
    shown += line("shown.exported_log", {log.origin, grouped(log.size)});
  }
  shown += line(is_static ? "shown.verifier_static" : "shown.verifier_dynamic");
  shown += line("shown.exported_readme");
  client.output.out(client.json ? Json{{"format", 1},
                                       {"folder", folder.string()},
                                       {"logs", list},
                                       {"verifier", is_static ? "static" : "dynamic"},
                                       {"files", files}}
                                          .dump() +
                                      "\n"
                                : shown);
  return 0;
}

}  // namespace sceau::enclave
