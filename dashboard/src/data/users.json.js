import {days, riskiestUsers, rows, send, span, userLimit} from "./query.js";

const s = span();
send({
  ...s,
  days,
  userLimit,
  users: riskiestUsers(s),
  total: rows(`select count(*) from hunt.dashboard_entities('${s.start_at}', '${s.end_at}') where user_id is not null`)[0].count,
});
