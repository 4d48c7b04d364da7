#pragma once
// What a request may look like before anybody judges it. The worker checks, so that a researcher
// hears at once; the broker checks again, because it does not believe a worker.

#include <string>
#include <string_view>
#include <vector>

#include "enclave/centre/exchange.h"

namespace sceau::enclave {

inline constexpr std::size_t max_outputs = 100;  ///< of one request
inline constexpr std::size_t max_title_bytes = 1'000;
inline constexpr std::size_t max_reason_bytes = 10'000;  ///< of an exception

/// A file name that any system takes, that no shell trips over, and that is none of those that the
/// centre gives itself (release.json, *.receipt, R-…). Throws server.bad_file_name,
/// server.own_file_name.
void check_file_name(std::string_view name);

/// Names (each once), titles, reasons and sizes of a whole request. Throws also server.name_taken,
/// server.output_too_large, server.too_many_outputs, server.bad_title, server.replaces_two.
void check_drafts(const std::vector<OutputDraft>& drafts);

/// "done", "closed", "crash" and their kin, or five letters or digits: what may stand in the log as
/// the outcome of a statement.
[[nodiscard]] bool is_outcome(std::string_view outcome);

}  // namespace sceau::enclave
