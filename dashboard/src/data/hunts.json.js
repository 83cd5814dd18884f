import {huntDays, riskiestUsers, rows, send, span} from "./query.js";

const s = span(huntDays);
send({
  ...s,
  huntDays,
  userPages: riskiestUsers().map(({user_id, entity}) => ({user_id, entity})),
  // Of each hunt the newest 100 and how many there are.
  found: rows(`select * from (
      select h.*, count(*) over (partition by hunt) as total, row_number() over (partition by hunt order by found_at desc, entity) as n
      from hunt.dashboard_hunts('${s.start_at}', '${s.end_at}') h) x
    where n <= 100 order by hunt, n`),
});
