-- Rules for the test of the dashboard: each kind of evidence that its pages show. They come before the events, which they so examine.
select hunt.create_rule('several hosting networks', 'threshold', filter => 'success and asn_class(device_ip_asn_number) in (''hosting'', ''vpn'', ''cloud'')',
  entity => '{user_username}', window_size => '1 hour', min_count => 1, signal_name => 'Sign-in from {{device_ip_asn_org}}', severity => '6', tags => '{T1550.004}');
select hunt.create_rule('several networks', 'threshold', filter => 'success', entity => '{user_username}',
  window_size => '1 hour', min_count => 3, distinct_of => 'device_ip_asn_number',
  signal_name => 'Sign-ins from {{distinct_values}} networks', severity => '4', tags => '{T1550.004}');
select hunt.create_rule('several countries', 'threshold', filter => 'success', entity => '{user_username}',
  window_size => '2 hours', min_count => 2, distinct_of => 'device_ip_country_code',
  signal_name => 'Sign-ins from {{distinct_values}} countries', severity => '5', tags => '{T1078.004}');
select hunt.create_rule('new network', 'first_seen', filter => 'success', entity => '{user_username}',
  value => 'device_ip_asn_org', learning => '7 days', signal_name => 'New network', severity => '3', tags => '{T1539}');
select hunt.create_rule('new client', 'first_seen', filter => 'success', entity => '{user_username}',
  value => 'http_user_agent_key', learning => '7 days', signal_name => 'New client', severity => '3', tags => '{T1539}');
select hunt.create_rule('failed sign-ins', 'threshold', filter => 'not success', entity => '{user_username}',
  window_size => '10 minutes', min_count => 5, signal_name => 'Failed sign-ins', severity => '2', tags => '{T1621}', prototype => true);
