// Words about what is exchanged: figures, folders of ACRO, tables of cells, codebooks as Table
// Schema.

#include <array>

#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr std::array entries = {
    // figures
    MessageText{"figure.chart", "there is no chart \"{1}\"",
                "write chart 'bar', 'line', 'histogram' or 'box'"},
    MessageText{"figure.name", "a figure is an SVG file, and \"{1}\" doesn't end so",
                "write COPY (SELECT …) TO 'name.svg' WITH (title '…', chart 'bar')"},
    MessageText{"figure.no_chart", "\"{1}\" is to be an SVG file, and no chart is named",
                "add chart 'bar', 'line', 'histogram' or 'box' to WITH, or write a table to a "
                "name that ends in .csv"},
    MessageText{"figure.no_table", "a figure is drawn from a table that was judged; here: {1}",
                "write SELECT of dimensions and statistics with GROUP BY; a picture of your own "
                "goes to a reviewer with SELECT sceau.egress('plot.svg', 'title', $1::bytea)"},
    MessageText{"figure.margins",
                "a figure shows no margins beside the categories they are made of",
                "leave out ROLLUP, CUBE and GROUPING SETS, and ask for the margins as a table"},
    MessageText{"figure.bar_shape", "a bar chart needs one or two dimensions and one statistic",
                "for instance SELECT academie, sexe, count(*) FROM lycees GROUP BY academie, sexe"},
    MessageText{"figure.line_shape", "a line chart needs one or two dimensions and one statistic",
                "for instance SELECT annee, sexe, avg(note) FROM lycees GROUP BY annee, sexe"},
    MessageText{"figure.line_order",
                "the first dimension of a line chart is a number, a date, a vintage or a "
                "width_bucket; \"{1}\" has no such order",
                "put the dimension that has an order first, or write chart 'bar'"},
    MessageText{
        "figure.histogram_shape", "a histogram needs one width_bucket dimension and a count",
        "for instance SELECT width_bucket(note, 0, 20, 10), count(*) FROM lycees GROUP BY 1"},
    MessageText{"figure.box_shape",
                "a box plot needs at most one dimension and the quantiles 0.25, 0.5 and 0.75 of "
                "one variable (others, its minimum and its maximum may stand beside them)",
                "for instance SELECT academie, percentile_cont(0.25) WITHIN GROUP (ORDER BY note), "
                "percentile_cont(0.5) WITHIN GROUP (ORDER BY note), percentile_cont(0.75) WITHIN "
                "GROUP (ORDER BY note) FROM lycees GROUP BY academie"},
    MessageText{"figure.too_many_categories", "{1} marks are more than a figure can show: {2}",
                "merge categories, choose some with WHERE, or ask for a table"},
    MessageText{"figure.too_many_series",
                "the second dimension has {1} categories, and a figure can tell {2} apart",
                "put the longer dimension first, merge categories, or ask for a table"},
    // files at the gate
    MessageText{"files.container", "{1} is a container ({2}): what is in it can't be looked at", "send the files in it one by one; R writes an open file with saveRDS(x, file, compress = FALSE)"},
    MessageText{"files.no_extension", "{1} has no ending that says what it is", "name it .csv, .txt, .json, .ipynb, .svg, .png, .jpg, .pdf, .rds, or as a script"},
    MessageText{"files.unknown_extension", "files like {1} don't pass the gate: its ending is none of those that are known", "write tables as CSV, text as .txt or .md, pictures as PNG or SVG, documents as PDF"},
    MessageText{"files.other_type", "{1} is {2} by its content, and {3} by its name", "give it the ending of what it is"},
    MessageText{"files.unknown_content", "{1} holds binary data of no known type", "write it as one of the types that its ending can name"},
    MessageText{"files.control_characters", "{1} holds control characters, which a terminal would obey", "take out everything below a blank but tabs and line ends"},
    MessageText{"files.malformed", "this is no well-formed {1} file", "write it anew with the program that made it"},
    MessageText{"files.hidden_part", "this {1} file has a part that nobody would see: {2}", "write it without metadata, attachments, comments, encryption and packed objects (for a PDF: version 1.4)"},
    MessageText{"files.active_content", "this {1} file would do or fetch something when it is opened: {2}", "write it without scripts, actions and references to other files"},
    MessageText{"files.type_not_allowed", "{1} is of type {2}, which the policy doesn't let out", "show it as one of the policy's types: sceau policy check says which"},
    MessageText{"files.too_large", "{1} has {2} bytes, and the policy lets out at most {3}", "send what is needed of it"},
    MessageText{"files.identifiers", "{1n} pseudonyms of {2}.{3} stand in the file, in {4n} places", ""},
    MessageText{"files.codes", "{1n} codes of {2}.{3}, which name contributors, stand in the file, in {4n} places", ""},
    MessageText{"files.records", "{1n} of {2n} lines of a table in the file equal rows of {3} in {4}; {5n} of them equal fewer than {6n} rows, {7n} repeat another line", ""},
    MessageText{"files.searched_in_part", "the file was too large to be searched for records to its end", ""},
    MessageText{"files.not_searched", "what a {1} file shows can't be searched for records", ""},
    MessageText{"files.bidi", "the file holds characters that turn the direction of what stands behind them", ""},
    MessageText{"files.looked_into", "the file was found to be of type {1}", ""},
    MessageText{"files.searched", "the file was looked into; what was found is shown to the reviewer", ""},
    // ACRO
    MessageText{"acro.format", "there is no form \"{1}\" to export a request in",
                "write --format acro"},
    MessageText{"acro.folder", "{1} is there already, or can't be made",
                "name a folder that isn't there yet, in one that is"},
    MessageText{"acro.own_name", "an output is called {1}, as the folder's own files are",
                "look at it with sceau review show"},
    MessageText{"acro.malformed", "this is no results.json of ACRO: {1}",
                "pass the text of the file that acro.finalise() writes (version 0.4)"},
    MessageText{"acro.path", "results.json names a file that is no plain file name",
                "a folder of ACRO is flat: run acro.finalise() again and pass what it writes"},
    MessageText{"acro.nothing_pending", "there is no output yet that these results could be of",
                "BEGIN; the files with sceau.egress, or as tables with COPY (SELECT …) TO the same "
                "name; then sceau.egress_acro; COMMIT"},
    MessageText{"acro.no_output", "no output of this request has the name of one of these results",
                "give an output the name that stands in results.json, for instance "
                "output_0_0.csv"},
    MessageText{"acro.twice", "two results are of the output {1}", "give each file its own name"},
    MessageText{"acro.taken", "{1} of {2} results are claims on outputs of this request", ""},
    // tables of cells (sceau protect)
    MessageText{"protect.way", "there is no safe version called \"{1}\"",
                "write protect 'suppress', 'merge' or 'round'"},
    MessageText{"protect.no_table", "a safe version is one of a table, and this is none: {1}",
                "ask with SELECT of dimensions and statistics from one data set"},
    MessageText{"protect.one_table", "protect takes one table", "name one CSV file"},
    MessageText{"protect.option", "--{1} takes one of: {2}", "see sceau protect --help"},
    MessageText{"protect.columns", "{1} has no code columns followed by a column \"freq\"",
                "one row a cell: the code columns first (Total for a margin), then freq, value, "
                "primary, lpl, upl, cost"},
    MessageText{"protect.unknown_column",
                "{1}: column \"{2}\" behind freq is unknown, or stands there twice",
                "behind freq come only value, primary, lpl, upl and cost"},
    MessageText{"protect.no_primary", "{1} doesn't say which cells are primary",
                "add a column \"primary\" with 1 where the cell itself must be hidden and 0 else"},
    MessageText{"protect.number", "{1}, line {2}: \"{3}\" is no number that can stand there",
                "freq, lpl, upl and cost are not negative, freq is whole, value has a point as "
                "decimal sign and at most 15 digits"},
    MessageText{"protect.flag", "{1}, line {2}: \"primary\" is neither 0 nor 1", "write 0 or 1"},
    MessageText{"protect.line", "{1}, line {2}: this is no line of the table",
                "UTF-8, as many fields as the header, quotes closed"},
    MessageText{"protect.hierarchy", "there is no dimension \"{1}\" to give a hierarchy to",
                "write --hierarchy DIM=FILE with the name of a code column"},
    MessageText{"protect.cannot_read", "{1} can't be read", "is it there, and are you allowed to?"},
    MessageText{"protect.hierarchy_columns", "{1} hasn't the columns code and parent",
                "a CSV file with the header code,parent and a line for each code that stands "
                "under another"},
    MessageText{"protect.hierarchy_code", "{1}, line {2}: a code that dimension {3} doesn't have",
                "each code of a hierarchy, and each parent, has cells in the table"},
    MessageText{"protect.not_additive", "the parts of \"{1}\" along {2} don't add up to it",
                "give the hierarchy of the dimension (--hierarchy), every part that isn't zero, "
                "and numbers that aren't rounded"},
    MessageText{"protect.twice", "the cell \"{1}\" stands in the table twice",
                "one row a cell; a margin's code is Total"},
    MessageText{"protect.below_least",
                "the cell \"{1}\" is smaller than what everybody is said to know",
                "write --least 0; negative values can't be protected by this command"},
    MessageText{"protect.zero_is_primary",
                "the cell \"{1}\" is zero and primary, and zeros are published",
                "write --zeros hidden where zeros are disclosive"},
    MessageText{"protect.circle", "in the hierarchy of {1} a code is above itself, or twice below",
                "one parent a code; a second grouping of the same codes is a file of its own"},
    MessageText{"protect.too_large", "the table has more combinations of codes than {1}",
                "protect it in parts that share no sums, or leave out a dimension"},
    MessageText{"protect.out", "{1} is there already, or can't be made",
                "name a file that isn't there yet"},
    MessageText{"protect.out_write", "{1} could not be written to its end",
                "is there room on the disk?"},
    // Table Schema
    MessageText{"schema.not_yet", "this codebook can't be used as it stands: {1}", ""},
};

}  // namespace

std::span<const MessageText> exchange_messages() { return entries; }

}  // namespace sceau::enclave
