// How fast documents become events in the core, one thread: made-up documents of the size and shape of real ones, in
// JSON Lines. What is mapped is what a load would store, ids and hashes included.
#include "ingest/normalize.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using namespace hunt::ingest;

struct Count final : EventSink {
  void event(const Event &event) override { accepted += event.reject_reason.empty(); }
  std::int64_t accepted = 0;
};

// `lines` documents; `{n}` in the text becomes the number of the document.
std::string repeated(std::string_view document, int lines) {
  std::string payload;
  for (int i = 0; i < lines; ++i) {
    std::string line(document);
    for (std::size_t at; (at = line.find("{n}")) != line.npos;)
      line.replace(at, 3, std::to_string(100'000 + i));
    payload += line + '\n';
  }
  return payload;
}

constexpr std::string_view kCloudTrail =
    R"({"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE123:alice@example.com",)"
    R"("arn":"arn:aws:sts::111122223333:assumed-role/Admin/alice@example.com","accountId":"111122223333",)"
    R"("accessKeyId":"ASIAEXAMPLE{n}","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE123",)"
    R"("arn":"arn:aws:iam::111122223333:role/Admin","accountId":"111122223333","userName":"Admin"},"webIdFederationData":{},)"
    R"("attributes":{"creationDate":"2024-03-01T08:00:00Z","mfaAuthenticated":"false"}}},"eventTime":"2024-03-01T09:15:00Z",)"
    R"("eventSource":"kms.amazonaws.com","eventName":"GenerateDataKey","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.17",)"
    R"("userAgent":"aws-cli/2.15.0 Python/3.11.6 Linux/6.1.0 exe/x86_64.debian.12 prompt/off command/kms.generate-data-key",)"
    R"("requestParameters":{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::example-bucket/prefix/file-{n}.json.gz"},)"
    R"("keyId":"arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000001","keySpec":"AES_256"},)"
    R"("responseElements":null,"requestID":"00000000-1111-2222-3333-444444{n}","eventID":"00000000-5555-6666-7777-888888{n}",)"
    R"("readOnly":true,"resources":[{"accountId":"111122223333","type":"AWS::KMS::Key",)"
    R"("ARN":"arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000001"}],"eventType":"AwsApiCall",)"
    R"("managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"})";

constexpr std::string_view kOkta =
    R"({"actor":{"id":"00u1","type":"User","alternateId":"alice@example.com","displayName":"Alice Example","detailEntry":null},)"
    R"("client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",)"
    R"("os":"Mac OS X","browser":"CHROME"},"zone":"null","device":"Computer","id":null,"ipAddress":"192.0.2.17",)"
    R"("geographicalContext":{"city":"Springfield","state":"Oregon","country":"United States","postalCode":"97477","geolocation":{"lat":44.05,"lon":-123.02}}},)"
    R"("device":null,"authenticationContext":{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,)"
    R"("interface":null,"authenticationStep":0,"rootSessionId":"idx{n}","externalSessionId":"idx{n}"},"displayMessage":"User single sign on to app",)"
    R"("eventType":"user.authentication.sso","outcome":{"result":"SUCCESS","reason":null},"published":"2024-03-01T09:15:00.123Z",)"
    R"("securityContext":{"asNumber":64496,"asOrg":"Example Org","isp":"Example ISP","domain":"example.com","isProxy":false},"severity":"INFO",)"
    R"("debugContext":{"debugData":{"authnRequestId":"r{n}","dtHash":"0123456789abcdef0123456789abcdef","requestId":"q{n}",)"
    R"("requestUri":"/app/example/sso/saml","threatSuspected":"false","url":"/app/example/sso/saml?"}},"legacyEventType":"app.auth.sso",)"
    R"("transaction":{"type":"WEB","id":"q{n}","detail":{}},"uuid":"00000000-5555-6666-7777-888888{n}","version":"0",)"
    R"("request":{"ipChain":[{"ip":"192.0.2.17","geographicalContext":{"city":"Springfield","country":"United States"},"version":"V4","source":null}]},)"
    R"("target":[{"id":"0oa1","type":"AppInstance","alternateId":"Payroll","displayName":"Payroll","detailEntry":{"signOnModeType":"SAML_2_0"}},)"
    R"({"id":"0ua1","type":"AppUser","alternateId":"alice@example.com","displayName":"Alice Example","detailEntry":null}]})";

