#pragma once
// Tables as a reviewer reads them, from the JSON that the registry keeps.

#include <string>

namespace sceau::enclave {

/// Of table_json (examiner.h), one row a cell: key, values, units, whether it is hidden, and the
/// rules that flag it. Of a large table the cells alone that are hidden or flagged.
[[nodiscard]] std::string table_text(const std::string& json, const std::string& language);

/// Of protection_json.h: what was hidden or changed, why it is safe, the certificate, and the table
/// that was asked for.
[[nodiscard]] std::string protection_text(const std::string& json, const std::string& language);

}  // namespace sceau::enclave
