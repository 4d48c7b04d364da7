#include <array>

#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr std::array entries = {
    MessageText{"keys.internal", "the keys room met a fault of its own: {1}",
                "run 'sceau doctor', then report what it prints"},
    MessageText{"keys.missing", "there is no keyring at {1}",
                "if it is kept on another medium, put that in; else make a centre with 'sceau "
                "init', or name its home with --home"},
    MessageText{"keys.exists", "there is a keyring at {1} already; it is not replaced",
                "choose another folder: with its keys, the stores of that centre would be lost"},
    MessageText{"keys.key_exists", "the keyring holds a key '{1}' already; it is not replaced", ""},
    MessageText{"keys.passphrase_empty", "the passphrase is empty",
                "give one of at least a few words; it protects every store of the centre"},
    MessageText{"keys.wrong_passphrase", "the passphrase does not open the keyring at {1}",
                "try again; if it is surely right, the key file was replaced: restore it from the "
                "backup of the keys"},
    MessageText{"keys.damaged", "the key file {1} is damaged, or stands under another key's name",
                "restore this file from the backup of the keys; nothing was changed"},
    MessageText{"keys.unknown", "the keyring holds no key '{1}'",
                "if its store was restored from a backup, restore the keys of the same day"},
    MessageText{"keys.bad_name", "'{1}' can't be a key's name",
                "use letters a-z, digits and '-'; 'centre' is taken"},
    MessageText{"keys.cost", "the scrypt cost must be a power of two from 2^15 to 2^20", ""},
    MessageText{"keys.too_long", "what is sealed as '{1}' is longer than 64 KiB", ""},
    MessageText{"keys.unreadable", "the key file {1} can't be read",
                "check its owner and mode (0600) and those of its folder (0700)"},
    MessageText{"keys.unwritable", "{1} can't be written: {2}",
                "check the folder's owner and mode (0700)"},
    MessageText{"keys.wrong_identity", "this identity opens nothing of the keyring at {1}",
                "'sceau key status' names who can open it; an identity is added by its public key"},
    MessageText{"keys.other_format", "the keyring file {1} was made by an earlier build",
                "make the centre anew with 'sceau init', and seal its stores again"},
    MessageText{"keys.other_generation",
                "the key file {1} is of generation {2}, the keyring of generation {3}",
                "one of them comes from a backup of before a rotation: restore all key files of "
                "one day"},
    MessageText{"keys.list_changed",
                "the keyring file {1} was changed by somebody who doesn't have the centre key",
                "somebody added, removed or altered a recipient: restore the file from the backup "
                "of the keys, and find out who could write to it"},
    MessageText{"keys.not_logged", "the keyring at {1} is not the one that the log speaks of",
                "an older copy was put in its place: restore the keys of the same day as the rest, "
                "or put the newer file back"},
    MessageText{"keys.unfinished", "a rotation of the keyring at {1} was cut off",
                "start the centre again: unlocking finishes it"},
    MessageText{"keys.shares_missing", "{1} of the {2} shares that open the keyring were given",
                "serve the centre, and let each of the others run 'sceau unlock'; or give all at "
                "once, each with --passphrase-file or --identity"},
    MessageText{"keys.share_twice", "share {1} was given already; another person must give theirs",
                ""},
    MessageText{"keys.share_other_set", "these shares come from two different splits",
                "use shares of the newest split: 'sceau key status' shows its holders"},
    MessageText{"keys.share_damaged", "a share is damaged",
                "restore centre.key from the backup of the keys"},
    MessageText{"keys.bad_split", "{1} of {2} can't be a split: 2 <= needed <= holders <= 64",
                "name at least two recipients, and let at least two be needed"},
    MessageText{"keys.bad_identity", "an identity is an X25519 private key of 32 bytes",
                "make one with 'sceau key identity FILE'"},
    MessageText{"keys.identity_damaged", "the identity file {1} is damaged",
                "use another copy of it; a custodian can also add a new one"},
    MessageText{"keys.identity_passphrase", "the passphrase does not open the identity file {1}",
                "try again; a custodian can also add a new identity"},
    MessageText{"keys.low_order", "the public key of '{1}' is none that anybody can have",
                "take the line that 'sceau key identity' printed"},
    MessageText{"keys.bad_public_key", "'{1}' is not a public key",
                "it is one word, x25519: and base64, as 'sceau key identity' prints it"},
    MessageText{"keys.bad_recipient", "'{1}' can't be a recipient's name",
                "use letters a-z, digits and '-', at most 40"},
    MessageText{"keys.recipient_there", "the keyring has a recipient '{1}' already",
                "choose another name, or remove that one first"},
    MessageText{"keys.recipient_unknown", "the keyring has no recipient '{1}'",
                "'sceau key status' names them; 'sceau key add' makes one"},
    MessageText{"keys.recipient_twice", "the recipient '{1}' is named twice", ""},
    MessageText{"keys.recipients_full", "a keyring has at most {1} recipients",
                "remove one that is no longer needed"},
    MessageText{"keys.last_way", "after this nobody could open the keyring any more",
                "add another recipient first"},
    MessageText{"keys.share_needed",
                "without '{1}' fewer shares would be left than the {2} that are needed",
                "split anew among the others ('sceau key split'): that ends this share, too"},
    MessageText{"keys.passphrase_absent",
                "'{1}' has to give their passphrase: what they open is wrapped anew",
                "give it with another --passphrase-file; or remove '{1}' first, and add them by "
                "a public key, for which others can wrap"},
    MessageText{"keys.identity_there", "there is a file {1} already; it is not replaced",
                "choose another name: with an identity, what only it opens would be lost"},

    // store rekey | erase
    MessageText{"store.copy_differs", "the copy {1} doesn't hold what the store holds",
                "nothing was changed; check the disk, then try again"},
    MessageText{"store.copy_cancelled", "cancelled; nothing was changed", ""},
    MessageText{"centre.store_was_erased",
                "{1} was erased on {2}; what was released of it is "
                "remembered under its name",
                "seal the data under another vintage's name"},
    MessageText{"centre.store_in_session", "session {2} has {1} open",
                "end that session first; nothing was changed"},
    MessageText{"centre.store_in_request", "{2} is {3} and may rest on {1}",
                "let it be decided or withdrawn first; nothing was changed"},
    MessageText{"shown.store_rekeyed", "{1} lies under a fresh key: {2} bytes, SHA-256 {3}", ""},
    MessageText{"shown.store_erased",
                "the key of {1} is destroyed, its file removed (entry {2}); receipt: {3}", ""},

    // key status | add | remove | split | rotate, unlock
    MessageText{"shown.keyring", "generation {1}, {2} keys in {3}", ""},
    MessageText{"shown.keyring_shares", "any {1} of {2} shares open it together", ""},
    MessageText{"shown.keyring_alone", "recipients who open it alone all the same: {1}", ""},
    MessageText{"shown.recipient_added", "{1} can open the centre's keys", ""},
    MessageText{"shown.recipient_removed",
                "{1} no longer opens the centre's keys; against older copies of centre.key: sceau "
                "key rotate",
                ""},
    MessageText{"shown.split_done",
                "any {1} of these {2} open the centre's keys together, and "
                "nobody alone; against older copies of centre.key: sceau key rotate",
                ""},
    MessageText{"shown.split_beside",
                "any {1} of these {2} open the centre's keys together; recipients who open them "
                "alone all the same: {3}",
                ""},
    MessageText{"shown.keyring_rotated",
                "generation {1}: {2} keys are wrapped anew; copies of before open nothing new", ""},
    MessageText{"shown.share_taken",
                "the share is taken: {1} of {2}; it is forgotten after 10 minutes", ""},
    MessageText{"shown.identity_made",
                "give this line to a custodian (sceau key add NAME --public …); keep {1} to "
                "yourself, and a copy of it elsewhere",
                ""},
    MessageText{"shown.ask_identity", "Passphrase of the identity {1}: ", ""},
    MessageText{"shown.ask_next_passphrase",
                "Passphrase of the next person (empty: no more): ", ""},
    MessageText{"keys.disk_full", "no room on the disk for {1}; nothing was changed",
                "free some space, then try again"},
};

}  // namespace

std::span<const MessageText> keys_messages() { return entries; }

}  // namespace sceau::enclave
