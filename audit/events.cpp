#include "audit/events.h"

#include <algorithm>

namespace sceau::audit {
namespace {

using enum Kind;

constexpr std::array events = {
    Event{"centre.created", {{{"origin", word}}}},
    Event{"centre.started", {{{"version", word}}}},
    Event{"centre.unlocked", {}},
    Event{"centre.stopped", {{{"reason", word}}}},
    Event{"role.granted", {{{"role", word}, {"user", word}}}},
    Event{"role.revoked", {{{"role", word}, {"user", word}}}},
    Event{"store.started", {{{"codebook", digest}, {"store", word}}}},
    Event{"store.sealed",
          {{{"bytes", number},
            {"rejected", number},
            {"rows", number},
            {"sha256", digest},
            {"store", word}}}},
    Event{"store.opened", {{{"session", word}, {"store", word}}}},
    Event{"store.barred", {{{"reason", word}, {"store", word}}}},
    Event{"store.admitted", {{{"store", word}}}},
    Event{"store.superseded", {{{"by", word}, {"store", word}}}},
    Event{"rekey.started", {{{"change", word}, {"store", word}}}},
    Event{"store.rekeyed",
          {{{"bytes", number}, {"change", word}, {"sha256", digest}, {"store", word}}}},
    Event{"store.kept", {{{"change", word}, {"reason", word}, {"store", word}}}},
    Event{"erasure.started", {{{"id", word}, {"sha256", digest}, {"store", word}}}},
    Event{
        "store.erased",
        {{{"bytes", number}, {"id", word}, {"reason", word}, {"sha256", digest}, {"store", word}}}},
    Event{"policy.installed", {{{"name", word}, {"policy", digest}, {"version", word}}}},
    Event{"project.created", {{{"commitment", digest}, {"project", word}}}},
    Event{"project.closed", {{{"project", word}}}},
    Event{"permit.granted",
          {{{"permit", word},
            {"policy", digest},
            {"project", word},
            {"store", word},
            {"until", word}}}},
    Event{"permit.revoked", {{{"permit", word}}}},
    Event{"waiver.granted",
          {{{"commitment", digest},
            {"rule", word},
            {"store", word},
            {"until", word},
            {"waiver", word}}}},
    Event{"waiver.revoked", {{{"waiver", word}}}},
    Event{"session.opened", {{{"project", word}, {"session", word}}}},
    Event{"session.refused", {{{"reason", word}}}},
    Event{"session.closed", {{{"reason", word}, {"session", word}}}},
    Event{"workspace.opened", {{{"folder", word}, {"project", word}, {"workspace", word}}}},
    Event{"workspace.entered", {{{"session", word}, {"workspace", word}}}},
    Event{"workspace.refused", {{{"reason", word}}}},
    Event{"workspace.closed", {{{"exit", number}, {"reason", word}, {"workspace", word}}}},
    Event{"ingress.brought",
          {{{"bytes", number}, {"commitment", digest}, {"ingress", word}, {"project", word}}}},
    Event{"ingress.decided", {{{"decision", word}, {"ingress", word}}}},
    Event{"statement.started",
          {{{"commitment", digest}, {"session", word}, {"statement", number}}}},
    Event{"statement.finished", {{{"outcome", word}, {"session", word}, {"statement", number}}}},
    Event{"request.submitted",
          {{{"commitment", digest},
            {"outputs", number},
            {"project", word},
            {"request", word},
            {"turn", number}}}},
    Event{"request.checked",
          {{{"commitment", digest},
            {"policy", digest},
            {"request", word},
            {"turn", number},
            {"verdict", word}}}},
    Event{"request.withdrawn", {{{"reason", word}, {"request", word}, {"turn", number}}}},
    Event{"request.commented",
          {{{"commitment", digest}, {"request", word}, {"session", word}, {"turn", number}}}},
    Event{"review.viewed", {{{"request", word}, {"turn", number}}}},
    Event{"review.decided",
          {{{"decision", word},
            {"output", number},
            {"policy", digest},
            {"request", word},
            {"sha256", digest},
            {"turn", number}}}},
    Event{"release.started", {{{"outputs", number}, {"request", word}, {"turn", number}}}},
    Event{"release.made",
          {{{"output", number},
            {"policy", digest},
            {"request", word},
            {"sha256", digest},
            {"turn", number},
            {"verdict", word}}}},
    Event{"release.revoked", {{{"request", word}, {"turn", number}}}},
    Event{"history.viewed", {{{"population", word}}}},
    Event{"backup.made",
          {{{"backup", word}, {"entries", number}, {"keys", word}, {"manifest", digest}}}},
    Event{"backup.restored", {{{"backup", word}, {"entries", number}, {"manifest", digest}}}},
    Event{"log.cosigned", {{{"size", number}, {"time", number}, {"witness", word}}}},
    Event{"log.erased", {{{"reason", word}, {"session", word}}}},
    Event{"log.revealed", {{{"entry", number}}}},
    Event{"log.trusted", {{{"quorum", word}, {"trust", digest}}}},
    Event{"log.sealed", {{{"key", word}, {"origin", word}}}},
    Event{"keyring.started", {{{"act", word}, {"change", word}, {"sha256", digest}}}},
    Event{"keyring.changed",
          {{{"act", word}, {"change", word}, {"generation", number}, {"sha256", digest}}}},
    Event{"keyring.kept", {{{"change", word}, {"reason", word}}}},
    Event{"key.registered", {{{"key", word}, {"user", word}}}},
    Event{"key.withdrawn", {{{"key", word}, {"user", word}}}},
    Event{"key.rotated", {{{"checkpoint", word}, {"key", word}, {"origin", word}}}},
};

// A log with an entry that its readers refuse is a log that is lost.
static_assert(std::all_of(events.begin(), events.end(), [](const Event& event) {
  const auto dot = event.name.find('.');
  return dot > 0 && dot + 1 < event.name.size() && event.name.size() <= 64 &&
         std::all_of(event.name.begin(), event.name.end(),
                     [](char c) { return c == '.' || (c >= 'a' && c <= 'z'); });
}));

constexpr std::array acts = {
    Act{"centre.started", {"centre.stopped"}, {}, "", true},
    Act{"store.started", {"store.sealed"}, {"store"}, "", true},
    Act{"statement.started", {"statement.finished"}, {"session", "statement"}, "", true},
    Act{"request.submitted",
        {"request.checked", "request.withdrawn"},
        {"request", "turn"},
        "",
        false},  // a checked request may be withdrawn later
    Act{"rekey.started", {"store.rekeyed", "store.kept"}, {"change"}, "", true},
    Act{"erasure.started", {"store.erased"}, {"id"}, "", true},
    Act{"keyring.started", {"keyring.changed", "keyring.kept"}, {"change"}, "", true},
    Act{"workspace.opened", {"workspace.closed"}, {"workspace"}, "", true},
    Act{"release.started", {"release.made"}, {"request", "turn"}, "outputs", true},
};

constexpr std::size_t longest_word = 4096;
constexpr std::size_t longest_name = 64;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

std::span<const Event> all_events() { return events; }

const Event* find_event(std::string_view name) {
  const auto found = std::find_if(events.begin(), events.end(),
                                  [&](const Event& event) { return event.name == name; });
  return found == events.end() ? nullptr : &*found;
}

std::span<const Act> all_acts() { return acts; }

// Loops without an early end: the compiler takes sixteen characters at a time, and the verifier
// asks these of every entry.
bool is_word(std::string_view text) {
  unsigned char bad = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    bad |= static_cast<unsigned char>(static_cast<unsigned char>(byte - 0x21) > 0x7E - 0x21);
    bad |= static_cast<unsigned char>((byte == '"') | (byte == '\\'));
  }
  return bad == 0 && !text.empty() && text.size() <= longest_word;
}

bool is_digest(std::string_view text) {
  unsigned char bad = 0;
  for (const char c : text) {
    const auto digit = static_cast<unsigned char>(c - '0');
    const auto letter = static_cast<unsigned char>(c - 'a');
    bad |= static_cast<unsigned char>((digit > 9) & (letter > 5));
  }
  return bad == 0 && text.size() == 64;
}

bool is_actor(std::string_view text) {
  return !text.empty() && text.size() <= longest_name &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
                  c == '-';
         });
}

bool is_data_key(std::string_view text) {
  return !text.empty() && text.size() <= longest_name &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '_'; });
}

}  // namespace sceau::audit
