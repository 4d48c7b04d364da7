#include "enclave/sql/pgcatalog.h"

namespace sceau::enclave::sql {

std::optional<CatalogAnswer> answer_catalog(const Select&, const Catalog&) { return std::nullopt; }

}  // namespace sceau::enclave::sql
