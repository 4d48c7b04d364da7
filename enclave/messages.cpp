#include "enclave/messages.h"

#include <array>

#include "enclave/fault.h"
#include "enclave/messages_workspace.h"

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

policies::Translations translations(std::string_view language) {
  return language == "fr" ? french() : policies::Translations{};
}

std::string made(const std::string& context, std::string_view english,
                 const std::vector<std::string>& args, std::string_view language) {
  const auto known = translations(language);
  return policies::filled(policies::translated(known, context, english), args, language, known);
}

std::string hint_context(std::string_view id) { return std::string(id) + " hint"; }

}  // namespace

std::span<const std::span<const MessageText>> catalogue() {
  static const std::array<std::span<const MessageText>, 9> parts = {
      keys_messages(),   store_messages(),  sql_messages(),      tabulation_messages(),
      server_messages(), centre_messages(), exchange_messages(), workspace_messages(), shown_messages()};
  return parts;
}

std::string text(std::string_view id, const std::vector<std::string>& args,
                 std::string_view language) {
  const auto* entry = find(id);
  return entry ? made(std::string(id), entry->text, args, language) : std::string(id);
}

std::string hint(std::string_view id, const std::vector<std::string>& args,
                 std::string_view language) {
  const auto* entry = find(id);
  return entry ? made(hint_context(id), entry->hint, args, language) : std::string();
}

std::string word(std::string_view english, std::string_view language) {
  return std::string(policies::translated(translations(language), "word", english));
}

std::string_view language_of_locale(std::string_view locale) {
  const auto word = locale.substr(0, locale.find_first_of("_.@-"));
  return word == "fr" || word == "FR" || word == "french" || word == "French" ? "fr" : "en";
}

std::vector<disclosure::SourceText> source_texts() {
  std::vector<disclosure::SourceText> all;
  for (const auto part : catalogue()) {
    for (const auto& entry : part) {
      all.push_back({std::string(entry.id), entry.text});
      if (!entry.hint.empty()) all.push_back({hint_context(entry.id), entry.hint});
    }
  }
  for (const auto word : message_words()) all.push_back({"word", word});
  return all;
}

std::string finding_text(const disclosure::Message& message, std::string_view language) {
  if (find(message.id) == nullptr) return disclosure::text(message, language);
  const std::string instead = hint(message.id, message.args, language);
  return text(message.id, message.args, language) +
         (instead.empty() ? "" : (language == "fr" ? "\u202F; " : "; ") + instead);
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
