// What the commands of sceau-audit have in common in reading their arguments.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sceau::audit {

/// Parses a command's arguments: its options, and one word without a name, `positional` (null: it
/// takes none). Prints the help and gives nothing when that is asked for. Throws AuditError
/// (bad_input) when the word is missing, boost's errors for options that don't exist.
[[nodiscard]] std::optional<boost::program_options::variables_map> parse_command_line(
    const std::vector<std::string>& arguments, const std::string& usage,
    boost::program_options::options_description& options, const char* positional);

/// The value of an option that must be there. Throws AuditError (bad_input) that names it.
[[nodiscard]] std::string required(const boost::program_options::variables_map& values,
                                   const char* option);

/// A whole number from 0 on. Throws AuditError (bad_input) that names the option.
[[nodiscard]] std::uint64_t number_of(const std::string& text, const char* option);

}  // namespace sceau::audit
