#include "enclave/messages.h"

#include <array>

#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

const MessageText* find(std::string_view id) {
  for (const auto part : catalogue()) {
    for (const auto& entry : part) {
      if (entry.id == id) return &entry;
    }
  }
  return nullptr;
}

std::string fill(std::string_view pattern, const std::vector<std::string>& args) {
  std::string filled;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool placeholder = pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}' &&
                             pattern[i + 1] >= '1' && pattern[i + 1] <= '9';
    if (!placeholder) {
      filled += pattern[i];
      continue;
    }
    const auto index = static_cast<std::size_t>(pattern[i + 1] - '1');
    if (index < args.size()) filled += args[index];
    i += 2;
  }
  return filled;
}

}  // namespace

std::span<const std::span<const MessageText>> catalogue() {
  static const std::array<std::span<const MessageText>, 7> parts = {
      keys_messages(),   store_messages(),  sql_messages(),     tabulation_messages(),
      server_messages(), centre_messages(), exchange_messages()};
  return parts;
}

std::string text(std::string_view id, const std::vector<std::string>& args) {
  const auto* entry = find(id);
  return entry ? fill(entry->text, args) : std::string(id);
}

std::string hint(std::string_view id, const std::vector<std::string>& args) {
  const auto* entry = find(id);
  return entry ? fill(entry->hint, args) : std::string();
}

std::string finding_text(const disclosure::Message& message, std::string_view language) {
  if (find(message.id) == nullptr) return disclosure::text(message, language);
  const std::string instead = hint(message.id, message.args);
  return text(message.id, message.args) + (instead.empty() ? "" : "; " + instead);
}

int exit_code(Fault fault) {
  switch (fault) {
    case Fault::usage:
    case Fault::bad_input:
    case Fault::not_found:
    case Fault::already_there:
    case Fault::unavailable:
      return 2;
    case Fault::not_permitted:
      return 3;
    case Fault::integrity:
      return 4;
    case Fault::refused:
      return 1;
    case Fault::internal:
      return 70;
  }
  return 70;
}

EnclaveError::EnclaveError(Fault fault, std::string id, std::vector<std::string> args)
    : std::runtime_error(text(id, args)),
      fault_(fault),
      id_(std::move(id)),
      args_(std::move(args)) {}

}  // namespace sceau::enclave
