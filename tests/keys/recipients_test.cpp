// Who can open a keyring: added, removed, split, rotated; what is refused; what a change without
// the centre key comes to.
#include <doctest/doctest.h>

#include "enclave/keys/centre_file.h"
#include "enclave/keys/identity.h"
#include "enclave/keys/key_file.h"
#include "enclave/keys/keyring_change.h"
#include "enclave/keys/lines.h"
#include "enclave/keys/unlocking.h"
#include "tests/keys/world.h"

using namespace sceau::enclave;
using namespace sceau::enclave::test;
namespace fs = std::filesystem;
using std::chrono::minutes;

namespace {

constexpr std::string_view first_words = "words of the custodian";

/// A keyring with a key in it, and two more ways in: marie by passphrase, paul by a key of his own.
struct Ring {
  Folder folder;
  fs::path dir = folder.path() / "keys";
  KeyBytes paul = random_key();
  KeyBytes log;

  Ring() {
    Keyring::create(dir, bytes_of(first_words), cheap);
    log = open().create_key("log");
  }
  [[nodiscard]] Keyring open(std::string_view words = first_words) const {
    return Keyring::unlock(dir, bytes_of(words));
  }
  [[nodiscard]] Keyring open_by(const KeyBytes& identity) const {
    const auto credential = identity_credential(identity);
    return Keyring::unlock(dir, {&credential, 1});
  }
  void add_both() const {
    auto ring = open();
    ring.apply(KeyringChanges(ring).add_passphrase("marie", bytes_of("words of marie"), cheap));
    ring.apply(KeyringChanges(ring).add_public_key("paul", public_key_of(paul)));
  }
  [[nodiscard]] std::string refused(std::string_view words) const {
    return refusal([&] { (void)open(words); });
  }
};

std::vector<Credential> two_passphrases() {
  std::vector<Credential> both;
  both.push_back(passphrase_credential(first_words));
  both.push_back(passphrase_credential("words of marie"));
  return both;
}

}  // namespace

TEST_CASE("each recipient opens the same keys") {
  const Ring ring;
  ring.add_both();
  CHECK(same(ring.open().key("log"), ring.log));
  CHECK(same(ring.open("words of marie").key("log"), ring.log));
  CHECK(same(ring.open_by(ring.paul).key("log"), ring.log));
  CHECK(ring.refused("words of eve") == "keys.wrong_passphrase");
  CHECK(refusal([&] { (void)ring.open_by(random_key()); }) == "keys.wrong_identity");
  const auto by = ring.open("words of marie").opened_by();
  REQUIRE(by.size() == 1);
  CHECK(by[0] == ring.open().recipients().find("marie")->id);
}

TEST_CASE("a recipient who was removed opens no more; the last way in stays") {
  const Ring ring;
  ring.add_both();
  auto open = ring.open();
  open.apply(KeyringChanges(open).remove("custodian"));
  CHECK(ring.refused(first_words) == "keys.wrong_passphrase");
  open.apply(KeyringChanges(open).remove("paul"));
  CHECK(refusal([&] { (void)KeyringChanges(open).remove("marie"); }) == "keys.last_way");
  CHECK(refusal([&] { (void)KeyringChanges(open).remove("paul"); }) == "keys.recipient_unknown");
  CHECK(same(ring.open("words of marie").key("log"), ring.log));
}

TEST_CASE("recipients that can't be are refused") {
  const Ring ring;
  auto open = ring.open();
  const KeyringChanges changes(open);
  const auto words = bytes_of("w");
  for (const auto* name : {"", "-a", "Marie", "a b", "a.b"}) {
    CHECK(refusal([&] { (void)changes.add_passphrase(name, words, cheap); }) ==
          "keys.bad_recipient");
  }
  CHECK(refusal([&] { (void)changes.add_passphrase("custodian", words, cheap); }) ==
        "keys.recipient_there");
  CHECK(refusal([&] { (void)changes.add_passphrase("a", {}, cheap); }) == "keys.passphrase_empty");
  CHECK(refusal([&] { (void)changes.add_passphrase("a", words, 1U << 14); }) == "keys.cost");
  CHECK(refusal([&] { (void)changes.add_public_key("a", PublicKey{}); }) == "keys.low_order");
  for (std::size_t i = 1; i < most_recipients; ++i) {
    open.apply(
        KeyringChanges(open).add_public_key("r" + std::to_string(i), public_key_of(random_key())));
  }
  CHECK(refusal([&] {
          (void)KeyringChanges(open).add_public_key("more", public_key_of(random_key()));
        }) == "keys.recipients_full");
}

