-- Authentication logs of Duo's Admin API, version 2: https://duo.com/docs/adminapi#authentication-logs.
insert into hunt.source_mapping (source, event_column, paths) values
  ('duo', 'event_time', '{isotimestamp, timestamp}'),
  ('duo', 'event_id', '{txid}'),
  ('duo', 'metadata_device_event_id', '{event_type}'),
  ('duo', 'action', '{event_type}'),
  ('duo', 'application', '{application.name, application.key}'),
  ('duo', 'user_username', '{user.name, email}'),
  ('duo', 'user_userid', '{user.key}'),
  ('duo', 'user_email', '{email}'),
  ('duo', 'device_ip', '{access_device.ip, auth_device.ip}'),
  ('duo', 'device_hostname', '{access_device.hostname}'),
  ('duo', 'device_os', '{access_device.os}'),
  ('duo', 'device_browser', '{access_device.browser}'),
  ('duo', 'error_code', '{reason}'),
  ('duo', 'mfa_method', '{factor}'),
  ('duo', 'vendor_country_name', '{access_device.location.country}'),
  ('duo', 'vendor_city', '{access_device.location.city}');
insert into hunt.source_mapping (source, event_column, paths, true_values, false_values) values
  ('duo', 'success', '{result}', '{success}', '{failure, denied, fraud, error}');
insert into hunt.source_mapping (source, event_column, constant) values
  ('duo', 'metadata_vendor', 'Cisco'), ('duo', 'metadata_product', 'Duo');
