# The fields of every real event, read a second time: by these few lines of Perl, written from the vendors' field lists,
# beside the mappings of the extension. Each check is one column of one source over all of its files.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = ($ENV{SESSION_HUNT_DATA} || '') . '/logs';
plan skip_all => 'SESSION_HUNT_DATA names no folder with logs/aws_cloudtrail' unless -d "$folder/aws_cloudtrail";

my $node = PostgreSQL::Test::Cluster->new('fields');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
$node->safe_psql('postgres', 'create extension session_hunt');

my $json = JSON::PP->new->utf8->allow_nonref->allow_bignum(0);

# Exporters change the case of names, and give nested members as JSON text.
sub lower_keys
{
	my ($value) = @_;
	return [ map { lower_keys($_) } @$value ] if ref $value eq 'ARRAY';
	return $value unless ref $value eq 'HASH';
	return { map { lc($_) => lower_keys($value->{$_}) } keys %$value };
}

# A member by its path, undef where there is none.
sub at
{
	my ($value, @path) = @_;
	for my $step (@path)
	{
		if (defined $value && !ref $value && $value =~ /^\s*[\[{]/)
		{
			$value = eval { lower_keys($json->decode(Encode::encode_utf8($value))) };
		}
		if ($step =~ /^\d+$/) { $value = ref $value eq 'ARRAY' ? $value->[$step] : undef; }
		else { $value = ref $value eq 'HASH' ? $value->{$step} : undef; }
	}
	return $value;
}

# Missing is not a value: empty, blank, "-" and what vendors write for it are none.
sub text
{
	my ($value) = @_;
	return undef if !defined $value || ref $value && !JSON::PP::is_bool($value);
	$value = $value ? 'true' : 'false' if JSON::PP::is_bool($value);
	$value =~ s/^\s+|\s+$//g;
	return $value =~ /^(?:|-|unknown|<null>|not available)$/i ? undef : $value;
}

sub first_of { defined text($_) and return text($_) for @_; return undef; }
sub lower { return defined $_[0] ? lc $_[0] : undef; }

# A moment in UTC with microseconds; a time without a zone is UTC.
sub moment
{
	for my $text (@_)
	{
		next unless defined $text && !ref $text;
		my ($day, $clock, $fraction, $zone) = $text =~ /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(Z|[+-]00:?00)?$/ or next;
		return "$day $clock." . substr(($fraction || '') . '000000', 0, 6);
	}
	return undef;
}

# The event inside what carries it: the message of CloudWatch Logs, as object or text.
sub unwrapped { my ($e) = @_; my $inner = at($e, 'message'); return ref at($inner, 'user') ? (ref $inner ? $inner : at([$inner], 0)) : $e; }
sub bracketless { my ($agent) = @_; $agent =~ s/^\[(.*)\]$/$1/ if defined $agent; return text($agent); }
sub arn_end { my ($arn) = @_; return undef unless defined $arn; my ($end) = $arn =~ m{[/]([^/]+)$}; return $end; }
sub named { my ($list, $name, $key, $value) = @_; for (@{ ref $list eq 'ARRAY' ? $list : [] }) { return at($_, $value) if lc(at($_, $key) // '') eq lc $name } return undef; }

my %fields = (
	cloudtrail => sub {
		my ($e) = @_;
		$e = { %$e, map { $_ => at($e, 'insightdetails', $_) } 'eventname', 'eventsource' } if ref at($e, 'insightdetails');
		my ($type, $who) = (at($e, 'useridentity', 'type') // '', at($e, 'useridentity'));
		my $role = first_of(at($who, 'sessioncontext', 'sessionissuer', 'username'));
		my $user = $type eq 'Root' ? 'root' : $type eq 'IAMUser' ? first_of(at($who, 'username')) : $type eq 'AssumedRole' ? undef : 'not compared';
		$user = 'not compared' if $type eq 'IAMUser' && (!defined $user || $user =~ /^HIDDEN/);
		if ($type eq 'AssumedRole')
		{
			my $session = arn_end(at($who, 'arn')) // '';
			$user = !defined $role ? 'not compared' : $session =~ /@/ || $role =~ /^AWSReservedSSO_/ ? $session : $role;
		}
		my $signin = at($e, 'eventtype') && at($e, 'eventtype') eq 'AwsConsoleSignIn';
		return {
			event_time => moment(at($e, 'eventtime'), at($e, '@timestamp')),
			event_id => first_of(at($e, 'eventid'), 'not compared'),
			action => text(at($e, 'eventname')),
			application => text(at($e, 'eventsource')),
			user_username => $user,
			user_arn => text(at($who, 'arn')),
			access_key_id => text(at($who, 'accesskeyid')),
			device_ip_text => text(at($e, 'sourceipaddress')),
			http_user_agent => bracketless(at($e, 'useragent')),
			error_code => text(at($e, 'errorcode')),
			region => text(at($e, 'awsregion')),
			tenant => first_of(at($e, 'recipientaccountid'), at($who, 'accountid')),
			$signin || (at($e, 'eventtype') // '') =~ /^AwsServiceEvent$/ || (at($e, 'eventcategory') // '') eq 'Insight' ? ()
			  : (success => defined text(at($e, 'errorcode')) ? 'false' : 'true'),
		};
	},
	okta => sub {
		my ($e) = @_;
		my $result = at($e, 'outcome', 'result') // '';
		return {
			event_time => moment(at($e, 'published')),
			event_id => first_of(at($e, 'uuid'), 'not compared'),
			metadata_device_event_id => first_of(at($e, 'eventtype'), 'not compared'),
			action => first_of(at($e, 'displaymessage'), at($e, 'eventtype')),
			user_username => (at($e, 'actor', 'type') // '') eq 'User' ? lower(first_of(at($e, 'actor', 'alternateid'), at($e, 'actor', 'displayname'), at($e, 'actor', 'id'))) : 'not compared',
			application => first_of(named(at($e, 'target'), 'AppInstance', 'type', 'displayname')),
			device_ip_text => first_of(at($e, 'client', 'ipaddress'), at($e, 'request', 'ipchain', 0, 'ip')),
			http_user_agent => text(at($e, 'client', 'useragent', 'rawuseragent')),
			success => $result =~ /^(?:SUCCESS|ALLOW)$/ ? 'true' : $result =~ /^(?:FAILURE|DENY)$/ ? 'false' : undef,
			session_id => first_of(at($e, 'authenticationcontext', 'externalsessionid'), at($e, 'authenticationcontext', 'rootsessionid')),
			vendor_asn_number => text(at($e, 'securitycontext', 'asnumber')),
			vendor_country_name => text(at($e, 'client', 'geographicalcontext', 'country')),
			vendor_city => text(at($e, 'client', 'geographicalcontext', 'city')),
		};
	},
	kubernetes_audit => sub {
		my ($e) = @_;
		$e = unwrapped($e);
		my $object = at($e, 'objectref');
		my $resource = join '/', grep { defined } text(at($object, 'resource')), text(at($object, 'subresource'));
		my $extra = at($e, 'user', 'extra');
		my $code = at($e, 'responsestatus', 'code');
		return {
			event_time => moment(at($e, 'requestreceivedtimestamp'), at($e, 'timestamp'), at($e, 'stagetimestamp')),
			event_id => first_of(at($e, 'auditid'), 'not compared'),
			action => join(' ', grep { defined && length } text(at($e, 'verb')), $resource) || undef,
			user_username => text(at($e, 'user', 'username')),
			effective_user => text(at($e, 'impersonateduser', 'username')),
			user_arn => first_of(at($extra, 'arn', 0), at($extra, 'canonicalarn', 0)),
			access_key_id => text(at($extra, 'accesskeyid', 0)),
			http_user_agent => text(at($e, 'useragent')),
			defined $code && (at($e, 'stage') // '') ne 'Panic' ? (success => (at($e, 'annotations', 'authorization.k8s.io/decision') // '') eq 'forbid' || $code >= 400 ? 'false' : 'true') : (),
		};
	},
	entra_signin => sub {
		my ($e) = @_;
		if (defined at($e, 'creationtime'))    # the unified audit log
		{
			$e = at($e, 'auditdata') if ref at($e, 'auditdata');
			my $success = at($e, 'operation') eq 'UserLoggedIn';
			return {
				event_time => moment(at($e, 'creationtime')),
				event_id => first_of(at($e, 'id'), 'not compared'),
				user_username => lower(text(at($e, 'userid'))),
				device_ip_text => first_of(at($e, 'clientip'), at($e, 'actoripaddress')),
				http_user_agent => text(named(at($e, 'extendedproperties'), 'UserAgent', 'name', 'value')),
				session_id => text(named(at($e, 'deviceproperties'), 'SessionId', 'name', 'value')),
				device_os => text(named(at($e, 'deviceproperties'), 'OS', 'name', 'value')),
				application => text(at($e, 'applicationid')),
				success => $success ? 'true' : 'false',
				error_code => text(at($e, 'errornumber')),
			};
		}
		my $p = at($e, 'properties') // $e;
		my $code = first_of(at($p, 'status', 'errorcode'), at($e, 'resulttype'));
		return {
			event_time => moment(at($p, 'createddatetime'), at($e, 'time'), at($e, 'timegenerated')),
			event_id => first_of(at($p, 'id'), 'not compared'),
			user_username => defined text(at($p, 'userprincipalname')) ? lower(text(at($p, 'userprincipalname'))) : text(at($p, 'serviceprincipalname')),
			device_ip_text => first_of(at($p, 'ipaddress'), at($e, 'calleripaddress')),
			http_user_agent => text(at($p, 'useragent')),
			application => first_of(at($p, 'appdisplayname'), at($p, 'appid')),
			session_id => text(at($p, 'sessionid')),
			device_os => text(at($p, 'devicedetail', 'operatingsystem')),
			device_browser => text(at($p, 'devicedetail', 'browser')),
			defined $code && $code =~ /^\d+$/ ? (success => $code == 0 ? 'true' : 'false', error_code => $code) : (),
		};
	},
	o365_ual => sub {
		my ($e) = @_;
		$e = at($e, 'auditdata') if ref at($e, 'auditdata');
		return {
			event_time => moment(at($e, 'creationtime')),
			event_id => first_of(at($e, 'id'), 'not compared'),
			user_username => lower(text(at($e, 'userid'))),
			action => text(at($e, 'operation')),
			application => text(at($e, 'workload')),
			tenant => text(at($e, 'organizationid')),
		};
	},
	windows_4688 => sub {
		my ($e) = @_;
		my $d = at($e, 'eventdata') // $e;
		return {
			command_line => first_of(at($d, 'commandline'), at($d, 'processcommandline')),
			device_hostname => first_of(at($e, 'computer'), at($e, 'hostname')),
			parent_process => text(at($d, 'parentprocessname')),
		};
	},
	sysmon_process => sub {
		my ($e) = @_;
		my $d = at($e, 'event', 'eventdata') // at($e, 'eventdata') // $e;
		return {
			command_line => text(at($d, 'commandline')),
			parent_process => text(at($d, 'parentimage')),
			parent_command_line => text(at($d, 'parentcommandline')),
			event_time => moment(at($d, 'utctime')),
		};
	},
	jamf => sub {
		my ($e) = @_;
		return {
			event_id => 'not compared',
			device_hostname => first_of(at($e, 'host_info', 'host_name'), 'not compared'),
			defined at($e, 'exec_args', 'args_compiled') ? (command_line => join(' ', split /,/, at($e, 'exec_args', 'args_compiled'))) : (),
		};
	},
	crowdstrike_process => sub {
		my ($e) = @_;
		my $d = at($e, 'event') // $e;
		return {
			command_line => text(at($d, 'commandline')),
			target => text(at($d, 'imagefilename')),
			tenant => text(at($e, 'cid')),
			device_ip_text => text(at($e, 'aip')),
		};
	},
	osquery => sub {
		my ($e) = @_;
		return {
			action => text(at($e, 'name')),
			metadata_device_event_id => text(at($e, 'action')),
			user_username => first_of(at($e, 'columns', 'username'), at($e, 'columns', 'user'), 'not compared'),
			command_line => first_of(at($e, 'columns', 'cmdline'), at($e, 'columns', 'command')),
		};
	},
	auditd => sub {    # LAUREL; how arguments with blanks are quoted is not compared
		my ($e) = @_;
		my ($seconds, $milliseconds) = (at($e, 'id') // '') =~ /^(\d+)\.(\d+):/;
		my $argv = at($e, 'execve', 'argv') // at($e, 'proctitle', 'argv');
		return {
			defined $argv && !grep({ /\s/ } @$argv) ? (command_line => join(' ', @$argv)) : (),
			device_hostname => text(at($e, 'node')),
		};
	},
);

# source => files of one document a line
my %files = (
	cloudtrail => [ glob("$folder/aws_cloudtrail/*/*.jsonl $folder/aws_cloudtrail/*/*.jsonl.gz") ],
	okta => [ glob("$folder/okta/*/*.jsonl") ],
	kubernetes_audit => [ glob("$folder/eks_k8s_audit/*/*.jsonl") ],
	entra_signin => [ glob("$folder/entra_id/*/*.jsonl") ],
	o365_ual => [ glob("$folder/entra_id/{invictus_o365_ual,panther_m365_aad}/*.jsonl") ],
	windows_4688 => [ glob("$folder/endpoint/{otrf_windows_process,sentinel_nb_4688}/*.jsonl.gz") ],
	sysmon_process => [ glob("$folder/endpoint/{otrf_windows_process,sigma_regression_process}/*.jsonl*") ],
	jamf => [ glob("$folder/endpoint/jamf_protect/*.jsonl") ],
	crowdstrike_process => [ glob("$folder/endpoint/panther_crowdstrike_fdr/*.jsonl") ],
	osquery => [ glob("$folder/endpoint/panther_osquery/*.jsonl") ],
	auditd => [ glob("$folder/endpoint/laurel/*.jsonl") ],
);

# JSON::PP is slow: of each file the first documents.
my $most = 1500;
my $work = PostgreSQL::Test::Utils::tempdir();
chmod 0755, $work;
for my $source (sort keys %files)
{
	my (%compared, %differs, $events);
	for my $file (@{ $files{$source} })
	{
		my $lines = "$work/lines";
		system("gzip -dcf '$file' | head -n $most > '$lines'") == 0 or die "cannot read $file";
		chmod 0644, $lines;
		my $out = $node->safe_psql('postgres', qq{
			select to_jsonb(n) - 'payload' || jsonb_build_object('event_time', to_char(n.event_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
				'device_ip_text', coalesce(n.device_ip_text, host(n.device_ip)))
			from hunt.normalize('$source', pg_read_file('$lines')) n where n.reject_reason is null});
		my @documents = map { lower_keys($json->decode($_)) } do { open(my $in, '<', $lines) or die; <$in> };
		for (split /\n/, $out)
		{
			my $row = $json->decode($_);
			my $expected = $fields{$source}->($documents[ $row->{position} - 1 ]);
			$events++;
			for my $field (keys %$expected)
			{
				my ($ours, $theirs) = ($row->{$field}, $expected->{$field});
				next if defined $theirs && $theirs eq 'not compared';
				$ours = $ours ? 'true' : 'false' if JSON::PP::is_bool($ours);
				$compared{$field}++;
				next if ($ours // "\0") eq ($theirs // "\0");
				push @{ $differs{$field} }, sprintf('%s:%d: %s instead of %s', $file =~ s{.*/logs/}{}r, $row->{position}, map { defined ? "\"$_\"" : 'nothing' } $ours, $theirs);
			}
		}
	}
	for my $field (sort keys %compared)
	{
		is(scalar @{ $differs{$field} // [] }, 0, "$source: $field of $compared{$field} events")
		  or diag(join("\n", grep { defined } @{ $differs{$field} }[ 0 .. 4 ]));
	}
	cmp_ok($events, '>=', 3, "$source: $events events") ;
}
$node->stop;
done_testing();
