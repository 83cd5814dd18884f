-- ingest: vendor JSON to normalised events, without storing them.

create type hunt.event_row as (
  position bigint,
  reject_reason text,
  source text,
  event_key uuid,
  event_time timestamptz,
  version_time timestamptz,
  event_id text,
  tenant text,
  metadata_device_event_id text,
  action text,
  application text,
  target text,
  region text,
  user_username text,
  user_userid text,
  user_type text,
  user_arn text,
  user_email text,
  effective_user text,
  device_ip inet,
  device_ip_text text,
  http_user_agent text,
  success boolean,
  error_code text,
  error_text text,
  session_id text,
  access_key_id text,
  mfa_method text,
  client_application text,
  command_line text,
  parent_process text,
  parent_command_line text,
  device_hostname text,
  device_os text,
  device_browser text,
  vendor_asn_number bigint,
  vendor_country_code text,
  vendor_country_name text,
  vendor_city text,
  content_hash uuid,
  payload text
);
comment on type hunt.event_row is
'One document of a log payload: a normalised event, or a rejected document, which has a reject_reason, its position, payload and content_hash only. What the vendor left empty, blank, "-" or "unknown" is NULL.';

create function hunt.built_in_sources(out source text, out vendor text, out product text, out description text)
  returns setof record
  language c immutable strict parallel safe rows 10 as 'MODULE_PATHNAME', 'built_in_sources';
comment on function hunt.built_in_sources() is 'The log sources that the extension knows by itself.';

create function hunt.sources(out source text, out vendor text, out product text, out description text)
  returns setof record
  language plpgsql stable strict parallel safe rows 20 set search_path = pg_catalog, pg_temp as $$
begin
  return query select * from hunt.built_in_sources();
  if to_regclass('hunt.source_mapping') is not null then
    return query
    select m.source, min(m.constant) filter (where m.event_column = 'metadata_vendor'),
           min(m.constant) filter (where m.event_column = 'metadata_product'), 'Described by hunt.source_mapping.'
    from hunt.source_mapping m group by m.source order by m.source;
  end if;
end $$;
comment on function hunt.sources() is
'The log sources whose payloads can be normalised and ingested: those that are built in and those of hunt.source_mapping.';

create function hunt.normalize(source text, payload text) returns setof hunt.event_row
  language c stable strict parallel safe cost 1000 rows 1000 as 'MODULE_PATHNAME', 'normalize';
comment on function hunt.normalize(text, text) is
'The events in a payload of the source: JSON Lines, one or several JSON documents, arrays, {"Records": [...]}, {"records": [...]} or {"value": [...]}. A document that is broken or no event of the source comes as a row with a reject_reason; position is its line. A source is built in or described by hunt.source_mapping; another is an error (22023).';

create function hunt.normalize(source text, payloads text[]) returns setof hunt.event_row
  language c stable strict parallel safe cost 1000 rows 1000 as 'MODULE_PATHNAME', 'normalize';
comment on function hunt.normalize(text, text[]) is
'The events in several payloads of the source; position is the element of the list, or the line when the list has one element. NULL elements are skipped.';

create function hunt.payload_json(payload text) returns jsonb
  language c immutable strict parallel safe cost 20 as 'MODULE_PATHNAME', 'payload_json';
comment on function hunt.payload_json(text) is
'A stored payload as jsonb. What jsonb cannot hold is replaced: \u0000 and lone surrogates by U+FFFD, numbers that overflow numeric by their text. Text that is not JSON is an error (22P02).';
