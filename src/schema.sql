-- The schema that holds everything of the extension. Created plainly: if somebody owns a schema of this name already,
-- CREATE EXTENSION fails instead of trusting it.
create schema hunt;
comment on schema hunt is 'session_hunt: functions, tables and views to hunt for stolen sessions.';
grant usage on schema hunt to public;
