-- Auth0 tenant logs: a log stream nests under `data` what the Management API has at the top. The type codes are those of
-- https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes.
insert into hunt.source_mapping (source, event_column, paths) values
  ('auth0', 'event_time', '{data.date, date}'),
  ('auth0', 'event_id', '{log_id, data.log_id, _id}'),
  ('auth0', 'tenant', '{data.tenant_name, tenant_name}'),
  ('auth0', 'metadata_device_event_id', '{data.type, type}'),
  ('auth0', 'action', '{data.description, description, data.type, type}'),
  ('auth0', 'application', '{data.client_name, client_name, data.client_id, client_id}'),
  ('auth0', 'target', '{data.details.request.path, details.request.path}'),
  ('auth0', 'user_username', '{data.user_name, user_name, data.details.request.auth.user.email,
                               details.request.auth.user.email, data.user_id, user_id}'),
  ('auth0', 'user_userid', '{data.user_id, user_id}'),
  ('auth0', 'user_email', '{data.details.request.auth.user.email, details.request.auth.user.email}'),
  ('auth0', 'device_ip', '{data.ip, ip}'),
  ('auth0', 'http_user_agent', '{data.user_agent, user_agent}'),
  ('auth0', 'error_text', '{data.details.error.message, details.error.message}'),
  ('auth0', 'session_id', '{data.session_id, session_id}'),
  ('auth0', 'mfa_method', '{data.details.authenticator.type, details.authenticator.type}'),
  ('auth0', 'vendor_country_code', '{data.location_info.country_code, location_info.country_code}'),
  ('auth0', 'vendor_city', '{data.location_info.city_name, location_info.city_name}');
insert into hunt.source_mapping (source, event_column, paths, true_values, false_values) values
  ('auth0', 'success', '{data.type, type}',
   '{s, ss, ssa, slo, sapi, gd_auth_succeed, seacft, seccft, sede, sens, seoobft, seotpft, sepft, sercft, sertft}',
   '{f, fc, fco, fcoa, fens, fp, fs, fsa, fu, flo, fapi, gd_auth_failed, feacft, feccft, fede, feoobft, feotpft, fepft,
     fercft, ferrt, fertft, limit_wc, limit_mu, pwd_leak, signup_pwd_leak}');
insert into hunt.source_mapping (source, event_column, constant) values
  ('auth0', 'metadata_vendor', 'Okta'), ('auth0', 'metadata_product', 'Auth0');
