#pragma once
// The values that cross between broker, worker and examiner. Plain structs; frames.h gives them
// bytes and bounds. The broker makes grants and jobs; a worker never sees a key that its permit
// doesn't cover, an examiner never sees SQL.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "disclosure/examine.h"
#include "disclosure/figure.h"
#include "disclosure/proposal.h"
#include "disclosure/tabulation.h"
#include "disclosure/verdict.h"
#include "disclosure/waiver.h"
#include "enclave/keys/keyring.h"
#include "enclave/store/store.h"

namespace sceau::enclave {

/// A sealed vintage that may be opened, with its own key.
struct StoreAccess {
  StoreName name;
  std::filesystem::path file;
  SealedFile sealed;
  KeyBytes key;
};

/// One data set as a permit shows it.
struct DatasetGrant {
  std::string dataset;
  std::vector<StoreAccess> vintages;             ///< ascending
  std::optional<std::set<std::string>> columns;  ///< none: all that are not hidden
  std::optional<disclosure::Condition> rows;     ///< none: all
};

/// One data set as a session knows it that may name things but read nothing.
struct DatasetOutline {
  std::vector<std::string> vintages;             ///< ascending
  std::string codebook;                          ///< TOML, of the newest vintage
  std::optional<std::set<std::string>> columns;  ///< as DatasetGrant's
  bool filtered = false;  ///< not all of its rows count: which codes do isn't known here
};

/// A policy document and those that it extends: what parse_policy needs.
struct PolicyTexts {
  std::string name;
  std::vector<std::pair<std::string, std::string>> texts;  ///< name -> TOML
};

/// What a session may do. Made by the broker when permit, project and peer agree.
struct SessionGrant {
  std::string session;  ///< "s-" + 16 hex digits
  std::string actor;    ///< "u-" + 8 hex digits, as in the log
  std::string user;
  std::string project;
  std::string language = "en";
  PolicyTexts policy;
  KeyBytes pseudonyms;                   ///< the project's form of them; or empty: the stored one
  std::vector<DatasetGrant> datasets;    ///< none where the policy shows aggregates only
  std::vector<DatasetOutline> outlines;  ///< instead: no key, no file
  bool aggregates = false;               ///< rows are seen through the gate alone
  std::int64_t statement_timeout_s = 600;
  std::vector<std::vector<std::optional<std::string>>> permit_rows;  ///< of sceau.permit
};

/// One output that a session asks to release.
struct OutputDraft {
  std::string name;  ///< the researcher's file name
  std::string title;
  std::string exception;  ///< or empty
  std::string sql;        ///< for the reviewer; encrypted in the registry
  std::optional<disclosure::Tabulation> tabulation;  ///< none: opaque
  disclosure::Message reason;                        ///< why it is no tabulation
  std::string opaque;                                ///< the file's bytes where it is opaque
  std::optional<disclosure::Chart> chart;            ///< the tabulation leaves as a figure
  std::optional<disclosure::Way> protect;            ///< this safe version of it is asked for
  bool propose = false;  ///< its safe versions are asked about; never of one that is submitted
  std::string claim;     ///< what another tool said of it (acro_claims.h), JSON; or empty
  std::string replaces;  ///< "R-…": the request whose next turn this one is; or empty
};

/// A file that is no tabulation, for the examiner to look into.
struct FileQuestion {
  std::string name;
  std::string bytes;
  disclosure::Message reason;  ///< why it is no tabulation
};

/// What an examiner is asked: outputs judged in order, each remembering those before it.
struct ExamineJob {
  std::string project;
  std::string language = "en";
  PolicyTexts policy;
  KeyBytes pseudonyms;                 ///< as SessionGrant's
  std::vector<DatasetGrant> datasets;  ///< with every vintage that history needs, all rows
  std::vector<disclosure::Tabulation> tabulations;
  std::vector<std::optional<disclosure::Chart>> charts;  ///< one a tabulation (empty: all
                                                         ///< are tables)
  std::vector<std::optional<disclosure::Way>> protects;  ///< likewise
  std::vector<std::uint8_t> proposes;                    ///< likewise, 1: `proposals` are wanted
  std::vector<disclosure::Remembered> history;           ///< oldest first
  std::vector<disclosure::Waiver> waivers;               ///< valid now, of these data sets
  std::vector<disclosure::Supersession> superseded;
  bool shown = false;               ///< whether `shown` of the answers is wanted
  std::vector<FileQuestion> files;  ///< answered behind the tabulations
  bool search = true;  ///< whether files are searched for records of `datasets` (record_scan.h)
};

/// A cell as the released file has it, codes without labels: what may be seen of it.
struct ShownCell {
  std::uint32_t grouping_set = 0;                  ///< index into the tabulation's
  std::vector<std::optional<std::string>> codes;   ///< one a dimension; none: NULL, or a margin
  std::vector<std::optional<std::string>> values;  ///< one a column; none: NULL or suppressed
};

/// What may be had instead of a table.
struct Proposed {
  disclosure::Way way = disclosure::Way::suppress;
  std::optional<disclosure::Verdict> verdict;  ///< none: there is no such version
  disclosure::Message effect;                  ///< what it hides or changes
  int kept = 0;                                ///< of the information, in percent
  disclosure::Message why;                     ///< why it is safe, or why there is none
};

struct Examined {
  disclosure::Judgement judgement;
  std::string file;  ///< released_csv or figure; empty where the table can't be made, and of files
  std::uint64_t cells = 0;
  std::vector<std::string> statistics;
  std::string table_json;        ///< cells, evidence and flags for the reviewer (inside only);
                                 ///< of a file what it is and what was found (file_examiner.h)
  std::vector<ShownCell> shown;  ///< the file's cells in its order, where the job wants them
  /// Where a safe version was asked for: what leaves, and is remembered, instead of what was asked
  /// (none: there is no such version), and how it came about (protection_json.h).
  std::optional<disclosure::Tabulation> version = {};
  std::string protection = {};
  std::vector<Proposed> proposals = {};
};

/// Runs a job in a fresh process. Throws EnclaveError; a crash is server.examiner_lost.
using Examiner = std::function<std::vector<Examined>(ExamineJob)>;

/// One output after judgement.
struct JudgedOutput {
  std::string name;
  disclosure::Judgement judgement;
  std::string verdict_json;         ///< disclosure::to_json of it
  bool exception_needless = false;  ///< one was asked for, and nothing fails
  std::vector<Proposed> proposals = {};
};

/// The answer to a submission: state "checked", "approved", "released" or "returned".
struct Submission {
  std::string request;  ///< "R-2026-000001"
  std::string state;
  disclosure::Verdict verdict = disclosure::Verdict::fail;
  std::vector<JudgedOutput> outputs;
};

/// The answer to a query that asks to be seen: its cells where the verdict is pass, else none.
struct Seen {
  JudgedOutput judged;  ///< rules and verdicts; no cell, no measure
  std::vector<ShownCell> cells;
};

}  // namespace sceau::enclave
