#include "audit/witness_request.h"

#include "audit/checkpoint.h"
#include "audit/fault.h"
#include "audit/hash.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/proof_text.h"
#include "audit/prove.h"

namespace sceau::audit {
namespace {

constexpr std::size_t longest_request = 1'010'000;  // a note and 63 hashes

}  // namespace

std::string format_request(const WitnessRequest& request) {
  std::string text = "old " + std::to_string(request.old_size) + "\n";
  for (const Digest& hash : request.proof) text += to_base64(hash) + "\n";
  return text + "\n" + request.checkpoint;
}

WitnessRequest parse_request(std::string_view text) {
  ProofText lines(text, "a witness request",
                  "a request is the .request file that the centre made for this witness");
  if (text.size() > longest_request) lines.refuse("it is longer than 1 MB");
  WitnessRequest request;
  const auto first = lines.line();
  const auto size = first.starts_with("old ") ? parse_decimal(first.substr(4)) : std::nullopt;
  if (!size) lines.refuse("its first line is not `old` and a size");
  request.old_size = *size;
  request.proof = lines.hashes();
  request.checkpoint = lines.rest();
  return request;
}

WitnessRequest make_request(const std::filesystem::path& log_dir, std::uint64_t old_size,
                            std::string_view checkpoint) {
  const Checkpoint asked = parse_checkpoint(parse_note(checkpoint).text);
  if (old_size > asked.size)
    throw AuditError(Fault::bad_input, "no proof leads from size " + std::to_string(old_size) +
                                           " back to " + std::to_string(asked.size));
  WitnessRequest request{old_size, {}, std::string(checkpoint)};
  if (old_size == 0) return request;
  Hasher hasher;
  LogFiles files(log_dir, asked.size);
  request.proof = consistency_proof(hasher, old_size, asked.size, files.reader());
  if (!verify_consistency(hasher, {0, old_size}, asked.size,
                          tree_root(hasher, old_size, files.reader()), asked.root, request.proof))
    throw AuditError(Fault::tampered, "the log's tiles don't lead to its checkpoint",
                     "run sceau-audit verify to learn where they are damaged");
  return request;
}

}  // namespace sceau::audit
