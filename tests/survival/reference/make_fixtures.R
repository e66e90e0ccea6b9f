# Make the reference answers that tests/survival compares with: Rscript make_fixtures.R (in this folder).
# Needs R with the packages survival and cmprsk; their versions are written into versions.json.
# All data are simulated here. Cox fits run to full convergence (eps = 1e-13), so that what is left is rounding.
suppressPackageStartupMessages({library(survival); library(cmprsk)})
options(warn = -1)

number <- function(x) ifelse(is.finite(x), formatC(x, digits = 17, format = "g", width = 1), "null")
json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x)) {
    parts <- vapply(x, json, "")
    if (is.null(names(x))) return(paste0("[", paste(parts, collapse = ", "), "]"))
    return(paste0("{", paste0("\"", names(x), "\": ", parts, collapse = ",\n "), "}"))
  }
  if (is.factor(x)) x <- as.character(x)
  if (is.character(x)) v <- paste0("\"", x, "\"")
  else if (is.logical(x)) v <- ifelse(is.na(x), "null", ifelse(x, "true", "false"))
  else v <- number(as.numeric(x))
  if (inherits(x, "AsIs") || length(x) != 1) paste0("[", paste(v, collapse = ", "), "]") else v
}
column <- function(x) I(if (is.factor(x)) as.character(x) else unclass(x))

surv_left <- function(a) if (is.null(a$entry)) sprintf("Surv(exit, %s)", a$event) else sprintf("Surv(entry, exit, %s)", a$event)

fit_cox <- function(d, covariates, entry = NULL, strata = NULL, weights = NULL, cluster = NULL, ties = "efron",
                    profiles = NULL) {
  a <- list(entry = entry, event = "event")
  right <- c(covariates, if (!is.null(strata)) sprintf("strata(%s)", strata))
  f <- as.formula(paste(surv_left(a), "~", paste(right, collapse = " + ")))
  args <- list(f, data = quote(d), ties = ties, control = coxph.control(eps = 1e-13, iter.max = 50))
  if (!is.null(weights)) args$weights <- as.name(weights)
  if (!is.null(cluster)) args$cluster <- as.name(cluster)
  fit <- do.call(coxph, args)
  robust <- !is.null(fit$naive.var)
  s <- summary(fit)
  out <- list(covariates = I(covariates), entry = entry, strata = strata, weights = weights, cluster = cluster, ties = ties,
    coef = I(unname(coef(fit))), se = I(unname(sqrt(diag(if (robust) fit$naive.var else fit$var)))),
    robust_se = if (robust) I(unname(sqrt(diag(fit$var)))) else NULL,
    low = I(unname(s$conf.int[, 3])), high = I(unname(s$conf.int[, 4])), p = I(unname(s$coefficients[, ncol(s$coefficients)])),
    loglik_null = fit$loglik[1], loglik = fit$loglik[2], score = fit$score, wald = unname(fit$wald.test),
    robust_score = if (robust) fit$rscore else NULL, concordance = unname(fit$concordance["concordance"]))
  out$zph <- lapply(c(km = "km", rank = "rank", identity = "identity"), function(tr) {
    z <- cox.zph(fit, transform = tr)$table
    list(chi2 = I(unname(z[, 1])), df = I(unname(z[, 2])), p = I(unname(z[, 3])))
  })
  if (!is.null(profiles)) {
    when <- unname(round(quantile(d$exit[d$event == 1], c(.2, .5, .8)), 3))
    p <- summary(survfit(fit, newdata = profiles), times = when, extend = TRUE)
    out$predict <- list(profiles = lapply(profiles, column), times = I(when), survival = I(c(p$surv)), se = I(c(p$std.err)),
      low = I(c(p$lower)), high = I(c(p$upper)))
  }
  out
}

groups_of <- function(s, n) if (is.null(s$strata)) rep("all", n) else sub("^[^=]*=", "", as.character(rep(names(s$strata), s$strata)))

