# R's data.table as a peer: reads the CSV file named by its first argument into memory, then answers
# a question (load, W1 … W5) a line of standard input by one line of JSON.
suppressPackageStartupMessages(library(data.table))
arguments <- commandArgs(trailingOnly = TRUE)
setDTthreads(as.integer(arguments[2]))
fine <- c("departement", "niveau", "pcs", "sexe")
texts <- c("academie", "departement", "secteur", "uai", "niveau", "serie", "sexe", "pcs", "boursier")

read <- function() {
  fread(arguments[1], sep = ";", select = list(factor = texts, integer = c("annee", "age"),
                                               numeric = "note"), na.strings = "")
}
w1 <- function(rows) rows[, .(n = .N, mean = mean(note, na.rm = TRUE)), by = .(academie, sexe)]
questions <- list(
  W1 = w1,
  W2 = function(rows) {
    table <- rows[, .(n = .N, sum = sum(note, na.rm = TRUE), mean = mean(note, na.rm = TRUE),
                      var = var(note, na.rm = TRUE)), by = fine]
    table[is.na(mean), sum := NA]  # SQL's sum of nothing is NULL
    table[, mean := NULL][]
  },
  W3 = function(rows) w1(rows[annee == 2021L & boursier == "1"]),
  W4 = function(rows) {
    schools <- rows[, .(n = .N, sum = sum(note, na.rm = TRUE)), by = .(departement, niveau, uai)]
    setorder(schools, -sum)
    schools[, .(n = sum(n), schools = .N, first = sum[1], second = sum[2]),
            by = .(departement, niveau)]
  },
  W5 = function(rows) {
    data.table(notes = sum(rows$note, na.rm = TRUE), ages = sum(as.numeric(rows$age)),
               holders = sum(rows$boursier == "1"))
  }
)
dimensions <- c(W1 = 2, W2 = 4, W3 = 2, W4 = 2, W5 = 0)

as_json <- function(table, count) {
  number <- function(x) ifelse(is.na(x), "null", formatC(as.numeric(x), digits = 17, format = "g"))
  keys <- rep("", nrow(table))
  for (i in seq_len(count)) {
    text <- as.character(table[[i]])
    keys <- paste0(keys, ifelse(is.na(text), "", text), "|")
  }
  values <- do.call(paste, c(lapply(table[, -seq_len(count), with = FALSE], number), sep = ","))
  if (count == 0) values <- do.call(paste, c(lapply(table, number), sep = ","))
  paste0("{", paste0('"', keys, '":[', trimws(values), "]", collapse = ","), "}")
}

peak <- function() {
  line <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) * 1024
}

rows <- NULL
input <- file("stdin", "r")
while (length(question <- readLines(input, n = 1)) == 1) {
  start <- as.numeric(Sys.time())
  result <- if (question == "load") read() else questions[[question]](rows)
  taken <- as.numeric(Sys.time()) - start
  if (question == "load") {
    rows <- result
    extra <- sprintf('"rows":%d', nrow(rows))
  } else {
    extra <- paste0('"answer":', as_json(result, dimensions[[question]]))
  }
  cat(sprintf('{"seconds":%.6f,%s,"peak_memory":%.0f}\n', taken, extra, peak()))
  flush(stdout())
}
