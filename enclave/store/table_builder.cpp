#include "enclave/store/table_builder.h"

#include <algorithm>

#include "disclosure/source.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using disclosure::null_code;

constexpr std::uint32_t no_parent = TextIndex::none;

}  // namespace

TableBuilder::TableBuilder(const policies::Codebook& codebook, std::uint32_t segment_rows,
                           bool keep)
    : codebook_(codebook), segment_rows_(segment_rows), keep_(keep), determination_(codebook) {
  for (const auto& variable : codebook.variables) builders_.emplace_back(variable);
  for (std::size_t child = 0; child < codebook.variables.size(); ++child) {
    const auto& parent = codebook.variables[child].parent;
    for (std::size_t i = 0; i < codebook.variables.size() && !parent.empty(); ++i) {
      if (codebook.variables[i].name == parent) hierarchies_.push_back({child, i, {}});
    }
  }
}

void TableBuilder::start_file(FileColumns columns, const VariableKeys& keys) {
  file_ = std::move(columns);
  constants_.assign(builders_.size(), Cell());
  for (std::size_t i = 0; i < builders_.size(); ++i) {
    if (file_.fields[i]) continue;
    const auto& variable = codebook_.variables[i];
    constants_[i] = FieldRules(variable, keys[i]).judge(file_.constants[i], '.');
    if (constants_[i].fault != nullptr) {
      throw EnclaveError(Fault::bad_input, "import.bad_constant", {file_.file, "1", variable.name});
    }
  }
}

std::uint64_t TableBuilder::memory() const {
  std::uint64_t bytes = 0;
  for (const auto& builder : builders_) bytes += builder.memory();
  return bytes;
}

void TableBuilder::translate(Chunk& chunk) {
  for (std::size_t i = 0; i < builders_.size(); ++i) {
    if (file_.fields[i]) {
      builders_[i].translate(chunk.reader, chunk.columns[i]);
    } else {
      builders_[i].fill(constants_[i], chunk.table.rows(), chunk.columns[i]);
    }
  }
}

void TableBuilder::add(Chunk& chunk, std::uint64_t first_line, RefusalSink& sink) {
  translate(chunk);
  const FieldTable& table = chunk.table;
  const bool all_good = chunk.faults.empty() && table.broken().empty() && hierarchies_.empty();
  if (all_good) return append(chunk, 0, table.rows(), sink);
  auto fault = chunk.faults.begin();
  auto broken = table.broken().begin();
  const auto tell_broken = [&](std::size_t row) {
    for (; broken != table.broken().end() && broken->before == row; ++broken) {
      sink.broken(first_line + broken->line, *broken);
    }
  };
  std::size_t accepted = 0;  // rows from here on are accepted and not yet appended
  for (std::size_t row = 0; row < table.rows(); ++row) {
    tell_broken(row);
    const auto first_fault = fault;
    while (fault != chunk.faults.end() && fault->row == row) ++fault;
    faults_.clear();
    for (auto each = first_fault; each != fault; ++each) {
      faults_.push_back(std::move(each->fault));
    }
    check_hierarchies(chunk, row, {first_fault, fault});
    const std::uint64_t line = first_line + table.line(row);
    if (faults_.empty()) {
      adopt_parents(chunk, row, line);
      continue;
    }
    append(chunk, accepted, row, sink);
    accepted = row + 1;
    table.record(row, fields_);
    sink.refused(line, faults_, fields_);
  }
  tell_broken(table.rows());
  append(chunk, accepted, table.rows(), sink);
}

void TableBuilder::append(const Chunk& chunk, std::size_t from, std::size_t to, RefusalSink& sink) {
  while (from < to) {
    const std::uint64_t room = segment_rows_ - rows_ % segment_rows_;
    const std::size_t rows = std::min<std::uint64_t>(to - from, room);
    for (std::size_t i = 0; keep_ && i < builders_.size(); ++i) {
      builders_[i].append(chunk.columns[i], from, from + rows);
    }
    from += rows;
    rows_ += rows;
    if (keep_ && rows_ % segment_rows_ == 0) pack_segment(sink);
  }
}

void TableBuilder::pack_segment(RefusalSink& sink) {
  for (auto& builder : builders_) {
    builder.number();
    sink.tick();
  }
  determination_.add([this](std::size_t variable) { return builders_[variable].codes(); });
  for (auto& builder : builders_) {
    builder.pack();
    sink.tick();
  }
}

void TableBuilder::end_rows(RefusalSink& sink) {
  if (keep_ && rows_ % segment_rows_ != 0) pack_segment(sink);
}

void TableBuilder::check_hierarchies(const Chunk& chunk, std::size_t row,
                                     std::span<const BlockFault> field_faults) {
  for (const auto& hierarchy : hierarchies_) {
    const std::uint32_t child = chunk.columns[hierarchy.child].codes[row];
    const std::uint32_t parent = chunk.columns[hierarchy.parent].codes[row];
    if (child == null_code) continue;
    const bool refused = std::ranges::any_of(field_faults, [&](const BlockFault& fault) {
      return fault.variable == hierarchy.child || fault.variable == hierarchy.parent;
    });
    if (refused) continue;
    const auto& name = codebook_.variables[hierarchy.child].name;
    const auto& above = codebook_.variables[hierarchy.parent].name;
    if (parent == null_code) {
      faults_.push_back({"import.no_parent", name, {above}, std::nullopt});
      continue;
    }
    if (child >= hierarchy.of.size()) continue;
    const Parentage& known = hierarchy.of[child];
    if (known.parent == no_parent || known.parent == parent) continue;
    faults_.push_back(
        {"import.two_parents", name, {above, std::to_string(known.line)}, std::nullopt});
  }
}

void TableBuilder::adopt_parents(const Chunk& chunk, std::size_t row, std::uint64_t line) {
  for (auto& hierarchy : hierarchies_) {
    const std::uint32_t child = chunk.columns[hierarchy.child].codes[row];
    if (child == null_code) continue;
    if (child >= hierarchy.of.size()) hierarchy.of.resize(child + 1, {no_parent, 0});
    Parentage& known = hierarchy.of[child];
    if (known.parent == no_parent) {
      known = {chunk.columns[hierarchy.parent].codes[row], line};
    }
  }
}

EncodedColumn TableBuilder::finish_column(std::size_t index, const std::function<void()>& tick) {
  EncodedColumn column = std::move(builders_[index]).finish(tick);
  for (const std::size_t other : determination_.of(index)) {
    column.determines.push_back(codebook_.variables[other].name);
  }
  return column;
}

}  // namespace sceau::enclave