TEST_CASE("after a split two people open together, and nobody alone") {
  const Ring ring;
  ring.add_both();
  {
    auto open = ring.open();
    const auto present = two_passphrases();
    open.apply(KeyringChanges(open).split(2, {"custodian", "marie", "paul"}, present));
  }
  CHECK(ring.refused(first_words) == "keys.shares_missing");
  const auto now = std::chrono::steady_clock::now();
  Unlocking unlocking(ring.dir, minutes(10));
  SUBCASE("in turn") {
    CHECK_FALSE(unlocking.give(identity_credential(ring.paul), now));
    CHECK(unlocking.standing(now).given == 1);
    CHECK(unlocking.standing(now).needed == 2);
    CHECK(refusal([&] { (void)unlocking.give(identity_credential(ring.paul), now); }) ==
          "keys.share_twice");
    CHECK(refusal([&] { (void)unlocking.give(passphrase_credential("eve"), now); }) ==
          "keys.wrong_passphrase");
    const auto open = unlocking.give(passphrase_credential("words of marie"), now + minutes(9));
    REQUIRE(open);
    CHECK(same(open->key("log"), ring.log));
    CHECK(open->opened_by().size() == 2);
    CHECK(unlocking.standing(now).given == 0);
  }
  SUBCASE("a share is forgotten after the time-out") {
    CHECK_FALSE(unlocking.give(identity_credential(ring.paul), now));
    CHECK(unlocking.standing(now + minutes(11)).given == 0);
    CHECK_FALSE(unlocking.give(passphrase_credential("words of marie"), now + minutes(11)));
    CHECK(unlocking.standing(now + minutes(11)).given == 1);
  }
  SUBCASE("at once") {
    const auto both = two_passphrases();
    CHECK(same(Keyring::unlock(ring.dir, both).key("log"), ring.log));
  }
  SUBCASE("a share of an earlier split helps nobody") {
    CHECK_FALSE(unlocking.give(identity_credential(ring.paul), now));
    auto open = Keyring::unlock(ring.dir, two_passphrases());
    const auto present = two_passphrases();
    open.apply(KeyringChanges(open).split(2, {"custodian", "marie"}, present));
    CHECK(refusal([&] { (void)unlocking.give(identity_credential(ring.paul), now); }) ==
          "keys.wrong_identity");  // not named in the new split, so no longer a recipient
    CHECK_FALSE(unlocking.give(passphrase_credential("words of marie"), now));
    CHECK(unlocking.standing(now).given == 1);  // paul's of the old set is gone
  }
}

TEST_CASE("what a split, a removal and a rotation refuse") {
  const Ring ring;
  ring.add_both();
  auto open = ring.open();
  const KeyringChanges changes(open);
  const auto present = two_passphrases();
  CHECK(refusal([&] { (void)changes.split(1, {"marie", "paul"}, present); }) == "keys.bad_split");
  CHECK(refusal([&] { (void)changes.split(3, {"marie", "paul"}, present); }) == "keys.bad_split");
  CHECK(refusal([&] {
          (void)changes.split(2, {"marie", "eve"}, present);
        }) == "keys.recipient_unknown");
  CHECK(refusal([&] {
          (void)changes.split(2, {"marie", "marie"}, present);
        }) == "keys.recipient_twice");
  CHECK(refusal([&] {
          (void)changes.split(2, {"marie", "paul"}, {});
        }) == "keys.passphrase_absent");
  CHECK(refusal([&] { (void)changes.rotate({}); }) == "keys.passphrase_absent");
  open.apply(changes.split(2, {"marie", "paul"}, present));
  CHECK(refusal([&] { (void)KeyringChanges(open).remove("paul"); }) == "keys.share_needed");
  CHECK(refusal([&] { (void)KeyringChanges(open).remove("custodian"); }) == "");
}

