#pragma once
// A sealed store: one vintage of one data set, encoded column segments in one SQLCipher 4 database,
// written once under a fresh raw 256-bit key and never again.
//
//   Store store = Store::open("stores/lycees@2021.store", key);
//   store.manifest().rows            // 1612977
//   StackedSource source({&store}, permitted_columns);   // what the engine and SQLite read
//
// Refused, each with its own message: a plaintext SQLite file, a SQLCipher 3 file, a wrong key, a
// file that is cut or longer than its manifest says, a leftover journal beside it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/source.h"
#include "enclave/keys/keyring.h"
#include "policies/codebook.h"

namespace sceau::enclave {

/// "eleves@2024" -> {eleves, 2024}; "eleves" -> {eleves, ""}. Throws store.bad_name.
struct StoreName {
  std::string dataset;
  std::string vintage;
};
[[nodiscard]] StoreName parse_store_name(std::string_view text);
[[nodiscard]] std::string to_string(const StoreName& name);

struct ColumnSummary {
  std::string name;
  std::string encoding;     ///< "dictionary" | "scaled" | "real"
  int scale = 0;            ///< scaled: value = mantissa / 10^scale
  bool pseudonyms = false;  ///< dictionary: entries are keyed pseudonyms
  std::uint64_t nulls = 0;
  std::uint64_t distinct = 0;  ///< dictionary size; 0 otherwise
  std::uint64_t bytes = 0;     ///< encoded
  /// Of a contributor: the categories of which each of its codes has one in every row (NULL being
  /// a code like the others), as found when the store was sealed. In the codebook's order; empty
  /// for other columns, and in stores that were sealed before this was kept.
  std::vector<std::string> determines;
};

struct Manifest {
  int format = 1;
  std::string id;  ///< 32 hex digits, also the name of its key: "store-<id>"
  std::string dataset;
  std::string vintage;
  std::string created;  ///< UTC, as in the log
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;  ///< lines sealed as rejects
  std::uint32_t segment_rows = 0;
  std::uint32_t segments = 0;
  std::string codebook_sha256;
  std::vector<ColumnSummary> columns;
};

/// What the registry and the log remember of a sealed file.
struct SealedFile {
  std::string id;
  std::uint64_t size = 0;
  std::string sha256;  ///< hex
};

class Store {
 public:
  /// Read only and immutable. Never creates or touches a file. `form`: the key under which
  /// pseudonyms are shown (project_form.h); null: as they are stored. Throws EnclaveError.
  [[nodiscard]] static Store open(const std::filesystem::path& file, const KeyBytes& key,
                                  const KeyBytes* form = nullptr);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  [[nodiscard]] const Manifest& manifest() const;
  [[nodiscard]] const policies::Codebook& codebook() const;
  /// Rejected lines, for the custodian: file, line, rule, and the line's text in UTF-8.
  struct Reject {
    std::string file;
    std::uint64_t line;
    std::string rule;
    std::string text;
  };
  [[nodiscard]] std::vector<Reject> rejects(std::size_t most) const;
  /// Every page's HMAC, every segment decoded, counts and min/max compared. Throws store.damaged.
  void check_all() const;

  struct State;
  [[nodiscard]] const State& state() const { return *state_; }

 private:
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Size and SHA-256 of a sealed file, streamed (about 1.7 GB/s on the reference machine).
[[nodiscard]] SealedFile measure(const std::filesystem::path& file, std::string id);
/// Throws store.tampered (integrity) where size or hash differ from what was sealed.
void verify_sealed(const std::filesystem::path& file, const SealedFile& sealed, bool whole_hash);

/// Vintages of one data set as one table: dictionaries merged, scales raised to the largest, the
/// column "vintage" added, hidden variables and those outside `permitted` left out.
/// The stores must outlive it.
class StackedSource final : public disclosure::Source {
 public:
  StackedSource(std::vector<const Store*> stores, std::optional<std::set<std::string>> permitted);
  ~StackedSource() override;

  [[nodiscard]] std::string dataset() const override;
  [[nodiscard]] std::vector<std::string> vintages() const override;
  [[nodiscard]] std::size_t segments() const override;
  [[nodiscard]] std::uint32_t rows(std::size_t segment) const override;
  [[nodiscard]] std::string vintage(std::size_t segment) const override;
  [[nodiscard]] std::vector<disclosure::ColumnInfo> columns() const override;
  [[nodiscard]] const std::vector<std::string>& dictionary(std::string_view column) const override;
  [[nodiscard]] bool may_contain(std::size_t segment, std::string_view column, std::int64_t low,
                                 std::int64_t high) const override;
  [[nodiscard]] bool may_hold_code(std::size_t segment, std::string_view column,
                                   const std::function<bool(std::uint32_t)>& wanted) const override;
  void read(std::size_t segment, std::string_view column, disclosure::Segment& out) const override;
  void load(std::size_t segment, std::string_view column,
            std::unique_ptr<disclosure::LoadedColumn>& into) const override;
  [[nodiscard]] std::optional<disclosure::Bounds> bounds(std::string_view column) const override;
  [[nodiscard]] std::uint64_t dictionary_size(std::string_view column) const override;
  [[nodiscard]] bool determines(std::string_view column, std::string_view other) const override;
  /// The newest vintage's codebook, restricted to the permitted variables.
  [[nodiscard]] const policies::Codebook& codebook() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sceau::enclave
