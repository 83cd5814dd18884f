-- enrich: classes of networks. The shipped rows are replaced by updates; the user's own rows win and are never touched.
create table hunt.asn_class_shipped (
  number bigint primary key,
  class text not null,
  note text not null
);
comment on table hunt.asn_class_shipped is 'Starter set of ASN classes; replaced when the extension is updated. Put your own rows into asn_class.';

create table hunt.asn_class (
  number bigint primary key check (number between 0 and 4294967295),
  class text check (class in ('cloud', 'hosting', 'vpn', 'cdn', 'relay', 'corporate', 'mobile', 'satellite', 'education', 'residential')),
  note text
);
comment on table hunt.asn_class is 'Your own ASN classes: a row overrides the shipped one of the same number, a NULL class says that the network has none. Kept by dumps and extension updates.';
select pg_catalog.pg_extension_config_dump('hunt.asn_class', '');

create view hunt.asn_classes as
select coalesce(own.number, shipped.number) as number,
       case when own.number is null then shipped.class else own.class end as class,
       case when own.number is null then shipped.note else own.note end as note,
       own.number is null as shipped
from hunt.asn_class own full join hunt.asn_class_shipped shipped on own.number operator(pg_catalog.=) shipped.number;
comment on view hunt.asn_classes is 'The class of each classified network: your own rows of asn_class where there is one, else the shipped row.';
grant select on hunt.asn_class_shipped, hunt.asn_class, hunt.asn_classes to public;

create function hunt.asn_class(number bigint) returns text
language sql stable strict parallel safe as $$
  select case when own.number is null then shipped.class else own.class end
  from (select) one
  left join hunt.asn_class own on own.number operator(pg_catalog.=) $1
  left join hunt.asn_class_shipped shipped on shipped.number operator(pg_catalog.=) $1 $$;
comment on function hunt.asn_class(bigint) is 'The class of a network by its AS number (cloud, hosting, vpn, cdn, relay, corporate, mobile, satellite, education, residential), NULL if it is not classified; your rows in the table asn_class win over the shipped ones.';

