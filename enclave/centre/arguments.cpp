// Words to arguments by the table of commands; Boost.Program_options does the splitting.

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <string_view>

#include "enclave/centre/grammar.h"
#include "enclave/fault.h"
#include "policies/spelling.h"

namespace sceau::enclave {
namespace {

namespace po = boost::program_options;

const std::string operand_key = "operands of the command";

/// The words before any option, past the global options that may stand first.
std::vector<std::string> leading_words(const std::vector<std::string>& words) {
  std::vector<std::string> leading;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (!word.starts_with("--")) {
      leading.push_back(word);
      continue;
    }
    if (!leading.empty()) break;
    const auto& globals = global_options();
    const bool takes_value =
        word.find('=') == std::string::npos &&
        std::any_of(globals.begin(), globals.end(), [&](const OptionSpec& option) {
          return word == "--" + std::string(option.name) && option.holds != Holds::flag;
        });
    if (takes_value) ++i;
  }
  return leading;
}

std::vector<std::string> split(std::string_view words) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : words) {
    if (c != ' ') {
      part += c;
    } else {
      parts.push_back(std::exchange(part, {}));
    }
  }
  parts.push_back(part);
  return parts;
}

std::string joined(const std::vector<std::string>& words, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + words[i];
  return text;
}

/// Says what could stand at the first word that leads nowhere.
[[noreturn]] void unknown_command(const std::vector<std::string>& leading) {
  std::size_t depth = 0;  // words that begin some command
  std::vector<std::string> next;
  for (const auto& spec : grammar()) {
    const auto parts = split(spec.words);
    std::size_t same = 0;
    while (same < parts.size() && same < leading.size() && parts[same] == leading[same]) ++same;
    if (same < depth || same == parts.size()) continue;
    if (same > depth) next.clear();
    depth = same;
    if (std::find(next.begin(), next.end(), parts[same]) == next.end()) next.push_back(parts[same]);
  }
  if (leading.size() == depth) {
    throw EnclaveError(Fault::usage, "centre.half_command",
                       {joined(leading, depth), policies::suggestion("", next)});
  }
  throw EnclaveError(Fault::usage, "centre.unknown_command",
                     {joined(leading, depth + 1), policies::suggestion(leading[depth], next)});
}

void add_option(po::options_description& description, const OptionSpec& option) {
  const std::string name(option.name);
  switch (option.holds) {
    case Holds::flag:
      description.add_options()(name.c_str(), "");
      return;
    case Holds::value:
    case Holds::repeated:
    case Holds::document:
    case Holds::answers:
      description.add_options()(name.c_str(), po::value<std::vector<std::string>>(), "");
      return;
    case Holds::values:
    case Holds::data:
      description.add_options()(name.c_str(), po::value<std::vector<std::string>>()->multitoken(),
                                "");
      return;
  }
}

std::string option_names(const CommandSpec& spec, const std::string& wrong) {
  std::vector<std::string> names;
  for (const auto& option : spec.options) names.push_back("--" + std::string(option.name));
  for (const auto& option : global_options()) names.push_back("--" + std::string(option.name));
  return policies::suggestion(wrong, names);
}

po::variables_map run_parser(const CommandSpec& spec, const std::vector<std::string>& words) {
  po::options_description description;
  for (const auto& option : global_options()) add_option(description, option);
  for (const auto& option : spec.options) add_option(description, option);
  description.add_options()(operand_key.c_str(), po::value<std::vector<std::string>>(), "");
  po::positional_options_description positional;
  positional.add(operand_key.c_str(), -1);
  using namespace po::command_line_style;
  const int style = allow_long | long_allow_adjacent | long_allow_next;
  try {
    po::variables_map map;
    po::store(po::command_line_parser(words)
                  .options(description)
                  .positional(positional)
                  .style(style)
                  .run(),
              map);
    return map;
  } catch (const po::unknown_option& error) {
    throw EnclaveError(Fault::usage, "centre.unknown_option",
                       {error.get_option_name(), std::string(spec.words),
                        option_names(spec, error.get_option_name())});
  } catch (const po::error& error) {
    throw EnclaveError(Fault::usage, "centre.bad_words", {error.what(), std::string(spec.words)});
  }
}