constexpr std::string_view kKubernetes =
    R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Request","auditID":"00000000-5555-6666-7777-888888{n}","stage":"ResponseComplete",)"
    R"("requestURI":"/api/v1/namespaces/default/pods/web-{n}/exec?command=sh","verb":"create","user":{"username":"kubernetes-admin",)"
    R"("uid":"aws-iam-authenticator:111122223333:AROAEXAMPLE","groups":["system:masters","system:authenticated"],"extra":{"accessKeyId":["ASIAEXAMPLE{n}"],)"
    R"("arn":["arn:aws:sts::111122223333:assumed-role/Admin/alice"],"canonicalArn":["arn:aws:iam::111122223333:role/Admin"],"sessionName":["alice"]}},)"
    R"("sourceIPs":["192.0.2.17"],"userAgent":"kubectl/v1.28.0 (linux/amd64) kubernetes/855e7c4","objectRef":{"resource":"pods","namespace":"default",)"
    R"("name":"web-{n}","apiVersion":"v1","subresource":"exec"},"responseStatus":{"metadata":{},"code":101},)"
    R"("requestReceivedTimestamp":"2024-03-01T09:15:00.123456Z","stageTimestamp":"2024-03-01T09:15:01.123456Z",)"
    R"("annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}})";

constexpr std::string_view kSysmon =
    R"({"@timestamp":"2024-03-01T09:15:00.123Z","EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Hostname":"host.example.com",)"
    R"("UtcTime":"2024-03-01 09:15:00.120","ProcessGuid":"{00000000-0000-65e1-{n}-000000000300}","ProcessId":"2008","Image":"C:\\Windows\\System32\\cmd.exe",)"
    R"("FileVersion":"10.0.17763.1","Description":"Windows Command Processor","Product":"Microsoft Windows Operating System",)"
    R"("CommandLine":"C:\\Windows\\system32\\cmd.exe /c \"whoami /all & net user {n}\"","CurrentDirectory":"C:\\Users\\alice\\","User":"EXAMPLE\\alice",)"
    R"("LogonId":"0x3e7","TerminalSessionId":"1","IntegrityLevel":"Medium","Hashes":"SHA1=0000000000000000000000000000000000000000,MD5=00000000000000000000000000000000",)"
    R"("ParentProcessGuid":"{00000000-0000-65e1-0000-000000000300}","ParentProcessId":"696","ParentImage":"C:\\Windows\\explorer.exe","ParentCommandLine":"C:\\Windows\\Explorer.EXE"})";

void normalize_lines(benchmark::State &state, const char *source, std::string_view document) {
  const std::string payload = repeated(document, 5'000);
  Scratch scratch;
  Count count;
  for (auto _ : state)
    normalize(find_source(source), payload, scratch, count);
  if (count.accepted != 5'000 * static_cast<std::int64_t>(state.iterations()))
    state.SkipWithError("not every document became an event");
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * payload.size()));
  state.SetItemsProcessed(count.accepted);
}

BENCHMARK_CAPTURE(normalize_lines, cloudtrail, "cloudtrail", kCloudTrail);
BENCHMARK_CAPTURE(normalize_lines, okta, "okta", kOkta);
BENCHMARK_CAPTURE(normalize_lines, kubernetes_audit, "kubernetes_audit", kKubernetes);
BENCHMARK_CAPTURE(normalize_lines, sysmon_process, "sysmon_process", kSysmon);

}  // namespace

BENCHMARK_MAIN();
