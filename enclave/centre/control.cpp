#include "enclave/centre/control.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "audit/bytes.h"
#include "disclosure/fault.h"
#include "enclave/centre/control_frames.h"
#include "enclave/centre/grammar.h"
#include "enclave/centre/lifecycle.h"
#include "enclave/fault.h"
#include "enclave/messages.h"
#include "policies/fault.h"

namespace sceau::enclave {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_words = 4096;
constexpr int patience_s = 10;  ///< a client that says nothing for so long is cut off

[[noreturn]] void bad(const std::string& what) {
  throw EnclaveError(Fault::bad_input, "centre.bad_request", {what});
}

void check_descriptor(int fd, const std::string& name) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !(S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode))) {
    throw EnclaveError(Fault::bad_input, "centre.not_a_file", {name});
  }
}

std::string read_document(int fd, const std::string& name) {
  std::string text;
  char piece[1U << 14];
  for (;;) {
    const auto got = ::read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw EnclaveError(Fault::bad_input, "centre.cannot_read", {name, std::strerror(errno)});
    }
    if (got == 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
    if (text.size() > max_document) {
      throw EnclaveError(Fault::bad_input, "centre.document_too_long", {name});
    }
  }
}

std::string_view word_of(CredentialKind kind) {
  switch (kind) {
    case CredentialKind::passphrase:
      return "passphrase";
    case CredentialKind::identity:
      return "identity";
    case CredentialKind::new_passphrase:
      return "new";
  }
  return "";
}

CredentialKind credential_kind(const std::string& word) {
  for (const auto kind :
       {CredentialKind::passphrase, CredentialKind::identity, CredentialKind::new_passphrase}) {
    if (word_of(kind) == word) return kind;
  }
  bad("a credential of no kind");
}

Json request_json(const Command& command, const std::string& as) {
  Json kinds = Json::array();
  for (const auto& credential : command.credentials) kinds.push_back(word_of(credential.kind));
  Json files = Json::array();
  for (const auto& file : command.files) {
    files.push_back({{"option", file.option}, {"name", file.name}});
  }
  return {{"format", 1},          {"words", command.words},       {"files", files},
          {"json", command.json}, {"language", command.language}, {"as", as},
          {"credentials", kinds}};
}

/// Whether the table of commands says that this option's files are documents.
bool holds_document(const CommandSpec& spec, std::string_view name) {
  for (const auto* list : {&spec.options, &spec.operands}) {
    for (const auto& option : *list) {
      if (option.name != name) continue;
      return option.holds == Holds::document || option.holds == Holds::answers;
    }
  }
  return false;
}

/// Takes the descriptors over, one a file and in their order. What is read here and what stays a
/// descriptor is the table's to say, not the client's.
void take_files(const Json& files, std::vector<int>& descriptors, Command& into) {
  if (files.size() != descriptors.size()) bad("files and descriptors differ in number");
  const auto& spec = find_command(into.words);
  std::size_t at = 0;
  for (const auto& file : files) {
    PassedFile passed;
    passed.option = file.at("option").get<std::string>();
    passed.name = file.at("name").get<std::string>();
    passed.fd = std::exchange(descriptors[at++], -1);
    into.files.push_back(std::move(passed));
    auto& kept = into.files.back();
    check_descriptor(kept.fd, kept.name);
    if (holds_document(spec, kept.option)) {
      kept.text = read_document(kept.fd, kept.name);
      ::close(std::exchange(kept.fd, -1));
    }
  }
}

/// Fills `request`; the kinds of the credentials that follow.
std::vector<CredentialKind> read_request(const std::string& payload, std::vector<int>& descriptors,
                                         ControlRequest& request) {
  try {
    const auto document = Json::parse(payload);
    if (document.at("format") != 1) bad("another format");
    request.command.words = document.at("words").get<std::vector<std::string>>();
    if (request.command.words.size() > max_words) bad("too many words");
    request.command.json = document.at("json").get<bool>();
    request.command.language = document.at("language").get<std::string>();
    request.as = document.at("as").get<std::string>();
    take_files(document.at("files"), descriptors, request.command);
    std::vector<CredentialKind> kinds;
    for (const auto& word : document.at("credentials")) {
      if (kinds.size() == max_credentials) bad("too many credentials");
      kinds.push_back(credential_kind(word.get<std::string>()));
    }
    return kinds;
  } catch (const Json::exception&) {
    bad("not the document that a command is");
  }
}

