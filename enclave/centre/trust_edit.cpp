#include "enclave/centre/trust_edit.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "audit/witness_desk.h"
#include "enclave/centre/journal.h"
#include "enclave/fault.h"

namespace sceau::enclave {
namespace {

constexpr std::string_view group_name = "witnesses";

struct Named {
  std::string name, key;
};

std::vector<Named> witnesses_of(const audit::Trust& trust) {
  std::vector<Named> named;
  for (std::size_t i = 0; i < trust.witnesses.size(); ++i) {
    named.push_back({audit::witness_name(trust, i), trust.witnesses[i].line()});
  }
  return named;
}

std::string written(const audit::Trust& trust, const std::vector<Named>& witnesses,
                    std::size_t quorum) {
  std::string text =
      "# Whom to believe about this log, and who vouches for it. For sceau-audit, and for any\n"
      "# reader of the tlog-policy format. Change it by 'sceau log witness', or by hand.\n";
  for (const auto& log : trust.logs) text += "log " + log.line() + "\n";
  for (const auto& witness : witnesses) {
    text += "witness " + witness.name + " " + witness.key + "\n";
  }
  if (quorum == 0) {
    text += "quorum none\n";
  } else {
    text += "group " + std::string(group_name) + " " + std::to_string(quorum);
    for (const auto& witness : witnesses) text += " " + witness.name;
    text += "\nquorum " + std::string(group_name) + "\n";
  }
  try {
    (void)audit::parse_trust(text);  // a name or a key that can't stand there is found here
  } catch (const audit::AuditError& error) {
    rethrow(error);
  }
  return text;
}

}  // namespace

std::size_t quorum_of(const audit::Trust& trust) {
  if (trust.quorum == audit::Trust::none) return 0;
  const auto& node = trust.nodes[trust.quorum];
  const bool ours = node.name == group_name && node.members.size() == trust.witnesses.size() &&
                    trust.nodes.size() == trust.witnesses.size() + 1;
  if (!ours) throw EnclaveError(Fault::refused, "centre.trust_by_hand");
  return node.threshold;
}

std::string with_witness(const audit::Trust& trust, const std::string& name,
                         const std::string& key) {
  auto witnesses = witnesses_of(trust);
  for (const auto& witness : witnesses) {
    if (witness.name == name || witness.key == key) {
      throw EnclaveError(Fault::already_there, "centre.witness_there", {witness.name});
    }
  }
  const bool plain = name != group_name && !name.empty() && name[0] != '-' &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
                     });
  if (!plain) throw EnclaveError(Fault::usage, "centre.bad_witness", {name});
  witnesses.push_back({name, key});
  return written(trust, witnesses, quorum_of(trust));
}

std::string without_witness(const audit::Trust& trust, const std::string& name) {
  auto witnesses = witnesses_of(trust);
  const auto gone = std::erase_if(witnesses, [&](const auto& one) { return one.name == name; });
  if (gone == 0) throw EnclaveError(Fault::not_found, "centre.no_witness", {name});
  const auto quorum = quorum_of(trust);
  if (quorum > witnesses.size()) {
    throw EnclaveError(Fault::refused, "centre.quorum_needs",
                       {std::to_string(quorum), std::to_string(witnesses.size())});
  }
  return written(trust, witnesses, quorum);
}

std::string with_quorum(const audit::Trust& trust, std::size_t quorum) {
  (void)quorum_of(trust);
  if (quorum > trust.witnesses.size()) {
    throw EnclaveError(Fault::usage, "centre.bad_quorum",
                       {std::to_string(quorum), std::to_string(trust.witnesses.size())});
  }
  return written(trust, witnesses_of(trust), quorum);
}

}  // namespace sceau::enclave
