import {days, huntDays, riskiestUsers, rows, send, span} from "./query.js";

const s = span();
const between = `'${s.start_at}', '${s.end_at}'`;
send({
  ...s,
  days,
  huntDays,
  byDay: rows(`select * from hunt.dashboard_signals_by_day(${between})`),
  entities: rows(`select * from hunt.dashboard_entities(${between}) limit 15`),
  entityCount: rows(`select count(*) from hunt.dashboard_entities(${between})`)[0].count,
  userPages: riskiestUsers(s).map((u) => u.user_id),
  insights: rows(`select * from hunt.dashboard_insight where is_open order by severity_rank desc, score desc, last_at desc limit 50`),
  insightCount: rows(`select count(*) from hunt.dashboard_insight where is_open`)[0].count,
  silent: rows(`select source, verdict from hunt.dashboard_source where verdict not in ('ok', 'learning')`),
  rules: rows(`select verdict, count(*) from hunt.dashboard_rule group by 1`),
});
