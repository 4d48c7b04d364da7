#include "enclave/centre/outlined.h"

#include <algorithm>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

using disclosure::ColumnInfo;
using disclosure::ColumnKind;

[[noreturn]] void no_row() {
  throw EnclaveError(Fault::internal, "server.internal", {"an outline has no rows"});
}

ColumnInfo info_of(const policies::Variable& variable) {
  switch (variable.type) {
    case policies::Type::category:
    case policies::Type::text:
    case policies::Type::date:
      return {variable.name, ColumnKind::codes, 0};
    case policies::Type::integer:
      return {variable.name, ColumnKind::scaled, 0};
    case policies::Type::decimal:
      return {variable.name, ColumnKind::scaled, variable.decimals};
  }
  return {variable.name, ColumnKind::codes, 0};
}

}  // namespace

OutlinedSource::OutlinedSource(const DatasetOutline& outline)
    : codebook_(policies::parse_codebook(outline.codebook, "codebook.toml")),
      vintages_(outline.vintages) {
  std::sort(vintages_.begin(), vintages_.end());
  std::erase_if(codebook_.variables, [&](const policies::Variable& variable) {
    return variable.role == policies::Role::hidden ||
           (outline.columns && !outline.columns->contains(variable.name));
  });
}

std::string OutlinedSource::vintage(std::size_t) const { no_row(); }

std::vector<ColumnInfo> OutlinedSource::columns() const {
  std::vector<ColumnInfo> infos;
  for (const auto& variable : codebook_.variables) infos.push_back(info_of(variable));
  infos.push_back({"vintage", ColumnKind::codes, 0});
  return infos;
}

const std::vector<std::string>& OutlinedSource::dictionary(std::string_view) const {
  return no_codes_;
}

void OutlinedSource::read(std::size_t, std::string_view, disclosure::Segment&) const { no_row(); }

}  // namespace sceau::enclave
