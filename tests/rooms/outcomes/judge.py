"""An independent judge of ASCOF 2A: the published steps as set-based SQL of our own, run by SQLite.

It shares no code with homeward.outcomes.ascof, and works on whole tables where that works on one person at a time.
"""

import sqlite3
from dataclasses import dataclass

COLUMNS = (
    "LA_CODE",
    "Der_NHS_Number_Traced_Pseudo",
    "Der_LA_Person_Unique_Identifier_Pseudo",
    "Der_Unique_Record_ID",
    "Client_Type",
    "Event_Type",
    "Event_Start_Date",
    "Event_End_Date",
    "Event_Outcome",
    "Request_Route_of_Access",
    "Service_Type",
    "Service_Component",
    "Delivery_Mechanism",
    "Date_of_Death",
    "Der_Birth_Month",
    "Der_Birth_Year",
    "ImportDate",
)

# la, route, outcome ... are folded (lower case, no trailing blanks); *_text as written; ends: open ones today
SCOPE = """
CREATE TABLE scope_{stage} AS
SELECT line, LA_CODE la_text, lower(rtrim(LA_CODE)) la, lower(rtrim(Der_NHS_Number_Traced_Pseudo)) nhs,
       Der_NHS_Number_Traced_Pseudo nhs_text, lower(rtrim(Der_LA_Person_Unique_Identifier_Pseudo)) lid,
       Der_LA_Person_Unique_Identifier_Pseudo lid_text, lower(rtrim(Der_Unique_Record_ID)) rid,
       Client_Type client_text, lower(rtrim(Event_Type)) kind, Event_Start_Date s, Event_End_Date e,
       lower(rtrim(Event_Outcome)) outcome, Event_Outcome outcome_text,
       lower(rtrim(Request_Route_of_Access)) route, Request_Route_of_Access route_text,
       lower(rtrim(Service_Type)) svc, Service_Type svc_text, Service_Component comp_text, Delivery_Mechanism mech_text,
       Date_of_Death dod, Der_Birth_Month bm, Der_Birth_Year by, ImportDate imp
FROM raw, setting
WHERE lower(rtrim(Client_Type)) = 'service user'
  AND lower(rtrim(Event_Type)) IN ('request', 'assessment', 'service', 'review')
  AND Event_Start_Date <= setting.last {also};

CREATE TABLE given_{stage} AS
SELECT DISTINCT rid, CASE WHEN nhs IS NULL THEN lid_text ELSE nhs_text END id
FROM scope_{stage} a
WHERE rid IS NOT NULL AND CASE WHEN nhs IS NOT NULL THEN 1
      ELSE lid IS NOT NULL AND NOT EXISTS (SELECT 1 FROM scope_{stage} b WHERE b.nhs IS NOT NULL AND b.lid = a.lid) END;

CREATE TABLE known_{stage} AS
SELECT a.*, g.id, lower(rtrim(g.id)) p
FROM scope_{stage} a JOIN (
    SELECT a.line, g.id, ROW_NUMBER() OVER (
        PARTITION BY a.line ORDER BY lower(rtrim(g.id)) <> coalesce(a.nhs, a.lid), lower(rtrim(g.id))) n
    FROM scope_{stage} a JOIN given_{stage} g ON g.rid = a.rid) g ON g.line = a.line AND g.n = 1;

CREATE TABLE held_{stage} AS
SELECT * FROM (
    SELECT *, DENSE_RANK() OVER (PARTITION BY kind, version ORDER BY imp DESC) latest FROM (
        SELECT *, lower(rtrim(coalesce(la_text, '') || id || client_text || s || CASE kind
            WHEN 'request' THEN coalesce(route_text, '')
            ELSE coalesce(svc_text, '') || coalesce(comp_text, '') || coalesce(mech_text, '') END)) version
        FROM known_{stage} WHERE kind IN ({versioned}))
    WHERE imp <= (SELECT submitted_by FROM setting))
WHERE latest = 1
UNION ALL
SELECT *, NULL, NULL FROM known_{stage} WHERE kind NOT IN ({versioned});
DELETE FROM held_{stage} WHERE line NOT IN (
    SELECT min(line) FROM held_{stage}
    GROUP BY la, nhs, lid, rid, lower(rtrim(client_text)), kind, s, e, outcome, route, svc, lower(rtrim(comp_text)),
             lower(rtrim(mech_text)), dod, bm, by, imp);
CREATE INDEX held_{stage}_of ON held_{stage} (la, p);
"""