fit_km <- function(d, by = NULL, entry = NULL, weights = NULL, cluster = NULL, conf_type = "log-log", horizon = NULL) {
  f <- as.formula(paste(surv_left(list(entry = entry, event = "event")), "~", if (is.null(by)) "1" else by))
  args <- list(f, data = quote(d), conf.type = conf_type)
  if (!is.null(weights)) args$weights <- as.name(weights)
  if (!is.null(cluster)) args$cluster <- as.name(cluster)
  s <- do.call(survfit, args)
  q <- quantile(s, c(.25, .5, .75))
  t <- s$surv
  robust <- isTRUE(s$logse == FALSE)
  out <- list(by = by, entry = entry, weights = weights, cluster = cluster, conf_type = conf_type,
    group = I(groups_of(s, length(s$time))), time = I(s$time), n_risk = I(s$n.risk), n_event = I(s$n.event), survival = I(s$surv),
    se = I(if (robust) s$std.err else s$std.err * s$surv), low = I(s$lower), high = I(s$upper),
    hazard = I(s$cumhaz), hazard_se = I(s$std.chaz),
    quantile = I(c(t(rbind(q$quantile)))), quantile_low = I(c(t(rbind(q$lower)))), quantile_high = I(c(t(rbind(q$upper)))))
  if (!is.null(horizon)) {
    m <- survival:::survmean(s, rmean = horizon)$matrix
    m <- if (is.null(dim(m))) t(as.matrix(m)) else m
    out$horizon <- horizon
    out$rmst <- I(unname(m[, "rmean"])); out$rmst_se <- I(unname(m[, "se(rmean)"]))
  }
  out
}

fit_aj <- function(d, by = NULL, entry = NULL, weights = NULL, id = NULL, conf_type = "log-log") {
  d$state <- factor(d$event)
  f <- as.formula(paste(surv_left(list(entry = entry, event = "state")), "~", if (is.null(by)) "1" else by))
  args <- list(f, data = quote(d), conf.type = conf_type)
  if (!is.null(weights)) args$weights <- as.name(weights)
  if (!is.null(id)) args$id <- as.name(id)
  s <- do.call(survfit, args)
  list(by = by, entry = entry, weights = weights, cluster = id, conf_type = conf_type, group = I(groups_of(s, length(s$time))),
    time = I(s$time), states = lapply(2:ncol(s$pstate), function(k) list(incidence = I(s$pstate[, k]), se = I(s$std.err[, k]),
      low = I(s$lower[, k]), high = I(s$upper[, k]))))
}

fit_at <- function(d, times, by = NULL, entry = NULL, weights = NULL, cluster = NULL, conf_type = "log-log") {
  f <- as.formula(paste(surv_left(list(entry = entry, event = "event")), "~", if (is.null(by)) "1" else by))
  args <- list(f, data = quote(d), conf.type = conf_type)
  if (!is.null(weights)) args$weights <- as.name(weights)
  if (!is.null(cluster)) args$cluster <- as.name(cluster)
  fit <- do.call(survfit, args)
  s <- summary(fit, times = times, extend = TRUE)
  list(by = by, entry = entry, weights = weights, cluster = cluster, conf_type = conf_type, times = I(times), n_risk = I(s$n.risk),
    survival = I(s$surv), se = I(s$std.err), low = I(s$lower), high = I(s$upper), quantile = I(c(t(rbind(quantile(fit, c(.1, .3))$lower)))))
}

fit_mcc <- function(d, by = NULL, entry = "entry", weights = NULL, cluster = "id") {
  k <- fit_km(d, by, entry, weights, cluster)
  list(by = by, weights = weights, group = k$group, time = k$time, mean = k$hazard, se = k$hazard_se)
}

fit_logrank <- function(d, by, strata = NULL) {
  f <- as.formula(paste("Surv(exit, event) ~", by, if (!is.null(strata)) paste("+ strata(", strata, ")")))
  s <- survdiff(f, data = d)
  o <- if (is.matrix(s$obs)) rowSums(s$obs) else s$obs
  e <- if (is.matrix(s$exp)) rowSums(s$exp) else s$exp
  list(by = by, strata = strata, chi2 = s$chisq, df = sum(e > 0) - 1, observed = I(unname(o)), expected = I(unname(e)))
}

