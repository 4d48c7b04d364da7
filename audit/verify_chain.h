// Logs that go on from each other: every rotation ends one log by `log.sealed`, which names the
// next one's origin and key, and begins the next by `key.rotated`, which holds the sealed log's
// last checkpoint and its key. Each log is verified by itself, then the links between them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "audit/verify.h"

namespace sceau::audit {

struct ChainVerification {
  Outcome outcome = Outcome::valid;
  std::vector<Verification> logs;            ///< the oldest first
  std::vector<std::filesystem::path> paths;  ///< of the logs
  std::vector<Check> links;                  ///< of the logs to each other; check name `link`
};

/// The logs that a path means: itself, if it is a log's folder; else the folders below it, at most
/// two steps down, that hold a `checkpoint` (a centre's home: log and log.sealed/1, 2, …).
/// Throws AuditError (bad_input) when there is none.
[[nodiscard]] std::vector<std::filesystem::path> find_logs(const std::filesystem::path& path);

/// Verifies these logs, in any order, and that they make one chain. Earlier checkpoints go to the
/// log of their origin. A beginning or an end that points to a log which isn't given is not
/// checked, and said so. Throws AuditError as verify_log.
[[nodiscard]] ChainVerification verify_chain(const std::vector<std::filesystem::path>& logs,
                                             const Trust& trust, const VerifyOptions& options = {});

}  // namespace sceau::audit
