// Words about what is exchanged: figures, folders of ACRO, codebooks as Table Schema.

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
    // Table Schema
    MessageText{"schema.not_yet", "this codebook can't be used as it stands: {1}", ""},
};

}  // namespace

std::span<const MessageText> exchange_messages() { return entries; }

}  // namespace sceau::enclave
