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
  switch (data[0] % 16) {
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
    case 6:
      there_and_back<Failure>(payload);
      break;
    case 7:
      there_and_back<CancelKey>(payload);
      break;
    case 8:
      there_and_back<StatementEnd>(payload);
      break;
    case 9:
      there_and_back<Remark>(payload);
      break;
    case 10:
      there_and_back<OutputDraft>(payload);
      break;
    case 11:
      there_and_back<std::vector<JudgedOutput>>(payload);
      break;
    case 12:
      there_and_back<Seen>(payload);
      break;
    case 13:
      there_and_back<std::uint64_t>(payload);
      break;
    case 14:
      there_and_back<std::string>(payload);
      break;
    default:
      there_and_back<std::vector<std::vector<std::optional<std::string>>>>(payload);
      break;
  }
  return 0;
}
