#pragma once
// CSV in, sealed store out, in one streaming pass: separator, BOM, gzip and encoding found or named
// by the codebook; values checked, recoded, padded, pseudonymised; columns encoded and sealed.
// An error names file, line, column and rule, never the value.
//
// A file is cut into blocks at its records' ends; several threads read them, and one puts them
// together in order. How many threads there are changes neither the store's content nor any
// message. `progress` and `cancelled` are called on the caller's thread alone, at least every 100
// ms while files are read.
//
// Memory: the encoded columns and their dictionaries (about 7 bytes a row for the pupils of
// policies/codebooks/eleves.toml), 24 bytes and more a distinct pseudonym, a segment of each column
// not yet encoded, and some blocks a thread (block_crew.h). What grows with the files is counted,
// and import.out_of_memory ends an import that passes its bound. Rejected lines go to the file as
// they come.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "enclave/keys/keyring.h"
#include "enclave/store/store.h"
#include "policies/codebook.h"

namespace sceau::enclave {

/// An open descriptor: the importer opens nothing by name.
struct ImportFile {
  std::string name;  ///< base name, for messages and the codebook's `match`
  int fd = -1;       ///< read from its current position; not closed
};

enum class OnError { stop, skip };

struct ImportProgress {
  std::uint64_t bytes = 0;        ///< compressed bytes read
  std::uint64_t total_bytes = 0;  ///< 0: unknown
  std::uint64_t rows = 0;
};

struct ImportOptions {
  policies::Codebook codebook;
  std::string vintage;
  std::string id;       ///< the store's, 32 hex digits
  std::string created;  ///< time of the entry that announced it
  std::vector<ImportFile> files;
  OnError on_error = OnError::stop;
  std::uint32_t segment_rows = 1U << 18;
  std::uint64_t memory = 0;             ///< bytes, beyond which it gives up; 0: half the machine's
  std::size_t threads = 0;              ///< that read; 0: one a processor, at most 8
  std::size_t block_size = 256U << 10;  ///< bytes of text that a thread reads at a time
  std::function<KeyBytes(const std::string& domain)> domain_key;  ///< for identifiers
  std::function<void(const ImportProgress&)> progress;            ///< may be empty
  std::function<bool()> cancelled;                                ///< may be empty
};

/// One class of fault: how often, and where first.
struct ImportFault {
  std::string rule;  ///< message id: "import.ragged", "import.bad_decimal", "import.unknown_code" …
  std::string file;
  std::uint64_t line = 0;  ///< of the first
  std::string column;
  std::uint64_t count = 0;
  std::vector<std::string> args;  ///< of the message `rule`: {file, line, column, …}
};

struct ImportReport {
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::vector<ImportFault> faults;
  std::vector<std::string> ignored_columns;  ///< in the files, not in the codebook
  /// dry run: unknown codes of variables with a code list, with counts (codes of classification
  /// variables are the custodian's to see; never those of identifiers or measures)
  std::map<std::string, std::map<std::string, std::uint64_t>> unknown_codes;
};

/// Reads everything, seals nothing.
[[nodiscard]] ImportReport dry_run(const ImportOptions& options);

/// Writes `out` (must not exist; written as out + ".part", synced, renamed, directory synced) under
/// `key`. With OnError::stop the first fault throws EnclaveError(bad_input) and nothing is left; a
/// full disk throws store.disk_full and nothing is left.
[[nodiscard]] ImportReport import_csv(const ImportOptions& options,
                                      const std::filesystem::path& out, const KeyBytes& key);

/// A CSV file in memory as a Source, for `sceau check`: same reading, same faults, nothing written.
/// Identifiers get a key that lives as long as the process.
[[nodiscard]] std::unique_ptr<disclosure::Source> read_csv(const ImportOptions& options,
                                                           ImportReport& report);

}  // namespace sceau::enclave