fit_gray <- function(d, by, strata = NULL) {
  args <- list(d$exit, d$event, d[[by]])
  if (!is.null(strata)) args$strata <- d[[strata]]
  t <- do.call(cuminc, args)$Tests
  list(by = by, strata = strata, chi2 = I(unname(t[, "stat"])), df = I(unname(t[, "df"])), p = I(unname(t[, "pv"])))
}

fit_fine_gray <- function(d, covariates, cause, cluster = NULL, ties = "efron", crr_too = FALSE) {
  d$state <- factor(d$event); d$row <- seq_len(nrow(d))
  f <- as.formula(paste("Surv(exit, state) ~", paste(c(covariates, "row", cluster), collapse = " + ")))
  wide <- finegray(f, data = d, etype = as.character(cause))
  f <- as.formula(paste("Surv(fgstart, fgstop, fgstatus) ~", paste(covariates, collapse = " + ")))
  fit <- do.call(coxph, list(f, data = quote(wide), weights = quote(fgwt), ties = ties,
    cluster = as.name(if (is.null(cluster)) "row" else cluster), control = coxph.control(eps = 1e-13, iter.max = 50)))
  out <- list(covariates = I(covariates), cause = cause, cluster = cluster, ties = ties, coef = I(unname(coef(fit))),
    se = I(unname(sqrt(diag(fit$naive.var)))), robust_se = I(unname(sqrt(diag(fit$var)))))
  if (crr_too) {
    x <- model.matrix(as.formula(paste("~", paste(covariates, collapse = " + "))), d)[, -1, drop = FALSE]
    c <- crr(d$exit, d$event, x, failcode = cause, gtol = 1e-10, maxiter = 30)
    out$crr_coef <- I(unname(c$coef)); out$crr_se <- I(unname(sqrt(diag(c$var))))
  }
  out
}

fit_frailty <- function(d, covariates, group, entry = NULL, ties = "efron") {
  d$group <- d[[group]]
  f <- as.formula(paste(surv_left(list(entry = entry, event = "event")), "~", paste(covariates, collapse = " + "),
    "+ frailty(group, eps = 1e-9)"))
  fit <- do.call(coxph, list(f, data = quote(d), ties = ties, control = coxph.control(eps = 1e-11, iter.max = 50, outer.max = 50)))
  h <- fit$history[[1]]
  own <- grepl("^gamma:", names(coef(fit)))  # up to five groups R estimates the frailties as coefficients
  list(covariates = I(covariates), group = group, entry = entry, ties = ties, coef = I(unname(coef(fit)[!own])),
    se = I(unname(sqrt(diag(fit$var))[!c(own, rep(TRUE, nrow(fit$var) - length(own)))])), variance = h$theta, loglik = unname(h$c.loglik),
    frailty = I(unname(exp(if (any(own)) coef(fit)[own] else fit$frail))))
}

fit_parametric <- function(d, covariates, distribution) {
  f <- as.formula(paste("Surv(exit, event) ~", paste(covariates, collapse = " + ")))
  fit <- do.call(survreg, list(f, data = quote(d), dist = distribution, control = list(rel.tolerance = 1e-14, maxiter = 200)))
  first <- d[1, covariates, drop = FALSE]
  p <- predict(fit, newdata = first, type = "quantile", p = c(.25, .5))
  list(covariates = I(covariates), distribution = distribution,
    coef = I(unname(c(coef(fit), if (distribution != "exponential") log(fit$scale)))),
    se = I(unname(sqrt(diag(fit$var)))), loglik = fit$loglik[2], p = I(c(.25, .5)), quantile = I(unname(p)))
}

set.seed(20120601)
letters3 <- c("a", "b", "c")
people <- function(n) data.frame(x = round(rnorm(n), 3), z = as.numeric(rbinom(n, 1, .4)), g = sample(letters3, n, TRUE, c(.5, .3, .2)),
  s = sample(c("north", "south"), n, TRUE), stringsAsFactors = FALSE)
rate <- function(d) exp(.5 * d$x - .4 * d$z + .3 * (d$g == "b"))
fractional <- function(n) round(runif(n, .2, 3), 3)
after <- function(d, most) { d <- d[d$entry < d$exit, ]; rownames(d) <- NULL; d }
sets <- list()

