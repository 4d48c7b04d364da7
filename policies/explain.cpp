#include "policies/explain.h"

#include <array>

namespace sceau::policies {
namespace {

constexpr std::array<Rule, 10> order = {
    Rule::threshold,        Rule::contributors, Rule::dominance,          Rule::p_percent,
    Rule::group_disclosure, Rule::homogeneity,  Rule::degrees_of_freedom, Rule::extremes,
    Rule::quantiles,        Rule::history};

/// 0.85 -> "85", 0.005 -> "0.5"
std::string percent(Decimal share) {
  while (share.scale < 2) {
    share.mantissa *= 10;
    ++share.scale;
  }
  share.scale -= 2;
  return to_string(shortened(share));
}

class Speaker {
 public:
  Speaker(const Policy& policy, std::string_view language)
      : policy_(policy), french_(language == "fr") {}

  [[nodiscard]] std::string exploration() const;
  [[nodiscard]] std::string reviewers() const;
  [[nodiscard]] std::string witness() const;
  [[nodiscard]] std::string rule(Rule rule) const;

 private:
  [[nodiscard]] std::string say(const std::string& fr, const std::string& en) const {
    return french_ ? fr : en;
  }
  [[nodiscard]] std::string share(const Decimal& value) const {
    return percent(value) + say("\u00A0%", "%");
  }
  [[nodiscard]] std::string sentence(Rule rule) const;
  [[nodiscard]] std::string threshold() const;
  [[nodiscard]] std::string dominance() const;
  [[nodiscard]] std::string p_percent() const;
  [[nodiscard]] std::string history() const;

