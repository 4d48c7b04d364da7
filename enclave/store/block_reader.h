#pragma once
// A block of a file from text to columns: taken apart, judged, and encoded as far as one can
// without the blocks before it. On any thread; what needs the order of the rows (dictionaries of
// the whole, hierarchies, line numbers, what is said of faults) is table_builder.h's.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "enclave/keys/keyring.h"
#include "enclave/store/column_reader.h"
#include "enclave/store/field_table.h"
#include "enclave/store/file_columns.h"
#include "enclave/store/record_cutter.h"

namespace sceau::enclave {

/// Why a row is refused: a message id, the column's name, and more arguments for the message.
struct RowFault {
  std::string rule;
  std::string column;
  std::vector<std::string> more;
  std::optional<std::string> code;  ///< unknown_code of a classification: which
};

struct BlockFault {
  std::size_t row;
  std::optional<std::size_t> variable;  ///< none: a column that isn't imported
  RowFault fault;
};

/// A block on its way. Used again and again, so that its memory is.
struct Chunk {
  Block block;
  FieldTable table;
  std::vector<BlockColumn> columns;  ///< one a variable; empty where a file has a constant
  std::vector<BlockFault> faults;    ///< by row, then as the codebook has the variables
  std::size_t reader = 0;            ///< by whose dictionaries the codes are
  std::exception_ptr error;          ///< what went wrong other than the text
};

/// Keys of identifiers, by variable; empty for all else.
using VariableKeys = std::vector<KeyBytes>;

class BlockReader {
 public:
  /// `number`: how chunks name it. The codebook must outlive it.
  BlockReader(const policies::Codebook& codebook, const VariableKeys& keys, std::size_t number);

  /// What stands in `chunk.block` into the rest of it. Never throws: see Chunk::error.
  void read(const FileColumns& file, char separator, Chunk& chunk) noexcept;

 private:
  void read_columns(const FileColumns& file, Chunk& chunk);
  void check_ignored(const FileColumns& file, Chunk& chunk) const;
  [[nodiscard]] RowFault fault_of(std::size_t variable, std::string_view text,
                                  const char* rule) const;

  std::vector<ColumnReader> readers_;
  std::vector<RefusedField> refused_;
  std::size_t number_;
};

}  // namespace sceau::enclave