# span(la, p, s, ends, ...) to member(span columns, num, begins)
ISLANDS = """
CREATE TABLE numbered_{stage} AS
SELECT la, p, s, ends, SUM(is_new) OVER (PARTITION BY la, p ORDER BY s, ends) num FROM (
    SELECT *, CASE WHEN julianday(s) - julianday(LAG(ends) OVER (PARTITION BY la, p ORDER BY s, ends)) <= {gap}
              THEN 0 ELSE 1 END is_new
    FROM span_{stage});
CREATE INDEX numbered_{stage}_of ON numbered_{stage} (p, s, ends);
CREATE TABLE member_{stage} AS
SELECT *, MIN(s) OVER (PARTITION BY la, p, num) begins FROM (
    SELECT DISTINCT a.*, n.num FROM span_{stage} a JOIN numbered_{stage} n USING (p, s, ends));
"""

# variant_{stage}(la, p, num, begins, ends, outcome ...; one row for each of the join) to used_{stage}
CHAIN = """
CREATE TABLE after_{stage} AS
SELECT * FROM (
    SELECT v.la, v.p, v.num, v.begins, v.ends, v.outcome own, h.line, h.kind, h.s, h.e, h.outcome, h.svc,
           DENSE_RANK() OVER (PARTITION BY v.la, v.p, v.num ORDER BY h.s) place
    FROM variant_{stage} v JOIN held_{stage} h ON h.la = v.la AND h.p = v.p AND h.s >= v.ends)
WHERE NOT coalesce({itself} AND (begins = s OR ends = e), FALSE);
CREATE TABLE used_{stage} AS
SELECT * FROM (
    SELECT *, MIN(in_chain) OVER w in_scope, MIN(CASE WHEN {itself} THEN 0 ELSE 1 END) OVER w unbroken FROM (
        SELECT *, CASE WHEN e IS NULL AND place = 1 THEN 1
                       WHEN place = 1 AND julianday(s) - julianday(ends) > {within} THEN 0
                       ELSE MIN(near) OVER (PARTITION BY la, p, num ORDER BY s) END in_chain
        FROM (SELECT *, CASE WHEN julianday(s) - julianday(LAG(e) OVER (
                              PARTITION BY la, p, num ORDER BY s, e IS NULL, e, line)) > 3 THEN 0 ELSE 1 END near
              FROM after_{stage}))
    WINDOW w AS (PARTITION BY la, p, num ORDER BY s))
WHERE in_scope = 1 AND unbroken = 1;
"""

RANKS = """
CREATE TABLE outcome_rank (outcome, rank);
INSERT INTO outcome_rank VALUES ('progress to reablement/st-max', 1), ('progress to assessment', 2),
 ('admitted to hospital', 3), ('progress to re-assessment / unplanned review', 4),
 ('progress to support planning / services', 5), ('progress to end of life care', 6), ('no change in package', 7),
 ('service ended as planned', 8), ('progress to financial assessment', 9), ('provision of service', 10),
 ('nfa - deceased', 11), ('nfa - moved to another la', 12), ('nfa - 100% nhs-funded care', 13),
 ('nfa - information & advice / signposting only', 14), ('nfa - self-funded client (inc. 12wk disregard)', 15),
 ('nfa - support declined', 16), ('nfa - support ended – other reason', 17),
 ('nfa - no services offered - other reason', 18), ('nfa- other', 19);
CREATE TABLE service_rank (svc, rank);
INSERT INTO service_rank VALUES ('long term support: nursing care', 1), ('long term support: residential care', 2),
 ('long term support: community', 3), ('long term support: prison', 4), ('short term support: ongoing low level', 5),
 ('short term support: other short term', 6);
CREATE TABLE meaning (said, means);
INSERT INTO meaning VALUES ('nfa - 100% nhs funded care', 'early'), ('nfa - deceased', 'early'),
 ('nfa - self-funded client (inc. 12wk disregard)', 'self-funding'), ('nfa - support declined', 'declined'),
 ('nfa - information & advice / signposting only', 'universal'), ('nfa - moved to another la', 'other'),
 ('nfa- other', 'other'), ('nfa - no services offered: other reason', 'other'),
 ('nfa - support ended: other reason', 'other'), ('progress to end of life care', 'other'),
 ('admitted to hospital', 'other'), ('long term support: nursing care', 'long term'),
 ('long term support: residential care', 'long term'), ('long term support: community', 'long term'),
 ('long term support: prison', 'long term'), ('short term support: ongoing low level', 'low level'),
 ('short term support: other short term', 'other short term'), ('no service found', 'no service found');
"""