  const Policy& policy_;
  bool french_;
};

std::string Speaker::exploration() const {
  return policy_.exploration == Exploration::rows
             ? say("exploration : les chercheurs voient les lignes dans l'enclave.",
                   "exploration: researchers see rows inside the enclave.")
             : say("exploration : les chercheurs ne voient que des agrégats qui passent les "
                   "règles.",
                   "exploration: researchers see aggregates only, and only those that pass.");
}

std::string Speaker::reviewers() const {
  const Reviewers& r = policy_.reviewers;
  const std::string pass = std::to_string(r.pass);
  const std::string review = std::to_string(r.review);
  const std::string fail = std::to_string(r.fail);
  return say("reviewers : décisions indépendantes avant diffusion : " + pass + " pour pass, " +
                 review + " pour review, " + fail + " pour fail (avec exception demandée).",
             "reviewers: independent decisions before a release: " + pass + " for pass, " + review +
                 " for review, " + fail + " for fail (with an exception asked for).");
}

std::string Speaker::witness() const {
  const std::string hours = std::to_string(policy_.witness.max_age_hours);
  if (policy_.witness.max_age_hours == 0) {
    return say("witness : les diffusions n'attendent pas les témoins du journal.",
               "witness: releases don't wait for the log's witnesses.");
  }
  return say(
      "witness : les diffusions attendent quand la plus récente signature des témoins du "
      "journal a plus de " +
          hours + " heures.",
      "witness: releases wait while the newest signature of the log's witnesses is more "
      "than " +
          hours + " hours old.");
}

std::string Speaker::threshold() const {
  const std::string n = std::to_string(policy_.threshold.minimum);
  const bool zeros = policy_.threshold.zeros == Zeros::disclosive;
  return say("un nombre fondé sur moins de " + n +
                 " unités avec une valeur échoue ; une case vide " +
                 (zeros ? "échoue aussi." : "passe."),
             "a number from fewer than " + n + " units with a value fails; an empty cell " +
                 (zeros ? "fails too." : "passes."));
}

std::string Speaker::dominance() const {
  std::string fr;
  std::string en;
  for (const DominanceRule& rule : policy_.dominance) {
    if (!en.empty()) {
      fr += " ; ";
      en += "; ";
    }
    const std::string n = std::to_string(rule.n);
    const bool passes = rule.at_limit == AtLimit::pass;
    fr += (rule.n == 1 ? "le plus grand contributeur" : "les " + n + " plus grands contributeurs");
    fr += passes ? " à plus de " + share(rule.share) : " à " + share(rule.share) + " ou plus";
    en += (rule.n == 1 ? "the largest contributor" : "the " + n + " largest contributors");
    en += passes ? " above " + share(rule.share) : " at " + share(rule.share) + " or above";
  }
  return say("une case échoue quand une part du total est trop grande : " + fr + ".",
             "a cell fails when a share of its total is too large: " + en + ".");
}

std::string Speaker::p_percent() const {
  const std::string p = share(policy_.p_percent.share);
  const bool absolute = policy_.p_percent.negatives == Negatives::absolute;
  return say(
      "une case échoue quand ce qui reste sans les deux plus grands contributeurs vaut moins "
      "de " +
          p + " du plus grand ; valeurs négatives : " +
          (absolute ? "comparées en valeur absolue." : "review."),
      "a cell fails when what is left without its two largest contributors is less than " + p +
          " of the largest; negative values: " + (absolute ? "compared by size." : "review."));
}

std::string Speaker::history() const {
  const std::string n = std::to_string(policy_.history.minimum);
  const bool population = policy_.history.scope == HistoryScope::population;
  const bool ignored = policy_.history.opaque == OpaqueReleases::ignore;
  return say("une différence avec des résultats déjà diffusés ou demandés échoue en dessous de " +
                 n + " unités ; comptent " +
                 (population ? "tous les projets sur la même population"
                             : "les résultats du même projet") +
                 (ignored ? " ; les fichiers d'une autre nature ne comptent pas."
                          : " ; après un fichier d'une autre nature, une personne décide."),
             "a difference from outputs released or asked for before fails below " + n +
                 " units; what counts is " +
                 (population ? "every project on the same population"
                             : "the outputs of the same project") +
                 (ignored ? "; files that are no tables don't count."
                          : "; after a file that is no table, a person decides."));
}

std::string Speaker::sentence(Rule rule) const {
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  switch (rule) {
    case Rule::threshold:
      return threshold();
    case Rule::contributors: {
      const std::string n = number(policy_.contributors.minimum);
      return say(
          "une case avec moins de " + n + " contributeurs d'une sorte (établissements) échoue.",
          "a cell with fewer than " + n + " contributors of a kind (schools) fails.");
    }
    case Rule::dominance:
      return dominance();
    case Rule::p_percent:
      return p_percent();
    case Rule::group_disclosure: {
      const std::string s = share(policy_.group_disclosure.share);
      return say("une modalité d'une variable sensible ne doit pas réunir " + s +
                     " ou plus des unités d'un groupe.",
                 "no category of a sensitive variable may hold " + s +
                     " or more of the units of a group.");
    }
    case Rule::homogeneity: {
      const bool fails = policy_.homogeneity.verdict == Severity::fail;
      return say(std::string("une case dont toutes les unités ont la même valeur ") +
                     (fails ? "échoue." : "demande une relecture."),
                 std::string("a cell whose units all share one value ") +
                     (fails ? "fails." : "gets review."));
    }
    case Rule::degrees_of_freedom: {
      const std::string n = number(policy_.degrees_of_freedom.minimum);
      return say("il faut au moins " + n + " degrés de liberté (écarts-types, modèles, tests).",
                 "at least " + n + " degrees of freedom (standard deviations, models, tests).");
    }
    case Rule::extremes: {
      const std::string n = number(policy_.extremes.minimum);
      return say("un minimum ou un maximum doit être partagé par au moins " + n + " unités.",
                 "a minimum or maximum must be shared by at least " + n + " units.");
    }
    case Rule::quantiles: {
      const std::string n = number(policy_.quantiles.minimum);
      return say("il faut au moins " + n + " unités de chaque côté d'un quantile.",
                 "at least " + n + " units on either side of a quantile.");
    }
    case Rule::history:
      return history();
    case Rule::tabulation:
      return {};
  }
  return {};
}

std::string Speaker::rule(Rule rule) const {
  const std::string name = std::string(to_string(rule)) + say(" : ", ": ");
  if (!policy_.enforces(rule)) return name + say("désactivée.", "off.");
  return name + sentence(rule);
}

}  // namespace

std::vector<std::string> explain(const Policy& policy, std::string_view language) {
  const Speaker speaker(policy, language);
  std::vector<std::string> lines = {speaker.exploration(), speaker.reviewers()};
  for (const Rule rule : order) lines.push_back(speaker.rule(rule));
  lines.push_back(speaker.witness());
  for (auto line : {explain(policy.files, language), explain(policy.workspace, language)}) {
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace sceau::policies
