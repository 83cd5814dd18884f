// How data loaders ask the database: psql, connected as the environment says (PGHOST, PGDATABASE, PGSERVICE ...). The session
// is read-only whatever the role may do. Nothing here runs in the browser.
import {spawnSync} from "node:child_process";

const number = (name, fallback, low, high) => {
  const value = process.env[name] === undefined ? fallback : Number(process.env[name]);
  if (!Number.isInteger(value) || value < low || value > high)
    throw new Error(`${name} is "${process.env[name]}"; it is a whole number from ${low} to ${high}`);
  return value;
};

export const days = number("DASHBOARD_DAYS", 30, 1, 366);
export const huntDays = number("DASHBOARD_HUNT_DAYS", 7, 1, 92);
export const userLimit = number("DASHBOARD_USERS", 20, 0, 500);

const command = process.env.PSQL ?? "psql";
const args = (sql) =>
  ["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", `select coalesce(json_agg(q), '[]') from (${sql}) q`];
const options = {
  encoding: "utf8",
  maxBuffer: 1 << 30,
  env: {
    ...process.env,
    PGTZ: "UTC",
    PGOPTIONS: `${process.env.PGOPTIONS ?? ""} -c default_transaction_read_only=on -c jit=off`,
    PGAPPNAME: "session_hunt dashboard",
  },
};

function parse({error, status, stdout, stderr}) {
  if (error) throw new Error(`psql cannot be run (${error.message}); set PSQL to its path`);
  if (status !== 0) throw new Error(`psql: ${stderr}`);
  return JSON.parse(stdout);
}

// The rows of a query as an array of objects.
export function rows(sql) {
  return parse(spawnSync(command, args(sql), options));
}

// The span that a page shows, [start_at, end_at).
export function span(length = days) {
  return rows(`select end_at - interval '${length} days' as start_at, end_at, now() as built_at,
    exists (select from hunt.event_fact) as has_events from hunt.dashboard_end() end_at`)[0];
}

// Those who get a page of their own.
export function riskiestUsers({start_at, end_at} = span()) {
  return rows(`select * from hunt.dashboard_entities('${start_at}', '${end_at}') where user_id is not null limit ${userLimit}`);
}

export const send = (value) => process.stdout.write(JSON.stringify(value));
