#include "audit/command_line.h"

#include <boost/program_options.hpp>
#include <iostream>

#include "audit/bytes.h"
#include "audit/fault.h"

namespace sceau::audit {

namespace po = boost::program_options;

std::optional<po::variables_map> parse_command_line(const std::vector<std::string>& arguments,
                                                    const std::string& usage,
                                                    po::options_description& options,
                                                    const Words& words) {
  options.add_options()("help", "this help");
  po::options_description all = options;
  po::positional_options_description places;
  if (words.name != nullptr) {
    all.add_options()(words.name, po::value<std::vector<std::string>>());
    places.add(words.name, words.most);
  }
  po::variables_map values;
  po::store(
      po::command_line_parser(arguments)
          .options(all)
          .positional(places)
          .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
          .run(),
      values);
  po::notify(values);
  if (values.count("help") > 0) {
    std::cout << "usage: sceau-audit " << usage << "\n\n" << options;
    return std::nullopt;
  }
  if (words_of(values, words).size() < static_cast<std::size_t>(words.least))
    throw AuditError(Fault::bad_input, "usage: sceau-audit " + usage);
  return values;
}

std::vector<std::string> words_of(const po::variables_map& values, const Words& words) {
  if (words.name == nullptr || values.count(words.name) == 0) return {};
  return values[words.name].as<std::vector<std::string>>();
}

std::string required(const po::variables_map& values, const char* option) {
  if (values.count(option) == 0)
    throw AuditError(Fault::bad_input, "--" + std::string(option) + " is missing",
                     "--help after the command lists its options");
  return values[option].as<std::string>();
}

std::uint64_t number_of(const std::string& text, const char* option) {
  const auto number = parse_decimal(text);
  if (!number)
    throw AuditError(Fault::bad_input,
                     std::string("--") + option + " takes a whole number of at least 0");
  return *number;
}

}  // namespace sceau::audit
