#pragma once
// Frames of the control protocol (control.h): u32 big endian length ‖ kind ‖ payload, descriptors
// beside the first bytes of a request.

#include <string>
#include <vector>

#include "enclave/keys/keyring.h"

namespace sceau::enclave {

/// Reply kinds; a request is `request`, followed by `passphrase` where there is one.
enum class ControlKind : unsigned char {
  request = 'Q',
  passphrase = 'K',
  out = 'O',
  err = 'E',
  progress = 'P',
  failure = 'F',
  streams = 'S',  ///< descriptors: the outer ends of a workspace's streams
  end = 'X'
};

struct ControlFrame {
  ControlKind kind = ControlKind::end;
  std::string payload;
  std::vector<int> descriptors;  ///< the receiver's to close
};

/// Throws unavailable (centre.broker_gone) where the other side has gone.
void send_frame(int socket, ControlKind kind, std::string_view payload,
                const std::vector<int>& descriptors = {});

/// Blocks. Throws centre.broker_gone at end of file, bad_input (centre.bad_request) for a frame
/// that is too long or of no kind; descriptors that came are closed then.
[[nodiscard]] ControlFrame receive_frame(int socket);

/// The payload of a passphrase frame, read straight into locked memory.
[[nodiscard]] KeyBytes receive_passphrase(int socket);

}  // namespace sceau::enclave