REQUESTS = """
CREATE TABLE span_r AS
SELECT la, p, s, coalesce(e, today) ends, route, outcome, line,
       CAST((julianday(last) - julianday(printf('%04d-%02d-01', by, bm))) / 365.25 AS INT) age
FROM held_r, setting WHERE kind = 'request';
"""
NEW_CLIENTS = """
CREATE TABLE last_r AS
SELECT DISTINCT la, p, num, begins, ends, age, route, outcome FROM (
    SELECT *, MAX(ends) OVER (PARTITION BY la, p, num) latest FROM member_r, setting WHERE ends BETWEEN first AND last)
WHERE ends = latest;
CREATE TABLE new_r AS
SELECT c.*, coalesce(k.rank, 99) rank FROM last_r c LEFT JOIN outcome_rank k USING (outcome)
WHERE NOT (c.route IS NOT NULL AND c.outcome IS NOT NULL AND EXISTS (
    SELECT 1 FROM held_r h WHERE h.la = c.la AND h.p = c.p AND h.svc LIKE 'long term support: %'
      AND h.svc IN (SELECT svc FROM service_rank) AND h.s <= c.begins AND (h.e IS NULL OR c.begins <= h.e)));
CREATE TABLE best_r AS SELECT * FROM (
    SELECT *, MIN(rank) OVER (PARTITION BY la, p, num) best FROM new_r) WHERE rank = best;
CREATE TABLE variant_r AS
SELECT a.* FROM best_r a JOIN best_r b ON a.la = b.la AND a.p = b.p AND a.num = b.num AND a.route = b.route;
"""
ST_MAX = """
CREATE TABLE cohort AS SELECT DISTINCT la, p, s FROM used_r WHERE svc = 'short term support: st-max';
CREATE TABLE span_m AS
SELECT DISTINCT la, p, s, e, coalesce(e, today) ends, outcome FROM held_m h, setting
WHERE kind = 'service' AND svc = 'short term support: st-max' AND (dod >= first OR dod IS NULL)
  AND EXISTS (SELECT 1 FROM cohort c WHERE c.la = h.la AND c.p = h.p AND c.s = h.s);
"""
SEQUELS = """
CREATE TABLE last_m AS
SELECT DISTINCT la, p, num, begins, ends, outcome FROM (
    SELECT *, MAX(ends) OVER (PARTITION BY la, p, num) latest FROM member_m)
WHERE ends = latest AND ends BETWEEN (SELECT first FROM setting) AND (SELECT last FROM setting);
CREATE TABLE best_m AS SELECT * FROM (
    SELECT c.*, coalesce(k.rank, 99) rank, MIN(coalesce(k.rank, 99)) OVER (PARTITION BY la, p, num) best
    FROM last_m c LEFT JOIN outcome_rank k USING (outcome)) WHERE rank = best AND la IS NOT NULL;
CREATE TABLE variant_m AS SELECT a.* FROM best_m a JOIN best_m b USING (la, p, num);
"""
ROWS = """
CREATE TABLE own AS
SELECT 1 type, v.* FROM best_m v WHERE NOT EXISTS (
    SELECT 1 FROM after_m a WHERE a.la = v.la AND a.p = v.p AND a.num = v.num AND a.own = v.outcome)
UNION ALL
SELECT 5, v.* FROM best_m v WHERE EXISTS (
    SELECT 1 FROM after_m a WHERE a.la = v.la AND a.p = v.p AND a.num = v.num AND a.own IS v.outcome)
  AND NOT EXISTS (SELECT 1 FROM used_m u WHERE u.la = v.la AND u.p = v.p AND u.begins = v.begins AND u.ends = v.ends
                  AND u.own = v.outcome);
CREATE TABLE ranked AS
SELECT u.*, coalesce(k.rank, 99) rank, MIN(coalesce(k.rank, 99)) OVER (PARTITION BY la, p, num) best
FROM used_m u LEFT JOIN service_rank k USING (svc);
CREATE TABLE other AS
SELECT DISTINCT la, p, num, begins, ends, own, kind, s, e, outcome FROM ranked WHERE best = 99;
CREATE TABLE nfa AS
SELECT *, COUNT(*) OVER (PARTITION BY la, p, num) several FROM (
    SELECT *, DENSE_RANK() OVER (PARTITION BY la, p, num ORDER BY e DESC NULLS LAST) back
    FROM other WHERE outcome LIKE 'nfa%') WHERE back = 1;
CREATE TABLE result AS
SELECT type, la, p, begins, ends, 'no_chronology_' || outcome final,
       CASE WHEN outcome = 'service ended as planned' THEN 'other'
            ELSE 'no_chronology_' || coalesce(m.means, 'unable_to_classify') END mapped
FROM own LEFT JOIN meaning m ON m.said = outcome
UNION ALL
SELECT 2, la, p, begins, ends, svc, m.means
FROM (SELECT DISTINCT la, p, num, begins, ends, own, svc FROM ranked WHERE rank = best AND best <> 99)
JOIN meaning m ON m.said = svc
UNION ALL
SELECT * FROM (
    SELECT DISTINCT 3, la, p, NULL, NULL, CASE WHEN several = 1 THEN outcome ELSE 'nfa- other' END,
           CASE WHEN several = 1 THEN m.means ELSE 'other' END
    FROM nfa LEFT JOIN meaning m ON m.said = outcome)
UNION ALL
SELECT 4, la, p, begins, ends, 'no service found_' || own,
       CASE WHEN own LIKE 'nfa%' THEN m.means WHEN own = 'service ended as planned' THEN 'other with hyphen'
            ELSE 'no service found' END
FROM (SELECT DISTINCT la, p, num, begins, ends, own FROM other) o LEFT JOIN meaning m ON m.said = own
WHERE NOT EXISTS (SELECT 1 FROM nfa WHERE nfa.la = o.la AND nfa.p = o.p AND nfa.num = o.num);
"""

