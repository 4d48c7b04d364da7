#pragma once
// A permit as bytes that a custodian signs, and the list of those that were revoked. One value, one
// text: what is read must be what would be written, so no byte of it can be otherwise
// (PERMITS.md beside this shows both).
//
//   const auto note = audit::sign_note(encode(permit), signer);
//   read_signed(note, keys)          // the text, once one of the keys has signed exactly it
//
// Refused: a line too many, a date that is none, an unknown key, a bit of the signature, base64
// whose last bits say nothing.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "audit/key.h"

namespace sceau::enclave {

/// What may be asked to leave under a permit.
enum class OutputKind { tables, figures, models, files };

inline constexpr OutputKind all_output_kinds[] = {OutputKind::tables, OutputKind::figures,
                                                  OutputKind::models, OutputKind::files};

[[nodiscard]] std::string_view to_string(OutputKind kind);
/// "tables,models", "all". Throws usage (centre.bad_outputs).
[[nodiscard]] std::set<OutputKind> parse_outputs(const std::string& list);
/// In one order; all of them: "all".
[[nodiscard]] std::string to_string(const std::set<OutputKind>& kinds);

struct PermittedPerson {
  std::string name;
  std::optional<std::uint32_t> uid;  ///< none: of a trial centre, whose owner plays everybody
  friend auto operator<=>(const PermittedPerson&, const PermittedPerson&) = default;
};

struct Permit {
  std::string centre;        ///< the log's origin
  std::string id;            ///< "P-000017"
  std::uint64_t serial = 0;  ///< 17
  std::string project;
  std::vector<PermittedPerson> persons;  ///< ascending, at least one
  std::string store;
  std::string vintages;                             ///< as the registry has them; empty: all
  std::optional<std::vector<std::string>> columns;  ///< none: all
  std::string rows;                                 ///< a condition's JSON; empty: all
  std::string policy, policy_sha256;
  std::set<OutputKind> outputs;
  std::string place;        ///< a machine's name; empty: any
  std::string from, until;  ///< ISO dates, both included
  friend bool operator==(const Permit&, const Permit&) = default;
};

struct Revocations {
  std::string centre;
  std::uint64_t number = 0;          ///< grows by one with each list
  std::vector<std::string> permits;  ///< ids, ascending
  friend bool operator==(const Revocations&, const Revocations&) = default;
};

/// Throws usage (centre.bad_permit): a value that can't stand in a line.
[[nodiscard]] std::string encode(const Permit& permit);
[[nodiscard]] std::string encode(const Revocations& list);

/// nullopt for any text that encode() would not write.
[[nodiscard]] std::optional<Permit> decode_permit(std::string_view text);
[[nodiscard]] std::optional<Revocations> decode_revocations(std::string_view text);

/// Why a signed text is not believed.
enum class Disbelief { damaged, unknown_key, bad_signature };

struct SignedText {
  std::string text;
  std::string key;  ///< verifier key line of who signed it
};

/// The note's text where exactly one signature stands under it, and it is of one of `keys`
/// (verifier key lines). Anything else: why not.
struct ReadSigned {
  std::optional<SignedText> good;
  Disbelief why = Disbelief::damaged;
};
[[nodiscard]] ReadSigned read_signed(std::string_view note, const std::vector<std::string>& keys);

}  // namespace sceau::enclave
