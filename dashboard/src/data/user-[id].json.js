import {parseArgs} from "node:util";
import {days, rows, send, span} from "./query.js";

const id = Number(parseArgs({options: {id: {type: "string"}}}).values.id);
if (!Number.isInteger(id)) throw new Error("--id is the id of a user in hunt.dictionary_user");
const s = span();
const user = rows(`select value as name from hunt.dictionary_user where id = ${id}`)[0];
const name = `(select value from hunt.dictionary_user where id = ${id})`;
const isHis = `entity = ${name} and entity_type in ('user_username', 'user_identity')`;
send({
  ...s,
  days,
  id,
  name: user.name,
  risk: rows(`select * from hunt.dashboard_entities('${s.start_at}', '${s.end_at}') where user_id = ${id}`)[0] ?? null,
  sessions: rows(`select * from hunt.dashboard_user_sessions('{${id}}', '${s.start_at}', '${s.end_at}')`),
  signals: rows(`select * from hunt.dashboard_signal where ${isHis} and first_at >= '${s.start_at}' and first_at < '${s.end_at}'
    order by first_at`),
  insights: rows(`select * from hunt.dashboard_insight where ${isHis} order by last_at desc limit 20`),
});
