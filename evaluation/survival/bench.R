# One measurement of the benchmark in R: Rscript bench.R TASK STEM REPEATS; the columns lie as 32-bit integers.
suppressPackageStartupMessages(library(survival))
a <- commandArgs(TRUE); task <- a[1]; stem <- a[2]; repeats <- as.integer(a[3])
read <- function(name) { f <- paste0(stem, "-", name, ".bin"); readBin(f, "integer", file.size(f) / 4) }
a5 <- c("scheme", "tenure", "age_band", "case_type", "ward"); b8 <- c(a5, "lead", "repeat", "season")
covariates <- if (task == "cox_clusters_b8") b8 else a5
d <- list(exit = read("exit"), event = read("event"))
if (task %in% c("kaplan_meier", "logrank")) d$ward <- factor(read("ward"))
if (startsWith(task, "cox")) for (name in covariates) d[[name]] <- factor(read(name))
if (startsWith(task, "cox_clusters")) { d$entry <- read("entry"); d$subject <- read("subject") }
if (task == "aalen_johansen") d$state <- factor(read("state"))
d <- as.data.frame(d)
right <- paste0("`", make.names(covariates), "`", collapse = " + ")
run <- switch(task,
  kaplan_meier = function() survfit(Surv(exit, event) ~ ward, data = d),
  logrank = function() survdiff(Surv(exit, event) ~ ward, data = d),
  aalen_johansen = function() survfit(Surv(exit, state) ~ 1, data = d),
  cox_right = function() coxph(as.formula(paste("Surv(exit, event) ~", right)), data = d),
  function() coxph(as.formula(paste("Surv(entry, exit, event) ~", right)), data = d, cluster = subject))
out <- character(0)
for (i in seq_len(repeats)) {
  gc(); t <- system.time(run())
  peak <- sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))
  out <- c(out, sprintf("{\"wall\": %.4f, \"cpu\": %.4f, \"peak_mib\": %.1f}", t[["elapsed"]], t[["user.self"]] + t[["sys.self"]], as.numeric(peak) / 1024))
  if (t[["elapsed"]] > 20) break
}
cat("[", paste(out, collapse = ", "), "]\n", sep = "")
