-- address: reading addresses from log text, and what kind of address an address is
\pset null '(null)'

-- what logs write around an address
select field, hunt.try_inet(field)
from (values
  (1, '8.8.8.8'), (2, ' 8.8.8.8 '), (3, '8.8.8.8:443'), (4, '[8.8.8.8]:443'), (5, '035.249.253.232'),
  (6, '203.0.113.7, 10.0.0.1'), (7, 'unknown, 8.8.8.8;9.9.9.9'),
  (8, '2001:DB8::1'), (9, '[2001:db8::1]:443'), (10, 'fe80::1%eth0'), (11, '2001:db8::8.8.8.8'),
  (12, '::ffff:8.8.8.8'), (13, '::ffff:8.8.8.8:443')) v(n, field)
order by n;

-- what is no address
select field, hunt.try_inet(field)
from (values
  (1, ''), (2, ' '), (3, '-'), (4, 'AWS Internal'), (5, 'cloudtrail.amazonaws.com'), (6, '8.8'), (7, '0x08.8.8.8'),
  (8, '8.8.8.256'), (9, '10.0.0.0/8'), (10, '2001:db8::/32'), (11, '8.8.8.8:65536'), (12, '1::2::3'), (13, null)) v(n, field)
order by n;
select hunt.try_inet(repeat('1.', 500000)), hunt.try_inet(repeat(',', 1000000) || '8.8.8.8');

-- one address of each class
select address, hunt.ip_class(address), hunt.is_public_ip(address) as public, hunt.is_private_ip(address) as private
from (values
  (inet '8.8.8.8'), ('2606:4700::1111'), ('0.0.0.0'), ('::'), ('0.1.2.3'), ('10.1.2.3'), ('172.31.255.255'), ('192.168.1.1'),
  ('100.64.0.1'), ('127.0.0.1'), ('::1'), ('169.254.169.254'), ('fe80::1'), ('fd12::1'), ('fec0::1'), ('192.0.2.1'),
  ('198.51.100.1'), ('203.0.113.1'), ('2001:db8::1'), ('3fff::1'), ('198.18.0.1'), ('2001:2::1'), ('192.0.0.1'),
  ('192.0.0.9'), ('192.0.0.8'), ('100:0:0:1::1'), ('192.31.196.1'), ('2620:4f:8000::1'), ('192.52.193.1'),
  ('192.88.99.1'), ('2002:808:808::1'), ('2002:a00:1::1'), ('2001:0:4136:e378:8000:63bf:f7f7:f7f7'), ('64:ff9b::808:808'),
  ('64:ff9b::a00:1'), ('64:ff9b:1::1'), ('2001:10::1'), ('2001:20::1'), ('2001:30::1'), ('5f00::1'), ('100::1'),
  ('224.0.0.1'), ('ff02::1'), ('255.255.255.255'), ('240.0.0.1'), ('4000::1')) v(address);

-- an IPv4-mapped address is judged as its IPv4 address, and a netmask is ignored
select hunt.ip_class(inet '::ffff:10.0.0.1'), hunt.is_public_ip(inet '::ffff:8.8.8.8'), hunt.ip_class(inet '10.0.0.1/0'),
       hunt.is_private_ip(inet '10.0.0.1/1');

-- text: a bare literal means the text functions, and what is no address gives NULL
select hunt.is_public_ip('8.8.8.8'), hunt.is_private_ip('10.0.0.1:443'), hunt.ip_class('[2001:db8::1]:443');
select hunt.is_public_ip('AWS Internal'), hunt.is_private_ip('AWS Internal'), hunt.ip_class('AWS Internal');
select hunt.is_public_ip(null::text), hunt.is_public_ip(null::inet), hunt.try_inet(null), hunt.ip_class(null::text),
       hunt.ip_class(null::inet), hunt.is_private_ip(null::text), hunt.is_private_ip(null::inet);

-- so a condition keeps public addresses only, and `is not true` all the rest
create temp table login (n integer, device_ip text);
insert into login values (1, '8.8.8.8'), (2, '10.0.0.1'), (3, 'AWS Internal'), (4, null);
select n from login where hunt.is_public_ip(device_ip) order by n;
select n from login where hunt.is_public_ip(device_ip) is not true order by n;

-- text and inet overloads agree
select count(*) as differences
from (select inet '0.0.0.0' + (g * 65497::bigint) as i from generate_series(0, 65500) g
      union all
      select rtrim(regexp_replace(md5(g::text), '(....)', '\1:', 'g'), ':')::inet from generate_series(1, 10000) g) a
where hunt.try_inet(host(i)) is distinct from i
   or hunt.ip_class(i) is distinct from hunt.ip_class(host(i))
   or hunt.is_public_ip(i) is distinct from hunt.is_public_ip(host(i))
   or hunt.is_private_ip(i) is distinct from hunt.is_private_ip(host(i));

-- blank
select hunt.is_blank(null) as "null", hunt.is_blank('') as empty, hunt.is_blank(E' \t\r\n') as spaces, hunt.is_blank(' - ') as hyphen,
       hunt.is_blank('--') as hyphens, hunt.is_blank('unknown') as word;
