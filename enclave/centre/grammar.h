#pragma once
// What can be written behind `sceau`: every command with its operands, options, help and example,
// as data. The client parses with it, opens what is a file, and sends words and descriptors; the
// broker parses the words again with the same table and believes nothing else.
//
//   auto spec = find_command({"role", "grant", "--user", "rene"});     // role grant
//   auto arguments = parse_arguments(*spec, words);
//   arguments.one("user")                                              // "rene"
//
// Refused with a suggestion: `role gramt` (did you mean "grant"?), `--usr` (did you mean
// "--user"?).

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::enclave {

enum class Holds {
  flag,      ///< no value
  value,     ///< one word
  values,    ///< one or more words, may be repeated
  document,  ///< a small file: its text goes with the command
  data,      ///< files: their descriptors go with the command; * and ? are expanded
  answers,   ///< a folder: the texts of its *.answer files go with the command
  repeated   ///< one word, may be repeated
};

struct OptionSpec {
  std::string_view name;      ///< without dashes; of an operand: as --help shows it
  std::string_view argument;  ///< "USER", "DATE"; empty for flags
  Holds holds = Holds::value;
  bool required = false;
  std::string_view help;
};

struct CommandSpec {
  std::string_view words;  ///< "role grant"
  std::vector<OptionSpec> operands;
  std::vector<OptionSpec> options;
  std::string_view summary;  ///< one line
  std::string_view example;
  bool needs_centre = true;
  bool json = true;  ///< prints a result, so takes --json
};

/// All commands, in the order of `sceau --help`.
[[nodiscard]] std::span<const CommandSpec> grammar();

/// The options that every command takes: home, as, passphrase-file, identity, lang, json, help.
[[nodiscard]] std::span<const OptionSpec> global_options();

struct Arguments {
  const CommandSpec* spec = nullptr;
  std::map<std::string, std::vector<std::string>> values;  ///< options and operands by name

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string one(std::string_view name) const;  ///< "" where not given
  [[nodiscard]] std::optional<std::string> maybe(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> many(std::string_view name) const;
  /// A size with or without a unit, K, M or G in powers of 1024: "800M", "1.5G". 0 where not given.
  /// Throws usage (centre.bad_size): not a size, or less than 256M.
  [[nodiscard]] std::uint64_t memory(std::string_view name) const;
};

/// The command that `words` begin with (options before it are skipped). Throws usage
/// (centre.no_command, centre.unknown_command).
[[nodiscard]] const CommandSpec& find_command(const std::vector<std::string>& words);

/// Throws usage (centre.unknown_option, centre.option_missing, centre.too_many_words …). With
/// --help among the words nothing is required.
[[nodiscard]] Arguments parse_arguments(const CommandSpec& spec,
                                        const std::vector<std::string>& words);

/// The words again, without the global options: what the client sends.
[[nodiscard]] std::vector<std::string> words_of(const Arguments& arguments);

/// `sceau --help`, and a command's.
[[nodiscard]] std::string help_text();
[[nodiscard]] std::string help_text(const CommandSpec& spec);

}  // namespace sceau::enclave
