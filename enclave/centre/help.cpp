// --help, made from the table of commands.

#include <algorithm>

#include "enclave/centre/grammar.h"

namespace sceau::enclave {
namespace {

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string shown(const OptionSpec& option) {
  std::string text = "--" + std::string(option.name);
  if (!option.argument.empty()) text += " " + std::string(option.argument);
  if (option.holds == Holds::values || option.holds == Holds::data) text += " …";
  return text;
}

std::string usage(const CommandSpec& spec) {
  std::string line = "sceau " + std::string(spec.words);
  for (const auto& operand : spec.operands) {
    std::string name(operand.name);
    if (operand.holds == Holds::data || operand.holds == Holds::values) name += " …";
    line += operand.required ? " " + name : " [" + name + "]";
  }
  for (const auto& option : spec.options) {
    line += option.required ? " " + shown(option) : " [" + shown(option) + "]";
  }
  if (spec.json) line += " [--json]";
  return line;
}

}  // namespace

std::string help_text() {
  std::string text =
      "sceau: a secure research access centre: data lie sealed, what leaves is checked, and an\n"
      "auditor can verify everything that happened.\n\nUsage: sceau [--home DIR] COMMAND …\n\n";
  for (const auto& spec : grammar()) {
    text += "  " + padded(std::string(spec.words), 18) + "  " + std::string(spec.summary) + "\n";
  }
  text +=
      "\nEvery command takes --help. Exit codes: 0 done; 1 the answer is no; 2 usage or bad\n"
      "input; 3 not permitted; 4 integrity; 70 internal.\n";
  return text;
}

std::string help_text(const CommandSpec& spec) {
  std::string text = std::string(spec.summary) + "\n\nUsage: " + usage(spec) + "\n\n";
  for (const auto& operand : spec.operands) {
    text += "  " + padded(std::string(operand.name), 24) + "  " + std::string(operand.help) + "\n";
  }
  for (const auto& option : spec.options) {
    text += "  " + padded(shown(option), 24) + "  " + std::string(option.help) + "\n";
  }
  text += spec.options.empty() && spec.operands.empty() ? "" : "\n";
  for (const auto& option : global_options()) {
    if (option.name == "json" && !spec.json) continue;
    text += "  " + padded(shown(option), 24) + "  " + std::string(option.help) + "\n";
  }
  text += "\nExample: " + std::string(spec.example) + "\n";
  return text;
}

}  // namespace sceau::enclave
