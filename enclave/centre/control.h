#pragma once
// The control protocol: what a `sceau` command says to a running broker over control.sock, and what
// it hears. One connection, one command.
//
//   client -> broker   one request frame, the opened files beside it as descriptors (SCM_RIGHTS);
//                      then one frame for each passphrase or identity that it announced
//   broker -> client   any number of out, err and progress frames, then one end frame; for
//                      `session`, a frame with the outer ends of the workspace's streams
//
// A frame is u32 big endian length ‖ one byte of kind ‖ payload, at most max_frame bytes. Who the
// client is comes from the kernel (SO_PEERCRED), never from the frame; only in a trial centre may
// its owner ask to be taken for somebody else (`--as`). Refused: the overflow uid, a uid without a
// name, a frame longer than its cap, more than max_files descriptors, anything that isn't a regular
// file or a pipe.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "enclave/centre/centre.h"
#include "enclave/centre/commands.h"
#include "enclave/keys/keyring.h"

namespace sceau::enclave {

inline constexpr std::size_t max_frame = 8U << 20;
inline constexpr std::size_t max_files = 250;
inline constexpr std::size_t max_credentials = 64;
inline constexpr std::size_t max_document = 1U << 20;  ///< bytes of a codebook or policy

/// What one client asks. Descriptors are closed when the request goes.
struct ControlRequest {
  ControlRequest() = default;
  ControlRequest(ControlRequest&&) noexcept;
  ControlRequest& operator=(ControlRequest&&) noexcept;
  ~ControlRequest();

  Person person;   ///< the peer, as the kernel names it
  std::string as;  ///< `--as NAME`, or empty
  Command command;
};

/// The peer of a connected Unix socket. Throws not_permitted (centre.overflow_uid,
/// centre.nameless_uid).
[[nodiscard]] Person peer_of(int socket);

// -- the broker's end
// ------------------------------------------------------------------------------

/// Reads one request; documents are read into PassedFile::text, data stay descriptors.
[[nodiscard]] ControlRequest receive_request(int socket);

/// Runs `act` and sends what it prints, its error if it throws, and its exit code. Never throws; a
/// client that has gone cancels (Output::cancelled).
/// `language`: of its errors; read when one is thrown, since `act` may learn it on the way.
void answer(int socket, const std::function<int(const Output&)>& act,
            const std::string& language) noexcept;

/// answer() with run_command(): the whole of an unlocked broker's duty to one client.
void serve_request(int socket, const ControlRequest& request, Centre& centre,
                   const Examiner& examiner) noexcept;

/// receive_request() and serve_request(): for a thread per client.
void serve_control(int socket, Centre& centre, const Examiner& examiner) noexcept;

// -- the client's end
// ------------------------------------------------------------------------------

/// A socket connected to a broker that listens there, or nullopt where nobody does.
[[nodiscard]] std::optional<int> connect_control(const std::filesystem::path& socket_path);

using OnError = std::function<void(const std::string& text, const std::string& hint)>;

/// Sends the request, plays the reply into `output` and `on_error`, returns the exit code. A broker
/// that goes away in the middle is unavailable (centre.broker_gone).
[[nodiscard]] int ask(int socket, const Command& command, const std::string& as,
                      const Output& output, const OnError& on_error);

/// The two halves of ask(), for who has something else to do meanwhile: one frame of the reply; the
/// exit code once it is there. `streams`: descriptors that the broker handed over.
void send_request(int socket, const Command& command, const std::string& as);
[[nodiscard]] std::optional<int> hear_reply(int socket, const Output& output,
                                            const OnError& on_error, std::vector<int>& streams);

}  // namespace sceau::enclave
