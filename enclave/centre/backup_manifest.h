#pragma once
// What a backup's folder holds, as one signed text: MANIFEST. It is written last, so a backup that
// was cut off has none; and it is a signed note (audit/note.h) under the key of the log that was
// written then, so nobody without that key makes or changes one.
//
//   sceau-backup/v1
//   origin trial/depp
//   id b-1f0c52a97be04d13
//   made 2026-11-26T01:02:03.000004Z
//   entries 1204
//   keys no
//   <sha256> 16384 registry.db
//   <sha256> 812 log/checkpoint
//   …
//
//   — trial/depp KnZ…
//
// A checkpoint's first line is an origin; no origin is "sceau-backup/v1", so neither passes for the
// other.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "audit/trust.h"

namespace sceau::enclave {

inline constexpr std::string_view manifest_name = "MANIFEST";

struct BackupFile {
  std::string path;  ///< below the folder, with '/'
  std::uint64_t size = 0;
  std::string sha256;
  friend bool operator==(const BackupFile&, const BackupFile&) = default;
};

struct BackupManifest {
  std::string origin;  ///< of the log that signs
  std::string id;      ///< "b-" and 16 hex digits
  std::string made;
  std::uint64_t entries = 0;  ///< of that log, as its checkpoint in the backup says
  bool keys = false;
  std::vector<BackupFile> files;  ///< by path
};

[[nodiscard]] std::string to_text(const BackupManifest& manifest);

/// SHA-256 by path, of files that were read and found to have it.
using KnownDigests = std::map<std::string, std::string>;

/// The files of a folder but MANIFEST, hashed where that isn't known yet, by path. Throws integrity
/// (backup.strange_file) for links, devices, sockets and names that no backup has.
[[nodiscard]] std::vector<BackupFile> measured_files(const std::filesystem::path& folder,
                                                     const KnownDigests& known = {});

/// Reads MANIFEST and holds every file of the folder against it. Throws integrity:
/// backup.no_manifest, backup.bad_manifest, backup.foreign (not signed by a log of `trust`),
/// backup.missing_file, backup.changed_file, backup.extra_file, backup.strange_file.
[[nodiscard]] BackupManifest verified_backup(const std::filesystem::path& folder,
                                             const audit::Trust& trust);

/// SHA-256 of MANIFEST's bytes.
[[nodiscard]] std::string manifest_digest(const std::filesystem::path& folder);

}  // namespace sceau::enclave
