// Reading a log's entries to show or to count them. What they say is believed once
// `sceau-audit verify` has passed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace sceau::audit {

/// The checkpoint of a log's folder, a note, unverified. Throws AuditError (bad_input) without one.
[[nodiscard]] std::string checkpoint_note(const std::filesystem::path& log);

/// Calls `use` with the entries from..to of the log, in order, as its checkpoint bounds it.
/// Throws AuditError (tampered) where one is missing.
void for_each_entry(const std::filesystem::path& log, std::uint64_t from, std::uint64_t to,
                    const std::function<void(std::uint64_t seq, std::string_view entry)>& use);

}  // namespace sceau::audit
