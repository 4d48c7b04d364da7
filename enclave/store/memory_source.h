#pragma once
// Encoded columns in memory as a Source: what `read_csv` gives.

#include <memory>
#include <string>
#include <vector>

#include "disclosure/source.h"
#include "enclave/store/column_builder.h"

namespace sceau::enclave {

/// `columns` all have the same number of segments and rows. The vintage may be "".
[[nodiscard]] std::unique_ptr<disclosure::Source> make_memory_source(
    std::string dataset, std::string vintage, std::vector<EncodedColumn> columns);

}  // namespace sceau::enclave
