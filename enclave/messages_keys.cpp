#include <array>

#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr std::array entries = {
    MessageText{"keys.internal", "the keys room met a fault of its own: {1}",
                "run 'sceau doctor', then report what it prints"},
    MessageText{"keys.missing", "there is no keyring at {1}",
                "make a centre with 'sceau init', or name its home with --home"},
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
    MessageText{"keys.disk_full", "no room on the disk for {1}; nothing was changed",
                "free some space, then try again"},
};

}  // namespace

std::span<const MessageText> keys_messages() { return entries; }

}  // namespace sceau::enclave
