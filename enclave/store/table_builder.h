#pragma once
// All columns of one store while its files are read: blocks come in the order of their rows, each
// row is accepted or refused whole, and each code of a hierarchy keeps the one parent that it had
// first.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "enclave/store/block_reader.h"
#include "enclave/store/column_builder.h"
#include "enclave/store/determination.h"
#include "enclave/store/file_columns.h"
#include "policies/codebook.h"

namespace sceau::enclave {

/// Who is told what is refused, line by line, and asked in between. An exception ends the reading.
class RefusalSink {
 public:
  virtual ~RefusalSink() = default;
  /// A record; at least one fault.
  virtual void refused(std::uint64_t line, std::span<const RowFault> faults,
                       std::span<const std::string_view> fields) = 0;
  virtual void broken(std::uint64_t line, const BrokenLine& what) = 0;
  /// Between two columns of a full segment.
  virtual void tick() = 0;
};

class TableBuilder {
 public:
  /// `keep` false: rows are judged and forgotten. The codebook must outlive it.
  TableBuilder(const policies::Codebook& codebook, std::uint32_t segment_rows, bool keep);

  /// Throws import.bad_constant.
  void start_file(FileColumns columns, const VariableKeys& keys);
  [[nodiscard]] const FileColumns& file() const { return file_; }

  /// The next rows of the file. `first_line`: the physical line on which the block starts.
  void add(Chunk& chunk, std::uint64_t first_line, RefusalSink& sink);

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  /// Bytes that the columns take.
  [[nodiscard]] std::uint64_t memory() const;
  [[nodiscard]] std::size_t columns() const { return builders_.size(); }
  /// No further row comes: before the first column is finished.
  void end_rows(RefusalSink& sink);
  /// Each column once, in the codebook's order; frees its memory. `tick`: as ColumnBuilder::finish.
  [[nodiscard]] EncodedColumn finish_column(std::size_t index, const std::function<void()>& tick);

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
  void translate(Chunk& chunk);
  void check_hierarchies(const Chunk& chunk, std::size_t row,
                         std::span<const BlockFault> field_faults);
  void adopt_parents(const Chunk& chunk, std::size_t row, std::uint64_t line);
  void append(const Chunk& chunk, std::size_t from, std::size_t to, RefusalSink& sink);
  void pack_segment(RefusalSink& sink);

  const policies::Codebook& codebook_;
  std::uint32_t segment_rows_;
  bool keep_;
  std::vector<ColumnBuilder> builders_;
  std::vector<Hierarchy> hierarchies_;
  Determination determination_;
  FileColumns file_;
  std::vector<Cell> constants_;
  std::vector<RowFault> faults_;
  std::vector<std::string_view> fields_;
  std::uint64_t rows_ = 0;
};

}  // namespace sceau::enclave