TEST_CASE("a rotation wraps everything anew under a fresh centre key") {
  const Ring ring;
  ring.add_both();
  const auto before = read(ring.dir / "centre.key");
  const auto old_log = read(ring.dir / "log.key");
  auto open = ring.open();
  const auto present = two_passphrases();
  auto change = KeyringChanges(open).rotate(present);
  const auto sha256 = change.sha256();
  open.apply(std::move(change));
  CHECK(open.file_sha256() == sha256);
  CHECK(open.recipients().generation == 2);
  CHECK(same(open.key("log"), ring.log));
  for (const auto& words : {first_words, std::string_view("words of marie")}) {
    CHECK(same(ring.open(words).key("log"), ring.log));
  }
  CHECK(same(ring.open_by(ring.paul).key("log"), ring.log));
  (void)open.create_key("more");
  SUBCASE("files of before it are refused, and named") {
    write(ring.dir / "log.key", old_log);
    CHECK(refusal([&] { (void)ring.open().key("log"); }) == "keys.other_generation");
    write(ring.dir / "centre.key", before);
    CHECK(same(ring.open().key("log"), ring.log));  // both old: one whole keyring
    CHECK(refusal([&] { (void)ring.open().key("more"); }) == "keys.other_generation");
  }
  SUBCASE("shares are made anew, too") {
    open.apply(KeyringChanges(open).split(2, {"custodian", "marie", "paul"}, present));
    const auto set = open.recipients().find("paul")->share->set;
    open.apply(KeyringChanges(open).rotate(present));
    CHECK(open.recipients().find("paul")->share->set != set);
    CHECK(same(Keyring::unlock(ring.dir, present).key("log"), ring.log));
  }
}

TEST_CASE("who changes the list of recipients without the centre key is found out") {
  const Ring ring;
  ring.add_both();
  const auto whole = read(ring.dir / "centre.key");
  const auto file = parse_centre_file(whole);
  REQUIRE(file);
  const auto opened = [&](const CentreFile& changed) {
    write(ring.dir / "centre.key", render(changed));
    return ring.refused(first_words);
  };
  CHECK(opened(*file) == "");
  CentreFile removed = *file;
  removed.recipients.pop_back();
  CHECK(opened(removed) == "keys.list_changed");
  CentreFile renamed = *file;
  renamed.recipients[1].name = "eve";
  CHECK(opened(renamed) == "keys.list_changed");
  CentreFile replaced = *file;
  replaced.recipients[2].public_key = public_key_of(random_key());
  CHECK(opened(replaced) == "keys.list_changed");
  CentreFile swapped = *file;
  std::swap(swapped.recipients[1], swapped.recipients[2]);
  CHECK(opened(swapped) == "keys.list_changed");
  CentreFile later = *file;
  ++later.generation;  // bound to each wrapping
  CHECK(opened(later) == "keys.wrong_passphrase");
  for (std::size_t bit = 0; bit < 256; bit += 37) {
    CentreFile forged = *file;
    forged.mac[bit / 8] = static_cast<std::uint8_t>(forged.mac[bit / 8] ^ (1U << (bit % 8)));
    CHECK(opened(forged) == "keys.list_changed");
  }
  // Somebody else's whole keyring in its place opens for them, and none of our keys with it.
  const Folder other;
  Keyring::create(other.path() / "keys", bytes_of("words of eve"), cheap);
  write(ring.dir / "centre.key", read(other.path() / "keys/centre.key"));
  CHECK(refusal([&] { (void)ring.open("words of eve").key("log"); }) == "keys.damaged");
}

TEST_CASE("every changed byte of a list with each kind of recipient is refused and named") {
  const Ring ring;
  ring.add_both();
  {
    auto open = ring.open();
    open.apply(KeyringChanges(open).split(2, {"marie", "paul"}, two_passphrases()));
  }
  const auto path = ring.dir / "centre.key";
  const auto whole = read(path);
  const auto refused = [&](const std::string& content) {
    write(path, content);
    return refusal([&] { (void)ring.open(); });
  };
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const unsigned bit : {0U, 5U}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ (1U << bit));
      REQUIRE(refused(changed) == "keys.damaged");
    }
    REQUIRE(refused(whole.substr(0, i)) == "keys.damaged");
  }
  CHECK(refused(whole) == "");
  const auto words = text("keys.damaged", {path.string()});
  CHECK(words.find(path.string()) != std::string::npos);
}

