#include <array>

#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

// import.*: {1} file, {2} line, {3} column; what more there is, behind.
constexpr std::array entries = {
    MessageText{"store.internal", "the store room met a fault of its own: {1}",
                "run 'sceau doctor', then report what it prints"},
    MessageText{"store.no_sqlcipher",
                "the SQLite library of this machine is not SQLCipher, or keeps temporary files on "
                "disk; nothing was written",
                "install libsqlcipher 4.6 or later; 'sceau doctor' shows which one is loaded"},
    MessageText{"store.bad_name", "'{1}' is no store name",
                "write NAME@VINTAGE, e.g. eleves@2024: NAME of a-z, 0-9 and _, VINTAGE of letters, "
                "digits, '-', '_' and '.'"},
    MessageText{"store.exists", "{1} exists already; a sealed store is never written again",
                "choose another vintage, or seal a corrected one with --supersedes"},
    MessageText{"store.missing", "there is no store file {1}",
                "'sceau store list' shows what there is; restore the file from a backup"},
    MessageText{"store.unreadable", "{1} can't be read",
                "check that it is a plain file that this user may read"},
    MessageText{"store.unwritable", "{1} can't be written: {2}",
                "check the folder's owner and mode"},
    MessageText{"store.disk_full", "no room on the disk for {1}; the import left nothing behind",
                "free some space (a store takes about as much as its CSV files under gzip), then "
                "import again"},
    MessageText{"store.plaintext", "{1} is a plaintext SQLite database, not a sealed store",
                "it may hold data in clear: move it away from here, and seal its data with 'sceau "
                "store create'"},
    MessageText{"store.sqlcipher3", "{1} is a database of SQLCipher 3, which Sceau does not read",
                "export it to CSV where it was made, and seal that with 'sceau store create'"},
    MessageText{"store.foreign", "{1} is an SQLCipher database, but not one that Sceau sealed",
                "export it to CSV where it was made, and seal that with 'sceau store create'"},
    MessageText{"store.wrong_key",
                "the key does not open {1}: the key is another store's, or the file was damaged or "
                "replaced",
                "compare it with the log ('sceau store verify'); restore file and keys from one "
                "backup"},
    MessageText{
        "store.cut", "{1} is shorter or longer than when it was sealed",
        "restore it from a backup; 'sceau store verify' compares size and hash with the log"},
    MessageText{"store.damaged", "{1} is damaged: what it holds is not what was sealed",
                "restore it from a backup; 'sceau store verify' compares it with the log"},
    MessageText{"store.tampered", "{1} is not the file that was sealed: its size or hash differs",
                "do not use it; restore it from a backup, and find out who could write to it"},
    MessageText{"store.journal", "{1} stands beside a sealed store, which never has one",
                "somebody opened the store with another program: compare the store with the log "
                "('sceau store verify'), then remove this file"},
    MessageText{"store.none", "no store was named", ""},
    MessageText{"store.not_vintages",
                "{1}@{2} can't be stacked: another data set, or the same vintage twice", ""},
    MessageText{"store.vintages_differ",
                "variable {1} is not the same thing in vintages {2} and {3}: type, role or domain "
                "differ",
                "name one vintage, or seal one of them again with a codebook that agrees"},
    MessageText{"store.no_column", "there is no column {1} in {2}", ""},
    MessageText{"store.join_undeclared",
                "the codebook of {1} doesn't declare that {2} names rows of {3} by {4}",
                "join by a variable whose references the codebook declares; the custodian can seal "
                "a store with such a codebook"},
    MessageText{"store.join_missing", "there is no {1}@{2} here that could be joined", ""},
    MessageText{"store.join_not_unique",
                "{1}@{2} holds the same {3} in more than one row: it can't be joined n:1",
                "ask the custodian for a store where each {3} stands once"},
    MessageText{"import.no_files", "no file was named", "give one or more with --from"},
    MessageText{"import.cancelled", "the import was cancelled; it left nothing behind", ""},
    MessageText{
        "import.out_of_memory",
        "{1}: after {2} rows the import would take more memory than the {3} MiB that it may",
        "give it more (--memory 16G), leave out a variable of very many values, or seal "
        "fewer years in one store"},
    MessageText{"import.no_rows", "the files hold a header and no row",
                "check that these are the right files"},
    MessageText{"import.unreadable", "{1} can't be read to its end",
                "check the medium that it stands on, then copy it again"},
    MessageText{"import.not_csv", "{1} is a zip archive or a spreadsheet, not a CSV file",
                "unpack it, or save the sheet as CSV (UTF-8)"},
    MessageText{"import.gzip_damaged", "{1}: the gzip packing is damaged or cut short",
                "fetch the file again; 'gzip -t' must accept it"},
    MessageText{"import.utf16", "{1} is UTF-16, and the codebook does not say so",
                "save it as UTF-8, or write in the codebook: [[files]] match = \"{1}\", encoding = "
                "\"UTF-16\""},
    MessageText{"import.bad_encoding", "{1}: the codebook names an encoding '{2}' that is unknown",
                "use a name that 'iconv -l' lists, e.g. \"windows-1252\" or \"ISO-8859-15\""},
    MessageText{"import.empty_file", "{1} is empty", "check that it was copied whole"},
    MessageText{"import.no_header",
                "{1}: the first line names none of the codebook's columns; is there a header?",
                "the first line must hold the column names; the codebook looks for: {3}"},
    MessageText{"import.missing_column", "{1} has no column '{3}'; its header holds: {4}",
                "name the file's column in the variable's 'source', or set a constant for these "
                "files: [[files]] set = {…}"},
    MessageText{"import.duplicate_header", "{1}: two columns are called '{3}'",
                "rename one of them in the file's first line"},
    MessageText{"import.two_columns", "{1}: columns '{4}' and '{5}' both feed variable {3}",
                "leave one of them in the variable's 'source'"},
    MessageText{"import.bad_constant",
                "{1}: the constant that the codebook sets for {3} is no value of that variable",
                "correct [[files]] set in the codebook"},
    MessageText{"import.ragged", "{1}, line {2}: {4} fields, where the header has {5}",
                "look for a missing or extra separator, or an unquoted one inside a value"},
    MessageText{"import.bad_quote", "{1}, line {2}: a quote stands where none may",
                "put the whole value in quotes and double each quote inside it (RFC 4180)"},
    MessageText{"import.unclosed_quote",
                "{1}, line {2}: a quote opens here, and the file ends before it closes",
                "close or double the quote; if the file was cut, fetch it again"},
    MessageText{"import.cut",
                "{1}, line {2}: the file ends in the middle of this line; it was probably cut",
                "fetch the file again and compare its size with the original's"},
    MessageText{"import.line_too_long", "{1}, line {2}: the line is longer than 1 MiB",
                "look for a quote that never closes, or another separator than ; , tab |"},
    MessageText{"import.bad_utf8", "{1}, line {2}, column {3}: not valid UTF-8",
                "if the file has another encoding, name it in the codebook: [[files]] match = "
                "\"{1}\", encoding = \"windows-1252\""},
    MessageText{"import.nul", "{1}, line {2}, column {3}: a NUL byte",
                "the file is damaged or not text; fetch it again"},
    MessageText{"import.bad_integer", "{1}, line {2}, column {3}: not an integer",
                "write digits only; name other texts in the variable's 'missing', or declare it "
                "decimal"},
    MessageText{"import.bad_decimal", "{1}, line {2}, column {3}: not a decimal number",
                "set [[files]] decimal = \",\" if the file writes commas; name other texts in the "
                "variable's 'missing'"},
    MessageText{"import.bad_date", "{1}, line {2}, column {3}: not a date",
                "write YYYY-MM-DD, a day that exists"},
    MessageText{"import.out_of_range",
                "{1}, line {2}, column {3}: outside the codebook's bounds {4}",
                "correct the value, or 'min' and 'max' in the codebook"},
    MessageText{"import.unknown_code",
                "{1}, line {2}, column {3}: a code that the codebook's list does not have",
                "'--dry-run' lists the unknown codes; add them to 'values', or map them with "
                "'recode'"},
    MessageText{"import.reserved_code",
                "{1}, line {2}, column {3}: a code spelled 'Total' or 'NA', which tables use for "
                "margins and missing values",
                "name it in the variable's 'missing', or map it with 'recode'"},
    MessageText{"import.too_many_codes", "{1}, line {2}, column {3}: more than 4,294,967,294 codes",
                "declare the variable as a number, or leave it out"},
    MessageText{"import.no_parent",
                "{1}, line {2}, column {3}: a code without a code of its parent {4}",
                "fill in {4}, or drop 'parent' from the codebook"},
    MessageText{"import.two_parents",
                "{1}, line {2}, column {3}: this code stood under another code of {4} on line {5}",
                "each code has one parent: correct one of the lines, or drop 'parent' from the "
                "codebook"},
};

}  // namespace

std::span<const MessageText> store_messages() { return entries; }

}  // namespace sceau::enclave
