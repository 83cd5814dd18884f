-- hunts: everything that is known of one person, in the order in which it happened.

create function hunt.investigate(username text, start_at timestamptz, end_at timestamptz, lookback interval default '90 days',
  gap interval default '1 hour', min_bits double precision default 10)
returns table (at timestamptz, until timestamptz, kind text, what text, network text, country text, client text, count bigint,
  details jsonb)
language sql stable rows 1000 as $$
  with name as materialized (
    select u.id, u.value
    from hunt.dictionary_user u
    left join hunt.identity i on i.username operator(pg_catalog.=) u.value
    where coalesce(i.identity, u.value) operator(pg_catalog.=) (select hunt.user_identity($1))
  ), seen as materialized (
    select f.event_time, n.value as username, s.value as source, f.success, f.session_id, f.device_ip, f.device_ip_country_code as country_code,
           coalesce(hunt.asn_org(f.device_ip_asn_number), 'AS' operator(pg_catalog.||) f.device_ip_asn_number) as network,
           f.device_ip_asn_number as asn_number, g.value as agent, g.agent_key, a.value as action, p.value as application,
           m.value as mfa_method, k.value as access_key_id
    from name n
    join hunt.event_fact f on f.user_id operator(pg_catalog.=) n.id
    left join hunt.dictionary_source s on s.id operator(pg_catalog.=) f.source_id
    left join hunt.dictionary_agent g on g.id operator(pg_catalog.=) f.agent_id
    left join hunt.dictionary_action a on a.id operator(pg_catalog.=) f.action_id
    left join hunt.dictionary_application p on p.id operator(pg_catalog.=) f.application_id
    left join hunt.dictionary_mfa_method m on m.id operator(pg_catalog.=) f.mfa_method_id
    left join hunt.dictionary_access_key k on k.id operator(pg_catalog.=) f.access_key_id
    where f.event_time operator(pg_catalog.>=) ($2 operator(pg_catalog.-) $4) and f.event_time operator(pg_catalog.<) $3
  ), own_past as (
    select hunt.session_risk_state(hunt.session_profile(b.network, b.country_code, b.agent, null::text)) as state
    from seen b where b.event_time operator(pg_catalog.<) $2 and b.success is not false
  ), cut as (
    -- A stretch of one network, country and client ends where they are not used for longer than the gap; those of a thief
    -- and of the user lie beside each other.
    select e.*, sum(e.is_first) over (partition by e.network, e.country_code, e.agent_key order by e.event_time) as stretch
    from (select s.*, (lag(s.event_time) over w is null
                       or s.event_time operator(pg_catalog.-) lag(s.event_time) over w operator(pg_catalog.>) $5)::integer as is_first
          from seen s
          where s.event_time operator(pg_catalog.>=) $2
          window w as (partition by s.network, s.country_code, s.agent_key order by s.event_time)) e
  ), session as materialized (
    select min(c.event_time) as first_at, max(c.event_time) as last_at, c.network, c.country_code, c.agent_key, count(*) as events,
           hunt.distinct_values(c.source) as sources, hunt.distinct_values(c.application, 20) as applications,
           hunt.distinct_values(c.action, 20) as actions, hunt.distinct_values(c.device_ip, 20) as addresses,
           hunt.distinct_values(c.username) as usernames, hunt.distinct_values(c.session_id, 20) as session_ids,
           hunt.distinct_values(c.access_key_id) as access_keys, count(*) filter (where c.success is false) as failed,
           max(c.asn_number) as asn_number, max(c.agent) as agent,
           hunt.session_risk((select o.state from own_past o), null,
                             hunt.session_profile(c.network, c.country_code, max(c.agent), null::text)) as risk
    from cut c group by c.network, c.country_code, c.agent_key, c.stretch
  ), known as (
    select v.field, hunt.history(v.value, s.event_time, 100000, $4) as state
    from seen s
    cross join lateral (values ('network', s.network), ('country', s.country_code), ('client', s.agent_key),
                               ('application', s.application), ('action', s.action)) v (field, value)
    where s.success is not false
    group by v.field
  ), fact as (
    select distinct on (v.field, v.value) s.event_time, v.field, v.value, s.network, s.country_code, s.agent_key, s.source
    from seen s
    cross join lateral (values ('network', s.network), ('country', s.country_code), ('client', s.agent_key),
                               ('application', s.application), ('action', s.action)) v (field, value)
    where s.event_time operator(pg_catalog.>=) $2 and s.success is not false and not hunt.is_blank(v.value)
    order by v.field, v.value, s.event_time, s.network, s.agent_key
  )
  select t.at, t.until, t.kind, t.what, t.network, t.country, t.client, t.count, jsonb_strip_nulls(t.details)
  from (
    select s.first_at, s.last_at, 'session', array_to_string((array_remove(case when cardinality(s.applications) operator(pg_catalog.>) 0
                                                                then s.applications else s.actions end, null))[1:5], ', '),
           s.network, s.country_code, s.agent_key, s.events,
           jsonb_build_object('sources', s.sources, 'applications', s.applications, 'actions', s.actions, 'addresses', s.addresses,
             'usernames', s.usernames, 'session_ids', s.session_ids, 'access_keys', s.access_keys, 'failed', s.failed,
             'asn_number', s.asn_number, 'network_class', hunt.asn_class(s.asn_number), 'user_agent', s.agent,
             'risk_bits', round((s.risk).bits::numeric, 1))
    from session s
    union all
    select f.event_time, f.event_time, 'first seen', f.field operator(pg_catalog.||) ' ' operator(pg_catalog.||) f.value, f.network,
           f.country_code, f.agent_key, null::bigint,
           jsonb_build_object('field', f.field, 'value', f.value, 'source', f.source, 'known_values', v.entity_values,
             'known_since', v.entity_first_seen)
    from fact f
    join known k on k.field operator(pg_catalog.=) f.field
    cross join lateral hunt.first_seen_verdict(k.state, f.value, f.event_time, '0 days') v
    where v.verdict operator(pg_catalog.=) 'new_for_entity'
    union all
    select s.first_at, s.last_at, 'risk',
           round((s.risk).bits::numeric, 1) operator(pg_catalog.||) ' bits unlike the person''s past, most by the ' operator(pg_catalog.||) (s.risk).main_field,
           s.network, s.country_code, s.agent_key, s.events, to_jsonb(s.risk)
    from session s where (s.risk).bits operator(pg_catalog.>=) $6
    union all
    select s.event_time, s.event_time, 'mfa',
           s.mfa_method operator(pg_catalog.||) case when s.success then ' approved' when not s.success then ' refused' else '' end,
           s.network, s.country_code, s.agent_key, 1,
           jsonb_build_object('source', s.source, 'address', s.device_ip, 'session_id', s.session_id, 'application', s.application)
    from seen s
    where s.event_time operator(pg_catalog.>=) $2 and s.mfa_method operator(pg_catalog.!~~*) '%password%'
    union all
    select g.first_at, g.last_at, 'signal', g.name, null, null, null, g.detections,
           jsonb_build_object('signal_id', g.signal_id, 'rule', g.rule_name, 'severity', g.severity, 'status', g.status,
             'entity', g.entity, 'tags', g.tags, 'summary', g.summary, 'insight_id', g.insight_id,
             'suppressed', nullif(g.suppressed, false), 'prototype', nullif(g.prototype, false), 'evidence', g.evidence)
    from hunt.signal g
    where g.last_at operator(pg_catalog.>=) $2 and g.first_at operator(pg_catalog.<) $3
      and (g.entity operator(pg_catalog.=) any (array(select n.value from name n))
           or g.entity operator(pg_catalog.=) (select hunt.user_identity($1))
           or g.entity operator(pg_catalog.=) any (array(select unnest(s.access_keys) from session s))
           or g.entity operator(pg_catalog.=) any (array(select host(a) from session s, unnest(s.addresses) a)))
  ) t (at, until, kind, what, network, country, client, count, details)
  order by t.at, array_position('{session,"first seen",risk,mfa,signal}'::text[], t.kind), t.what, t.network, t.client $$;
comment on function hunt.investigate(text, timestamptz, timestamptz, interval, interval, double precision) is 'One timeline of a person, under all names that hunt.identity ties together: session (a stretch of one network, country and client without a pause longer than gap), first seen (what he had not shown since the lookback before), risk (stretches unlike his past by at least min_bits, see session_risk), mfa (second factors approved or refused), signal (what rules raised of his names, access keys and addresses). details holds the rest.';
