#pragma once
// What an examiner says of a file: what it is (egress/file_type.h), and whether it holds records of
// the stores that the project may use (scan/record_scan.h). A file never passes by itself: the
// verdict is `review`, with what a reviewer should know.

#include "enclave/centre/exchange.h"
#include "enclave/server/opened.h"

namespace sceau::enclave {

/// `table_json` of the answer:
///   {"format":1,"type":"csv","encoding":"UTF-8","bidi":false,
///    "search":"whole"|"part"|"pictures"|"none",
///    "unwrapped":true,
///    "values":[{"store":…,"variable":…,"role":"identifier"|"contributor","distinct":…,"places":…}],
///    "records":[{"store":…,"columns":[…],"lines":…,"of":…,"rare":…,"repeated":…}]}
/// Throws what file_facts() and check_allowed() throw.
[[nodiscard]] Examined examine_file(const FileQuestion& file, const OpenedData& data,
                                    const policies::Policy& policy, bool search);

}  // namespace sceau::enclave
