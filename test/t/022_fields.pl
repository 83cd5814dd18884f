# The fields of every real event, read a second time: by these few lines of Perl, written from the vendors' field lists,
# beside the mappings of the extension. Each check is one column of one source over all of its files.
use strict;
use warnings;
use Encode;
use JSON::PP;
use POSIX qw(strftime);
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

# The records of one event of the raw audit log, as fields of the first record of each type.
sub raw_audit
{
	my ($e) = @_;
	my %of;
	$of{ $_->{type} } //= $_ for @{ $e->{records} };
	my ($first, $call, $execve, $path, $title) = ($e->{records}[0], @of{qw(SYSCALL EXECVE PATH PROCTITLE)});
	my $known = sub { my ($value) = grep { defined && !/^(?:\?|\(null\)|\(none\)|)$/ } @_; return $value; };
	my $set = sub { my ($value) = @_; return defined $value && $value ne '4294967295' ? $value : undef; };
	my $who = $call // $first;
	my ($login, $account) = ($set->($who->{auid}), $known->(unhex($first->{acct})));
	my $became = $account // $who->{euid} // $who->{uid};
	my $user = $login // $account // $who->{euid} // $who->{uid};
	my $outcome = $call && $call->{success} ? $call->{success} : $first->{res} // '';
	my $success = $outcome =~ /^(?:yes|success|1)$/ ? 'true' : $outcome =~ /^(?:no|failed|0)$/ ? 'false' : undef;
	my $start = $execve || $call && $call->{arch} eq 'c000003e' && $call->{syscall} =~ /^(?:59|322)$/;
	my $program = $known->($call ? unhex($call->{exe}) : undef, unhex($first->{exe}));
	my @words = $execve ? map { unhex($execve->{"a$_"}) } 0 .. $execve->{argc} - 1 : $title ? split(/\0/, unhex($title->{proctitle})) : ();
	my $command = @words ? join(' ', @words) : $known->(unhex($first->{cmd}));
	my ($seconds, $milliseconds) = $e->{id} =~ /^(\d+)\.(\d+):/;
	return {
		event_time => strftime('%Y-%m-%d %H:%M:%S', gmtime $seconds) . ".${milliseconds}000",
		event_id => $e->{id},
		metadata_device_event_id => $execve ? 'EXECVE' : $first->{type},
		action => $start ? 'process start' : $first->{type} eq 'SYSCALL' ? "syscall $call->{syscall}" : $first->{type},
		user_username => $user,
		user_userid => $login // $who->{uid},
		effective_user => defined $became && defined $user && $became ne $user ? $became : undef,
		session_id => $set->($who->{ses}),
		success => $success,
		error_code => ($success // '') eq 'false' ? $call ? $call->{exit} : $outcome : undef,
		device_ip_text => $known->($first->{addr}),
		device_os => 'Linux',
		application => defined $program ? $program =~ s{.*/}{}r : $call ? unhex($call->{comm}) : undef,
		target => $start ? $program : $known->($path ? unhex($path->{name}) : undef, $program),
		grep({ /[^\w.\/:=@%+,-]/ } @words) ? () : (command_line => $command),
	};
}

# What may hold any byte is quoted, or in hexadecimal digits.
sub unhex
{
	my ($value) = @_;
	return undef unless defined $value;
	return $1 if $value =~ /^"(.*)"$/s;
	return $value =~ /^(?:[0-9A-F]{2})+$/ ? pack('H*', $value) : $value;
}

# The events of a raw audit log by the line of their first record.
sub audit_documents
{
	my ($text) = @_;
	my (%documents, %of, $line);
	for (split /\n/, $text)
	{
		$line++;
		my ($type, $id, $rest) = /\btype=(\S+) msg=audit\(([^)]+)\):\s*(.*)/ or next;
		my %fields = (type => $type);
		$rest =~ s/msg='(.*)'/$1/;
		$fields{$1} //= $2 while $rest =~ /(\S+?)=("[^"]*"|\S*)/g;
		$of{$id} //= $documents{$line} = { id => $id, records => [] };
		push @{ $of{$id}{records} }, \%fields;
	}
	return \%documents;
}

