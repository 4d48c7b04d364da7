#include "audit/proof_text.h"

#include "audit/bytes.h"
#include "audit/fault.h"

namespace sceau::audit {
namespace {

constexpr std::size_t longest_proof = 63;

}  // namespace

ProofText::ProofText(std::string_view text, std::string what, std::string hint)
    : text_(text), what_(std::move(what)), hint_(std::move(hint)) {}

void ProofText::refuse(const std::string& why) const {
  throw AuditError(Fault::bad_input, "not " + what_ + ": " + why, hint_);
}

std::string_view ProofText::line() {
  const auto end = text_.find('\n');
  if (end == std::string_view::npos) refuse("it ends early");
  const auto taken = text_.substr(0, end);
  text_.remove_prefix(end + 1);
  return taken;
}

std::vector<Digest> ProofText::hashes() {
  std::vector<Digest> proof;
  for (auto next = line(); !next.empty(); next = line()) {
    const auto hash = digest_from_base64(next);
    if (!hash) refuse("a line of the proof is not a hash");
    if (proof.size() == longest_proof) refuse("the proof has more than 63 hashes");
    proof.push_back(*hash);
  }
  return proof;
}

}  // namespace sceau::audit
