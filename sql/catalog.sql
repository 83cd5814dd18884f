-- Breaches of the project's own rules for what is in the schema: every query is to return no row.
create view member as
select d.classid, d.objid, d.objsubid
from pg_depend d join pg_extension e on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
where e.extname = 'session_hunt' and d.deptype = 'e';

-- everything has a comment that is a whole sentence
select p.oid::regprocedure from pg_proc p join member m on m.classid = 'pg_proc'::regclass and m.objid = p.oid
where coalesce(obj_description(p.oid, 'pg_proc'), '') !~ '^[A-Z0-9].*\.$' order by 1;
select c.oid::regclass from pg_class c join member m on m.classid = 'pg_class'::regclass and m.objid = c.oid
where c.relkind in ('r', 'v') and coalesce(obj_description(c.oid, 'pg_class'), '') !~ '^[A-Z0-9].*\.$' order by 1;
select t.oid::regtype from pg_type t join member m on m.classid = 'pg_type'::regclass and m.objid = t.oid
where t.typrelid in (select oid from pg_class where relkind = 'c')
  and coalesce(obj_description(t.oid, 'pg_type'), '') !~ '^[A-Z0-9].*\.$' order by 1;

-- everything is in the extension's schema, and the schema belongs to the extension
select p.oid::regprocedure from pg_proc p join member m on m.classid = 'pg_proc'::regclass and m.objid = p.oid
where p.pronamespace <> 'hunt'::regnamespace;
select c.oid::regclass from pg_class c join member m on m.classid = 'pg_class'::regclass and m.objid = c.oid
where c.relnamespace <> 'hunt'::regnamespace;

-- nothing is leakproof; C functions say whether they are parallel safe, and are strict unless NULL means something
select oid::regprocedure from pg_proc where pronamespace = 'hunt'::regnamespace and proleakproof;
select oid::regprocedure from pg_proc
where pronamespace = 'hunt'::regnamespace and prolang = (select oid from pg_language where lanname = 'c')
  and (proparallel <> 's' or not proisstrict) and proname not in ('baseline_trans', 'baseline_verdict', 'compare', 'count_distinct_final', 'distinct_values_max_trans', 'first_seen_verdict', 'history_trans', 'ingest', 'ingest_file', 'ingest_inbox', 'is_blank', 'logreduce_signature', 'logreduce_trans', 'outlier', 'present_payload', 'series_trans', 'session_profile', 'session_risk', 'signatures', 'sketch_add', 'sketch_union_add', 'sliding_add', 'sliding_count', 'sliding_remove', 'store_payloads', 'travel_trans');

-- PL/pgSQL and SECURITY DEFINER functions pin their search_path, those that run the text of rules with hunt in it
select oid::regprocedure from pg_proc
where pronamespace = 'hunt'::regnamespace and prokind = 'f'
  and (prosecdef or prolang = (select oid from pg_language where lanname = 'plpgsql'))
  and not coalesce(proconfig && array['search_path=pg_catalog, pg_temp', 'search_path=pg_catalog, hunt, pg_temp'], false)
order by 1;
-- SECURITY DEFINER: these and no others, and not for everybody
select oid::regprocedure as security_definer, has_function_privilege('public', oid, 'execute') as for_public
from pg_proc where pronamespace = 'hunt'::regnamespace and prosecdef order by 1;

-- what changes state is not for everybody
select oid::regprocedure from pg_proc
where pronamespace = 'hunt'::regnamespace and provolatile = 'v' and prokind in ('f', 'p')
  and prorettype <> 'trigger'::regtype and has_function_privilege('public', oid, 'execute') order by 1;
select c.oid::regclass from pg_class c
where c.relnamespace = 'hunt'::regnamespace and c.relkind in ('r', 'v', 'p')
  and (has_table_privilege('public', c.oid, 'insert') or has_table_privilege('public', c.oid, 'update')
       or has_table_privilege('public', c.oid, 'delete')) order by 1;
-- what everybody may read
select c.oid::regclass as readable_by_public from pg_class c
where c.relnamespace = 'hunt'::regnamespace and c.relkind in ('r', 'v', 'p') and has_table_privilege('public', c.oid, 'select')
order by 1;