# The rows of a CSV file by the line on which they begin, each a document of its header's names in lower case.
sub csv_documents
{
	my ($text) = @_;
	my (%documents, @header, @row);
	my ($line, $start) = (1, 1);
	while ($text =~ /\G("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|\z)/g)
	{
		my ($cell, $end) = ($1, $2);
		$line += () = "$cell$end" =~ /\n/g;
		$cell =~ s/""/"/g if $cell =~ s/^"(.*)"$/$1/s;
		push @row, Encode::decode_utf8($cell);
		next if $end eq ',';
		if (!@header) { @header = map { lc } @row }
		elsif (@row > 1) { $documents{$start} = { map { $header[$_] => $row[$_] } grep { length $row[$_] } 0 .. $#row } }
		last if $end eq '';
		@row = ();
		$start = $line;
	}
	return \%documents;
}

# The documents of a file by their positions.
sub documents
{
	my ($file, $text) = @_;
	return audit_documents($text) if $file =~ /auditd_raw/;
	return csv_documents($text) if $file =~ /\.csv/;
	my $line = 0;
	return { map { ++$line => lower_keys($json->decode($_)) } split /\n/, $text };
}

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
	entra_audit => sub {
		my ($e) = @_;
		my $p = at($e, 'properties') // $e;
		my ($user, $app) = map { at($p, 'initiatedby', $_) } 'user', 'app';
		my ($name, $id) = (first_of(lower(text(at($user, 'userprincipalname'))), at($user, 'displayname')), text(at($user, 'id')));
		($name, $id) = (text(at($app, 'displayname')), first_of(at($app, 'serviceprincipalid'), at($app, 'appid'))) unless defined $name || defined $id;
		my @targets = @{ at($p, 'targetresources') // [] };
		my $result = lower(first_of(at($p, 'result'), at($e, 'result'))) // '';
		return {
			event_time => moment(at($p, 'activitydatetime'), at($e, 'timegenerated'), at($e, 'time')),
			event_id => first_of(at($p, 'id'), 'not compared'),
			tenant => first_of(at($e, 'aadtenantid'), at($e, 'tenantid')),
			metadata_device_event_id => first_of(at($p, 'category'), at($e, 'category')),
			action => first_of(at($p, 'activitydisplayname'), at($p, 'operationname'), at($e, 'operationname')),
			application => text(at($p, 'loggedbyservice')),
			user_username => $name,
			user_userid => $id,
			device_ip_text => first_of(at($user, 'ipaddress'), at($app, 'ipaddress'), at($e, 'calleripaddress')),
			target => lower(first_of(map { at($_, 'userprincipalname') } @targets)) // first_of(map { (at($_, 'displayname'), at($_, 'id')) } @targets),
			http_user_agent => text(named(at($p, 'additionaldetails'), 'User-Agent', 'key', 'value')),
			success => $result eq 'success' ? 'true' : $result =~ /^(?:failure|timeout)$/ ? 'false' : undef,
			error_code => $result =~ /^(?:failure|timeout)$/ ? $result : undef,
		};
	},
	mde_process => sub {    # the sensor's own columns
		my ($e) = @_;
		my $account = sub { my ($domain, $name) = map { lower(text(at($e, $_))) } @_; return defined $domain && defined $name ? "$domain\\$name" : $name; };
		my $path = sub
		{
			my ($folder, $name) = map { text(at($e, $_)) } @_;
			return $folder // $name if !defined $folder || !defined $name || $folder =~ /(?:^|\\)\Q$name\E$/;
			return "$folder\\$name";
		};
		my ($user, $created) = ($account->('initiatingprocessaccountdomainname', 'initiatingprocessaccountname'), $account->('createdprocessaccountdomainname', 'createdprocessaccountname'));
		return {
			event_time => moment(at($e, 'createdprocesscreationtime'), at($e, 'reporttime')),
			version_time => moment(at($e, 'reporttime')),
			event_id => text(at($e, 'reportguid')),
			tenant => text(at($e, 'orgid')),
			action => 'process start',
			device_hostname => first_of(at($e, 'computerdnsname'), at($e, 'machineid')),
			device_os => text(at($e, 'osversion')),
			user_username => $user // $created,
			effective_user => defined $user && defined $created && $user ne $created ? $created : undef,
			user_userid => text(at($e, 'createdprocessaccountsid')),
			user_email => lower(text(at($e, 'createdprocessaccountupn'))),
			session_id => text(at($e, 'logonid')),
			target => $path->('createdprocessfilepath', 'createdprocessname'),
			application => lower(text(at($e, 'createdprocessname'))),
			command_line => text(at($e, 'createdprocesscommandline')),
			parent_process => $path->('initiatingprocessimagefilepath', 'initiatingprocessname'),
			parent_command_line => text(at($e, 'process_commandline')),
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
	auditd => sub {    # how arguments with blanks are quoted is not compared
		my ($e) = @_;
		return raw_audit($e) if $e->{records};
		# LAUREL
		my ($seconds, $milliseconds) = (at($e, 'id') // '') =~ /^(\d+)\.(\d+):/;
		my $argv = at($e, 'execve', 'argv') // at($e, 'proctitle', 'argv');
		return {
			defined $argv && !grep({ /\s/ } @$argv) ? (command_line => join(' ', @$argv)) : (),
			device_hostname => text(at($e, 'node')),
		};
	},
);

# source => files
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
	auditd => [ glob("$folder/endpoint/laurel/*.jsonl $folder/endpoint/msticpy_auditd_raw/*.txt") ],
	eks_audit => [ glob("$folder/eks_k8s_audit/panther_eks/*.jsonl") ],
	entra_audit => [ glob("$folder/entra_id/{panther_azure_audit,sekoia_azure_ad,sekoia_entraid_graph,tenzir_graph}/*.jsonl") ],
	mde_process => [ glob("$folder/endpoint/msticpy_mde/*.csv.gz") ],
);
$fields{eks_audit} = $fields{kubernetes_audit};

# JSON::PP is slow: of each file of JSON Lines the first documents.
my $most = 1500;
my $work = PostgreSQL::Test::Utils::tempdir();
chmod 0755, $work;
for my $source (sort keys %files)
{
	my (%compared, %differs, $events);
	for my $file (@{ $files{$source} })
	{
		my $lines = "$work/lines";
		my $part = $file =~ /\.jsonl/ ? "head -n $most" : 'cat';
		system("gzip -dcf '$file' | $part > '$lines'") == 0 or die "cannot read $file";
		chmod 0644, $lines;
		my $out = $node->safe_psql('postgres', qq{
			select to_jsonb(n) - 'payload' || jsonb_build_object('event_time', to_char(n.event_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
				'version_time', to_char(n.version_time at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
				'device_ip_text', coalesce(n.device_ip_text, host(n.device_ip)))
			from hunt.normalize('$source', pg_read_file('$lines')) n where n.reject_reason is null});
		my $documents = documents($file, slurp_file($lines));
		for (split /\n/, $out)
		{
			my $row = $json->decode($_);
			my $expected = $fields{$source}->($documents->{ $row->{position} });
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
