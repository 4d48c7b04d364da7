// The table of commands. What a command does stands in commands_*.cpp and cli/.

#include "enclave/centre/grammar.h"

namespace sceau::enclave {
namespace {

using enum Holds;

const OptionSpec request_operand = {"REQUEST", "", value, true, "the request's id, R-2026-000001"};
const OptionSpec output_option = {"output", "NAME", value, false,
                                  "one output of the request, by name or number; default: all"};
const OptionSpec note_option = {"note", "TEXT", value, false,
                                "for staff; the researcher never sees it"};

const OptionSpec ingress_operand = {"INGRESS", "", value, true, "the file's id, I-000001"};

OptionSpec memory_option(std::string_view what) { return {"memory", "SIZE", value, false, what}; }

OptionSpec comment_option(bool required) {
  return {"comment", "TEXT", value, required, "why; the researcher reads it"};
}

std::vector<CommandSpec> centre_commands() {
  return {
      {"init",
       {},
       {{"origin", "NAME", value, false, "the log's name; default: this host's"},
        {"trial", "", flag, false, "a centre to try out: its owner may act as anybody (--as)"}},
       "make a centre: keys, log, registry and the shipped policies",
       "sceau --home ~/essai init --trial",
       false,
       false},
      {"serve",
       {},
       {memory_option("that a session may take, and an examination")},
       "run the centre's broker; it starts locked",
       "sceau serve --memory 4G",
       false,
       false},
      {"unlock",
       {},
       {},
       "give a serving centre a passphrase, or a share of its key",
       "sceau unlock"},
      {"status", {}, {}, "what the centre holds and whether it serves", "sceau status --json"},
      {"doctor", {}, {}, "check this machine and the centre; fails closed", "sceau doctor", false},
      {"backup",
       {{"DIR", "", value, true, "a folder that isn't there yet, with its whole path"}},
       {{"with-keys", "", flag, false,
         "the wrapped keys, too: keep such a copy as you keep the keys"}},
       "a consistent copy of the centre, also while it serves",
       "sceau backup /var/backups/sceau/2026-11-26"},
      {"restore",
       {{"DIR", "", value, true, "a backup's folder"}},
       {{"keys", "FOLDER", value, false, "the keys' own medium, where the backup has none"},
        {"trust", "FILE", value, false, "log.trust as it was handed out; default: the backup's"},
        {"since", "FILE", value, false,
         "the newest checkpoint that a witness or an auditor has, or a folder with it"}},
       "a centre from a backup, where none is",
       "sceau --home /var/lib/sceau restore /media/backup/2026-11-26 --keys /media/keys",
       false},
      {"events",
       {},
       {{"from", "N", value, false, "the first entry; default: 0"},
        {"event", "NAME", value, false, "only these, as in release.made; release. is a kind"},
        {"follow", "", flag, false, "go on as the log grows, until interrupted"}},
       "the published log, an entry a line; with --json the entries' own bytes",
       "sceau events --follow --json",
       false},
  };
}

std::vector<CommandSpec> people_commands() {
  const OptionSpec user = {"user", "USER", value, true, "a Unix user"};
  const OptionSpec role = {"role", "ROLE", value, true, "custodian, reviewer, operator or auditor"};
  return {
      {"role grant",
       {},
       {user, role},
       "give a person a role",
       "sceau role grant --user rene --role reviewer"},
      {"role revoke",
       {},
       {user, role},
       "take a role back",
       "sceau role revoke --user rene --role reviewer"},
      {"role list", {}, {}, "who has which role", "sceau role list"},
      {"project create",
       {{"PROJECT", "", value, true, "its name: a-z, 0-9, - and _"}},
       {{"title", "TEXT", value, true, "what it is called"},
        {"purpose", "TEXT", value, true, "what it is for"},
        {"until", "DATE", value, true, "its last day, YYYY-MM-DD"},
        {"member", "USER", values, true, "who works on it; may be repeated"}},
       "open a project",
       "sceau project create orientation --title 'Orientation' --purpose 'thesis' --until "
       "2027-12-31 --member alix"},
      {"project close",
       {{"PROJECT", "", value, true, "its name"}},
       {{"erase", "", flag, false, "destroy its people's words and its pseudonyms' key, too"}},
       "end a project: permits, sessions and what is pending; releases and history stay",
       "sceau project close orientation --erase"},
      {"project list", {}, {}, "all projects", "sceau project list --json"},
      {"waiver grant",
       {},
       {{"store", "NAME", value, true, "the data set, without vintage"},
        {"rule", "RULE", value, true, "threshold, dominance, …; never history or tabulation"},
        {"variable", "NAME", value, false, "what it is made of, or broken down by"},
        {"cell", "CELL", value, false,
         "its counts in one cell, 'academie=CORSE,sexe=F' (NA is NULL); with --variable "
         "that variable's"},
        {"reason", "TEXT", value, true, "why"},
        {"until", "DATE", value, true, "its last day, YYYY-MM-DD"}},
       "findings of a rule on a variable or a cell are shown and don't count",
       "sceau waiver grant --store lycees --rule dominance --variable capacite --reason 'published "
       "by the ministry' --until 2027-12-31"},
      {"waiver list", {}, {}, "all waivers", "sceau waiver list --json"},
      {"waiver revoke",
       {{"WAIVER", "", value, true, "its id, W-000001"}},
       {},
       "end a waiver now",
       "sceau waiver revoke W-000001"},
  };
}

std::vector<OptionSpec> permit_options() {
  return {
      {"project", "PROJECT", value, true, "who may use it"},
      {"store", "NAME", value, true, "the data set, without vintage"},
      {"vintages", "LIST", value, false, "2021, 2019-2024 or 2019,2021; default: all"},
      {"columns", "LIST", value, false, "a,b,…; default: all that are not hidden"},
      {"where", "SQL", value, false, "which rows: academie = '27'; default: all"},
      {"policy", "NAME", value, true, "the rule set that judges what leaves"},
      {"from", "DATE", value, false, "its first day, YYYY-MM-DD; default: today"},
      {"until", "DATE", value, true, "its last day, YYYY-MM-DD"},
      {"person", "NAME[=UID]", values, false, "who may use it; default: the project's members"},
      {"outputs", "LIST", value, false,
       "what may be asked for: tables, figures, models, files; default: all"},
      {"place", "MACHINE", value, false, "the machine that it holds on; default: any"},
  };
}

std::vector<CommandSpec> permit_commands() {
  const OptionSpec permit = {"PERMIT", "", value, true, "its id, P-000001"};
  const OptionSpec key = {"key", "DIR", value, false,
                          "sign with this key, here; default: a trial centre's own"};
  const OptionSpec passphrase = {"key-passphrase-file", "FILE", value, false,
                                 "of the key; else it is asked for on the terminal"};
  auto grant = permit_options();
  grant.push_back(key);
  grant.push_back(passphrase);
  return {
      {"permit grant",
       {},
       grant,
       "let a project use a data set under a policy",
       "sceau permit grant --project orientation --store lycees --policy depp --until 2027-12-31"},
      {"permit list",
       {},
       {{"project", "PROJECT", value, false, "of one project"}},
       "all permits",
       "sceau permit list --project orientation"},
      {"permit revoke",
       {permit},
       {key, passphrase},
       "end a permit now",
       "sceau permit revoke P-000001"},
      {"permit key",
       {{"DIR", "", value, true, "a folder that isn't there yet"}},
       {{"name", "NAME", value, true, "whose key it is, as depp.example/claire"}, passphrase},
       "make a key that signs permits, on the machine of its custodian",
       "sceau permit key claire --name depp.example/claire",
       false,
       false},
      {"permit trust",
       {{"KEY", "", value, true, "NAME+HASH+KEY, as 'permit key' says it"}},
       {},
       "let your key's signature make permits",
       "sceau permit trust 'depp.example/claire+0a1b2c3d+AR…'"},
      {"permit distrust",
       {{"KEY", "", value, true, "NAME+HASH+KEY, as it was registered"}},
       {},
       "take a key back: what it signs from now on is no permit; what it signed is revoked by "
       "itself",
       "sceau permit distrust 'depp.example/claire+0a1b2c3d+AR…'"},
      {"permit draft",
       {},
       permit_options(),
       "the text of a permit, to be signed elsewhere",
       "sceau permit draft --project orientation --store lycees --policy depp --until 2027-12-31"},
      {"permit draft-revocation",
       {permit},
       {},
       "the text of the next list of revocations, to be signed elsewhere",
       "sceau permit draft-revocation P-000001"},
      {"permit sign",
       {{"FILE", "", document, true, "what draft or draft-revocation said"}},
       {{"key", "DIR", value, true, "the key that signs, as 'permit key' made it"}, passphrase},
       "sign a permit or a list of revocations, on stdout; needs no centre",
       "sceau permit sign draft.txt --key claire > permit.note",
       false,
       false},
      {"permit install",
       {{"FILE", "", document, true, "what 'permit sign' wrote"}},
       {},
       "grant, or revoke, what was signed elsewhere",
       "sceau permit install permit.note"},
  };
}

/// What a researcher writes in a shell.
std::vector<CommandSpec> workspace_commands() {
  const OptionSpec project = {"project", "PROJECT", value, true, "whose workspaces will have it"};
  return {
      {"session",
       {{"PROJECT", "", value, true, "yours, under a permit"},
        {"COMMAND", "", values, false, "what runs in it, behind --; default: psql"}},
       {{"terminal", "NAME", value, false,
         "what kind of terminal the command gets (TERM); default: yours, or none where input or "
         "output is a pipe"}},
       "work on a project inside a workspace: no network, nothing of this machine",
       "sceau session orientation -- R",
       true,
       false},
      {"ingress",
       {{"FILE", "", data, true, "scripts and small reference files: text"}},
       {project, comment_option(true)},
       "bring files into a project's workspaces",
       "sceau ingress modele.R --project orientation --comment 'the model of 2025'"},
      {"egress",
       {{"FILE", "", value, true, "in the workspace"}},
       {{"title", "TEXT", value, true, "what it is; a reviewer reads it"}},
       "inside a workspace: ask for the release of a file",
       "sceau egress plot.png --title 'Notes by académie'",
       false,
       false},
  };
}

std::vector<CommandSpec> store_commands() {
  const OptionSpec store = {"STORE", "", value, true, "NAME@VINTAGE"};
  return {
      {"codebook infer",
       {{"FILE", "", data, true, "CSV files of one data set"}},
       {},
       "a first codebook for CSV files, on stdout",
       "sceau codebook infer eleves-2024.csv > eleves.toml",
       false,
       false},
      {"store create",
       {store},
       {{"codebook", "FILE", document, true, "what the columns are (TOML)"},
        {"from", "FILE", data, true, "CSV files, plain or gzip; 'A*.csv' is expanded"},
        {"on-error", "HOW", value, false, "stop (default): leave no store; skip: seal rejects"},
        {"dry-run", "", flag, false, "read everything, seal nothing, list every class of fault"},
        {"supersedes", "STORE", value, false, "the sealed store that this one replaces"},
        memory_option("that the import may take")},
       "seal CSV files into a store",
       "sceau store create eleves@2024 --codebook eleves.toml --from 'A*.csv'"},
      {"store list", {}, {}, "all stores", "sceau store list"},
      {"store show",
       {store},
       {},
       "what a store holds, column by column",
       "sceau store show eleves@2024"},
      {"store verify",
       {{"STORE", "", value, false, "NAME@VINTAGE; default: all"}},
       {},
       "compare a store with what the log says was sealed, to the last byte",
       "sceau store verify eleves@2024"},
      {"store rejects",
       {store},
       {{"most", "N", value, false, "how many lines; default 100"}},
       "the lines that the import rejected",
       "sceau store rejects eleves@2024"},
      {"store rekey",
       {store},
       {},
       "write a store again under a fresh key, and destroy the old one; no session may have it "
       "open",
       "sceau store rekey eleves@2024"},
      {"store erase",
       {store},
       {{"reason", "WORD", value, true, "why, in one word; it stands in the log and the receipt"}},
       "destroy a store's key and file for good, with a receipt",
       "sceau store erase eleves@2019 --reason retention"},
      {"policy check",
       {{"FILE", "", document, true, "a policy (TOML)"}},
       {{"base", "FILE", document, false, "the policy that it extends, where not a shipped one"}},
       "say what each rule of a policy means, in words",
       "sceau policy check depp.toml",
       false},
      {"policy install",
       {{"FILE", "", document, true, "a policy (TOML)"}},
       {},
       "make a policy available to permits",
       "sceau policy install site.toml"},
      {"policy list", {}, {}, "the installed policies", "sceau policy list"},
  };
}

/// Who can open the centre's keys.
std::vector<CommandSpec> key_commands() {
  const OptionSpec name = {"NAME", "", value, true, "what the recipient is called: a-z, 0-9 and -"};
  return {
      {"key status", {}, {}, "who can open the centre's keys, and how", "sceau key status"},
      {"key identity",
       {{"FILE", "", value, true, "a new file; keep it, and a copy of it"}},
       {},
       "make a key file for a person, under a passphrase; prints the public key",
       "sceau key identity ~/marie.identity",
       false},
      {"key add",
       {name},
       {{"public", "KEY", value, false,
         "the person's public key, as 'sceau key identity' printed it"},
        {"new-passphrase-file", "FILE", value, false, "without --public; else it is asked for"}},
       "let somebody open the centre's keys: by a passphrase, or by a key of their own",
       "sceau key add marie --public x25519:…"},
      {"key remove",
       {name},
       {},
       "somebody no longer opens the centre's keys; older copies of centre.key: rotate",
       "sceau key remove marie"},
      {"key split",
       {{"NAME", "", values, true, "recipients, at least two"}},
       {{"needed", "K", value, true, "how many of them open the keys together"}},
       "let recipients open only together; earlier shares end",
       "sceau key split --needed 2 marie paul rose"},
      {"key rotate",
       {},
       {},
       "a fresh centre key: everything is wrapped anew; whoever has a passphrase gives it",
       "sceau key rotate"},
  };
}

/// Forms of other tools.
std::vector<CommandSpec> exchange_commands() {
  return {
      {"codebook import",
       {{"SCHEMA", "", document, true, "a Table Schema (JSON)"}},
       {{"dataset", "NAME", value, false, "the table's name in SQL; default: the file's"}},
       "a first codebook from a Table Schema, on stdout",
       "sceau codebook import schema.json --dataset eleves > eleves.toml",
       false,
       false},
      {"codebook export",
       {{"CODEBOOK", "", document, true, "what the columns are (TOML)"}},
       {},
       "a codebook as Table Schema (JSON), on stdout",
       "sceau codebook export eleves.toml > eleves.schema.json",
       false,
       false},
      {"review export",
       {request_operand, {"DIR", "", value, true, "a folder that isn't there yet"}},
       {{"format", "NAME", value, true, "acro: what SACRO's viewer opens"}},
       "a request in another tool's form, to be looked at with it; nothing of it is released",
       "sceau review export R-2026-000001 --format acro /secure/R-2026-000001"},
  };
}

std::vector<CommandSpec> gate_commands() {
  const std::vector<OptionSpec> decide = {comment_option(true), output_option, note_option};
  return {
      {"check",
       {{"SQL", "", value, true, "SELECT … that would be released"}},
       {{"codebook", "FILE", document, true, "what the columns are (TOML)"},
        {"from", "FILE", data, true, "CSV files, plain or gzip; 'A*.csv' is expanded"},
        {"policy", "FILE", document, true, "the rule set that judges (TOML)"},
        {"after", "SQL", values, false, "what is out already, oldest first; may be repeated"},
        {"protect", "WAY", value, false,
         "a safe version instead of the table: suppress, merge or round"},
        {"out", "FILE", value, false,
         "where to write that version, with each cell's status; default: stdout"},
        memory_option("that it may take")},
       "what the gate would say, without a centre",
       "sceau check \"SELECT academie, count(*) FROM lycees GROUP BY academie\" --codebook C.toml "
       "--from 'A*.csv' --policy depp.toml",
       false},
      {"protect",
       {{"TABLE", "", data, true, "a table of cells (CSV): codes, freq, value, primary, …"}},
       {{"hierarchy", "DIM=FILE", values, false,
         "code,parent of a dimension's codes; again for a second grouping of them"},
        {"zeros", "HOW", value, false, "published (default: a zero is never hidden) or hidden"},
        {"least", "N", value, false, "what everybody knows a hidden cell to have: 0 or 1"},
        {"exact", "", flag, false,
         "the cheapest pattern, or how far it can be from it; small tables"},
        {"budget", "N", value, false, "steps of one search; with --exact also the patterns tried"},
        {"out", "FILE", value, false, "where to write the protected table; default: stdout"}},
       "which cells of a table to hide beside the primary ones, with proof; without a centre",
       "sceau protect effectifs.csv --hierarchy departement=academies.csv --out protected.csv",
       false},
      {"review list",
       {},
       {{"mine", "", flag, false, "those that wait for a decision of mine"},
        {"state", "STATE", value, false, "checked, in_review, approved, released, …"},
        {"project", "PROJECT", value, false, "of one project"}},
       "requests",
       "sceau review list --mine"},
      {"review next",
       {},
       {},
       "the oldest request that waits for a decision of mine",
       "sceau review next"},
      {"review show",
       {request_operand},
       {output_option},
       "a request's tables, findings and what was released before",
       "sceau review show R-2026-000001"},
      {"review approve",
       {request_operand},
       decide,
       "let an output leave",
       "sceau review approve R-2026-000001 --comment 'one dominant school, published already'"},
      {"review return",
       {request_operand},
       decide,
       "ask the researcher for another form",
       "sceau review return R-2026-000001 --comment 'merge the two smallest séries'"},
      {"review reject",
       {request_operand},
       decide,
       "say no for good",
       "sceau review reject R-2026-000001 --comment 'outside the project'"},
      {"review release",
       {request_operand},
       {},
       "put approved outputs into the outbox, with receipts",
       "sceau review release R-2026-000001"},
      {"review revoke",
       {request_operand},
       {comment_option(true)},
       "take a release back: say so in the log and the outbox; the file is out",
       "sceau review revoke R-2026-000001 --comment 'computed from a faulty vintage'"},
      {"replay",
       {request_operand},
       {},
       "judge a request again from the inputs of its check: same verdict, or what differs",
       "sceau replay R-2026-000001"},
      {"review ingress list",
       {},
       {{"project", "PROJECT", value, false, "of one project"}},
       "files that were brought in, and those that wait for a decision",
       "sceau review ingress list"},
      {"review ingress show",
       {ingress_operand},
       {},
       "such a file's text",
       "sceau review ingress show I-000001"},
      {"review ingress admit",
       {ingress_operand},
       {comment_option(true)},
       "let it into the project's workspaces",
       "sceau review ingress admit I-000001 --comment 'read it'"},
      {"review ingress refuse",
       {ingress_operand},
       {comment_option(true)},
       "keep it out",
       "sceau review ingress refuse I-000001 --comment 'holds names of pupils'"},
      {"history show",
       {{"POPULATION", "", value, true, "as the codebooks name it; default there: the data set"}},
       {},
       "the outputs that count against a new one, oldest first",
       "sceau history show eleves"},
  };
}

std::vector<CommandSpec> log_commands() {
  const OptionSpec witness = {"NAME", "", value, true, "what the trust file calls it"};
  return {
      {"log reveal",
       {},
       {{"seq", "N", value, true, "the entry's number, as sceau-audit show has it"},
        {"log", "ORIGIN", value, false, "of a sealed log; default: the one that is written"}},
       "the text behind an entry, held against the entry's commitment",
       "sceau log reveal --seq 17"},
      {"log erase",
       {{"SESSION", "", value, true, "its id, as in the log: s-…"}},
       {{"reason", "WORD", value, true, "why, in one word; it stands in the log"}},
       "destroy a session's words for good; the log goes on proving that they were there",
       "sceau log erase s-0123456789abcdef --reason retention"},
      {"log witness add",
       {witness, {"KEY", "", value, true, "its verifier key, NAME+HASH+KEY"}},
       {},
       "let somebody outside vouch for the log",
       "sceau log witness add ministere 'w.example+0a1b2c3d+BHx…'"},
      {"log witness remove",
       {witness},
       {},
       "don't count a witness any more",
       "sceau log witness remove ministere"},
      {"log witness quorum",
       {{"K", "", value, true, "how many must sign: a number, all, or none"}},
       {},
       "how many witnesses a checkpoint needs",
       "sceau log witness quorum 2"},
      {"log witness list",
       {},
       {},
       "the witnesses and how far each has come",
       "sceau log witness list"},
      {"log request",
       {{"DIR", "", value, true, "a folder that the witnesses see"}},
       {{"renew", "", flag, false, "give up the round under way"}},
       "ask the witnesses to sign: NAME.request in the folder",
       "sceau log request /mnt/temoins"},
      {"log collect",
       {{"DIR", "", answers, true, "the same folder"}},
       {},
       "take the witnesses' answers out of the folder; releases that waited go on",
       "sceau log collect /mnt/temoins"},
      {"log rotate",
       {},
       {},
       "seal the log and begin the next, under a new key",
       "sceau log rotate"},
      {"log export",
       {{"DIR", "", value, true, "a folder that isn't there yet"}},
       {},
       "all logs, the trust file and the verifier: for an auditor's stick",
       "sceau log export /media/stick/sceau",
       false},
  };
}

std::vector<CommandSpec> all_commands() {
  std::vector<CommandSpec> all;
  for (auto part :
       {centre_commands(), people_commands(), permit_commands(), store_commands(), key_commands(),
        exchange_commands(), workspace_commands(), gate_commands(), log_commands()}) {
    for (auto& command : part) all.push_back(std::move(command));
  }
  return all;
}

}  // namespace

std::span<const CommandSpec> grammar() {
  static const std::vector<CommandSpec> table = all_commands();
  return table;
}

std::span<const OptionSpec> global_options() {
  static const std::vector<OptionSpec> table = {
      {"home", "DIR", value, false, "the centre's folder; else $SCEAU_HOME, else the system's"},
      {"as", "NAME", value, false, "in a trial centre its owner may act as anybody"},
      {"passphrase-file", "FILE", repeated, false,
       "else it is asked for on the terminal; once for each person who must be present"},
      {"identity", "FILE", repeated, false,
       "a person's key file instead; the first --passphrase-file is then its own"},
      {"lang", "LANG", value, false, "en or fr; else LC_MESSAGES"},
      {"json", "", flag, false, "one JSON document on stdout, nothing else"},
      {"help", "", flag, false, "this text"},
  };
  return table;
}

}  // namespace sceau::enclave
