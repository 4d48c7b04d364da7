#include <array>

#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr std::array entries = {
    MessageText{"server.internal", "the server room met a fault of its own: {1}",
                "run 'sceau doctor', then report what it prints"},
    // between processes
    MessageText{"server.bad_frame", "a process of the centre sent a message that can't be read",
                "the process was cut off; connect again, and report it if it comes back"},
    MessageText{"server.frame_too_large", "a message of {1} bytes is larger than its kind may be",
                "ask for fewer cells or smaller files at once"},
    MessageText{"server.peer_gone", "the other process of the centre went away",
                "connect again; 'sceau status' says whether the centre still serves"},
    MessageText{"server.timeout", "the other process of the centre did not answer in time",
                "try again; a smaller table is answered sooner"},
    MessageText{"server.no_socket", "no socket can be made: the system is out of descriptors", ""},
};

}  // namespace

std::span<const MessageText> server_messages() { return entries; }

}  // namespace sceau::enclave
