#pragma once
// All columns of one store while its files are read: header names meet the codebook's variables,
// rows are judged whole, and each code of a hierarchy keeps the one parent that it had first.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "enclave/keys/keyring.h"
#include "enclave/store/column_builder.h"
#include "enclave/store/csv_reader.h"
#include "enclave/store/determination.h"
#include "policies/codebook.h"

namespace sceau::enclave {

/// Where a file holds what the codebook names.
struct FileColumns {
  std::string file;
  char point = '.';
  std::vector<std::optional<std::size_t>> fields;  ///< one a variable; none: the constant
  std::vector<std::string> constants;              ///< one a variable
  std::vector<std::size_t> ignored;                ///< fields that no variable reads
  std::vector<std::string> header;
};

/// The first rule whose glob matches, or a rule of defaults.
[[nodiscard]] policies::FileRule rule_for(const policies::Codebook& codebook,
                                          const std::string& file);
/// `*` any bytes, `?` one byte.
[[nodiscard]] bool matches(std::string_view glob, std::string_view name);

/// Every header name that a variable may have in a file under `rule`.
[[nodiscard]] std::vector<std::string> wanted_names(const policies::Codebook& codebook,
                                                    const policies::FileRule& rule);

/// Throws import.no_header, import.missing_column, import.duplicate_header, import.two_columns.
[[nodiscard]] FileColumns match_columns(const policies::Codebook& codebook,
                                        const policies::FileRule& rule, const std::string& file,
                                        const std::vector<std::string>& header);

/// Why a row is refused: a message id, the column's name, and more arguments for the message.
struct RowFault {
  std::string rule;
  std::string column;
  std::vector<std::string> more;
  std::optional<std::string> code;  ///< unknown_code of a classification: which
};

class TableBuilder {
 public:
  using DomainKey = std::function<KeyBytes(const std::string& domain)>;

  /// `keep` false: rows are judged and forgotten. The codebook must outlive it.
  TableBuilder(const policies::Codebook& codebook, std::uint32_t segment_rows,
               const DomainKey& domain_key, bool keep);

  /// Throws import.bad_constant.
  void start_file(FileColumns columns);
  [[nodiscard]] const FileColumns& file() const { return file_; }

  /// Empty where the row was accepted; valid until the next call.
  [[nodiscard]] std::span<const RowFault> add(const Record& record);

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return builders_.size(); }
  /// No further row comes: before the first column is finished.
  void end_rows();
  /// Each column once, in the codebook's order; frees its memory.
  [[nodiscard]] EncodedColumn finish_column(std::size_t index);

 private:
  struct Parentage {
    std::uint32_t parent;
    std::uint64_t line;
  };
  struct Hierarchy {
    std::size_t child;
    std::size_t parent;
    std::vector<Parentage> of;  // by the child's code
  };
  void note_fault(std::size_t variable, std::string_view text, const char* rule);
  void check_ignored(const Record& record);
  void check_hierarchies();
  void adopt_parents(std::uint64_t line);
  void pack_segment();

  const policies::Codebook& codebook_;
  std::uint32_t segment_rows_;
  bool keep_;
  std::vector<ColumnBuilder> builders_;
  std::vector<Hierarchy> hierarchies_;
  Determination determination_;
  FileColumns file_;
  std::vector<Cell> constants_;
  std::vector<Cell> row_;
  std::vector<RowFault> faults_;
  std::uint64_t rows_ = 0;
};

}  // namespace sceau::enclave