d <- people(160); t <- rexp(160, rate(d) / 12); c <- runif(160, 2, 30)
d$exit <- ceiling(pmin(t, c)); d$event <- as.integer(t <= c)
sets$ties <- list(data = d, cox = list(fit_cox(d, c("x", "z", "g")), fit_cox(d, c("x", "g"), ties = "breslow"), fit_cox(d, "z"),
    fit_cox(d, c("x", "g"), strata = "s", profiles = data.frame(x = c(0, 1.5), g = c("a", "c"), s = c("north", "south")))),
  km = list(fit_km(d, horizon = 10), fit_km(d, "g", horizon = 12), fit_km(d, "g", conf_type = "log"), fit_km(d, "s", conf_type = "plain")),
  logrank = list(fit_logrank(d, "g"), fit_logrank(d, "z"), fit_logrank(d, "g", "s")),
  parametric = lapply(c("weibull", "exponential", "lognormal", "loglogistic"), function(k) fit_parametric(d, c("x", "z", "g"), k)))

d <- people(120); t <- rexp(120, rate(d)); c <- runif(120, .1, 3)
d$exit <- pmin(t, c); d$event <- as.integer(t <= c)
sets$continuous <- list(data = d, cox = list(fit_cox(d, c("x", "z", "g"), profiles = data.frame(x = c(0, 1), z = 0:1, g = c("a", "b"))),
    fit_cox(d, c("x", "z"), ties = "breslow", profiles = data.frame(x = c(-1, 1), z = 0:1))),
  km = list(fit_km(d, "z", horizon = 1)), logrank = list(fit_logrank(d, "g", "s")),
  parametric = lapply(c("weibull", "lognormal"), function(k) fit_parametric(d, c("x", "z"), k)))

d <- people(200); t <- rexp(200, rate(d) / 15); d$entry <- floor(runif(200, 0, 15)); c <- d$entry + runif(200, 1, 25)
d$exit <- ceiling(pmin(t, c)); d$event <- as.integer(t <= c); d <- after(d)
sets$late_entry <- list(data = d, cox = list(fit_cox(d, c("x", "z", "g"), entry = "entry"),
    fit_cox(d, c("x", "g"), entry = "entry", ties = "breslow", profiles = data.frame(x = c(0, 1), g = c("a", "b")))),
  km = list(fit_km(d, entry = "entry", horizon = 20), fit_km(d, "z", entry = "entry")))

d <- people(150); t <- rexp(150, rate(d)); d$entry <- runif(150, 0, 1); c <- d$entry + runif(150, .1, 2)
d$exit <- pmin(t, c); d$event <- as.integer(t <= c); d <- after(d)
twin <- sample(nrow(d), 30); d$exit[twin[1:15]] <- d$exit[twin[16:30]] + 1e-11; d <- after(d); d$w <- fractional(nrow(d))
sets$late_float <- list(data = d, cox = list(fit_cox(d, c("x", "z"), entry = "entry"), fit_cox(d, c("x", "g"), entry = "entry", weights = "w")),
  km = list(fit_km(d, entry = "entry"), fit_km(d, "z", entry = "entry", weights = "w")))

d <- people(180); t <- rexp(180, rate(d) / 10); c <- runif(180, 1, 25); d$exit <- ceiling(pmin(t, c)); d$event <- as.integer(t <= c)
d$w <- fractional(180); d$count <- as.numeric(sample(1:4, 180, TRUE)); d$site <- sample(1:25, 180, TRUE)
sets$weights <- list(data = d, cox = list(fit_cox(d, c("x", "z", "g"), weights = "w"), fit_cox(d, c("x", "g"), weights = "count"),
    fit_cox(d, c("x", "z"), weights = "w", ties = "breslow"), fit_cox(d, c("x", "z", "g"), weights = "w", cluster = "site"),
    fit_cox(d, c("x", "g"), cluster = "site", strata = "s", profiles = data.frame(x = 1, g = "b", s = "south"))),
  km = list(fit_km(d, "g", weights = "w"), fit_km(d, weights = "count", horizon = 12), fit_km(d, "z", weights = "w", cluster = "site"),
    fit_km(d, cluster = "site", conf_type = "log")))