TEST_CASE("with the check mended, every bit of an x25519 wrapping is still bound") {
  const Ring ring;
  ring.add_both();
  const auto path = ring.dir / "centre.key";
  const auto file = parse_centre_file(read(path));
  REQUIRE(file);
  REQUIRE(file->recipients[2].kind == RecipientKind::x25519);
  const auto refused = [&](const CentreFile& changed) {
    write(path, render(changed));
    return refusal([&] { (void)ring.open_by(ring.paul); });
  };
  const auto flip = [](auto& bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
  };
  for (std::size_t bit = 0; bit < 8 * file->recipients[2].wrapped.size(); ++bit) {
    CentreFile changed = *file;
    flip(changed.recipients[2].wrapped, bit);
    REQUIRE(refused(changed) == "keys.wrong_identity");
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    CentreFile changed = *file;
    flip(changed.recipients[2].ephemeral, bit);
    REQUIRE(refused(changed) == "keys.wrong_identity");
    changed = *file;
    flip(changed.recipients[2].public_key, bit);
    REQUIRE(refused(changed) == "keys.wrong_identity");
  }
  CHECK(refused(*file) == "");
}

TEST_CASE("a share in another's place, or made by somebody who mends the labels, is refused") {
  const Ring ring;
  ring.add_both();
  {
    auto open = ring.open();
    open.apply(KeyringChanges(open).split(2, {"custodian", "marie", "paul"}, two_passphrases()));
  }
  const auto path = ring.dir / "centre.key";
  auto file = *parse_centre_file(read(path));
  SUBCASE("its index is bound to what was wrapped") {
    std::swap(file.recipients[0].share->index, file.recipients[1].share->index);
    write(path, render(file));
    CHECK(ring.refused(first_words) == "keys.wrong_passphrase");
  }
  SUBCASE("k is, too") {
    for (auto& recipient : file.recipients) recipient.share->needed = 3;
    write(path, render(file));
    CHECK(ring.refused(first_words) == "keys.wrong_passphrase");
  }
  SUBCASE("shares of two splits stand in no list") {
    file.recipients[0].share->set = std::string(32, '0');
    write(path, render(file));
    CHECK(ring.refused(first_words) == "keys.damaged");
  }
  SUBCASE("a forged share, soundly wrapped, gives another key, and the MAC says so") {
    auto shares = split(random_key(), 2, 3);
    auto& forged = shares[0];
    forged.label = *file.recipients[2].share;
    wrap_for_public_key(file.recipients[2], file_head_of(file), encode(forged).bytes());
    write(path, render(file));
    std::vector<Credential> both;
    both.push_back(passphrase_credential(first_words));
    both.push_back(identity_credential(ring.paul));
    CHECK(refusal([&] { (void)Keyring::unlock(ring.dir, both); }) == "keys.list_changed");
  }
}

TEST_CASE("an identity file opens by its passphrase, and no byte of it can change") {
  const auto words = bytes_of("words of paul");
  const auto made = new_identity(words, cheap);
  const auto key = open_identity(made.text, words, "paul.key");
  CHECK(public_key_of(key) == made.public_key);
  CHECK(parse_public_key(to_text(made.public_key)) == made.public_key);
  const auto refused = [&](const std::string& text, std::string_view given) {
    return refusal([&] { (void)open_identity(text, bytes_of(given), "paul.key"); });
  };
  CHECK(refused(made.text, "other") == "keys.identity_passphrase");
  for (std::size_t i = 0; i < made.text.size(); ++i) {
    std::string changed = made.text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    REQUIRE(refused(changed, "words of paul") == "keys.identity_damaged");
  }
  for (const auto* bad : {"", "x25519:", "x25519:AAAA", "AAAA", "X25519:AAAA"}) {
    CHECK_FALSE(parse_public_key(bad));
  }
}

TEST_CASE("a keyring file of an earlier build is named as such") {
  const Ring ring;
  write(ring.dir / "centre.key", "sceau key file\nformat = 1\nname = centre\n");
  CHECK(ring.refused(first_words) == "keys.other_format");
}
