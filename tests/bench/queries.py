"""The benchmark's data sets and questions. Each question is here as SQL, once for DuckDB in its best
form and once for SQLite, and under the same name as a tabulation in workload.cpp."""

import gzip
import os
import tomllib
from dataclasses import dataclass, field

FINE = "departement, niveau, pcs, sexe"
VARIANCE = ("(sum(note * note) - sum(note) * sum(note) / count(note)) / "
            "nullif(count(note) - 1, 0)")
# DuckDB's exact sums are cast group by group, so that no digit of a quotient is cut.
DUCK_VARIANCE = ("(sum(note * note)::DOUBLE - sum(note)::DOUBLE * sum(note)::DOUBLE / count(note)) "
                 "/ nullif(count(note) - 1, 0)")
SCHOOLS = """WITH s AS (SELECT departement, niveau, uai, count(*) n, {sum} t FROM {table}
                        GROUP BY departement, niveau, uai)"""
TOP_SQLITE = """, r AS (SELECT *, row_number() OVER (PARTITION BY departement, niveau
                                                   ORDER BY t DESC) k FROM s)
    SELECT departement, niveau, sum(n), count(uai), max(CASE WHEN k = 1 THEN t END),
           max(CASE WHEN k = 2 THEN t END) FROM r GROUP BY departement, niveau"""
TOP_DUCK = """ SELECT departement, niveau, sum(n), count(uai), max(t, 2)[1], max(t, 2)[2]
    FROM s GROUP BY departement, niveau"""
# What the engine's evidence of a mean holds: rows, valid rows, schools, the two largest schools'
# sums and the total that their shares are of, sum, squares, negatives, extremes and how many have
# them. In two levels, the shape in which DuckDB is fastest; the extremes' counts need a second
# look at the rows.
EVIDENCE = f"""WITH s AS (
      SELECT {FINE}, uai, count(*) r, count(note) n, sum(note) t, sum(note * note) q,
             count(*) FILTER (note < 0) neg, min(note) lo, max(note) hi
      FROM eleves GROUP BY {FINE}, uai),
    c AS (
      SELECT {FINE}, sum(r) r, sum(n) n, count(uai) FILTER (n > 0) schools, max(t, 2) top,
             coalesce(sum(abs(t)), 0) total, coalesce(sum(t), 0) t, coalesce(sum(q), 0) q,
             sum(neg) neg, min(lo) lo, max(hi) hi
      FROM s GROUP BY {FINE}),
    x AS (
      SELECT {FINE}, count(*) FILTER (note = lo) at_lo, count(*) FILTER (note = hi) at_hi
      FROM eleves JOIN c USING ({FINE}) GROUP BY {FINE})
    SELECT {FINE}, r, n, schools, top[1], top[2], total, t, q, neg, lo, at_lo, hi, at_hi
    FROM c JOIN x USING ({FINE})"""


@dataclass
class Query:
    name: str
    title: str
    dimensions: int
    duckdb: str
    sqlite: str | None = ""  # "": the same; None: no peer in SQLite

    def __post_init__(self):
        self.sqlite = self.duckdb if self.sqlite == "" else self.sqlite


@dataclass
class Dataset:
    name: str
    codebook: str
    queries: list[Query]
    csv: str = ""
    rows: int = 0
    variables: dict = field(default_factory=dict)

    def open(self, root, csv):
        """Reads the codebook, and the CSV's header: what DuckDB's read_csv is told."""
        self.csv = csv
        self.codebook = os.path.join(root, self.codebook)
        with open(self.codebook, "rb") as toml:
            self.variables = tomllib.load(toml)["variables"]
        with gzip.open(csv, "rt") if csv.endswith(".gz") else open(csv, encoding="utf-8") as text:
            line = text.readline().rstrip("\r\n")
        self.separator = ";" if ";" in line else ","
        self.header = line.split(self.separator)
        return self

    def sql_type(self, name):
        """The type that somebody who knows the data gives a column in DuckDB."""
        variable = self.variables.get(name, {"type": "text"})
        if variable["type"] == "integer":
            return "SMALLINT" if variable.get("max", 99999) < 32768 else "BIGINT"
        if variable["type"] == "decimal":
            digits = len(str(int(max(abs(variable["min"]), abs(variable["max"])))))
            return f"DECIMAL({digits + variable['decimals']},{variable['decimals']})"
        return "VARCHAR"

    def categories(self):
        return [name for name in self.variables if self.sql_type(name) == "VARCHAR"]


def datasets():
    count_and_mean = "SELECT academie, sexe, count(*), avg(note) FROM eleves"
    fine = f"SELECT {FINE}, count(*), sum(note), {{}} FROM eleves GROUP BY {FINE}"
    eleves = [
        Query("W1", "académie × sexe: count, mean", 2, f"{count_and_mean} GROUP BY academie, sexe"),
        Query("W2", "département × niveau × pcs × sexe: count, sum, variance", 4,
              fine.format(DUCK_VARIANCE), fine.format(VARIANCE)),
        Query("W3", "W1 where annee = 2021 and boursier = 1", 2,
              f"{count_and_mean} WHERE annee = 2021 AND boursier = '1' GROUP BY academie, sexe"),
        Query("W4", "département × niveau: count, schools, two largest", 2,
              SCHOOLS.format(table="eleves", sum="sum(note)") + TOP_DUCK,
              SCHOOLS.format(table="eleves", sum="sum(note)") + TOP_SQLITE),
        Query("W4E", "W4 with all evidence", 2,
              SCHOOLS.format(table="eleves", sum="sum(note)") + TOP_DUCK, None),
        Query("W5", "scan of three columns", 0,
              "SELECT sum(note), sum(age), count(*) FILTER (WHERE boursier = '1') FROM eleves"),
        Query("W2E", "W2 with all evidence", 4, EVIDENCE, None),
    ]
    lycees = [
        Query("F1", "académie × série × sexe: count", 3,
              "SELECT academie, serie, sexe, count(*) FROM lycees GROUP BY academie, serie, sexe"),
        Query("F2", "département × niveau: count, schools, two largest", 2,
              SCHOOLS.format(table="lycees", sum="count(*)") + TOP_DUCK,
              SCHOOLS.format(table="lycees", sum="count(*)") + TOP_SQLITE),
    ]
    by_parents = "country, mother_educ, father_educ"
    pisa = [
        Query("P1", "country × sex: count, weights, mean", 2,
              "SELECT country, gender, count(*), sum(stu_wgt), avg(math) FROM pisa2003 "
              "GROUP BY country, gender"),
        Query("P2", "country × parents' education: count, weights, mean", 3,
              f"SELECT {by_parents}, count(*), sum(stu_wgt), avg(read) FROM pisa2003 "
              f"GROUP BY {by_parents}"),
    ]
    return [Dataset("eleves", "policies/codebooks/eleves.toml", eleves),
            Dataset("lycees", "policies/codebooks/lycees.toml", lycees),
            Dataset("pisa2003", "tests/bench/pisa2003.toml", pisa)]


REAL_FILES = {"lycees": "fr/derive_lycee2021_eleves_uai_niveau_serie_sexe.csv.gz",
              "pisa2003": "pupil/pisa2003_students_all_countries.csv.gz"}
