// Clients and systems that uap-core lacks. Names are the program's own; where uap-core's newer patterns have a family
// for it, theirs. Each literal is what the expression beside it cannot match without.
#include "agent/patterns.hpp"

#include <algorithm>
#include <array>

namespace hunt::agent {

namespace {

using enum ToolClass;

constexpr const char *kVersion2 = "$2";
constexpr const char *kVersion1 = "$1";

constexpr Pattern kClientTable[] = {
    // Attack tools that say so; some only in a product behind the library they use.
    {"(?i)stratus-red-team", "stratus-red-team", "Stratus Red Team", "", kAttackTool},
    {"grimoire_[0-9a-f]{8}-", "grimoire_", "Grimoire", "", kAttackTool},
    {"(?i)\\b(AADInternals|ROADtools|roadrecon|roadtx|GraphRunner|TeamFiltration|MSOLSpray|TokenTactics|MFASweep|"
     "pacu|cloudfox|ScoutSuite|prowler|trufflehog|gobuster|feroxbuster|dirbuster|ffuf|Fuzz Faster U Fool|sqlmap|nikto|"
     "wpscan|Nuclei|zgrab|masscan|Hydra|WhatWeb|evilginx|kube-hunter|peirates|Interactsh)\\b(?:[/ ]v?(\\d[\\w.]*)|)",
     "aadinternals\nroadtools\nroadrecon\nroadtx\ngraphrunner\nteamfiltration\nmsolspray\ntokentactics\nmfasweep\npacu"
     "\n"
     "cloudfox\nscoutsuite\nprowler\ntrufflehog\ngobuster\nferoxbuster\ndirbuster\nffuf\nfuzz faster u "
     "fool\nsqlmap\nnikto\n"
     "wpscan\nnuclei\nzgrab\nmasscan\nhydra\nwhatweb\nevilginx\nkube-hunter\npeirates\ninteractsh",
     "$1", kVersion2, kAttackTool},
    {"Nmap Scripting Engine", "nmap scripting engine", "Nmap Scripting Engine", "", kAttackTool},

    // AWS
    {"(?:^|[\\s(])(Terraform)/(\\d[\\w.-]*)", "terraform/", "$1", kVersion2, kAutomation},
    {"^(Terraform-Provider)/(\\d[\\w.-]*)", "terraform-provider/", "$1", kVersion2, kAutomation},
    {"(?i)^(Pulumi)/v?(\\d[\\w.-]*)", "pulumi/", "Pulumi", kVersion2, kAutomation},
    {"^(aws-cli)/(\\d[\\w.-]*)", "aws-cli/", "$1", kVersion2, kCli},
    {"(?i)^boto3/(\\d[\\w.-]*)", "boto3/", "Boto3", kVersion1, kSdk},
    {"(?i)^botocore/(\\d[\\w.-]*)", "botocore/", "Botocore", kVersion1, kSdk},
    {"^(aws-sdk-[A-Za-z][A-Za-z0-9-]*)/(\\d[\\w.-]*)", "aws-sdk-", "$1", kVersion2, kSdk},
    {"^AWS Internal$", "aws internal", "AWS Internal", "", kService},
    {"^([A-Za-z0-9][A-Za-z0-9 ]{0,40}Console)(?:/(\\d[\\d.]*)|), aws-internal/", "console\taws-internal/", "$1",
     kVersion2, kService},
    {"^aws-internal/(\\d[\\d.]*)", "aws-internal/", "AWS Internal", kVersion1, kService},
    {"^([a-z0-9][a-z0-9.-]{0,100}\\.amazonaws\\.com(?:\\.cn|))$", ".amazonaws.com", "$1", "", kService},
    {"^(ELB-HealthChecker)/(\\d[\\d.]*)", "elb-healthchecker/", "$1", kVersion2, kService},
    {"^(AWSPowerShell|AWS\\.Tools)[^/ ]*/(\\d[\\d.]*)", "awspowershell\naws.tools", "AWS Tools for PowerShell",
     kVersion2, kCli},

    // Kubernetes. A program made with client-go says "name/version (os/arch) kubernetes/commit".
    {"^(kubectl)(?:\\.exe|)/v?(\\d[\\w.+-]*)", "kubectl", "$1", kVersion2, kCli},
    {"^(kubectl)[\\w.-]*/", "kubectl", "$1", "", kCli},
    {"^(kubelet|kube-[a-z-]+|coredns|cluster-autoscaler|aws-node|cloud-controller-manager)/(?:v?(\\d[\\w.+-]*)|)",
     "kubelet/\nkube-\ncoredns/\ncluster-autoscaler/\naws-node/\ncloud-controller-manager/", "$1", kVersion2, kService},
    {"^([Hh]elm|k9s|eksctl|oc|kustomize|stern|flux|velero)/v?(\\d[\\w.+-]*)",
     "helm/\nk9s/\neksctl/\noc/\nkustomize/\nstern/\nflux/\nvelero/", "$1", kVersion2, kCli},
    {"^([^/\\s]{1,60})/(?:v?(\\d[\\w.+-]*)|\\S*) \\([a-z0-9]+/[a-z0-9]+\\) kubernetes/", ") kubernetes/", "$1",
     kVersion2, kSdk},
    {"^(Kubernetes Java Client)/(\\d[\\w.-]*)", "kubernetes java client/", "$1", kVersion2, kSdk},
    {"^(OpenAPI-Generator)/(\\d[\\w.-]*)/python", "openapi-generator/", "$1", kVersion2, kSdk},

    // Azure and Microsoft 365
    {"(?:^|\\s)AZURECLI/(\\d[\\w.]*)", "azurecli/", "Azure CLI", kVersion1, kCli},
    {"(?i)AzurePowershell/(?:Az[A-Za-z.]*|v|)(\\d[\\w.]*)", "azurepowershell/", "Azure PowerShell", kVersion1, kCli},
    {"^(?:AzCopy|AzCopy-v10)/(\\d[\\w.]*)", "azcopy", "AzCopy", kVersion1, kCli},
    {"(?:^|\\s)azsdk-([a-z]+)-[\\w.-]+/(\\d[\\w.]*)", "azsdk-", "Azure SDK for $1", kVersion2, kSdk},
    {"(?i)^(?:Mozilla/5\\.0 \\(.{1,100}\\) )?PowerShell/(\\d[\\w.]*)", "powershell/", "PowerShell", kVersion1, kCli},
    {"WindowsPowerShell/(\\d[\\d.]*)", "windowspowershell/", "WindowsPowerShell", kVersion1, kCli},

    // Google Cloud
    {"(?:^|\\s)gcloud/(\\d[\\d.]*)", "gcloud/", "gcloud", kVersion1, kCli},
    {"(?:^|\\s)gsutil/(\\d[\\d.]*)", "gsutil/", "gsutil", kVersion1, kCli},
    {"^(google-api-go-client|google-api-python-client|google-cloud-[a-z-]+)/(\\d[\\w.]*)",
     "google-api-go-client/\ngoogle-api-python-client/\ngoogle-cloud-", "$1", kVersion2, kSdk},

    // Okta
    {"^(okta-(?:sdk|auth|idx|oidc)-[a-z]+)/(\\d[\\w.-]*)", "okta-", "$1", kVersion2, kSdk},
    {"^(okta-cli|okta-aws-cli|okta-awscli|gimme-aws-creds)/(\\d[\\w.-]*)", "okta-\ngimme-aws-creds/", "$1", kVersion2,
     kCli},
    {"(?i)^Okta ?Verify[/ ](\\d[\\d.]*)", "okta", "Okta Verify", kVersion1, kMobileApp},
    {"(?i)^Okta ?(?:AD|LDAP|RADIUS|IWA)[ -]?(?:Web |Server |)Agent[/ ](\\d[\\d.]*)", "okta", "Okta Agent", kVersion1,
     kService},

    // Libraries and developers' tools
    {"^(python-httpx|python-urllib3|undici|node-fetch|aiohttp|Faraday|Ruby|Python-httplib2|gRPC-[a-z]+|grpc-[a-z]+)"
     "(?:[/ ]v?(\\d[\\w.]*)|$)",
     "python-httpx\npython-urllib3\nundici\nnode-fetch\naiohttp\nfaraday\nruby\npython-httplib2\ngrpc-", "$1",
     kVersion2, kScriptLibrary},
    {"^(git|git-lfs|npm|yarn|pnpm|pip|cargo|docker|podman|containerd|skopeo|gh|glab|brew|conda|composer|NuGet Command "
     "Line)"
     "/v?(\\d[\\w.]*)",
     "git/\ngit-lfs/\nnpm/\nyarn/\npnpm/\npip/\ncargo/\ndocker/\npodman/\ncontainerd/\nskopeo/\ngh/\nglab/\nbrew/"
     "\nconda/\n"
     "composer/\nnuget command line/",
     "$1", kVersion2, kCli},
    {"(?i)\\b(selenium|playwright|puppeteer|cypress|testcafe|webdriverio)/(\\d[\\w.]*)",
     "selenium/\nplaywright/\npuppeteer/\ncypress/\ntestcafe/\nwebdriverio/", "$1", kVersion2, kAutomation},
    {"(?i)^(ansible-httpget|ansible|jenkins|github-actions|argocd[a-z-]*|spinnaker)(?:/v?(\\d[\\w.]*)|\\b)",
     "ansible\njenkins\ngithub-actions\nargocd\nspinnaker", "$1", kVersion2, kAutomation},

    // Browsers and applications that came, or changed their token, after uap-core's release.
    {"\\bVisual Studio Code/(\\d[\\d.]*)", "visual studio code/", "Visual Studio Code", kVersion1, kDesktopApp},
    {"\\bTeams/(\\d[\\d.]*)", "teams/", "Microsoft Teams", kVersion1, kDesktopApp},
    {"\\bOBS/(\\d[\\d.]*)", "obs/", "OBS Studio", kVersion1, kDesktopApp},
    {"\\bEdg(?:iOS|A)/(\\d[\\d.]*)", "edgios/\nedga/", "Edge Mobile", kVersion1, kBrowser},
    {"\\bMicroMessenger/(\\d[\\d.]*)", "micromessenger/", "WeChat Browser", kVersion1, kMobileApp},
    {"\\bWeibo \\(.{1,80}__weibo__(\\d[\\d.]*)", "__weibo__", "Weibo", kVersion1, kMobileApp},
    {"\\bKAKAOTALK[/ ](\\d[\\d.]*)", "kakaotalk", "KakaoTalk", kVersion1, kMobileApp},
    {"\\bTelegram-Android/(\\d[\\d.]*)", "telegram-android/", "Telegram", kVersion1, kMobileApp},
    {"^Instagram (\\d[\\d.]*) Android", "instagram ", "Instagram", kVersion1, kMobileApp},
    {"\\b(?:trill|musical_ly|aweme)_(\\d[\\d.]*)", "trill_\nmusical_ly_\naweme_", "TikTok", kVersion1, kMobileApp},
    {"\\bBytedanceWebview/", "bytedancewebview/", "TikTok", "", kMobileApp},
    {"\\bOPX/(\\d[\\d.]*)", "opx/", "Opera GX", kVersion1, kBrowser},
    {"\\bOPT/(\\d[\\d.]*)", "opt/", "Opera Touch", kVersion1, kBrowser},
    {"\\bHonorBrowser/(\\d[\\d.]*)|\\bHONOR[\\w-]+.{1,200}HonorBrowser/", "honorbrowser/", "Honor Browser", kVersion1,
     kBrowser},
    {"\\bHuaweiBrowser/(\\d[\\d.]*)", "huaweibrowser/", "Huawei Browser", kVersion1, kBrowser},
    {"\\bVivoBrowser/(\\d[\\d.]*)", "vivobrowser/", "VivoBrowser", kVersion1, kBrowser},
    {"\\bHeyTapBrowser/(\\d[\\d.]*)", "heytapbrowser/", "HeyTap Browser", kVersion1, kBrowser},
    {"\\b(?:PHX|PhoenixBrowser|Phoenix)/(\\d[\\d.]*).*$", "phx/", "Phoenix Browser", kVersion1, kBrowser},
    {"\\bAlohaBrowser/(\\d[\\d.]*)", "alohabrowser/", "Aloha Browser", kVersion1, kBrowser},
    {"\\bDdg/(\\d[\\d.]*)", "ddg/", "DuckDuckGo Mobile", kVersion1, kBrowser},
    {"[ (]Brave(?:[/ ](?:Chrome/|)(\\d[\\d.]*)|[ )]|$)", "brave", "Brave", kVersion1, kBrowser},
    {"\\bMullvadBrowser/(\\d[\\d.]*)", "mullvadbrowser/", "MullvadBrowser", kVersion1, kBrowser},
    {"\\bLadybird/(\\d[\\d.]*)", "ladybird/", "Ladybird", kVersion1, kBrowser},
    {"\\bUCMobile/(\\d[\\d.]*)", "ucmobile/", "UC Browser", kVersion1, kBrowser},
    {"\\bAvastSecureBrowser/(\\d[\\d.]*)", "avastsecurebrowser/", "Avast Secure Browser", kVersion1, kBrowser},
    {"\\bAOLShield/(\\d[\\d.]*)", "aolshield/", "AOL Shield Browser", kVersion1, kBrowser},
    {"\\b(?:QIHU|360SE|360EE|360ENT)\\b", "qihu\n360se\n360ee\n360ent", "360 Secure Browser", "", kBrowser},
    {"\\bQuarkPC/(\\d[\\d.]*)", "quarkpc/", "Quark PC", kVersion1, kBrowser},
    {"\\bSLBrowser/(\\d[\\d.]*)", "slbrowser/", "Smart Lenovo Browser", kVersion1, kBrowser},
    {"\\b(Avira|Norton)/(\\d[\\d.]*)", "avira/\nnorton/", "$1", kVersion2, kBrowser},
    {"Safari/[\\d.]+ Talon\\b", " talon", "Talon Cyber Security Browser", "", kBrowser},
    {"\\bMypal/(\\d[\\d.]*)", "mypal/", "Mypal Browser", kVersion1, kBrowser},
    {"Valve Steam (?:GameOverlay|Client)", "valve steam ", "Steam GameOverlay", "", kDesktopApp},
    {"Valve Steam Gamepad/Steam Deck", "valve steam gamepad", "Steam Deck", "", kDesktopApp},
    {"\\bAdobeCEP/(\\d[\\d.]*)", "adobecep/", "Adobe CEP", kVersion1, kDesktopApp},
    {"^(?:Mozilla|BrightSign).{1,200}\\bQtWebEngine/(\\d[\\d.]*)", "qtwebengine/", "Qt Web Engine", kVersion1,
     kDesktopApp},
    {"\\bVivaldi/(\\d[\\d.]*)", "vivaldi/", "Vivaldi", kVersion1, kBrowser},
    {"\\bOMI/(\\d[\\d.]*)", "omi/", "Vewd Browser", kVersion1, kBrowser},
    {"\\(Ecosia android@(\\d[\\d.]*)", "ecosia android@", "Ecosia Android", kVersion1, kBrowser},
    {"\\bWeibo(?:lite|)iOS_", "weibo", "Weibo", "", kMobileApp},
    {"\\bflyflow/(\\d[\\d.]*)", "flyflow/", "Baidu Explorer", kVersion1, kBrowser},
    {"\\bGoogle-InspectionTool/(\\d[\\d.]*)", "google-inspectiontool/", "Google-InspectionTool", kVersion1, kCrawler},
    {"\\bRuxitSynthetic/(\\d[\\d.]*)", "ruxitsynthetic/", "Ruxit Synthetic", kVersion1, kAutomation},
    {"\\bCamoufox\\b", "camoufox", "Camoufox", "", kAutomation},
    {"Quest .{0,300}OculusBrowser/(\\d[\\d.]*)|OculusBrowser/(\\d[\\d.]*)", "oculusbrowser/", "Oculus Browser", "$1.$2",
     kBrowser},
};

// A program made of Chromium puts its own product between Chromium's or behind them. Asked where uap-core sees but
// Chrome.
constexpr Pattern kChromiumTable[] = {
    {"Chrome/[\\d.]+ ([A-Z0-9][A-Za-z0-9]{1,30})(?:/(\\d[\\d.]*)|) Safari/[\\d.]+$", " safari/", "$1", "$2"},
    {"(?:Chrome|Safari)/[\\d.]+ ([A-Z0-9][A-Za-z0-9]{1,30})(?:/(\\d[\\d.]*)|)$", "chrome/\nsafari/", "$1", "$2"},
};

// Asked before uap-core: a browser of iOS that asks for the desktop's page says that it runs on a Macintosh.
constexpr Pattern kFirstSystemTable[] = {
    {"\\b(?:EdgiOS|CriOS|FxiOS)/", "edgios/\ncrios/\nfxios/", "iOS", ""},
};

constexpr Pattern kSystemTable[] = {
    {"\\b[Dd]arwin\\b", "darwin", "Mac OS X", ""},
    {"(?i)\\bmacos(?:[#/ ](\\d[\\d.]*)|\\b)", "macos", "Mac OS X", "$1"},
    {"(?i)\\bwin(?:dows|32|64)\\b", "windows\nwin32\nwin64", "Windows", ""},
    {"(?i)\\b(?:Harmony|OpenHarmony)(?:OS|)\\b|HUAWEI[A-Z]{3}-", "harmony\nhuawei", "HarmonyOS", ""},
    {"(?i)\\blinux\\b", "linux", "Linux", ""},
    {"(?i)\\bandroid\\b", "android", "Android", ""},
    {"(?i)\\b(?:ios|ipados)\\b", "ios\nipados", "iOS", ""},
};

struct FamilyTool {
  std::string_view family;
  ToolClass tool;
};

// Families of uap-core that are no browsers, in byte order.
constexpr FamilyTool kFamilies[] = {
    {"1Password", kDesktopApp},
    {"Airmail", kMailClient},
    {"AlexaMediaPlayer", kMediaPlayer},
    {"AntennaPod", kMediaPlayer},
    {"AnyConnect", kDesktopApp},
    {"Apache-CXF", kScriptLibrary},
    {"Apache-HttpClient", kScriptLibrary},
    {"Apple Mail", kMailClient},
    {"Axel", kCli},
    {"Banshee", kMediaPlayer},
    {"Barca", kMailClient},
    {"Boto", kSdk},
    {"Boto3", kSdk},
    {"Box", kDesktopApp},
    {"CFNetwork", kMobileApp},
    {"Clementine", kMediaPlayer},
    {"CloudFoundry", kCli},
    {"Cyberduck", kDesktopApp},
    {"Debian APT-HTTP", kCli},
    {"Downcast", kMediaPlayer},
    {"Electron", kDesktopApp},
    {"Evolution", kMailClient},
    {"ExchangeServicesClient", kSdk},
    {"ExchangeWebServices", kMailClient},
    {"Facebook", kMobileApp},
    {"Facebook Messenger", kMobileApp},
    {"FacebookBot", kCrawler},
    {"Flipboard", kMobileApp},
    {"GmailImageProxy", kService},
    {"Go-CF-client", kScriptLibrary},
    {"Go-http-client", kScriptLibrary},
    {"Google", kMobileApp},
    {"Google Earth", kDesktopApp},
    {"Google-HTTP-Java-Client", kScriptLibrary},
    {"GuzzleHttp", kScriptLibrary},
    {"HTTPie", kCli},
    {"HeadlessChrome", kHeadlessBrowser},
    {"HipChat Desktop Client", kDesktopApp},
    {"Instagram", kMobileApp},
    {"Java", kScriptLibrary},
    {"Jersey", kScriptLibrary},
    {"LINE", kMobileApp},
    {"Lotus Notes", kMailClient},
    {"MSOffice", kDesktopApp},
    {"MailBar", kMailClient},
    {"Microsoft-CryptoAPI", kService},
    {"OktaMobile", kMobileApp},
    {"OpenVAS Scanner", kAttackTool},
    {"Outlook", kMailClient},
    {"Outlook-iOS", kMailClient},
    {"Outlook-iOS-Android", kMailClient},
    {"PhantomJS", kHeadlessBrowser},
    {"Pinterest", kMobileApp},
    {"Postbox", kMailClient},
    {"PostmanRuntime", kScriptLibrary},
    {"PyCURL", kScriptLibrary},
    {"Python Requests", kScriptLibrary},
    {"Python aiohttp", kScriptLibrary},
    {"Python-urllib", kScriptLibrary},
    {"QuickTime", kMediaPlayer},
    {"ReactorNetty", kScriptLibrary},
    {"S3 Browser", kDesktopApp},
    {"Scrapy", kCrawler},
    {"Skype", kDesktopApp},
    {"Slack Desktop Client", kDesktopApp},
    {"Snapchat", kMobileApp},
    {"Spotify", kMediaPlayer},
    {"Superhuman", kMailClient},
    {"The Bat!", kMailClient},
    {"Thunderbird", kMailClient},
    {"Transmit", kDesktopApp},
    {"Twitter", kMobileApp},
    {"VLC", kMediaPlayer},
    {"WMPlayer", kMediaPlayer},
    {"Wget", kCli},
    {"WhatsApp", kMobileApp},
    {"WinHTTP", kScriptLibrary},
    {"Windows Live Mail", kMailClient},
    {"Windows-Update-Agent", kService},
    {"WindowsPowerShell", kCli},
    {"aihttp", kScriptLibrary},
    {"akka-http", kScriptLibrary},
    {"aria2", kCli},
    {"aws-cli", kCli},
    {"axios", kScriptLibrary},
    {"curl", kCli},
    {"go-cli", kCli},
    {"go-resty", kScriptLibrary},
    {"got", kScriptLibrary},
    {"http%20client", kScriptLibrary},
    {"http.rb", kScriptLibrary},
    {"iTunes", kMediaPlayer},
    {"insomnia", kScriptLibrary},
    {"kmail2", kMailClient},
    {"lftp", kCli},
    {"libcurl-agent", kScriptLibrary},
    {"libwww-perl", kScriptLibrary},
    {"minio-go", kSdk},
    {"okhttp", kScriptLibrary},
    {"rclone", kCli},
    {"reqwest", kScriptLibrary},
    {"rusoto", kSdk},
    {"s3fs", kCli},
    {"scalaj-http", kScriptLibrary},
    {"unirest-java", kScriptLibrary},
    {"ureq", kScriptLibrary},
    {"wget2", kCli},
};
static_assert(std::ranges::is_sorted(kFamilies, {}, &FamilyTool::family));

}  // namespace

const std::span<const Pattern> kClients = kClientTable;
const std::span<const Pattern> kChromiumProducts = kChromiumTable;
const std::span<const Pattern> kFirstSystems = kFirstSystemTable;
const std::span<const Pattern> kSystems = kSystemTable;

ToolClass tool_of_family(std::string_view family) noexcept {
  const auto *at = std::ranges::lower_bound(kFamilies, family, {}, &FamilyTool::family);
  if (at != std::end(kFamilies) && at->family == family)
    return at->tool;
  return family.starts_with("aws-sdk-") || family.starts_with("ibm-cos-sdk-") ? ToolClass::kSdk : ToolClass::kUnknown;
}

}  // namespace hunt::agent
