#include "enclave/centre/backup_manifest.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "audit/events.h"
#include "audit/fault.h"
#include "audit/files.h"
#include "audit/hash.h"
#include "audit/note.h"
#include "enclave/fault.h"
#include "enclave/store/manifest.h"

namespace sceau::enclave {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view first_line = "sceau-backup/v1";
constexpr std::size_t largest_manifest = 1'000'000;

[[noreturn]] void damaged(const char* id, std::vector<std::string> args = {}) {
  throw EnclaveError(Fault::integrity, id, std::move(args));
}

/// Printable and relative, without a step upwards: what a backup's own writer makes.
bool is_plain_path(std::string_view path) {
  if (path.empty() || path.size() > 400 || path.front() == '/' || path.back() == '/') return false;
  const bool printable = std::all_of(path.begin(), path.end(),
                                     [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
  const auto padded = "/" + std::string(path) + "/";
  return printable && padded.find("/../") == std::string::npos &&
         padded.find("/./") == std::string::npos && padded.find("//") == std::string::npos;
}

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) damaged("backup.bad_manifest");
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::string take_value(std::string_view& text, std::string_view key) {
  const auto line = take_line(text);
  if (!line.starts_with(key) || line.size() <= key.size() + 1 || line[key.size()] != ' ') {
    damaged("backup.bad_manifest");
  }
  return std::string(line.substr(key.size() + 1));
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    damaged("backup.bad_manifest");
  }
  return value;
}

BackupFile file_of(std::string_view line) {
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) damaged("backup.bad_manifest");
  BackupFile file{std::string(line.substr(second + 1)),
                  number(line.substr(first + 1, second - first - 1)),
                  std::string(line.substr(0, first))};
  if (!audit::is_digest(file.sha256) || !is_plain_path(file.path)) damaged("backup.bad_manifest");
  return file;
}

BackupManifest parsed(std::string_view text) {
  if (take_line(text) != first_line) damaged("backup.bad_manifest");
  BackupManifest manifest;
  manifest.origin = take_value(text, "origin");
  manifest.id = take_value(text, "id");
  manifest.made = take_value(text, "made");
  manifest.entries = number(take_value(text, "entries"));
  const auto keys = take_value(text, "keys");
  if (keys != "yes" && keys != "no") damaged("backup.bad_manifest");
  manifest.keys = keys == "yes";
  while (!text.empty()) manifest.files.push_back(file_of(take_line(text)));
  const bool sorted =
      std::is_sorted(manifest.files.begin(), manifest.files.end(),
                     [](const BackupFile& a, const BackupFile& b) { return a.path < b.path; });
  if (!sorted || manifest.files.empty()) damaged("backup.bad_manifest");
  return manifest;
}

std::string note_of(const fs::path& folder) {
  const auto note = audit::read_file(folder / manifest_name, largest_manifest);
  if (!note) damaged("backup.no_manifest", {folder.string()});
  return *note;
}

BackupManifest signed_manifest(const std::string& bytes, const audit::Trust& trust) {
  try {
    const auto note = audit::parse_note(bytes);
    if (audit::verified_keys(note, trust.logs).empty()) damaged("backup.foreign");
    return parsed(note.text);
  } catch (const audit::AuditError&) {
    damaged("backup.bad_manifest");
  }
}

void compare(const BackupManifest& manifest, const std::vector<BackupFile>& there) {
  std::map<std::string_view, const BackupFile*> found;
  for (const auto& file : there) found[file.path] = &file;
  for (const auto& file : manifest.files) {
    const auto at = found.find(file.path);
    if (at == found.end()) damaged("backup.missing_file", {file.path});
    if (*at->second != file) damaged("backup.changed_file", {file.path});
    found.erase(at);
  }
  if (!found.empty()) damaged("backup.extra_file", {std::string(found.begin()->first)});
}

}  // namespace

std::string to_text(const BackupManifest& manifest) {
  std::string text = std::string(first_line) + "\norigin " + manifest.origin + "\nid " +
                     manifest.id + "\nmade " + manifest.made + "\nentries " +
                     std::to_string(manifest.entries) + "\nkeys " + (manifest.keys ? "yes" : "no") +
                     "\n";
  for (const auto& file : manifest.files) {
    text += file.sha256 + " " + std::to_string(file.size) + " " + file.path + "\n";
  }
  return text;
}

std::vector<BackupFile> measured_files(const fs::path& folder, const KnownDigests& known) {
  std::vector<BackupFile> files;
  audit::Hasher hasher;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto path = fs::relative(entry.path(), folder).generic_string();
    const auto kind = entry.symlink_status().type();
    if (kind == fs::file_type::directory) continue;
    if (kind != fs::file_type::regular || !is_plain_path(path)) {
      damaged("backup.strange_file", {entry.path().filename().string()});
    }
    if (path == manifest_name) continue;
    const auto digest = known.find(path);
    files.push_back(
        {path, entry.file_size(),
         digest != known.end() ? digest->second : audit::to_hex(hasher.sha256_file(entry.path()))});
  }
  std::sort(files.begin(), files.end(),
            [](const BackupFile& a, const BackupFile& b) { return a.path < b.path; });
  return files;
}

BackupManifest verified_backup(const fs::path& folder, const audit::Trust& trust) {
  auto manifest = signed_manifest(note_of(folder), trust);
  compare(manifest, measured_files(folder));
  return manifest;
}

std::string manifest_digest(const fs::path& folder) { return sha256_hex(note_of(folder)); }

}  // namespace sceau::enclave
