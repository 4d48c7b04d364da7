#pragma once
// Every word that the enclave says to a person, by message id. {1}, {2} … stand for arguments.
// `what()` of an EnclaveError is the English text. A hint says what to do instead; it may be empty.
// An id without a text shows itself, and a test refuses such ids.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "disclosure/verdict.h"

namespace sceau::enclave {

struct MessageText {
  std::string_view id;
  std::string_view text;
  std::string_view hint;
};

/// The whole catalogue; each room's part stands in a file of its own (messages_ROOM.cpp).
[[nodiscard]] std::span<const std::span<const MessageText>> catalogue();

[[nodiscard]] std::string text(std::string_view id, const std::vector<std::string>& args);
[[nodiscard]] std::string hint(std::string_view id, const std::vector<std::string>& args);

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

}  // namespace sceau::enclave
