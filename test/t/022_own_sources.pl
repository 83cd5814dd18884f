# Sources that users describe, on outside data, and what is kept: edits beside loads, retention beside queries, people who
# are forgotten beside loads, a dump that brings all of it back.
use strict;
use warnings;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('own_sources');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "deadlock_timeout = '100ms'\ntimezone = 'UTC'");
$node->start;
$node->safe_psql('postgres', 'create extension session_hunt; select hunt.setup()');
$node->safe_psql('postgres', slurp_file("$ENV{TESTDIR}/mappings/$_.sql")) for qw(auth0 duo onelogin);

sub sql { return $node->safe_psql('postgres', $_[0]); }

# A statement, or several in a transaction, that runs while the test goes on.
sub client
{
	my ($statement, $out, $err) = @_;
	return IPC::Run::start([ 'psql', '-X', '-q', '-t', '-A', '-d', $node->connstr('postgres'), '-c', $statement ],
		'<', \undef, '>', $out // \my $o, '2>', $err // \my $e);
}

sub wait_for
{
	my ($what) = @_;
	$node->poll_query_until('postgres', "select exists (select from pg_stat_activity where $what)") or die "never: $what";
	return;
}

my $folder = ($ENV{SESSION_HUNT_DATA} || '') . '/logs/other_idp';
SKIP:
{
	skip 'SESSION_HUNT_DATA names no folder with logs/other_idp', 8 unless -s "$folder/panther_auth0/events.jsonl";
	my $load = sub {
		my ($source) = @_;
		my $payload = slurp_file("$folder/panther_$source/events.jsonl");
		return sql("select * from hunt.ingest('$source', \$load\$$payload\$load\$)");
	};
	# received, inserted, updated, duplicates, rejected; distinct documents and those with a time were counted with jq
	is($load->('auth0'), '38|34|0|4|0', 'Auth0');
	is($load->('duo'), '11|0|0|0|11', 'Duo: the samples have no time');
	is($load->('onelogin'), '22|0|0|0|22', 'OneLogin: nor have these, but for the time of a pipeline');
	is(sql("select string_agg(reason || ' ' || times, ', ' order by reason, times desc) from (select distinct reason, sum(times) over (partition by reason) as times from hunt.reject where source in ('duo', 'onelogin')) r"),
		'no path of the mapping leads to a value in the document 3, no readable event time 30', 'with the reason');
	# Once the mapping knows the pipeline's time, those that have it are taken.
	sql("update hunt.source_mapping set paths = paths || '{p_event_time}' where event_column = 'event_time' and source = 'onelogin'");
	is(sql("select received - rejected, inserted from hunt.retry_rejects('onelogin')"), '5|5', 'rejects of a mended mapping');
	# Of the other three, samples of other products, nothing is known but the time.
	is(sql(q{select event_time, event_id ~ '^xxh3:', metadata_vendor, metadata_product, metadata_device_event_id, action, target, user_username, user_userid, device_ip, success from hunt.event where source = 'onelogin' and action is not null order by action}),
		join("\n",
			'2021-06-27 00:08:28.792+00|t|OneLogin|Events|13|13|Bob Cat|Bob Cat|123456||',
			'2021-06-27 00:08:28.792+00|t|OneLogin|Events|5|5|Bob Cat|Bob Cat|123456|192.168.1.1|t'),
		'columns of OneLogin');
	is(sql(q{select event_time, event_id, metadata_device_event_id, action, application, target, user_username, user_userid, user_email, device_ip, http_user_agent ~ '^Mozilla', success from hunt.event where source = 'auth0' and metadata_device_event_id in ('sapi', 'ferrt', 'pwd_leak') order by metadata_device_event_id collate "C", event_time, target collate "C" limit 3}),
		join("\n",
			'2025-10-03 14:09:32.149+00|90020230523204756343781000000000000001223372037583230452|ferrt|Unsuccessful Refresh Token exchange, reused refresh token detected|1HXWWGKk1Zj3JF8GvMrnCSirccDs4qvr|/v2/attack-protection/token-reuse|denethor@lotr.com|google-oauth2\|105261262156475850461|denethor@lotr.com|12.12.12.12|t|f',
			'2025-10-01 05:39:16.467+00|90020251001053916537654000000000000001223372122475524001|pwd_leak|Someone behind the IP address: 2601:140:9702:ee80:0000:1f55:93a7:e970 attempted to login with a leaked password. A shield to prevent this action was enabled, further attempts are blocked.|11Qpq1o8fbGgnZuFJnQCyjuC1ll8YFt0||denethor@lotr.com|||2601:140:9702:ee80:9049:1f55:0:e970|t|f',
			'2023-05-15 16:13:53.609+00|90020230515161358744602000000000000001223372037485092159|sapi|Create tenant invitations for a given client|1HXWWGKk1Zj3JF8GvMrnCSirccDs4qvr|/api/v2/tenants/invitations|homer.simpson@yourcompany.io|auth0\|6459776e974703f3a65dc258|homer.simpson@yourcompany.io|12.12.12.12|t|t') =~ s/\\\|/|/gr,
		'columns of Auth0');
	is(sql(q{select count(*), count(event_time), count(device_ip), count(user_username) from hunt.event where source = 'auth0'}), '34|34|34|34', 'of every event of Auth0 the time, the address and the user');
}

# An edit waits for loads that run, and loads for the edit: no load is half one mapping and half another.
my $document = '{"date":"2024-03-01T09:15:00Z","log_id":"%s","type":"s","name":"%s"}';
{
	my $editor = $node->background_psql('postgres');
	$editor->query_safe("begin; update hunt.source_mapping set paths = '{name}' where source = 'auth0' and event_column = 'user_username'");
	my $name = sprintf $document, 'e1', 'late@example.com';
	my $out = '';
	my $loader = client("select hunt.ingest('auth0', '$name')", \$out);
	wait_for("query like 'select hunt.ingest%' and wait_event_type = 'Lock' and wait_event = 'advisory'");
	$editor->query_safe('commit');
	$editor->quit;
	$loader->finish;
	is(sql("select user_username from hunt.event where event_id = 'e1'"), 'late@example.com', 'a load that waited for an edit uses it');
}

# A query that is still reading keeps its month; the loads that wait meanwhile go on, and the next call drops it.
{
	sql("select hunt.ingest('auth0', '{\"date\":\"2020-01-10T00:00:00Z\",\"log_id\":\"old\",\"name\":\"gone\@example.com\"}')");
	my $reader = $node->background_psql('postgres');
	$reader->query_safe('begin; select count(*) from hunt.event_fact');
	my ($out, $err) = ('', '');
	$node->psql('postgres', "call hunt.drop_events_before('2020-03-01')", stdout => \$out, stderr => \$err);
	is($out, '0|0|0|0', 'a month that is being read stays');
	like($err, qr/NOTICE:  the events of 2020-01 stay/, 'and says so');
	$reader->query_safe('commit');
	$reader->quit;
	is(sql("call hunt.drop_events_before('2020-03-01')"), '1|0|0|1', 'and goes with the next call, with the name');
}

# A server that is killed between two days has enriched the first; the next call does the rest.
{
	sql("select hunt.ingest('auth0', string_agg(format('{\"date\":\"2024-04-%sT00:00:00Z\",\"log_id\":\"d%s\",\"ip\":\"192.0.2.1\"}', lpad(d::text, 2, '0'), d), e'\\n')) from generate_series(1, 30) d");
	sql("update hunt.event_fact set device_ip_country_code = 'ZZ' where device_ip = '192.0.2.1'");
	my $blocker = $node->background_psql('postgres');
	$blocker->query_safe("begin; update hunt.event_fact set success = null where event_time = '2024-04-20'");
	my $enricher = client("call hunt.re_enrich('2024-04-01', '2024-05-01')");
	wait_for("query like 'call hunt.re_enrich%' and wait_event_type = 'Lock'");
	$node->stop('immediate');
	eval { $enricher->finish };
	eval { $blocker->{run}->kill_kill };
	$node->start;
	is(sql("select count(*) from hunt.event_fact where device_ip_country_code = 'ZZ'"), '11', 'enrichment keeps the days that it has done');
	is(sql("call hunt.re_enrich('-infinity', 'infinity')"), '11', 'and goes on with the others');
}

# A load that comes while a person is forgotten waits, and does not bring the person's id back.
{
	my $alice = sprintf $document, 'a%s', 'alice@example.com';
	sql("select hunt.ingest('auth0', '" . sprintf($alice, 1) . "')");
	my $forgetter = $node->background_psql('postgres');
	$forgetter->query_safe("begin; select hunt.forget_user('alice\@example.com', 'erase')");
	my $loader = client("select hunt.ingest('auth0', '" . sprintf($alice, 2) . "')");
	wait_for("query like 'select hunt.ingest%' and wait_event = 'advisory'");
	$forgetter->query_safe('commit');
	$forgetter->quit;
	$loader->finish;
	is(sql("select event_id, user_username from hunt.event where event_id ~ '^a\\d'"), 'a2|alice@example.com', 'a load after a person was forgotten');
	is(sql('select count(*) from hunt.event_fact f where user_id is not null and not exists (select from hunt.dictionary_user u where u.id = f.user_id)'), '0', 'no event points to a name that is gone');
}

# All of it comes back from a dump, and works.
sql("insert into hunt.identity (username, identity) values ('ali', 'alice\@example.com'); insert into hunt.own_network (network, label) values ('192.0.2.0/24', 'office')");
my $tables = q{select md5(string_agg(t::text, chr(10) order by t::text)) from (select m::text from hunt.source_mapping m union all select i::text from hunt.identity i union all select o::text from hunt.own_network o union all select l::text from hunt.ingest_log l union all select e::text from hunt.event e) t (t)};
my $state = sql($tables);
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$node->command_ok([ 'pg_dump', '-d', $node->connstr('postgres'), '-f', $dump ], 'dump');
$node->safe_psql('postgres', 'create database restored');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $dump ], 'restore');
is($node->safe_psql('restored', $tables), $state, 'a dump brings everything back');
$node->safe_psql('restored', "copy hunt.inbox_auth0 from stdin with (format csv, quote e'\\x01', delimiter e'\\x02');\n" . sprintf($document, 'r1', 'ali') . "\n\\.\n");
is($node->safe_psql('restored', "select user_identity, hunt.is_own_network('192.0.2.9') from hunt.event where event_id = 'r1'"), 'alice@example.com|t', 'and loads go on');

$node->stop;
done_testing();
