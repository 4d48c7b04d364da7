#pragma once
// Entries that stand in the log and that the registry doesn't know: what one crash between an entry
// and the registry's commit leaves.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "enclave/centre/journal.h"

namespace sceau::enclave {

struct TailEntry {
  std::uint64_t seq = 0;  ///< as the registry counts, through all logs
  std::string event;
  std::string actor;
  std::string time;
  std::map<std::string, std::string> data;  ///< numbers as their digits

  [[nodiscard]] std::string at(const std::string& key) const;  ///< "" where there is none
  [[nodiscard]] std::uint64_t number(const std::string& key) const;
};

/// One entry, proved against the log's own checkpoint. Throws not_found (centre.no_entry),
/// integrity.
[[nodiscard]] TailEntry logged_entry(Journal& journal, std::uint64_t seq);

/// Entries from `known` on, each proved against the log's own checkpoint. Throws integrity.
[[nodiscard]] std::vector<TailEntry> log_tail(Journal& journal, std::uint64_t known);

}  // namespace sceau::enclave
