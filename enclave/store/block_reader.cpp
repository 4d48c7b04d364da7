#include "enclave/store/block_reader.h"

#include <algorithm>

#include "enclave/store/numbers.h"

namespace sceau::enclave {
namespace {

std::string bounds_of(const policies::Variable& variable) {
  const auto shown = [](const std::optional<policies::Decimal>& bound) {
    return bound ? to_string(*bound) : std::string();
  };
  return shown(variable.min) + ".." + shown(variable.max);
}

}  // namespace

BlockReader::BlockReader(const policies::Codebook& codebook, const VariableKeys& keys,
                         std::size_t number)
    : number_(number) {
  readers_.reserve(codebook.variables.size());
  for (std::size_t i = 0; i < codebook.variables.size(); ++i) {
    readers_.emplace_back(codebook.variables[i], keys[i]);
  }
}

void BlockReader::read(const FileColumns& file, char separator, Chunk& chunk) noexcept {
  chunk.reader = number_;
  chunk.error = nullptr;
  chunk.faults.clear();
  try {
    if (chunk.block.overlong) return;
    chunk.table.read(chunk.block.text(), file.header.size(), separator, chunk.block.last);
    read_columns(file, chunk);
    if (!chunk.table.plain()) check_ignored(file, chunk);
    std::ranges::stable_sort(chunk.faults, {}, &BlockFault::row);
  } catch (...) {
    chunk.error = std::current_exception();
  }
}

void BlockReader::read_columns(const FileColumns& file, Chunk& chunk) {
  chunk.columns.resize(readers_.size());
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    if (!file.fields[i]) continue;
    refused_.clear();
    readers_[i].read(chunk.table, *file.fields[i], file.point, chunk.columns[i], refused_);
    for (const auto& refused : refused_) {
      const std::string_view text = chunk.table.field(refused.row, *file.fields[i]);
      chunk.faults.push_back({refused.row, i, fault_of(i, text, refused.rule)});
    }
  }
}

RowFault BlockReader::fault_of(std::size_t variable, std::string_view text,
                               const char* rule) const {
  const FieldRules& rules = readers_[variable].rules();
  const auto& named = rules.variable();
  RowFault fault{rule, named.name, {}, std::nullopt};
  if (fault.rule == "import.out_of_range") fault.more.push_back(bounds_of(named));
  if (fault.rule == "import.unknown_code" && named.role == policies::Role::classification) {
    fault.code = rules.code_text(text);
  }
  return fault;
}

/// What isn't imported isn't judged, but for its being text: else the encoding is wrong, or the
/// file.
void BlockReader::check_ignored(const FileColumns& file, Chunk& chunk) const {
  for (std::size_t row = 0; row < chunk.table.rows(); ++row) {
    for (const std::size_t i : file.ignored) {
      const std::string_view text = chunk.table.field(row, i);
      const bool nul = text.find('\0') != std::string_view::npos;
      if (!nul && is_utf8(text)) continue;
      chunk.faults.push_back(
          {row,
           std::nullopt,
           {nul ? "import.nul" : "import.bad_utf8", file.header[i], {}, std::nullopt}});
    }
  }
}

}  // namespace sceau::enclave
