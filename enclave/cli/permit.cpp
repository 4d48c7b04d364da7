// `sceau permit key | sign`, and grant and revoke with a key of one's own: what signs stays on the
// custodian's side. The centre drafts a text, this program reads what it says and signs it, and the
// centre gets the signed note back.
//
// A key lies in a keyring of its own (keys/keyring.h), so that a passphrase protects it.

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "audit/fault.h"
#include "audit/key.h"
#include "audit/note.h"
#include "enclave/centre/journal.h"
#include "enclave/centre/permit_document.h"
#include "enclave/cli/files.h"
#include "enclave/cli/reach.h"
#include "enclave/cli/terminal.h"
#include "enclave/fault.h"
#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view key_name = "permit-signer";

KeyBytes passphrase_of_key(const Client& client) {
  if (const auto file = client.arguments.maybe("key-passphrase-file")) {
    return passphrase_from_file(*file);
  }
  return ask_passphrase(
      text("shown.ask_passphrase", {client.arguments.one("key")}, client.language));
}

/// Signs a permit or a list of revocations, and nothing else that it is given.
std::string signed_note(const Client& client, const std::string& draft) {
  if (!decode_permit(draft) && !decode_revocations(draft)) {
    throw EnclaveError(Fault::bad_input, "centre.not_a_permit");
  }
  const auto passphrase = passphrase_of_key(client);
  const auto keyring = Keyring::unlock(client.arguments.one("key"), passphrase.bytes());
  const auto key = keyring.key(key_name);
  std::string line(key.bytes().begin(), key.bytes().end());
  try {
    const auto signer = audit::Signer::from_private_key(line);
    OPENSSL_cleanse(line.data(), line.size());
    return audit::sign_note(draft, signer);
  } catch (const audit::AuditError& error) {
    OPENSSL_cleanse(line.data(), line.size());
    rethrow(error);
  }
}

/// The client's words as another command's; what that one doesn't have is left out.
Arguments as_command(const Client& client, const std::vector<std::string>& words) {
  Arguments arguments;
  arguments.spec = &find_command(words);
  for (const auto& [name, values] : client.arguments.values) {
    if (name != "key" && name != "key-passphrase-file" && name != "json") {
      arguments.values[name] = values;
    }
  }
  return arguments;
}

/// What the centre would have signed.
std::string drafted(const Client& client, const std::vector<std::string>& words) {
  std::string answer;
  const auto arguments = as_command(client, words);
  auto output = client.output;
  output.out = [&answer](const std::string& piece) { answer += piece; };
  const int code =
      reach_centre({arguments, client.home, client.language, true, output, client.clock});
  const auto document = Json::parse(answer, nullptr, false);
  if (code != 0 || !document.is_object() || !document.contains("text")) {
    throw EnclaveError(Fault::refused, "centre.no_draft");
  }
  return document["text"].get<std::string>();
}

/// Hands a note to the centre as the file that `permit install` takes.
int install(const Client& client, const std::string& note) {
  const int file = ::memfd_create("permit", MFD_CLOEXEC);
  const auto written = file < 0 ? -1 : ::write(file, note.data(), note.size());
  if (written != static_cast<ssize_t>(note.size()) || ::lseek(file, 0, SEEK_SET) != 0) {
    throw EnclaveError(Fault::unavailable, "centre.cannot_write", {"permit"});
  }
  Arguments arguments;
  arguments.spec = &find_command({"permit", "install"});
  for (const auto& name : {"home", "as", "passphrase-file", "lang"}) {
    const auto found = client.arguments.values.find(name);
    if (found != client.arguments.values.end()) arguments.values[name] = found->second;
  }
  arguments.values["FILE"] = {"/proc/self/fd/" + std::to_string(file)};
  const int code = reach_centre(
      {arguments, client.home, client.language, client.json, client.output, client.clock});
  ::close(file);
  return code;
}

/// A signature is a custodian's word: the draft must say what they asked for.
void check_says(const Arguments& asked, const Permit& permit) {
  const auto same = [&](const char* option, const std::string& said) {
    const auto wanted = asked.maybe(option);
    return !wanted || *wanted == said;
  };
  std::string columns;
  for (const auto& column : permit.columns.value_or(std::vector<std::string>())) {
    columns += (columns.empty() ? "" : ",") + column;
  }
  const bool says = same("project", permit.project) && same("store", permit.store) &&
                    same("vintages", permit.vintages) && same("columns", columns) &&
                    same("policy", permit.policy) && same("from", permit.from) &&
                    same("until", permit.until) && same("place", permit.place) &&
                    asked.has("where") == !permit.rows.empty() &&
                    parse_outputs(asked.maybe("outputs").value_or("all")) == permit.outputs;
  if (!says) throw EnclaveError(Fault::integrity, "centre.draft_differs");
}

}  // namespace

int permit_key_command(const Client& client) {
  const auto& folder = client.arguments.one("DIR");
  const auto file = client.arguments.maybe("key-passphrase-file");
  const auto passphrase = file ? passphrase_from_file(*file) : ask_new_passphrase(client.language);
  std::string verifier;
  try {
    const auto signer = audit::Signer::generate(client.arguments.one("name"), fill_random);
    Keyring::create(folder, passphrase.bytes());
    auto keyring = Keyring::unlock(folder, passphrase.bytes());
    auto line = signer.private_key();
    keyring.seal(key_name, audit::as_bytes(line));
    OPENSSL_cleanse(line.data(), line.size());
    verifier = signer.verifier_key();
  } catch (const audit::AuditError&) {
    throw EnclaveError(Fault::usage, "centre.bad_key_name", {client.arguments.one("name")});
  }
  client.output.out(verifier + "\n");
  return 0;
}

int permit_sign_command(const Client& client) {
  OpenedFiles opened;
  open_files(client.arguments, opened);
  read_documents(client.arguments, opened);
  client.output.out(signed_note(client, opened.files.at(0).text));
  return 0;
}

int permit_grant_command(const Client& client) {
  if (!client.arguments.has("key")) return reach_centre(client);
  const auto draft = drafted(client, {"permit", "draft"});
  const auto permit = decode_permit(draft);
  if (!permit) throw EnclaveError(Fault::integrity, "centre.draft_differs");
  check_says(client.arguments, *permit);
  return install(client, signed_note(client, draft));
}

int permit_revoke_command(const Client& client) {
  if (!client.arguments.has("key")) return reach_centre(client);
  const auto draft = drafted(client, {"permit", "draft-revocation"});
  const auto list = decode_revocations(draft);
  const auto wanted = client.arguments.one("PERMIT");
  if (!list ||
      std::find(list->permits.begin(), list->permits.end(), wanted) == list->permits.end()) {
    throw EnclaveError(Fault::integrity, "centre.draft_differs");
  }
  return install(client, signed_note(client, draft));
}

}  // namespace sceau::enclave
