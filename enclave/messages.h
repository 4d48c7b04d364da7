#pragma once
// Every word that the enclave says to a person, by message id. {1}, {2} … stand for arguments.
// `what()` of an EnclaveError is the English text; French stands in po/fr.po under the id as
// msgctxt, and every door shows texts in its reader's language. A hint says what to do instead; it
// may be empty. An id without a text shows itself, and a test refuses such ids.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/messages.h"
#include "disclosure/verdict.h"

namespace sceau::enclave {

struct MessageText {
  std::string_view id;
  std::string_view text;
  std::string_view hint;
};

/// The whole catalogue; each room's part stands in a file of its own (messages_ROOM.cpp).
[[nodiscard]] std::span<const std::span<const MessageText>> catalogue();

/// In "en" or "fr"; any other language is English.
[[nodiscard]] std::string text(std::string_view id, const std::vector<std::string>& args,
                               std::string_view language = "en");
[[nodiscard]] std::string hint(std::string_view id, const std::vector<std::string>& args,
                               std::string_view language = "en");

/// One of message_words() as a heading or an argument has it; any other word is itself.
[[nodiscard]] std::string word(std::string_view english, std::string_view language);

/// "fr" of "fr", "fr_FR.UTF-8" and their like, else "en": what a locale's name asks for.
[[nodiscard]] std::string_view language_of_locale(std::string_view locale);

/// A text to translate: {context, English}. The context of a hint is its id and " hint"; "word" is
/// that of words that are arguments.
[[nodiscard]] std::vector<disclosure::SourceText> source_texts();

/// po/fr.po, built in.
[[nodiscard]] policies::Translations french();

/// A finding's words: the checker's own, or, with what to write instead, the reason why this is no
/// tabulation. What verdicts, notices and reviewers are shown.
[[nodiscard]] std::string finding_text(const disclosure::Message& message,
                                       std::string_view language);

/// The rooms' parts.
[[nodiscard]] std::span<const MessageText> keys_messages();
[[nodiscard]] std::span<const MessageText> store_messages();
[[nodiscard]] std::span<const MessageText> sql_messages();
[[nodiscard]] std::span<const MessageText> tabulation_messages();  ///< of the SQL room
[[nodiscard]] std::span<const MessageText> server_messages();
[[nodiscard]] std::span<const MessageText> centre_messages();
[[nodiscard]] std::span<const MessageText> exchange_messages();  ///< figures, ACRO, Table Schema
[[nodiscard]] std::span<const MessageText> shown_messages();  ///< of results, not errors
[[nodiscard]] std::span<const std::string_view> message_words();

}  // namespace sceau::enclave