void set_patience(int socket) {
  const timeval limit{patience_s, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

bool has_gone(int socket) {
  pollfd watched{socket, POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) > 0 && (watched.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void send_text(int socket, ControlKind kind, std::string_view text) {
  do {
    const auto piece = text.substr(0, max_frame);
    send_frame(socket, kind, piece);
    text.remove_prefix(piece.size());
  } while (!text.empty());
}

void send_failure(int socket, const std::string& words, const std::string& advice) {
  const Json failure = {{"text", words}, {"hint", advice}};
  send_frame(socket, ControlKind::failure,
             failure.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// Runs and says what went wrong, in the form that the client prints; returns the exit code.
int guarded(int socket, const std::function<int(const Output&)>& act, const Output& output,
            const std::string& language) {
  try {
    return act(output);
  } catch (const EnclaveError& error) {
    send_failure(socket, text(error.id(), error.args(), language),
                 hint(error.id(), error.args(), language));
    return exit_code(error.fault());
  } catch (const policies::PolicyError& error) {
    send_failure(socket, error.what(), error.hint());
    return exit_code(Fault::bad_input);
  } catch (const disclosure::DisclosureError& error) {
    send_failure(socket, error.what(), "");
    return exit_code(Fault::bad_input);
  } catch (const std::exception& error) {
    send_failure(socket, text("centre.internal", {error.what()}, language),
                 hint("centre.internal", {}, language));
    return exit_code(Fault::internal);
  }
}

}  // namespace

ControlRequest::ControlRequest(ControlRequest&& other) noexcept
    : person(std::move(other.person)),
      as(std::move(other.as)),
      command(std::exchange(other.command, {})) {}

ControlRequest& ControlRequest::operator=(ControlRequest&& other) noexcept {
  std::swap(person, other.person);
  std::swap(as, other.as);
  std::swap(command, other.command);
  return *this;
}

ControlRequest::~ControlRequest() {
  for (const auto& file : command.files) {
    if (file.fd >= 0) ::close(file.fd);
  }
}

ControlRequest receive_request(int socket) {
  ControlRequest request;
  request.person = peer_of(socket);
  set_patience(socket);
  auto frame = receive_frame(socket);
  try {
    if (frame.kind != ControlKind::request) bad("a request must come first");
    for (const auto kind : read_request(frame.payload, frame.descriptors, request)) {
      request.command.credentials.push_back({kind, receive_passphrase(socket)});
    }
  } catch (...) {
    for (const int fd : frame.descriptors) {
      if (fd >= 0) ::close(fd);
    }
    throw;
  }
  for (const auto& word : request.command.words) {
    if (!audit::is_utf8(word)) throw EnclaveError(Fault::usage, "centre.not_utf8");
  }
  return request;
}

void answer(int socket, const std::function<int(const Output&)>& act,
            const std::string& language) noexcept {
  Output output;
  output.out = [&](const std::string& text) { send_text(socket, ControlKind::out, text); };
  output.err = [&](const std::string& text) { send_text(socket, ControlKind::err, text); };
  output.progress = [&](const std::string& json) {
    send_text(socket, ControlKind::progress, json);
  };
  output.cancelled = [&] { return has_gone(socket); };
  output.language = language;
  try {
    const int code = guarded(socket, act, output, language);
    send_frame(socket, ControlKind::end, std::to_string(code));
  } catch (...) {
    // The client has gone; what it asked for is done or undone by now, and nobody listens.
  }
}

void serve_request(int socket, const ControlRequest& request, Centre& centre,
                   const Examiner& examiner) noexcept {
  answer(
      socket,
      [&](const Output& output) {
        const auto person = acting_person(read_config(centre.home()), request.person, request.as);
        return run_command(centre, person, request.command, examiner, output);
      },
      request.command.language);
}

void serve_control(int socket, Centre& centre, const Examiner& examiner) noexcept {
  ControlRequest request;
  answer(
      socket,
      [&](const Output& output) {
        request = receive_request(socket);
        const auto person = acting_person(read_config(centre.home()), request.person, request.as);
        return run_command(centre, person, request.command, examiner, output);
      },
      request.command.language);
}

std::optional<int> connect_control(const std::filesystem::path& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = socket_path.string();
  if (text.size() >= sizeof address.sun_path) {
    throw EnclaveError(Fault::usage, "centre.path_too_long", {text});
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw EnclaveError(Fault::unavailable, "centre.broker_gone");
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int why = errno;
    ::close(fd);
    if (why == EACCES) throw EnclaveError(Fault::not_permitted, "centre.socket_denied", {text});
    return std::nullopt;
  }
  return fd;
}

void send_request(int socket, const Command& command, const std::string& as) {
  std::vector<int> descriptors;
  for (const auto& file : command.files) descriptors.push_back(file.fd);
  send_frame(socket, ControlKind::request, request_json(command, as).dump(), descriptors);
  for (const auto& credential : command.credentials) {
    const auto bytes = credential.bytes.bytes();
    send_frame(socket, ControlKind::passphrase,
               {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

std::optional<int> hear_reply(int socket, const Output& output, const OnError& on_error,
                              std::vector<int>& streams) {
  auto frame = receive_frame(socket);
  if (frame.kind == ControlKind::streams) {
    streams = std::move(frame.descriptors);
    return std::nullopt;
  }
  for (const int fd : frame.descriptors) ::close(fd);
  switch (frame.kind) {
    case ControlKind::out:
      output.out(frame.payload);
      break;
    case ControlKind::err:
      output.err(frame.payload);
      break;
    case ControlKind::progress:
      output.progress(frame.payload);
      break;
    case ControlKind::failure: {
      const auto failure = Json::parse(frame.payload);
      on_error(failure.value("text", ""), failure.value("hint", ""));
      break;
    }
    case ControlKind::end:
      return std::stoi(frame.payload);
    case ControlKind::streams:
    case ControlKind::request:
    case ControlKind::passphrase:
      bad("the broker sent a question");
  }
  return std::nullopt;
}

int ask(int socket, const Command& command, const std::string& as, const Output& output,
        const OnError& on_error) {
  send_request(socket, command, as);
  std::vector<int> streams;
  for (;;) {
    const auto code = hear_reply(socket, output, on_error, streams);
    for (const int fd : streams) ::close(fd);
    streams.clear();
    if (code) return *code;
  }
}

}  // namespace sceau::enclave
