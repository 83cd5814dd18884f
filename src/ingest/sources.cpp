#include "ingest/sources.hpp"

#include "core/error.hpp"
#include "ingest/auditd.hpp"
#include "ingest/cloudtrail.hpp"
#include "ingest/crowdstrike_process.hpp"
#include "ingest/entra_audit.hpp"
#include "ingest/entra_signin.hpp"
#include "ingest/jamf.hpp"
#include "ingest/kubernetes_audit.hpp"
#include "ingest/mde_process.hpp"
#include "ingest/o365_ual.hpp"
#include "ingest/okta.hpp"
#include "ingest/osquery.hpp"
#include "ingest/windows_process.hpp"

#include <string>

namespace hunt::ingest {

namespace {

constexpr Source kSources[] = {
    {"entra_signin", "Microsoft", "Entra ID",
     "Sign-ins of Entra ID: Log Analytics tables, Azure Monitor or Event Hub records, Microsoft Graph signIns, and the "
     "logins of the Office 365 unified audit log.",
     map_entra_signin},
    {"entra_audit", "Microsoft", "Entra ID",
     "Directory audits of Entra ID: Log Analytics table AuditLogs, Azure Monitor or Event Hub records, Microsoft Graph "
     "directoryAudits.",
     map_entra_audit},
    {"o365_ual", "Microsoft", "Office 365",
     "Records of the Office 365 unified audit log, of every workload, also as exports with AuditData.", map_o365_ual},
    {"okta", "Okta", "System Log", "Events of the Okta System Log.", map_okta},
    {"cloudtrail", "Amazon Web Services", "CloudTrail",
     "Events of AWS CloudTrail: files of the S3 bucket, CloudWatch Logs, Lake and Athena exports, LookupEvents.",
     map_cloudtrail},
    {"eks_audit", "Amazon Web Services", "EKS",
     "Kubernetes audit events of Amazon EKS, bare or in the message of CloudWatch Logs.", map_kubernetes_audit},
    {"kubernetes_audit", "Kubernetes", "API server", "Audit events of the Kubernetes API server.",
     map_kubernetes_audit},
    {"windows_4688", "Microsoft", "Windows", "Process starts in the Windows Security log: event 4688.",
     map_windows_4688},
    {"sysmon_process", "Microsoft", "Sysmon", "Process starts of Sysmon: event 1.", map_sysmon_process},
    {"mde_process", "Microsoft", "Defender for Endpoint",
     "Process starts of Defender for Endpoint: DeviceProcessEvents of advanced hunting or the streaming API.",
     map_mde_process},
    {"crowdstrike_process", "CrowdStrike", "Falcon",
     "Process starts of Falcon Data Replicator: ProcessRollup2 and SyntheticProcessRollup2.", map_crowdstrike_process},
    {"jamf", "Jamf", "Jamf Protect", "Telemetry and alerts of Jamf Protect on macOS.", map_jamf},
    {"auditd", "Linux", "Audit",
     "Events of the Linux audit system: raw records, which are grouped by event, and the JSON of LAUREL.", map_auditd},
    {"osquery", "osquery", "osquery", "Results of scheduled osquery queries: rows added or removed, and snapshots.",
     map_osquery},
};

}  // namespace

std::span<const Source> sources() noexcept { return kSources; }

const Source *built_in_source(std::string_view name) noexcept {
  for (const Source &source : kSources)
    if (source.name == name)
      return &source;
  return nullptr;
}

const Source &find_source(std::string_view name) {
  if (const Source *source = built_in_source(name))
    return *source;
  throw core::Error(core::kInvalidParameter, "unknown log source \"" + std::string(name) + "\"",
                    "The function hunt.sources() lists the known ones.");
}

}  // namespace hunt::ingest
