#include <array>

#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr std::array entries = {
    MessageText{"store.internal", "the store room met a fault of its own: {1}",
                "run 'sceau doctor', then report what it prints"},
};

}  // namespace

std::span<const MessageText> store_messages() { return entries; }

}  // namespace sceau::enclave
