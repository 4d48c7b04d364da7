// Words of `sceau protect`.

#include <array>

#include "enclave/messages.h"

namespace sceau::enclave {
namespace {

constexpr std::array entries = {
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
    MessageText{"shown.protected",
                "protected: {1} of {2} primary cells certified, {3} secondary cells of cost {4} "
                "hidden, {5} published",
                ""},
    MessageText{"shown.not_protected",
                "not protected, nothing written: {1} of {2} primary cells certified, {3} secondary "
                "cells of cost {4} hidden, {5} published",
                ""},
    MessageText{"shown.cell_unsafe", "an attacker gets too close to {1}", ""},
    MessageText{"shown.cell_uncertified", "no proof was found for {1}", ""},
};

}  // namespace

std::span<const MessageText> protect_messages() { return entries; }

}  // namespace sceau::enclave