recurrent <- function(n, theta, most = 40, whole = TRUE) {
  base <- people(n); z <- if (theta > 0) rgamma(n, 1 / theta, 1 / theta) else rep(1, n); rows <- list()
  for (i in seq_len(n)) {
    now <- 0; end <- runif(1, .3, 1) * most; r <- rate(base[i, ]) * z[i] / 12; change <- runif(1, 0, most)
    repeat {
      step <- rexp(1, r); stop <- min(now + step, end, if (now < change) change else Inf)
      if (whole) stop <- min(max(ceiling(stop), now + 1), ceiling(end))
      if (stop <= now) break
      rows[[length(rows) + 1]] <- data.frame(id = i, entry = now, exit = stop, event = as.integer(now + step <= stop && now + step <= end),
        after = as.numeric(now >= change), base[i, ])
      now <- stop
      if (now >= end) break
    }
  }
  out <- do.call(rbind, rows); rownames(out) <- NULL; out
}
d <- recurrent(70, .8); d$w <- fractional(nrow(d))
sets$recurrent <- list(data = d, cox = list(fit_cox(d, c("x", "after", "g"), entry = "entry", cluster = "id"),
    fit_cox(d, c("x", "after"), entry = "entry", cluster = "id", ties = "breslow"),
    fit_cox(d, c("x", "z", "after"), entry = "entry", cluster = "id", strata = "s", weights = "w")),
  mcc = list(fit_mcc(d), fit_mcc(d, "z"), fit_mcc(d, "g", weights = "w")),
  frailty = list(fit_frailty(d, c("x", "after"), "id", "entry"), fit_frailty(d, c("x", "g"), "id", "entry", "breslow")))
prior <- ave(d$event, d$id, FUN = function(e) cumsum(e) - e)
since <- unlist(tapply(seq_len(nrow(d)), d$id, function(i) { last <- 0; sapply(i, function(k) { v <- last; if (d$event[k] == 1) last <<- d$exit[k]; v }) }))
d$number <- prior; d2 <- d; d2$entry <- d$entry - since; d2$exit <- d$exit - since
sets$recurrent$pwp <- list(c(list(timescale = "total"), fit_cox(d, c("x", "after"), entry = "entry", cluster = "id", strata = "number")),
  c(list(timescale = "gap"), fit_cox(d2, c("x", "after"), entry = "entry", cluster = "id", strata = "number")))

d <- recurrent(60, .4, most = 3, whole = FALSE)
sets$recurrent_float <- list(data = d, cox = list(fit_cox(d, c("x", "after", "g"), entry = "entry", cluster = "id")),
  mcc = list(fit_mcc(d), fit_mcc(d, "s")), frailty = list(fit_frailty(d, c("x", "z"), "id", "entry")))

d <- people(240); d$site <- sample(1:30, 240, TRUE); d$entry <- floor(runif(240, 0, 8)); t <- d$entry + rexp(240, rate(d) / 10)
c <- d$entry + runif(240, 1, 20); d$exit <- ceiling(pmin(t, c)); d$event <- as.integer(t <= c); d <- after(d); d$w <- fractional(nrow(d))
sets$everything <- list(data = d, cox = lapply(c("efron", "breslow"), function(k) fit_cox(d, c("x", "z", "g"), entry = "entry", strata = "s",
    weights = "w", cluster = "site", ties = k, profiles = data.frame(x = c(0, 1), z = 0:1, g = c("a", "c"), s = c("north", "south")))),
  km = list(fit_km(d, "g", entry = "entry", weights = "w", cluster = "site")))

d <- people(220); t1 <- rexp(220, rate(d) / 15); t2 <- rexp(220, exp(.3 * d$z) / 20); c <- runif(220, 2, 30)
d$exit <- ceiling(pmin(t1, t2, c)); d$event <- ifelse(pmin(t1, t2) > c, 0, ifelse(t1 < t2, 1, 2)); d$w <- fractional(220); d$site <- sample(1:40, 220, TRUE)
sets$competing <- list(data = d, aj = list(fit_aj(d), fit_aj(d, "g"), fit_aj(d, "z", conf_type = "log"), fit_aj(d, weights = "w"), fit_aj(d, "s", conf_type = "plain")),
  gray = list(fit_gray(d, "g"), fit_gray(d, "z"), fit_gray(d, "g", "s")),
  fine_gray = list(fit_fine_gray(d, c("x", "z", "g"), 1), fit_fine_gray(d, c("x", "z"), 2), fit_fine_gray(d, c("x", "g"), 1, "site"), fit_fine_gray(d, "x", 1, ties = "breslow")))

