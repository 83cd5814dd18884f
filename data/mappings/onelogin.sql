-- Events of OneLogin's API, which names people and not their user names, and the event webhook's, which says when and
-- under which id in other members: https://developers.onelogin.com/api-docs/1/events/event-resource. Of the types of
-- events 5 and 8 are a login to OneLogin and to an application, 6 is a failed login.
insert into hunt.source_mapping (source, event_column, paths) values
  ('onelogin', 'event_time', '{created_at, event_timestamp}'),
  ('onelogin', 'event_id', '{id, uuid}'),
  ('onelogin', 'tenant', '{account_id}'),
  ('onelogin', 'metadata_device_event_id', '{event_type_id}'),
  ('onelogin', 'action', '{event_type_id}'),
  ('onelogin', 'application', '{app_name, app_id}'),
  ('onelogin', 'target', '{user_name, user_id}'),
  ('onelogin', 'user_username', '{actor_user_name, actor_system, user_name}'),
  ('onelogin', 'user_userid', '{actor_user_id, user_id}'),
  ('onelogin', 'device_ip', '{ipaddr}'),
  ('onelogin', 'error_text', '{error_description}'),
  ('onelogin', 'mfa_method', '{otp_device_name}');
insert into hunt.source_mapping (source, event_column, paths, true_values, false_values) values
  ('onelogin', 'success', '{event_type_id}', '{5, 8}', '{6}');
insert into hunt.source_mapping (source, event_column, constant) values
  ('onelogin', 'metadata_vendor', 'OneLogin'), ('onelogin', 'metadata_product', 'Events');
