// What the commands of sceau-audit have in common in reading their arguments.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sceau::audit {

/// The words without a name that a command takes: `least` to `most` of them (-1: any number).
struct Words {
  const char* name = nullptr;  ///< under which they are found, as a vector of strings
  int least = 0;
  int most = 0;
};
inline constexpr Words no_words{};

/// Parses a command's arguments: its options, and its words. Prints the help and gives nothing when
/// that is asked for. Throws AuditError (bad_input) when a word is missing, boost's errors for
/// options that don't exist.
[[nodiscard]] std::optional<boost::program_options::variables_map> parse_command_line(
    const std::vector<std::string>& arguments, const std::string& usage,
    boost::program_options::options_description& options, const Words& words);

/// The words that were given.
[[nodiscard]] std::vector<std::string> words_of(const boost::program_options::variables_map& values,
                                                const Words& words);

/// The value of an option that must be there. Throws AuditError (bad_input) that names it.
[[nodiscard]] std::string required(const boost::program_options::variables_map& values,
                                   const char* option);

/// A whole number from 0 on. Throws AuditError (bad_input) that names the option.
[[nodiscard]] std::uint64_t number_of(const std::string& text, const char* option);

}  // namespace sceau::audit