void assign_operands(const CommandSpec& spec, std::vector<std::string> words, Arguments& out) {
  const auto count = split(spec.words).size();
  words.erase(words.begin(),
              words.begin() + static_cast<std::ptrdiff_t>(std::min(count, words.size())));
  std::size_t at = 0;
  for (const auto& operand : spec.operands) {
    const bool many = operand.holds == Holds::values || operand.holds == Holds::data;
    while (at < words.size()) {
      out.values[std::string(operand.name)].push_back(words[at++]);
      if (!many) break;
    }
  }
  if (at < words.size()) {
    throw EnclaveError(Fault::usage, "centre.too_many_words", {words[at], std::string(spec.words)});
  }
}

void require_all(const CommandSpec& spec, const Arguments& arguments) {
  for (const auto& operand : spec.operands) {
    if (operand.required && !arguments.has(operand.name)) {
      throw EnclaveError(Fault::usage, "centre.operand_missing",
                         {std::string(operand.name), std::string(spec.words)});
    }
  }
  for (const auto& option : spec.options) {
    if (option.required && !arguments.has(option.name)) {
      throw EnclaveError(Fault::usage, "centre.option_missing",
                         {std::string(option.name), std::string(spec.words)});
    }
  }
}

}  // namespace

bool Arguments::has(std::string_view name) const { return values.contains(std::string(name)); }

std::string Arguments::one(std::string_view name) const { return maybe(name).value_or(""); }

std::optional<std::string> Arguments::maybe(std::string_view name) const {
  const auto found = values.find(std::string(name));
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return found->second.front();
}

std::uint64_t Arguments::memory(std::string_view name) const {
  constexpr double least = 256.0 * 1024 * 1024;
  const auto text = maybe(name);
  if (!text) return 0;
  double size = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, size, std::chars_format::fixed);
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  constexpr std::string_view units = "KMG";
  const auto power = unit.empty() ? 0 : units.find(unit) + 1;
  if (error == std::errc() && unit.size() <= 1 && power <= units.size()) {
    for (std::size_t i = 0; i < power; ++i) size *= 1024;
    if (size >= least && size < 1e15) return static_cast<std::uint64_t>(size);
  }
  throw EnclaveError(Fault::usage, "centre.bad_size", {std::string(name), *text});
}

std::vector<std::string> Arguments::many(std::string_view name) const {
  const auto found = values.find(std::string(name));
  return found == values.end() ? std::vector<std::string>() : found->second;
}

const CommandSpec& find_command(const std::vector<std::string>& words) {
  const auto leading = leading_words(words);
  if (leading.empty()) throw EnclaveError(Fault::usage, "centre.no_command");
  for (const auto& spec : grammar()) {
    const auto parts = split(spec.words);
    if (leading.size() >= parts.size() && std::equal(parts.begin(), parts.end(), leading.begin())) {
      return spec;
    }
  }
  unknown_command(leading);
}

Arguments parse_arguments(const CommandSpec& spec, const std::vector<std::string>& words) {
  const auto map = run_parser(spec, words);
  Arguments arguments;
  arguments.spec = &spec;
  const auto take = [&](const OptionSpec& option) {
    const std::string name(option.name);
    if (!map.contains(name)) return;
    auto& into = arguments.values[name];
    if (option.holds == Holds::flag) return;
    into = map[name].as<std::vector<std::string>>();
    const bool many = option.holds == Holds::values || option.holds == Holds::data ||
                      option.holds == Holds::repeated;
    if (!many && into.size() > 1) {
      throw EnclaveError(Fault::usage, "centre.option_twice", {name, std::string(spec.words)});
    }
  };
  for (const auto& option : global_options()) take(option);
  for (const auto& option : spec.options) take(option);
  std::vector<std::string> operands;
  if (map.contains(operand_key)) operands = map[operand_key].as<std::vector<std::string>>();
  if (arguments.has("help")) return arguments;
  assign_operands(spec, std::move(operands), arguments);
  require_all(spec, arguments);
  return arguments;
}

std::vector<std::string> words_of(const Arguments& arguments) {
  auto words = split(arguments.spec->words);
  for (const auto& option : arguments.spec->options) {
    if (!arguments.has(option.name)) continue;
    const auto name = "--" + std::string(option.name);
    const auto values = arguments.many(option.name);
    if (values.empty()) words.push_back(name);
    for (const auto& value : values) {
      if (value.empty()) {
        words.push_back(name);
        words.push_back(value);
      } else {
        words.push_back(name + "=" + value);
      }
    }
  }
  words.emplace_back("--");
  for (const auto& operand : arguments.spec->operands) {
    for (const auto& value : arguments.many(operand.name)) words.push_back(value);
  }
  return words;
}

}  // namespace sceau::enclave
