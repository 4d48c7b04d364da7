// libFuzzer: any bytes as the payload of a frame. What is accepted is written again and read as the
// same; all else is server.bad_frame.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "enclave/server/crossing.h"

namespace {

using namespace sceau::enclave;

template <class T>
void there_and_back(const WireBytes& payload) {
  try {
    const auto again = pack(unpack<T>(payload));
    if (pack(unpack<T>(again)) != again) std::abort();
  } catch (const EnclaveError& error) {
    if (error.id() != "server.bad_frame") std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const WireBytes payload(data + 1, data + size);
  switch (data[0] % 7) {
    case 0:
      there_and_back<Hello>(payload);
      break;
    case 1:
      there_and_back<WorkerGrant>(payload);
      break;
    case 2:
      there_and_back<std::vector<OutputDraft>>(payload);
      break;
    case 3:
      there_and_back<ExamineJob>(payload);
      break;
    case 4:
      there_and_back<std::vector<Examined>>(payload);
      break;
    case 5:
      there_and_back<Submission>(payload);
      break;
    default:
      there_and_back<Failure>(payload);
      break;
  }
  return 0;
}