IN_DENOMINATOR = ("long term", "low level", "other short term", "universal", "other")


@dataclass(frozen=True)
class Judgement:
    """rows: (type, la, person, begins, ends, final outcome, what it means); the others: lines, or totals by council."""

    rows: list[tuple]
    totals: dict[str, tuple[int, int]]
    held_at_requests: set[int]
    held_at_st_max: set[int]
    in_clusters: set[int]
    reached: set[int]
    found: set[int]


def judge(lines: list[dict], *, first: str, last: str, submitted_by: str, today: str) -> Judgement:
    """Lines as cells by heading (days as 2023-12-31, None for blank), numbered from 2 as in a file with a heading."""
    base = sqlite3.connect(":memory:")
    base.execute(f"CREATE TABLE raw (line INT, {', '.join(COLUMNS)})")
    base.executemany(
        f"INSERT INTO raw VALUES (?{', ?' * len(COLUMNS)})",
        [(number, *(cells.get(name) for name in COLUMNS)) for number, cells in enumerate(lines, start=2)],
    )
    base.execute("CREATE TABLE setting (first, last, submitted_by, today)")
    base.execute("INSERT INTO setting VALUES (?, ?, ?, ?)", (first, last, submitted_by, today))
    also = (
        "AND Der_Birth_Month IS NOT NULL AND Der_Birth_Year IS NOT NULL "
        "AND (Date_of_Death >= first OR Date_of_Death IS NULL)"
    )
    st_max, request = "(svc IS 'short term support: st-max')", "(kind = 'request')"
    base.executescript(
        RANKS
        + SCOPE.format(stage="r", also=also, versioned="'request', 'service'")
        + REQUESTS
        + ISLANDS.format(stage="r", gap=4)
        + NEW_CLIENTS
        + CHAIN.format(stage="r", itself=request, within=28)
        + SCOPE.format(stage="m", also="", versioned="'service'")
        + ST_MAX
        + ISLANDS.format(stage="m", gap=1)
        + SEQUELS
        + CHAIN.format(stage="m", itself=st_max, within=3)
        + ROWS
    )
    rows = base.execute("SELECT * FROM result").fetchall()
    totals: dict[str, tuple[int, int]] = {}
    for _, la, *_, mapped in rows:
        if mapped in IN_DENOMINATOR:
            numerator, denominator = totals.get(la, (0, 0))
            totals[la] = (numerator + (mapped != "long term"), denominator + 1)

    def numbers(query: str) -> set[int]:
        return {line for (line,) in base.execute(query)}

    return Judgement(
        rows,
        totals,
        numbers("SELECT line FROM held_r"),
        numbers("SELECT line FROM held_m"),
        numbers(
            "SELECT h.line FROM held_m h, setting JOIN member_m m ON m.la = h.la AND m.p = h.p AND m.s = h.s "
            "AND m.e IS h.e AND m.outcome IS h.outcome JOIN best_m b ON b.la = m.la AND b.p = m.p AND b.num = m.num "
            "WHERE h.kind = 'service' AND h.svc = 'short term support: st-max' AND (h.dod >= first OR h.dod IS NULL)"
        ),
        numbers("SELECT line FROM used_m"),
        numbers("SELECT line FROM after_m"),
    )