d <- people(200); t1 <- rexp(200, rate(d)); t2 <- rexp(200, exp(.3 * d$z)); c <- runif(200, .1, 2)
d$exit <- pmin(t1, t2, c); d$event <- ifelse(pmin(t1, t2) > c, 0, ifelse(t1 < t2, 1, 2))
sets$competing_float <- list(data = d, aj = list(fit_aj(d, "z")), gray = list(fit_gray(d, "g"), fit_gray(d, "z", "s")),
  fine_gray = list(fit_fine_gray(d, c("x", "z"), 1, crr_too = TRUE)))

d <- recurrent(90, 0)
keep <- ave(d$event, d$id, FUN = function(e) cumsum(e) - e) == 0; d <- d[keep, ]; late <- d$id %% 3 == 0 & !duplicated(d$id)
d$entry[late & d$exit > 2] <- 2; d$event <- ifelse(d$event == 1, ifelse(runif(nrow(d)) < .6, 1, 2), 0); d$w <- rep(fractional(90), 1)[d$id]; rownames(d) <- NULL
sets$competing_late <- list(data = d, aj = list(fit_aj(d, entry = "entry", id = "id"), fit_aj(d, "z", entry = "entry", id = "id"), fit_aj(d, entry = "entry", id = "id", weights = "w")))

d <- data.frame(x = c(2, 1, 1, 0, 3, 1, 0, 2, 1, 4, 0, 2), g = rep(c("a", "b"), 6), entry = c(0, 0, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7),
  exit = c(2, 3, 3, 6, 7, 8, 9, 8, 9, 9, 9, 8), event = c(1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1))
sets$gap <- list(data = d, cox = list(fit_cox(d, "x", entry = "entry"), fit_cox(d, "x", entry = "entry", ties = "breslow")), km = list(fit_km(d, entry = "entry"), fit_km(d, "g", entry = "entry")))

d <- recurrent(60, .6); d$site <- ave(d$event, d$id, FUN = sum) %% 4; d$room <- d$id %% 9
sets$few_groups <- list(data = d, frailty = list(fit_frailty(d, c("x", "after"), "site", "entry"), fit_frailty(d, c("x", "z"), "site", "entry", "breslow"),
  fit_frailty(d, c("x", "z"), "room", "entry")))

d <- people(90); d$exit <- 2000 + round(rexp(90, rate(d)), 2) + .01; d$event <- rbinom(90, 1, .8)
sets$years <- list(data = d, cox = list(fit_cox(d, c("x", "z", "g"))),
  parametric = lapply(c("weibull", "exponential", "lognormal", "loglogistic"), function(k) fit_parametric(d, c("x", "z"), k)))

d <- people(80); d$site <- sample(1:16, 80, TRUE); d$entry <- floor(runif(80, 0, 12)); t <- d$entry + rexp(80, rate(d) / 14)
c <- d$entry + runif(80, 1, 20); d$exit <- round(pmin(t, c) + .05, 1); d$event <- as.integer(t <= c); d <- after(d); d$w <- fractional(nrow(d))
sets$read_off <- list(data = d, at = list(fit_at(d, c(1, 2.25, 9, 14.05), entry = "entry", cluster = "site"), fit_at(d, c(3.3, 8), "z", "entry", "w", "site", "log"),
  fit_at(d, c(0, .5, 7.77, 12), "g"), fit_at(d, c(5, 11), weights = "w", conf_type = "plain")))

for (name in names(sets)) {
  one <- sets[[name]]; one$data <- lapply(one$data, column)
  writeLines(json(one), paste0(name, ".json"))
}
writeLines(json(list(R = R.version.string, survival = as.character(packageVersion("survival")), cmprsk = as.character(packageVersion("cmprsk")))), "versions.json")
