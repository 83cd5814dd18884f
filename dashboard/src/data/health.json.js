import {days, rows, send, span} from "./query.js";

const s = span();
send({
  ...s,
  days,
  // Loads go by the clock, not by the time of events.
  ingest: rows(`select * from hunt.dashboard_ingest_by_day where day > (now() at time zone 'UTC')::date - ${days} order by day, source`),
  sources: rows(`select * from hunt.dashboard_source order by source`),
  rejects: rows(`select * from hunt.dashboard_reject order by last_received_at desc limit 50`),
  databases: rows(`select * from hunt.dashboard_ip_database order by name`),
  rules: rows(`select * from hunt.dashboard_rule order by verdict = 'ok', name`),
});
